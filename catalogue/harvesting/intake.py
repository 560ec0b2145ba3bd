"""Takes pages through the stages: read, split, normalise, compare, judge, batch. What an error costs is decided here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from catalogue.errors import BackendError, RecordError
from catalogue.harvesting.judge import Decider, Decision
from catalogue.harvesting.lines import failed, lost_part, met_before, outside, skipped, unread, unrecorded
from catalogue.harvesting.members import Members
from catalogue.harvesting.memory import PageMemory
from catalogue.harvesting.origins import Origins
from catalogue.harvesting.sink import BatchBuilder
from catalogue.model.harvest import HarvestSource, Page, PageMark, RunCounts
from catalogue.model.identifiers import record_id
from catalogue.model.records import NormalisedRecord, OutcomeKind, RawRecord, RecordOutcome, RecordState
from catalogue.model.vocabularies import Vocabularies
from catalogue.pipeline.normalise import normalise
from catalogue.pipeline.parse import parse
from catalogue.pipeline.split import PageFacts, SplitPage, split
from catalogue.pipeline.spool import Spool
from catalogue.ports import Harvester
from catalogue.rdf.graphs import Graph, to_ntriples
from catalogue.rdf.iris import repair_iri
from catalogue.rdf.paging import is_self_contained

log = logging.getLogger(__name__)

States = Callable[[Sequence[str]], Mapping[str, RecordState]]
Progress = Callable[[RunCounts, str, int | None], None]

MAX_EXAMPLES = 200
"""Triples outside of all records that are remembered as examples."""

NOT_AN_ERROR = frozenset({"ours"})
"""Codes of skipped records that leave a run `completed`."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`records`: stop after so many (None: all). `workspace`: folder for the spool (None: the system's). `budget`: time
    that a run may take."""

    max_pages: int = 10_000
    batch_size: int = 100
    records: int | None = None
    workspace: Path | None = None
    budget: timedelta = timedelta(hours=6)


class LimitReached(Exception):
    """The run has as many records as were asked for."""


@dataclass(slots=True)
class Intake:
    """The state of one run: what was met, what waits for other pages, how many errors there were."""

    source: HarvestSource
    harvester: Harvester
    judge: Decider
    states: States
    batch: BatchBuilder
    spool: Spool
    limits: Limits
    base: str
    progress: Progress
    memory: PageMemory
    vocabularies: Vocabularies
    met: set[str] = field(default_factory=set)
    nested: frozenset[str] = frozenset()
    deleted: set[str] = field(default_factory=set)
    homeless: dict[str, None] = field(default_factory=dict)
    unrecorded: dict[tuple[str, str], RecordOutcome] = field(default_factory=dict)
    origins: Origins = Origins("", ())
    members: Members = field(init=False)
    pages: int = 0
    passed: int = 0
    errors: int = 0

    def __post_init__(self) -> None:
        self.members = Members(self.source)

    def page(self, page: Page) -> None:
        """Takes one page through the stages and commits it."""
        self.deleted.update(record_id(self.source.slug, deletion.subject) for deletion in page.deletions)
        if page.unchanged:
            self._pass_over(page)
            return
        graph = self._read(page)
        facts = PageFacts(
            url=page.url,
            payload_hash=page.payloads[0].payload_hash if page.payloads else "",
            our_base=self.base,
            nested=self.nested,
        )
        parts = split(graph, facts)
        for outcome in self.note(page.url, parts):
            self._problem(outcome)
        if (page.next_cursor is None and self.pages == 0) or is_self_contained(graph):
            # Nothing can stand on another page.
            self.records([waiting.record for waiting in parts.deferred])
        else:
            self.set_aside(page.url, graph, parts)
        self.records(parts.records)
        self.batch.members(self.members.elsewhere(parts.elsewhere, page.url))
        self.pages += 1
        self._mark(page, parts)
        self.progress(self.batch.counts, page.url, None)

    def note(self, page_url: str, parts: SplitPage) -> list[RecordOutcome]:
        """Keeps in mind what later pages and the run's last lines need of a page, and returns those of its outcomes
        that are new in this run."""
        self.nested |= parts.nested
        self.homeless.update(dict.fromkeys(parts.outside.examples[: MAX_EXAMPLES - len(self.homeless)]))
        for line in unrecorded(parts, page_url):
            # A blank node is one of its page; an IRI is the same on all of them.
            node = line.subject or ""
            self.unrecorded.setdefault((node, "" if _iri(node) else page_url), line)
        new = [outcome for outcome in parts.ours if outcome.subject and outcome.subject not in self.met]
        if new:
            self.met.update(outcome.subject for outcome in new if outcome.subject)
            self.memory.forget(page_url)
        return new

    def set_aside(self, page_url: str, graph: Graph, parts: SplitPage) -> None:
        """Spools what a page has for records of other pages, and its records that wait for those."""
        self.spool.add(page_url, graph, parts.outside.triples)
        for waiting in parts.deferred:
            self.spool.defer(replace(waiting, record=self.origins.traced(waiting.record)))

    def _pass_over(self, page: Page) -> None:
        """Marks the records of a page that stands as it did as seen, without reading it."""
        known = self.memory.unchanged(page)
        states = self.states(known.record_ids)
        for key in known.record_ids:
            if key in states:
                unchanged = RecordOutcome(OutcomeKind.UNCHANGED, record_id=key, page_url=page.url)
                self.batch.outcome(met_before(key, page.url) if key in self.met else unchanged)
                self.met.add(key)
                self.memory.met(page.url, key)
        self.pages += 1
        self.passed += 1
        mark = PageMark(
            url=page.url,
            cursor=page.cursor,
            next_cursor=page.next_cursor,
            validators=page.validators,
            payload_hash=known.payload_hash,
            record_ids=known.record_ids,
            notes=page.notes,
        )
        self.memory.note(mark)
        self.batch.page(mark, 0, None)
        self.progress(self.batch.counts, page.url, None)

    def remember(self) -> None:
        """After a run that met everything: pages that the next one may pass over, unless they depend on each other.
        If it passed none over itself, what it did not meet of memberships is no longer said."""
        if not self.errors and not self.passed:
            self.batch.forget_members()
        if not self.errors and not self.spool.has_given():
            self.batch.remember(self.memory.marks())

    def finish_deferred(self) -> None:
        """Records whose parts stood on other pages, completed from the spool."""
        waiting: list[RawRecord] = []
        for deferred in self.spool.deferred():
            try:
                waiting.append(self.spool.completed(deferred))
            except RecordError as error:
                self._problem(skipped(error, deferred.record.page_url, deferred.record.subject))
            if len(waiting) >= self.limits.batch_size:
                self.records(waiting)
                waiting = []
                self.progress(self.batch.counts, deferred.record.page_url, None)
        self.records(waiting)
        self.batch.account(self.spool.taken())
        self._tell_unrecorded()
        self._tell_outside()
        self.batch.flush()

    def _tell_unrecorded(self) -> None:
        """One line for each resource that some page claims, to which no page gave a class, or of which none said more."""
        for line in self.unrecorded.values():
            iri = _iri(line.subject or "")
            names = {iri, repair_iri(iri) or iri} if iri else set()
            if not any(record_id(self.source.slug, name) in self.met for name in names):
                self._problem(line)

    def _tell_outside(self) -> None:
        """One line about the triples that ended in no record, with a few of them."""
        count = self.batch.counts.triples_outside
        left = [text for text in self.homeless if not self.spool.is_taken(_iri(text))]
        if count > 0:
            self.batch.remark(outside(count, sorted(left, key=lambda t: t.startswith("_:"))))

    def records(self, raw_records: Sequence[RawRecord]) -> None:
        """Normalises, compares, judges and adds records to the batch, a batch in memory at a time."""
        size = self.limits.batch_size
        for start in range(0, len(raw_records), size):
            portion = [r for raw in raw_records[start : start + size] if (r := self._normalise(raw))]
            states = self.states([record.record_id for record in portion])
            begun = self.judge.begin([(record, states.get(record.record_id)) for record in portion])
            for record, decided in zip(portion, begun, strict=True):
                self._record(record, decided)

    def _read(self, page: Page) -> Graph:
        """The page's documents as one graph; one that does not parse costs what it described."""
        for problem in page.problems:
            self._problem(unread(problem))
        graphs: list[Graph] = []
        read: list[tuple[str, Graph]] = []
        for payload in page.payloads:
            self.batch.payload(payload)
            try:
                document = parse(payload)
            except RecordError as error:
                self._problem(skipped(error, payload.url))
                continue
            graphs.append(document.graph)
            read.append((payload.payload_hash, document.graph))
            for flaw in document.problems:
                if flaw.lost:
                    self._problem(lost_part(flaw, payload.url))
        self.origins = Origins(page.url, read)
        if len(graphs) == 1:
            return graphs[0]
        return Graph(triple for graph in graphs for triple in graph)

    def _problem(self, outcome: RecordOutcome) -> None:
        if outcome.code not in NOT_AN_ERROR:
            self.errors += 1
        if outcome.kind is OutcomeKind.REMARK:
            self.batch.remark(outcome)
        else:
            self.batch.outcome(outcome)

    def _normalise(self, raw: RawRecord) -> NormalisedRecord | None:
        try:
            record = normalise(
                self.origins.traced(raw), self.source, self.harvester.server_added, self.vocabularies
            )
        except RecordError as error:
            self._problem(skipped(error, raw.page_url, raw.subject))
            return None
        self.memory.met(record.page_url, record.record_id)
        self.batch.members(self.members.of_record(raw, record))
        if record.record_id in self.met:
            self.batch.outcome(met_before(record.record_id, record.page_url, record))
            return None
        self.met.add(record.record_id)
        return record

    def _record(self, record: NormalisedRecord, decided: Callable[[], Decision]) -> None:
        try:
            outcome, version = decided()
        except BackendError as error:
            self.errors += 1
            outcome, version = failed(record, error.code, error.detail, error.advice), None
        except Exception:
            # Policy of the engine: a fault of ours in one record costs one record and leaves its trace in the log.
            log.exception("record failed", extra={"record": record.record_id, "subject": record.subject})
            self.errors += 1
            advice = "Tell the operator: the log has the details under this record's id."
            outcome, version = failed(record, "internal", "Pharos failed on this record.", advice), None
        self.batch.outcome(outcome, version)
        if self.limits.records is not None and self.batch.counts.found >= self.limits.records:
            raise LimitReached

    def _mark(self, page: Page, parts: SplitPage) -> None:
        hashes = tuple(payload.payload_hash for payload in page.payloads)
        mark = PageMark(
            url=page.url,
            cursor=page.cursor,
            next_cursor=page.next_cursor,
            validators=page.validators,
            payload_hash=hashes[0] if hashes else "",
            record_ids=self.memory.records_of(page.url),
            payload_hashes=hashes,
            notes=page.notes,
        )
        description = to_ntriples(parts.source_description) if len(parts.source_description) else None
        self.memory.note(mark)
        self.batch.page(mark, parts.outside.count, description)


def _iri(example: str) -> str:
    """The subject's IRI of an example in N-Triples form; "" for a blank node."""
    subject = example.split(" ", 1)[0]
    return subject[1:-1] if subject.startswith("<") else ""
