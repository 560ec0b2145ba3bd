"""A run goes on where a dead worker left it: what that worker knew of the pages it had committed is read back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from catalogue.errors import NotFound, RecordError
from catalogue.harvesting.intake import NOT_AN_ERROR, Intake
from catalogue.model.harvest import HarvestRun, PageMark
from catalogue.model.records import Payload
from catalogue.pipeline.parse import parse
from catalogue.pipeline.split import PageFacts, split
from catalogue.ports import Ledger
from catalogue.rdf.graphs import Graph

ERRORS = ("skipped", "failed", "remark")


def restore(intake: Intake, ledger: Ledger, run: HarvestRun, cursor: str | None) -> None:
    """Fills the intake from the ledger: records met, pages to remember, parts for records of later pages, errors.

    `cursor`: where the run goes on; the page there will be read anew, committed or not. Asks nothing of the source. A
    payload that is not kept any more leaves the run incomplete.
    """
    before = takewhile(lambda mark: mark.cursor != cursor, ledger.pages_of_run(run.run_id) if cursor else ())
    for mark in before:
        intake.met.update(mark.record_ids)
        intake.memory.note(mark)
        for record_id in mark.record_ids:
            intake.memory.met(mark.url, record_id)
        intake.pages += 1
        if mark.payload_hashes:
            _read_again(intake, ledger, mark)
        else:
            intake.passed += 1
    lines = ledger.outcomes(run.run_id, kinds=ERRORS, limit=1_000_000)
    intake.errors += sum(line.code not in NOT_AN_ERROR for line in lines)


def _read_again(intake: Intake, ledger: Ledger, mark: PageMark) -> None:
    """The page's parts and waiting records go to the spool; its own records are in the ledger already."""
    try:
        payloads = [ledger.payload(digest) for digest in mark.payload_hashes]
    except NotFound:
        intake.errors += 1
        return
    graph = _graph(payloads)
    facts = PageFacts(mark.url, mark.payload_hash, intake.base, intake.nested)
    parts = split(graph, facts)
    intake.nested |= parts.nested
    intake.spool.add(mark.url, graph, parts.outside.triples)
    for waiting in parts.deferred:
        intake.spool.defer(waiting)


def _graph(payloads: Sequence[Payload]) -> Graph:
    graphs = []
    for payload in payloads:
        try:
            graphs.append(parse(payload).graph)
        except RecordError:
            # It did not parse then either, and the run has a line about it.
            continue
    return graphs[0] if len(graphs) == 1 else Graph(t for graph in graphs for t in graph)
