"""One harvest of one source, from the first request to the last commit: the whole story in one file.

    fetch ▶ parse ▶ split ▶ normalise ▶ (unchanged? seen) ▶ validate ▶ batch ▶ ledger

Policy lives here: what an error costs, when a run is complete, how it ends.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from catalogue.errors import (
    BackendError,
    CatalogueError,
    LeaseLost,
    MissingIdentifier,
    RecordError,
    RunCancelled,
    SourceError,
)
from catalogue.harvesting.judge import Judge
from catalogue.harvesting.sink import BatchBuilder, Sink
from catalogue.model.harvest import (
    Completeness,
    HarvestSource,
    Page,
    PageMark,
    RememberedPage,
    RunCounts,
    RunState,
)
from catalogue.model.records import (
    NormalisedRecord,
    OutcomeKind,
    Payload,
    RawRecord,
    RecordOutcome,
    RecordState,
)
from catalogue.pipeline import fetch as fetching
from catalogue.pipeline.normalise import normalise
from catalogue.pipeline.parse import parse
from catalogue.pipeline.split import PageFacts, SplitPage, split
from catalogue.pipeline.spool import Spool
from catalogue.ports import Harvester, HttpClient
from catalogue.rdf.graphs import Graph, to_ntriples

log = logging.getLogger(__name__)

States = Callable[[Sequence[str]], Mapping[str, RecordState]]
Progress = Callable[[RunCounts, str, int | None], None]

NOT_AN_ERROR = frozenset({"ours"})
"""Codes of skipped records that leave a run `completed`."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`records`: stop after so many (None: all). `workspace`: folder for the spool (None: the system's)."""

    max_pages: int = 10_000
    batch_size: int = 100
    records: int | None = None
    workspace: Path | None = None


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended, before it is written down."""

    state: RunState
    counts: RunCounts
    complete: bool = False
    evidence: str = ""
    reason: str = ""
    advice: str = ""


@dataclass(slots=True)
class RunContext:
    """The engine's side of `FetchContext`. Shortcuts and increments are off until the engine can prove them."""

    since: datetime | None = None
    resume_cursor: str | None = None

    def remembered(self, url: str) -> RememberedPage | None:
        del url
        return None


class LimitReached(Exception):  # noqa: N818 - a signal, never an error
    """The run has as many records as were asked for."""


@dataclass(slots=True)
class HarvestInProgress:
    """The state of one run: what was met, what waits for other pages, what failed."""

    source: HarvestSource
    harvester: Harvester
    judge: Judge
    states: States
    batch: BatchBuilder
    spool: Spool
    limits: Limits
    base: str
    progress: Progress
    met: set[str] = field(default_factory=set)
    errors: int = 0
    total: int | None = None

    def page(self, page: Page) -> None:
        """Takes one page through the stages and commits it."""
        before = len(self.met)
        graph, payloads = self._read(page)
        facts = PageFacts(
            url=page.url, payload_hash=payloads[0].payload_hash if payloads else "", base=self.base
        )
        parts = split(graph, facts)
        self.spool.add(page.url, parts, graph)
        self._leave_out(parts)
        self.records(parts.records)
        self._mark(page, parts, payloads)
        log.debug("page read", extra={"page": page.url, "records": len(self.met) - before})
        self.progress(self.batch.counts, page.url, self.total)

    def records(self, raw_records: Sequence[RawRecord]) -> None:
        """Normalises, compares, judges and adds records to the batch."""
        normalised = [record for raw in raw_records if (record := self._normalise(raw))]
        states = self.states([record.record_id for record in normalised])
        for record in normalised:
            self._record(record, states.get(record.record_id))

    def finish_deferred(self) -> None:
        """Records whose parts stood on other pages, completed from the spool."""
        waiting: list[RawRecord] = []
        for raw in self.spool.deferred():
            waiting.append(raw)
            if len(waiting) >= self.limits.batch_size:
                self.records(waiting)
                waiting = []
                self.progress(self.batch.counts, raw.page_url, self.total)
        self.records(waiting)
        self.batch.flush()

    def _read(self, page: Page) -> tuple[Graph, list[Payload]]:
        """The page's documents as one graph; one that does not parse costs what it described."""
        graphs: list[Graph] = []
        for problem in page.problems:
            self._problem(
                RecordOutcome(
                    OutcomeKind.SKIPPED,
                    page_url=problem.url,
                    code=problem.code,
                    reason=problem.reason,
                    advice=problem.advice,
                    snippet=problem.snippet,
                ),
                counts=problem.counts_as_record,
            )
        for payload in page.payloads:
            self.batch.payload(payload)
            try:
                document = parse(payload)
            except RecordError as error:
                self._problem(_skipped(error, payload.url))
                continue
            graphs.append(document.graph)
            for flaw in document.problems:
                if flaw.lost:
                    self._problem(
                        RecordOutcome(
                            OutcomeKind.SKIPPED,
                            page_url=payload.url,
                            code=flaw.rule,
                            reason=flaw.message,
                            position=f"line {flaw.line}" if flaw.line else None,
                            snippet=flaw.snippet or None,
                            advice="Mend this place of the document; what it described is missing here.",
                        )
                    )
        if len(graphs) == 1:
            return graphs[0], list(page.payloads)
        return Graph(triple for graph in graphs for triple in graph), list(page.payloads)

    def _problem(self, outcome: RecordOutcome, *, counts: bool = True) -> None:
        if outcome.code not in NOT_AN_ERROR:
            self.errors += 1
        if counts:
            self.batch.outcome(outcome)

    def _leave_out(self, parts: SplitPage) -> None:
        for subject in parts.ours:
            if subject in self.met:
                continue
            self.met.add(subject)
            self._problem(
                RecordOutcome(
                    OutcomeKind.SKIPPED,
                    subject=subject,
                    code="ours",
                    reason="This record came from this catalogue in the first place.",
                    advice="Nothing to do: it is already here.",
                )
            )

    def _normalise(self, raw: RawRecord) -> NormalisedRecord | None:
        try:
            record = normalise(raw, self.source, self.harvester.server_added)
        except MissingIdentifier as error:
            self._problem(_skipped(error, raw.page_url, raw.subject))
            return None
        if record.record_id in self.met:
            self.batch.outcome(
                RecordOutcome(
                    OutcomeKind.DUPLICATE,
                    record_id=record.record_id,
                    dataset_id=record.dataset_id,
                    subject=record.subject,
                    page_url=record.page_url,
                    code="met-before",
                    reason="The source describes this resource more than once; the first description was taken.",
                    advice="Describe each resource once, or give each its own IRI.",
                )
            )
            return None
        self.met.add(record.record_id)
        return record

    def _record(self, record: NormalisedRecord, state: RecordState | None) -> None:
        try:
            outcome, version = self.judge.decide(record, state)
        except BackendError as error:
            self.errors += 1
            outcome, version = _failed(record, error.code, error.detail, error.advice), None
        except Exception:
            # Policy of the engine: a fault of ours in one record costs one record and leaves its trace in the log.
            log.exception("record failed", extra={"record": record.record_id, "subject": record.subject})
            self.errors += 1
            advice = "Tell the operator: the log has the details under this record's id."
            outcome, version = _failed(record, "internal", "Pharos failed on this record.", advice), None
        self.batch.outcome(outcome, version)
        if self.limits.records is not None and self.batch.counts.found >= self.limits.records:
            raise LimitReached

    def _mark(self, page: Page, parts: SplitPage, payloads: Sequence[Payload]) -> None:
        mark = PageMark(
            url=page.url,
            cursor=page.cursor,
            next_cursor=page.next_cursor,
            validators=page.validators,
            payload_hash=payloads[0].payload_hash if payloads else "",
            record_ids=(),
            payload_hashes=tuple(payload.payload_hash for payload in payloads),
        )
        description = to_ntriples(parts.source_description) if parts.source_description else None
        self.batch.page(mark, parts.outside.count, description)


def harvest(
    source: HarvestSource,
    harvester: Harvester,
    http: HttpClient,
    judge: Judge,
    sink: Sink,
    states: States,
    *,
    base: str,
    limits: Limits,
    check: Callable[[], None],
    progress: Progress,
    resume_cursor: str | None = None,
) -> RunEnd:
    """Harvests one source to its end. Raises LeaseLost only; everything else becomes the way the run ended."""
    batch = BatchBuilder(sink, limits.batch_size)
    with (
        tempfile.TemporaryDirectory(prefix="pharos-spool-", dir=limits.workspace) as folder,
        Spool(Path(folder)) as spool,
    ):
        run = HarvestInProgress(source, harvester, judge, states, batch, spool, limits, base, progress)
        try:
            completeness = _pages(run, http, RunContext(resume_cursor=resume_cursor), check)
            run.finish_deferred()
        except LimitReached:
            batch.flush()
            completeness = Completeness(False, f"stopped after {limits.records} records, as asked")
        except RunCancelled:
            return RunEnd(
                RunState.CANCELLED,
                batch.counts,
                reason="The run was cancelled; what it had committed stands.",
            )
        except LeaseLost:
            raise
        except CatalogueError as error:
            return _broken_off(error, batch)
    return _ended(run, completeness, limited=limits.records is not None)


def _pages(
    run: HarvestInProgress, http: HttpClient, context: RunContext, check: Callable[[], None]
) -> Completeness:
    completeness = Completeness(False, "the harvester did not say that it saw everything")
    for item in fetching.fetch(
        run.harvester, run.source, http, context, max_pages=run.limits.max_pages, check=check
    ):
        if isinstance(item, Completeness):
            completeness = item
        else:
            check()
            run.page(item)
    return completeness


def _broken_off(error: CatalogueError, batch: BatchBuilder) -> RunEnd:
    """What stood in the batch is lost with a back end, but kept when only the source broke off."""
    if not isinstance(error, BackendError):
        batch.flush()
    kind = "source" if isinstance(error, SourceError) else error.title.lower()
    log.warning("run broke off", extra={"error": error.code, "detail": error.detail, "kind": kind})
    return RunEnd(RunState.FAILED, batch.counts, reason=error.detail, advice=error.advice)


def _ended(run: HarvestInProgress, completeness: Completeness, *, limited: bool) -> RunEnd:
    counts = run.batch.counts
    if run.errors or not (completeness.complete or limited):
        state = RunState.WITH_ERRORS
        reason = (
            f"{run.errors} documents or records could not be taken." if run.errors else completeness.evidence
        )
        advice = "The lines of this run say which, why and what to do."
    else:
        state, reason, advice = RunState.COMPLETED, "", ""
    return RunEnd(
        state, counts, completeness.complete and not run.errors, completeness.evidence, reason, advice
    )


def _skipped(error: RecordError, page_url: str, subject: str | None = None) -> RecordOutcome:
    line = error.context.get("line")
    return RecordOutcome(
        OutcomeKind.SKIPPED,
        subject=subject,
        page_url=page_url,
        position=f"line {line}" if line else None,
        snippet=str(error.context.get("snippet") or "")[:200] or None,
        code=error.code,
        reason=error.detail,
        advice=error.advice,
    )


def _failed(record: NormalisedRecord, code: str, reason: str, advice: str) -> RecordOutcome:
    return RecordOutcome(
        OutcomeKind.FAILED,
        record_id=record.record_id,
        dataset_id=record.dataset_id,
        subject=record.subject,
        page_url=record.page_url,
        code=code,
        reason=reason,
        advice=advice,
    )
