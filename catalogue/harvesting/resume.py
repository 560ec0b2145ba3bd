"""A run goes on where a dead worker left it: what that worker knew of the pages it had committed is read back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from catalogue.errors import NotFound, RecordError
from catalogue.harvesting.intake import NOT_AN_ERROR, Intake
from catalogue.harvesting.origins import Origins
from catalogue.model.harvest import HarvestRun, PageMark
from catalogue.model.records import Payload
from catalogue.model.resources import DeferredRecord
from catalogue.pipeline.normalise import normalise
from catalogue.pipeline.parse import parse
from catalogue.pipeline.split import PageFacts, split
from catalogue.ports import Ledger
from catalogue.rdf.graphs import Graph
from catalogue.rdf.paging import is_self_contained

ERRORS = ("skipped", "failed", "remark")


def restore(intake: Intake, ledger: Ledger, run: HarvestRun, cursor: str | None) -> None:
    """Fills the intake from the ledger: records met, pages to remember, parts for records of later pages, errors.

    `cursor`: where the run goes on; the page there will be read anew, committed or not. Asks nothing of the source. A
    payload that is not kept any more leaves the run incomplete.
    """
    marks = ledger.pages_of_run(run.run_id)
    before = _leading_to(cursor, marks)
    for mark in before:
        waiting: frozenset[str] = frozenset()
        if mark.payload_hashes:
            waiting = _read_again(intake, ledger, mark)
        else:
            intake.passed += 1
        intake.memory.note(mark)
        intake.pages += 1
        for record_id in mark.record_ids:
            if record_id not in waiting:
                intake.met.add(record_id)
                intake.memory.met(mark.url, record_id)
    known = {mark.url for mark in before}
    for mark in marks:
        if mark.url not in known:
            intake.memory.met_before(mark)
    lines = ledger.outcomes(run.run_id, kinds=ERRORS, limit=1_000_000)
    intake.errors += sum(line.code not in NOT_AN_ERROR for line in lines)


def _leading_to(cursor: str | None, marks: Sequence[PageMark]) -> list[PageMark]:
    """The pages before the cursor, in the order they were read: each names the next one. Not by their times: a clock may
    be set back, and a page is written once more when the run remembers it."""
    by_next = {mark.next_cursor: mark for mark in marks if mark.next_cursor is not None}
    before = []
    while cursor is not None and (mark := by_next.pop(cursor, None)) is not None:
        before.append(mark)
        cursor = mark.cursor
    return before[::-1]


def _read_again(intake: Intake, ledger: Ledger, mark: PageMark) -> frozenset[str]:
    """The page's parts and waiting records go to the spool; its own records are in the ledger already. Returns the ids
    of those that wait: they will be met at the end, as they were if the dead worker had come so far."""
    try:
        payloads = [ledger.payload(digest) for digest in mark.payload_hashes]
    except NotFound:
        intake.errors += 1
        return frozenset()
    documents = _documents(payloads)
    graphs = [graph for _, graph in documents]
    graph = graphs[0] if len(graphs) == 1 else Graph(t for one in graphs for t in one)
    intake.origins = Origins(mark.url, documents)
    parts = split(graph, PageFacts(mark.url, mark.payload_hash, intake.base, intake.nested))
    # Its outcomes are lines of the run already.
    intake.note(mark.url, parts)
    if is_self_contained(graph):
        return frozenset()
    intake.set_aside(mark.url, graph, parts)
    return frozenset(_ids(intake, parts.deferred))


def _ids(intake: Intake, waiting: Iterable[DeferredRecord]) -> Iterator[str]:
    for deferred in waiting:
        try:
            record = normalise(
                deferred.record, intake.source, intake.harvester.server_added, intake.vocabularies
            )
        except RecordError:
            # It will cost a line when it is met.
            continue
        yield record.record_id


def _documents(payloads: Sequence[Payload]) -> list[tuple[str, Graph]]:
    documents = []
    for payload in payloads:
        try:
            documents.append((payload.payload_hash, parse(payload).graph))
        except RecordError:
            # It did not parse then either, and the run has a line about it.
            continue
    return documents
