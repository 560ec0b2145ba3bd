"""What a ledger can say of itself in a moment, however much it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from catalogue.model.harvest import HarvestRun
from catalogue.model.run_codes import RunCode

WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class RunTotal:
    """Runs of a source that ended in this way, ever: also those that were pruned. `seconds`: how long they took."""

    source: str
    state: str
    code: RunCode
    runs: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RecordTotal:
    """Records of a source in this state, as counted when its last run ended: `state` is a verdict, or withdrawn."""

    source: str
    state: str
    records: int


@dataclass(frozen=True, slots=True)
class LedgerStatistics:
    """`live`: queued and running runs, the oldest first. `last_runs`: by source, its last run that says how it is doing.
    `notices`: how many wait or were given up, by state. `led_until`: end of the leading worker's lease."""

    position: int
    runs: tuple[RunTotal, ...]
    records: tuple[RecordTotal, ...]
    live: tuple[HarvestRun, ...]
    last_runs: Mapping[str, HarvestRun]
    notices: Mapping[str, int]
    led_until: datetime | None
