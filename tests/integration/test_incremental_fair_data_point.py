"""A FAIR Data Point that has not changed is asked for each document once, on condition, and none of them is read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest
from harvest_world import HarvestWorld, harvest_world
from loopback import Answer, Asked, Loopback

from catalogue.bootstrap import harvesting_of
from catalogue.harvesting.lease import LEASE
from catalogue.model.harvest import HarvestRun, HarvestSource, RunRequest, RunState
from harvesters import _fdp_documents

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.demo.server import DemoFederation

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix ldp: <http://www.w3.org/ns/ldp#> . @prefix fdp: <https://w3id.org/fdp/fdp-o#> .
"""


@dataclass
class Point:
    """Root, one catalogue, datasets with a distribution each in a document of its own. `tags`: conditional requests
    are answered by ETag, by date or not at all; `bulk`: children come in pages of two."""

    server: Loopback
    world: HarvestWorld
    tags: str
    bulk: bool
    titles: dict[str, str] = field(default_factory=lambda: dict.fromkeys("abcd", "first"))
    parts: dict[str, str] = field(default_factory=dict)
    drafts: set[str] = field(default_factory=lambda: {"x"})
    versions: dict[str, tuple[bytes, int]] = field(default_factory=dict)

    def serve(self) -> None:
        self._on("/", "<> a fdp:FAIRDataPoint ; dct:title 'F' ; fdp:metadataCatalog </c/1> .")
        listed = [*self.titles, *self.drafts]
        named = ", ".join(f"</d/{name}>" for name in self.titles)
        members = ", ".join(f"</d/{name}>" for name in listed)
        container = "</c/1/dataset/> a ldp:DirectContainer ; ldp:membershipResource </c/1> ; ldp:contains "
        self._on(
            "/c/1", f"</c/1> a dcat:Catalog ; dct:title 'C' ; dcat:dataset {named} . {container}{members} ."
        )
        for name in listed:
            self._on(f"/d/{name}", self._dataset(name))
            self._on(f"/x/{name}", f"</x/{name}> a dcat:Distribution ; dct:title '{self.parts.get(name)}' .")
        for name in self.drafts:
            self.server.on(f"/d/{name}", Answer(b"", 403))
        for page in range(2 if self.bulk else 0):
            some = "".join(self._dataset(name) for name in list(self.titles)[2 * page : 2 * page + 2])
            link = {"Link": f"</c/1/page/dataset?page={page + 1}&size=100>; rel=next"} if not page else {}
            self._on(f"/c/1/page/dataset?page={page}&size=100", some, link)

    def _dataset(self, name: str) -> str:
        title = self.titles.get(name, "draft")
        return f"</d/{name}> a dcat:Dataset ; dct:title '{name} {title}' ; dcat:distribution </x/{name}> . "

    def _on(self, path: str, text: str, headers: dict[str, str] | None = None) -> None:
        body = (PREFIXES + text).encode()
        before = self.versions.get(path, (b"", 0))
        self.versions[path] = before if before[0] == body else (body, before[1] + 1)
        number = self.versions[path][1]
        said = {"etag": {"ETag": f'"{number}"'}, "date": {"Last-Modified": _date(number)}, "none": {}}[
            self.tags
        ]

        def answer(asked: Asked) -> Answer:
            stands = {
                "etag": asked.headers.get("if-none-match") == f'"{number}"',
                "date": asked.headers.get("if-modified-since") == _date(number),
                "none": False,
            }[self.tags]
            if stands:
                return Answer(status=304, headers=said)
            return Answer(body, media_type="text/turtle", headers={**said, **(headers or {})})

        self.server.on(path, answer)

    def harvest(self, *, full: bool = False) -> HarvestRun:
        self.serve()
        ledger = self.world.services.ledger
        if not ledger.sources():
            options = {"bulk": self.bulk}
            ledger.add_source(
                HarvestSource("point", self.server.url("/"), "fair_data_point", options=options), "test"
            )
        queued = ledger.enqueue("point", RunRequest("test", "none", full=full))
        claim = ledger.claim("worker", LEASE, queued.run_id)
        assert claim is not None
        return harvesting_of(self.world.services).execute(claim)

    def asked(self) -> dict[str, bool]:
        """Paths since the last call → whether they were asked for on condition; each once."""
        conditions = ("if-none-match", "if-modified-since")
        found = [(one.path, any(name in one.headers for name in conditions)) for one in self.server.asked]
        self.server.asked.clear()
        assert len(dict(found)) == len(found), found
        return dict(found)


def _date(number: int) -> str:
    return format_datetime(datetime(2026, 1, number, tzinfo=UTC), usegmt=True)


@pytest.fixture(params=[(t, b) for t in ("etag", "date", "none") for b in (False, True)], ids=str)
def point(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Point]:
    tags, bulk = request.param
    with Loopback() as server, harvest_world(tmp_path) as world:
        yield Point(server, world, tags, bulk)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses of the documents that were parsed since it was emptied."""
    found: list[str] = []
    parse = _fdp_documents.parse_document

    def noted(body, base, **more):  # type: ignore[no-untyped-def]
        found.append(base)
        return parse(body, base, **more)

    monkeypatch.setattr(_fdp_documents, "parse_document", noted)
    return found


def test_what_has_not_changed_is_asked_once_and_not_read(point: Point, reads: list[str]) -> None:
    first = point.harvest()
    assert (first.state, first.counts.created) == (RunState.COMPLETED, 4), first.reason
    asked, position = point.asked(), point.world.services.ledger.position()
    reads.clear()
    for _ in range(2):
        again = point.harvest()
        assert (again.state, again.complete, again.code) == (RunState.COMPLETED, True, "")
        assert (again.counts.found, again.counts.unchanged) == (4, 4)
        assert (again.counts.pages, again.evidence) == (first.counts.pages, first.evidence)
        now = point.asked()
        assert list(now) == list(asked)
        conditional = {path for path, on_condition in now.items() if on_condition}
        assert conditional == (set() if point.tags == "none" else set(asked) - {"/d/x"})
    assert reads == []
    assert point.world.services.ledger.position() == position


def test_one_dataset_that_changed_is_read_and_the_others_are_not(point: Point, reads: list[str]) -> None:
    point.harvest()
    point.titles["b"] = "second"
    reads.clear()
    run = point.harvest()
    assert (run.state, run.counts.updated, run.counts.unchanged) == (RunState.COMPLETED, 1, 3)
    assert point.server.url("/d/d") not in reads
    assert point.server.url("/") not in reads
    reads.clear()
    assert point.harvest().counts.unchanged == 4
    assert reads == []


def test_a_distribution_that_changed_is_a_change_of_its_dataset(point: Point, reads: list[str]) -> None:
    point.harvest()
    reads.clear()
    point.parts["a"] = "renewed"
    run = point.harvest()
    assert (run.state, run.counts.updated, run.counts.unchanged) == (RunState.COMPLETED, 1, 3)
    assert point.server.url("/") not in reads


def test_a_dataset_that_is_added_is_met(point: Point) -> None:
    point.titles.popitem()
    point.harvest()
    point.titles["e"] = "new"
    run = point.harvest()
    assert (run.state, run.counts.created, run.counts.unchanged) == (RunState.COMPLETED, 1, 3)


def test_a_dataset_that_goes_is_missed_and_leaves(point: Point) -> None:
    point.harvest()
    del point.titles["a"]
    runs = [point.harvest() for _ in range(3)]
    assert [run.complete for run in runs] == [True] * 3
    assert sum(run.counts.withdrawn for run in runs) == 1
    records = point.world.services.ledger.records_of_source("point")
    assert [record.subject for record in records if record.withdrawn_at] == [point.server.url("/d/a")]


def test_a_draft_that_is_published_is_met_though_all_else_stands(point: Point) -> None:
    if point.bulk:
        pytest.skip("in bulk the page of children changes with it")
    point.titles["x"] = "draft for now"
    point.harvest()
    assert point.asked()["/d/x"] is False
    point.drafts.clear()
    run = point.harvest()
    assert (run.counts.created, run.counts.unchanged) == (1, 4)


def test_a_full_harvest_reads_every_document_again(point: Point, reads: list[str]) -> None:
    point.harvest()
    asked = point.asked()
    reads.clear()
    assert point.harvest(full=True).counts.unchanged == 4
    assert point.asked() == dict.fromkeys(asked, False)
    assert len(reads) == len(asked) - ("/d/x" in asked)


@pytest.mark.parametrize("slug", ["amstelveld-instituut", "instituto-tejo", "nosokomeio-ilissos"])
def test_the_demo_federations_points_are_read_again_only_where_a_document_is_broken(
    tmp_path: Path, reads: list[str], slug: str
) -> None:
    with DemoFederation(delay=0.0) as federation, harvest_world(tmp_path) as world:
        url = next(provider.url for provider in federation.providers if provider.slug == slug)
        source = HarvestSource("point", url, "fair_data_point")
        world.services.ledger.add_source(source, "test")
        first = world.run_again("point", "none")
        reads.clear()
        again = world.run_again("point", "none")
    assert (again.counts.found, again.evidence) == (first.counts.found, first.evidence)
    assert first.counts.created == again.counts.unchanged > 0
    assert first.complete is (slug != "nosokomeio-ilissos")
    assert (reads == []) is first.complete
