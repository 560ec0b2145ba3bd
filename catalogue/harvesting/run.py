"""One harvest of one source, from the first request to the last commit: the whole story in one file.

    fetch ▶ parse ▶ split ▶ normalise ▶ (unchanged? seen) ▶ validate ▶ batch ▶ ledger

The stages stand in `catalogue.pipeline`; `intake` joins them for a page; here is when a run is complete and how it ends.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from catalogue.errors import BackendError, CatalogueError, LeaseLost, RetryableError, RunCancelled
from catalogue.harvesting.intake import Intake, LimitReached, Limits, Progress, States
from catalogue.harvesting.judge import Decider
from catalogue.harvesting.memory import PageMemory
from catalogue.harvesting.sink import BatchBuilder, Sink
from catalogue.model.harvest import Completeness, HarvestSource, RunCounts, RunState
from catalogue.model.run_codes import RunCode
from catalogue.model.vocabularies import Vocabularies
from catalogue.model.wording import counted
from catalogue.pipeline.fetch import fetch
from catalogue.pipeline.spool import Spool
from catalogue.ports import Harvester, HttpClient

log = logging.getLogger(__name__)


Read = Callable[[Intake, HttpClient, Callable[[], None]], Completeness]


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended, before it is written down. `deleted`: record ids that the source itself says are gone.
    `retry_after`: seconds for which the source asked to be left alone. `code`: the reason for programs."""

    state: RunState
    counts: RunCounts
    complete: bool = False
    evidence: str = ""
    reason: str = ""
    advice: str = ""
    deleted: frozenset[str] = frozenset()
    retry_after: float | None = None
    code: RunCode = RunCode.NONE


def harvest(
    source: HarvestSource,
    harvester: Harvester,
    http: HttpClient,
    judge: Decider,
    sink: Sink,
    states: States,
    memory: PageMemory,
    *,
    base: str,
    vocabularies: Vocabularies,
    limits: Limits,
    check: Callable[[], None],
    progress: Progress,
    counts: RunCounts = RunCounts(),  # noqa: B008 - frozen
    restore: Callable[[Intake], None] = lambda _: None,
    read: Read | None = None,
) -> RunEnd:
    """Harvests one source to its end. `check` is called before each page and raises to stop the run.

    A run that goes on where a dead worker left it brings the `counts` so far and `restore`, which fills the intake.
    `read` takes the pages from elsewhere than from the source.

    Raises LeaseLost, when nothing may be written any more; everything else becomes the way the run ended.
    """
    batch = BatchBuilder(sink, limits.batch_size, counts)
    try:
        with Spool(limits.workspace or Path(tempfile.gettempdir())) as spool:
            intake = Intake(
                source, harvester, judge, states, batch, spool, limits, base, progress, memory, vocabularies
            )  # fmt: skip
            restore(intake)
            return _ended(intake, _everything(intake, http, check, read or _pages))
    except RunCancelled:
        reason = "The run was cancelled; what it had committed stands."
        return RunEnd(RunState.CANCELLED, batch.counts, reason=reason, code=RunCode.CANCELLED)
    except LeaseLost:
        raise
    except CatalogueError as error:
        return _broken_off(error, batch)


def _everything(intake: Intake, http: HttpClient, check: Callable[[], None], read: Read) -> Completeness:
    """Every page, then the records that waited for other pages, then what the next run may pass over."""
    try:
        completeness = read(intake, http, check)
        intake.finish_deferred()
    except LimitReached:
        intake.batch.flush()
        return Completeness(
            False, f"Stopped after {counted(intake.limits.records or 0, 'record')}, as asked."
        )
    if completeness.complete:
        intake.remember()
    return completeness


def _pages(intake: Intake, http: HttpClient, check: Callable[[], None]) -> Completeness:
    completeness = Completeness(False, "The harvester did not say that it saw everything.")
    pages = fetch(
        intake.harvester,
        intake.source,
        http,
        intake.memory,
        max_pages=intake.limits.max_pages,
        before=intake.memory.urls(),
        heartbeat=check,
    )
    for item in pages:
        if isinstance(item, Completeness):
            completeness = item
        else:
            intake.page(item)
    return completeness


def _broken_off(error: CatalogueError, batch: BatchBuilder) -> RunEnd:
    """What waits in the batch is kept when only the source broke off; without the ledger it cannot be."""
    if not isinstance(error, BackendError):
        try:
            batch.flush()
        except BackendError as worse:
            error = worse
    log.warning("run broke off", extra={"error": error.code, "detail": error.detail})
    wait = error.retry_after if isinstance(error, RetryableError) else None
    return failed(error, batch.counts, wait)


def failed(error: CatalogueError, counts: RunCounts, retry_after: float | None = None) -> RunEnd:
    """A run that ended with this error."""
    return RunEnd(
        RunState.FAILED,
        counts,
        reason=error.detail,
        advice=error.advice,
        retry_after=retry_after,
        code=RunCode.of(error.failure),
    )


def _ended(intake: Intake, completeness: Completeness) -> RunEnd:
    counts, limited = intake.batch.counts, intake.limits.records is not None
    code = RunCode.NONE
    if intake.errors or not (completeness.complete or limited):
        state, code = RunState.WITH_ERRORS, RunCode.ERRORS if intake.errors else RunCode.INCOMPLETE
        reason = _count_of(intake.errors) if intake.errors else completeness.evidence
        advice = "The lines of this run say which, why and what to do."
    elif not counts.found:
        state, code = RunState.COMPLETED, RunCode.EMPTY
        reason = "The source was read to its end, and it describes no dataset, series or data service."
        what = "file" if intake.source.url.startswith("file:") else "address"
        advice = (
            f"Check that the {what} is that of the catalogue, and that its datasets have a class of DCAT."
        )
    else:
        state, reason, advice = RunState.COMPLETED, "", ""
    complete = completeness.complete and not intake.errors
    deleted = frozenset(intake.deleted)
    return RunEnd(state, counts, complete, completeness.evidence, reason, advice, deleted, code=code)


def _count_of(errors: int) -> str:
    return (
        "One document or record could not be taken."
        if errors == 1
        else f"{errors} documents or records could not be taken."
    )


def with_refused(end: RunEnd, written: RunCounts) -> RunEnd:
    """The end as it is told. Records that were erased here are refused by the ledger alone: `written` has them among
    the skipped, and the reason says so, or its number would not be that of the counts."""
    refused = written.skipped - end.counts.skipped
    if end.code is not RunCode.ERRORS or refused <= 0:
        return end
    which = "One more was" if refused == 1 else f"{refused} more were"
    return replace(end, reason=f"{end.reason} {which} erased here and skipped.")
