"""Each stage alone, on input that was prepared before the clock began.

A stage is a function that prepares what one try needs and gives back the work to be timed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from benchmarks.generated import HOST, Pages
from benchmarks.installed import Installed, installed, source_at
from benchmarks.served import serving
from benchmarks.spent import processor_seconds, spend, typical
from catalogue.adapters.ledger import SqlLedger, open_ledger
from catalogue.adapters.vocabularies import load_vocabularies
from catalogue.bootstrap import SystemClock, harvesting_of, projections_of
from catalogue.harvesting.lease import LEASE
from catalogue.harvesting.publication import choose
from catalogue.model.harvest import Batch, FencingToken, PageMark, RunRequest, Validators
from catalogue.model.records import (
    NewVersion,
    NormalisedRecord,
    OutcomeKind,
    Payload,
    RawRecord,
    RecordOutcome,
)
from catalogue.model.validation import ValidationReport
from catalogue.pipeline.fetch import fetch
from catalogue.pipeline.normalise import PIPELINE_VERSION, normalise
from catalogue.pipeline.parse import parse
from catalogue.pipeline.split import PageFacts, split
from catalogue.pipeline.validate import validate
from catalogue.projections.follow import follow
from catalogue.rdf.graphs import Graph

URL = f"{HOST}/catalogue.ttl"
HEALTH = "healthdcat-ap-r8"
Work = Callable[[], object]
Prepare = Callable[[Pages, ExitStack], Work]


def stage(name: str, records: int, tries: int = 3) -> dict[str, Any]:
    """Seconds of the stage for so many records: the median of the tries. `child_cpu`: of the SPARQL server."""
    spent, child_cpu = [], 0.0
    for _ in range(tries):
        with ExitStack() as stack:
            work = STAGES[name](Pages(records), stack)
            child = getattr(work, "child", 0)
            before = processor_seconds(child) if child else 0.0
            spent.append(spend(work))
            child_cpu = processor_seconds(child) - before if child else 0.0
    cost = typical(spent)
    return {"stage": name, "records": records, "wall": cost.wall, "cpu": cost.cpu, "child_cpu": child_cpu}


def payloads(pages: Pages) -> list[Payload]:
    found = []
    for number in range(1, pages.count + 1):
        body = "".join(pages.turtle(number, URL)).encode()
        found.append(
            Payload(
                f"{URL}?page={number}",
                body,
                sha256(body).hexdigest(),
                media_type="text/turtle",
                charset="utf-8",
            )
        )
    return found


def raw_records(pages: Pages) -> list[RawRecord]:
    return [raw for payload in payloads(pages) for raw in _split(parse(payload).graph, payload)]


def normalised(pages: Pages) -> list[NormalisedRecord]:
    source = source_at(URL)
    return [normalise(raw, source) for raw in raw_records(pages)]


def _split(graph: Graph, payload: Payload) -> Iterator[RawRecord]:
    parts = split(graph, PageFacts(payload.url, payload.payload_hash))
    yield from parts.records
    yield from (waiting.record for waiting in parts.deferred)


def _requests(pages: Pages, stack: ExitStack) -> Work:
    url = stack.enter_context(serving(pages))
    place = stack.enter_context(installed(url, graph=False))
    client = stack.enter_context(place.services.http.for_source(source_at(url)))
    return lambda: [client.get(f"{url}?page={number}") for number in range(1, pages.count + 1)]


def _fetch(pages: Pages, stack: ExitStack) -> Work:
    url = stack.enter_context(serving(pages))
    place = stack.enter_context(installed(url, graph=False))
    source = source_at(url)
    client = stack.enter_context(place.services.http.for_source(source))
    harvester = place.services.harvesters["dcat_rdf"]
    return lambda: _exhaust(fetch(harvester, source, client, FromTheBeginning(), max_pages=pages.count + 1))


class FromTheBeginning:
    """The engine's side of a first run: nothing is known of the source."""

    since = None
    resume_cursor = None

    def remembered(self, url: str) -> None:
        del url


def _exhaust(items: Iterator[object]) -> None:
    for _ in items:
        pass


def _parse(pages: Pages, _stack: ExitStack) -> Work:
    documents = payloads(pages)
    return lambda: [parse(payload) for payload in documents]


def _split_stage(pages: Pages, _stack: ExitStack) -> Work:
    read = [(parse(payload).graph, payload) for payload in payloads(pages)]
    return lambda: [list(_split(graph, payload)) for graph, payload in read]


def _normalise(pages: Pages, _stack: ExitStack) -> Work:
    raw, source, vocabularies = raw_records(pages), source_at(URL), load_vocabularies()
    return lambda: [normalise(record, source, (), vocabularies) for record in raw]


def _validate(pages: Pages, stack: ExitStack) -> Work:
    services = stack.enter_context(installed(URL, graph=False)).services
    records, profile = normalised(pages), services.profiles[HEALTH]

    def judge(record: NormalisedRecord) -> ValidationReport:
        return validate(record.graph, profile, services.engine, services.vocabularies, subject=record.subject)

    judge(records[0])
    return lambda: [judge(record) for record in records]


def _commit(pages: Pages, stack: ExitStack) -> Work:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pharos-bench-")))
    ledger = open_ledger(f"sqlite:///{folder / 'ledger.sqlite'}", SystemClock())
    stack.callback(ledger.close)
    ledger.add_source(source_at(URL), by="benchmark")
    run = ledger.enqueue(source_at(URL).slug, RunRequest("benchmark"))
    claim = ledger.claim("benchmark", LEASE, run.run_id)
    assert claim is not None
    bodies, records = payloads(pages), normalised(pages)
    return lambda: _write(ledger, claim.token, bodies, records)


def _write(
    ledger: SqlLedger, token: FencingToken, bodies: list[Payload], records: list[NormalisedRecord]
) -> None:
    """One transaction a page: its document, its records, its mark."""
    report = ValidationReport("none", "none", "", "", checked_at=datetime.now(UTC))
    by_page: dict[str, list[NormalisedRecord]] = {payload.url: [] for payload in bodies}
    for record in records:
        by_page[record.page_url].append(record)
    for payload in bodies:
        here = by_page[payload.url]
        batch = Batch(
            outcomes=tuple(
                RecordOutcome(OutcomeKind.CREATED, r.record_id, r.dataset_id, r.subject, r.page_url)
                for r in here
            ),
            versions=tuple(NewVersion(record, report, PIPELINE_VERSION) for record in here),
            pages=(PageMark(payload.url, payload.url, payload.url, Validators(), payload.payload_hash, ()),),
            payloads=(payload,),
        )
        ledger.commit(token, batch, choose)
    assert ledger.published_count() == len(records)


def _graph(pages: Pages, stack: ExitStack) -> Work:
    return _Following(_harvested(pages, stack, graph=True), 0)


def _search(pages: Pages, stack: ExitStack) -> Work:
    return _Following(_harvested(pages, stack, graph=False), 1)


def _harvested(pages: Pages, stack: ExitStack, *, graph: bool) -> Installed:
    url = stack.enter_context(serving(pages))
    place = stack.enter_context(installed(url, graph=graph))
    harvesting_of(place.services).execute(place.claim())
    assert place.services.ledger.published_count() == pages.records
    return place


class _Following:
    """Follows the ledger with one projection, from nothing to its end."""

    def __init__(self, place: Installed, number: int) -> None:
        self._ledger = place.services.ledger
        self._projection = projections_of(place.services)[number]
        # The first look writes the vocabularies, which is no part of a harvest.
        self._projection.position()
        self.child = place.child_pid if place.child else 0

    def __call__(self) -> None:
        reached = follow(self._ledger, self._projection)
        assert reached == self._ledger.position()


STAGES: dict[str, Prepare] = {
    "fetch, requests only": _requests,
    "fetch": _fetch,
    "parse": _parse,
    "split": _split_stage,
    "normalise": _normalise,
    "validate": _validate,
    "ledger commit": _commit,
    "graph projection": _graph,
    "search projection": _search,
}
