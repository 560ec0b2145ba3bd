"""How a source is doing: what its last runs say together. The ledger keeps one condition for each source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from catalogue.model.harvest import HarvestRun, RunState


class Health(StrEnum):
    """`new`: no run has ended yet."""

    NEW = "new"
    OK = "ok"
    FAILING = "failing"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class SourceCondition:
    """`failures`: failed runs in a row, the last at `failed_at`. `retry_at`: before then the source asked not to be
    asked. `last_complete_at`, `last_full_at`: start of the last run that read everything, and of the last one that
    also passed nothing over. `scheduled_at`: the last scheduled time that was used.

    `announced_run`, `announced_health`, `conformance` (share of records without a violation, 0 to 1): what notices
    have spoken of.
    """

    source: str
    health: Health = Health.NEW
    failures: int = 0
    failed_at: datetime | None = None
    retry_at: datetime | None = None
    ended_run: str = ""
    ended_at: datetime | None = None
    last_complete_at: datetime | None = None
    last_full_at: datetime | None = None
    scheduled_at: datetime | None = None
    announced_run: str = ""
    announced_health: Health = Health.NEW
    conformance: float | None = None


def after_run(before: SourceCondition, run: HarvestRun, retry_at: datetime | None) -> SourceCondition:
    """The condition after a run has ended. A cancelled run says nothing of the source, nor does a replay."""
    if run.state is RunState.CANCELLED or run.request.replay or not run.state.is_final:
        return before
    ended = replace(before, ended_run=run.run_id, ended_at=run.finished_at)
    if run.state is RunState.FAILED:
        return replace(
            ended,
            health=Health.FAILING,
            failures=before.failures + 1,
            failed_at=run.finished_at,
            retry_at=retry_at,
        )
    health = Health.HELD if run.state is RunState.HELD else Health.OK
    healthy = replace(ended, health=health, failures=0, failed_at=None, retry_at=None)
    if not run.complete:
        return healthy
    # Before the first complete run nothing is remembered that could be passed over.
    is_full = run.request.full or before.last_full_at is None
    return replace(
        healthy,
        last_complete_at=run.started_at,
        last_full_at=run.started_at if is_full else before.last_full_at,
    )
