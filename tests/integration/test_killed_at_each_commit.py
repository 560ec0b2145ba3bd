"""A worker is killed before each of its commits, over days on which pages stand, change, repeat and fail: the
run that another worker ends leaves what an undisturbed one leaves, line by line."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from harvest_world import PUBLIC, harvest_world
from loopback import Answer, Asked, Loopback

from catalogue.adapters.ledger import open_ledger
from catalogue.bootstrap import Services, harvesting_of
from catalogue.harvesting.lease import LEASE
from catalogue.model.harvest import Claim, HarvestSource, RunRequest

PREFIXES = (
    "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . "
    "@prefix hydra: <http://www.w3.org/ns/hydra/core#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
    "<https://p.example/catalogue> a dcat:Catalog ; dct:title 'All'@en .\n"
)
PAGES, LAST_DAY = 5, 6
AWAY, BROKEN = (2, 3), 5
SETTINGS: dict[str, Any] = {"batch_size": 2}
"""Small: a page, and what is remembered of pages, then takes several commits."""


OURS = (
    '<https://p.example/d/ours> a dcat:Dataset ; dct:title "Ours"@en .\n'
    f"<{PUBLIC}/records/abc> a dcat:CatalogRecord ; foaf:primaryTopic <https://p.example/d/ours> .\n"
)


class Killed(BaseException):
    """What `kill -9` is to this process."""


@dataclass
class Mortal:
    """A ledger whose worker dies before its n-th write; 0: it lives, and its writes are counted."""

    ledger: Any
    last: int = 0
    writes: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)

    def _write(self, method: str, *arguments: Any, **named: Any) -> Any:
        self.writes += 1
        if self.writes == self.last:
            raise Killed
        return getattr(self.ledger, method)(*arguments, **named)

    def commit(self, *arguments: Any) -> Any:
        return self._write("commit", *arguments)

    def finish(self, *arguments: Any, **named: Any) -> Any:
        return self._write("finish", *arguments, **named)


def dataset(name: str, day: int, *more: str) -> str:
    iri = f"https://p.example/d/{name}"
    listed = f"<https://p.example/catalogue> dcat:dataset <{iri}> .\n"
    return listed + f'<{iri}> a dcat:Dataset ; dct:title "{name}, {day}"@en {" ".join(more)}.\n'


def described(page: int, day: int) -> str:
    """Pages 2 and 3 do not change from day 2 on, the last page hardly, the others each day. A dataset of the last page is
    away for two days. Pages 1 and 4 have triples of no record, a node without a class and a dataset that came from us;
    2, 3 and 5 repeat a dataset; 1, 3 and 5 have one whose publisher stands on the last page on day 3, else nowhere."""
    edition = {2: 0, 3: min(day, 2), 5: 0}.get(page, day)
    text = "".join(dataset(f"{page}-{n}", edition) for n in (1, 2))
    if page in (1, 4):
        text += f'<https://p.example/stray/{page}> dct:title "Nobody\'s {page}" .\n'
        text += f"<https://p.example/catalogue> dcat:dataset <https://p.example/untyped/{page}> .\n" * (
            day == 1
        )
        text += f'<https://p.example/untyped/{page}> dct:description "Classless" .\n' * (day == 1)
    if page in (1, 4):
        text += OURS
    if page in (2, 5):
        text += dataset("1-2", 99)
    if page == 3:
        text += dataset("2-1", 98)
    if page in (1, 3, 5):
        publisher = "org" if day == 3 else "nowhere"
        text += dataset(f"{page}-linked", 0, f"; dct:publisher <https://p.example/{publisher}>")
    if page == PAGES and day not in AWAY:
        text += dataset("away", 0)
    if page == PAGES and day == 3:
        text += '<https://p.example/org> a foaf:Agent ; foaf:name "Clinic" .\n'
    return text


def serve(server: Loopback, day: int) -> None:
    for page in range(1, PAGES + 1):
        view = f"<{server.url(f'/{page}')}> a hydra:PartialCollectionView"
        view += f" ; hydra:next <{server.url(f'/{page + 1}')}> .\n" if page < PAGES else " .\n"
        body = (PREFIXES + view + described(page, day)).encode()
        server.on(f"/{page}", conditional(body, f'"{page}-{hash(body)}"'))
    if day == BROKEN:
        link = {"Link": f'<{server.url("/5")}>; rel="next"'}
        server.on("/4", Answer(b'<https://p.example/broken> a "', media_type="text/turtle", headers=link))


def conditional(body: bytes, tag: str) -> Any:
    def answer(asked: Asked) -> Answer:
        if asked.headers.get("if-none-match") == tag:
            return Answer(status=304, headers={"ETag": tag})
        return Answer(body, media_type="text/turtle", headers={"ETag": tag})

    return answer


@dataclass
class Paged:
    """The source in a ledger of its own, harvested by services that many of them share."""

    services: Services
    ledger: Any

    def claim(self) -> Claim:
        queued = self.ledger.enqueue("paged", RunRequest("test", "none"))
        claim = self.ledger.claim("worker", LEASE, queued.run_id)
        assert claim is not None
        return claim

    def execute(self, mortal: Mortal) -> None:
        """The source's run is claimed and done; the worker may die of it."""
        harvesting_of(replace(self.services, ledger=mortal)).execute(self.claim())

    def state(self, server: Loopback) -> dict[str, Any]:
        """Everything that the runs left, without times and names of runs."""
        ledger = self.ledger
        runs, records = ledger.runs("paged"), ledger.records_of_source("paged")
        return {
            "runs": [(run.state, run.complete, asdict(run.counts), run.reason, run.advice) for run in runs],
            "lines": [[asdict(line) for line in ledger.outcomes(run.run_id, limit=1000)] for run in runs],
            "records": {r.subject: (r.version_count, r.withdrawn_at is None, r.published) for r in records},
            "contents": {v.subject: (v.content, v.received) for v in ledger.published(None, 1000)},
            "memberships": {record.subject: ledger.memberships(record.record_id) for record in records},
            "source": ledger.source_description("paged"),
            "pages": [ledger.remembered_page("paged", server.url(f"/{n}")) for n in range(1, PAGES + 1)],
        }


@dataclass(frozen=True)
class Day:
    """The ledger as it stood before the day's run, how many writes that run does, and what it leaves."""

    before: Path
    writes: int
    calm: dict[str, Any]


@dataclass(frozen=True)
class Story:
    """A harvest each day, undisturbed."""

    folder: Path
    services: Services
    server: Loopback
    days: list[Day] = field(default_factory=list)

    @contextmanager
    def ledger(self, file: Path) -> Iterator[Paged]:
        ledger = open_ledger(f"sqlite:///{file}", self.services.clock)
        try:
            yield Paged(self.services, ledger)
        finally:
            ledger.close()

    def tell(self) -> None:
        with self.ledger(self.folder / "calm.sqlite") as paged:
            paged.ledger.add_source(HarvestSource("paged", self.server.url("/1"), "dcat_rdf"), "test")
        for number in range(LAST_DAY + 1):
            serve(self.server, number)
            before = self.folder / f"{number}.sqlite"
            shutil.copy(self.folder / "calm.sqlite", before)
            with self.ledger(self.folder / "calm.sqlite") as paged:
                mortal = Mortal(paged.ledger)
                paged.execute(mortal)
                self.days.append(Day(before, mortal.writes, paged.state(self.server)))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("story")
    with Loopback() as server, harvest_world(folder, **SETTINGS) as world:
        told = Story(folder, world.services, server)
        told.tell()
        yield told


def killed(paged: Paged, write: int) -> None:
    """The day's run, whose worker dies before its n-th write; its lease is over."""
    with pytest.raises(Killed):
        paged.execute(Mortal(paged.ledger, write))
    paged.ledger.end_leases()


@pytest.mark.parametrize("number", range(LAST_DAY + 1))
def test_wherever_a_worker_is_killed_the_run_leaves_what_an_undisturbed_one_leaves(
    number: int, story: Story, tmp_path: Path
) -> None:
    day = story.days[number]
    serve(story.server, number)
    for write in range(1, day.writes + 1):
        file = tmp_path / f"{write}.sqlite"
        shutil.copy(day.before, file)
        with story.ledger(file) as paged:
            killed(paged, write)
            paged.execute(Mortal(paged.ledger))
            assert_equal(paged.state(story.server), day.calm, f"killed before write {write} of {day.writes}")


def test_a_duplicate_says_why_also_on_a_page_that_was_passed_over(story: Story) -> None:
    lines = [line for day in story.days for line in day.calm["lines"][0] if line["kind"] == "duplicate"]
    assert {line["code"] for line in lines} == {"met-before"}
    assert {line["subject"] is None for line in lines} == {True, False}


@pytest.mark.parametrize("number", range(LAST_DAY + 1))
def test_a_run_that_two_workers_died_of_leaves_what_an_undisturbed_one_leaves(
    number: int, story: Story, tmp_path: Path
) -> None:
    day = story.days[number]
    serve(story.server, number)
    for first in range(2, day.writes + 1, 3):
        for second in range(1 + first % 3, day.writes - first + 2, 3):
            file = tmp_path / f"{first}-{second}.sqlite"
            shutil.copy(day.before, file)
            with story.ledger(file) as paged:
                killed(paged, first)
                killed(paged, second)
                paged.execute(Mortal(paged.ledger))
                where = f"killed before writes {first} and {second} of {day.writes}"
                assert_equal(paged.state(story.server), day.calm, where)


def assert_equal(found: dict[str, Any], calm: dict[str, Any], where: str) -> None:
    for one, other in zip(found.pop("lines"), calm["lines"], strict=True):
        # The lines of one batch stand in the order of their kind, and a resumed run has other batches.
        differing = Counter(map(str, one))
        differing.subtract(map(str, other))
        assert not +differing and not -differing, f"lines, {where}: {[d for d in differing.items() if d[1]]}"
    for part, value in found.items():
        assert value == calm[part], f"{part}, {where}"
