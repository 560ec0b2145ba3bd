"""Who a record is when its source goes and comes back, when it moves, and when its names change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from harvest_world import HarvestWorld, harvest_world
from loopback import Answer, Asked, Loopback

from catalogue.errors import Conflict
from catalogue.harvesting.publication import choose
from catalogue.model.harvest import HarvestRun, HarvestSource, RunState

PREFIXES = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
CATALOGUE = '<https://provider.example/catalogue> a dcat:Catalog ; dct:title "C"@en .\n'
OLD, SECURE, OTHER = "http://old.example/d/", "https://old.example/d/", "https://new.example/sets/"


def dataset(iri: str, number: int, **facts: str) -> str:
    """A dataset; `facts` are properties of Dublin Core and, as `page`, its landing page."""
    given = {"title": f'"Dataset {number}"@en', "identifier": f'"D-{number}"', **facts}
    page = given.pop("page", "")
    text = f"<{iri}{number}> a dcat:Dataset"
    text += "".join(f" ; dct:{name} {value}" for name, value in given.items() if value)
    return text + (f" ; dcat:landingPage <{page}> .\n" if page else " .\n")


class Catalogues:
    """Sources that a test rewrites and harvests."""

    def __init__(self, world: HarvestWorld, server: Loopback) -> None:
        self.world, self.server = world, server

    def harvest(self, slug: str, *descriptions: str) -> HarvestRun:
        """Serves exactly these datasets under the source's name, with an ETag, and harvests them."""
        body = (PREFIXES + CATALOGUE + "".join(descriptions)).encode()
        headers = {"ETag": f'"{hash(body)}"'}

        def answer(asked: Asked) -> Answer:
            if asked.headers.get("if-none-match") == headers["ETag"]:
                return Answer(status=304, headers=headers)
            return Answer(body, media_type="text/turtle", headers=headers)

        self.server.on(f"/{slug}", answer)
        run = self.world.harvest(slug, self.server.url(f"/{slug}"), "none")
        self.world.project()
        return run

    def shown(self) -> dict[str, str]:
        """The published datasets: IRI to source; index and ledger agree."""
        versions = self.world.services.ledger.published(None, 1000)
        found = self.world.client().get("/api/v1/datasets?size=100").get_json()
        assert sorted(hit["iri"] for hit in found["hits"]) == sorted(v.subject for v in versions)
        return {version.subject: version.source for version in versions}

    def renames(self, run: HarvestRun) -> Mapping[str, str]:
        """Old names of a run's lines with what is said about them."""
        lines = self.world.lines(run, "remark")
        return {line.subject or "": line.reason or "" for line in lines if line.code == "renamed"}

    def resolve(self, run: HarvestRun, *, release: bool) -> HarvestRun:
        resolved = self.world.services.ledger.resolve(run.run_id, release, choose, "anna")
        self.world.project()
        return resolved


@pytest.fixture
def catalogues(tmp_path: Path) -> Iterator[Catalogues]:
    with Loopback() as server, harvest_world(tmp_path) as world:
        yield Catalogues(world, server)


def test_a_source_that_is_removed_and_added_again_has_its_records_back_with_their_history(
    catalogues: Catalogues,
) -> None:
    ledger = catalogues.world.services.ledger
    records = [dataset(SECURE, n) for n in (1, 2, 3)]
    catalogues.harvest("clinic", *records)
    catalogues.harvest("clinic", dataset(SECURE, 1, title='"Renewed"@en'), *records[1:])
    before = {
        r.record_id: (r.version_count, r.first_harvested_at) for r in ledger.records_of_source("clinic")
    }
    assert ledger.remove_source("clinic", choose, "test") == 3
    catalogues.world.project()
    assert catalogues.shown() == {}
    ledger.add_source(HarvestSource("clinic", catalogues.server.url("/clinic"), "dcat_rdf"), "test")
    run = catalogues.harvest("clinic", dataset(SECURE, 1, title='"Renewed"@en'), *records[1:])
    assert (run.state, run.counts.unchanged, run.counts.created) == (RunState.COMPLETED, 3, 0)
    after = {r.record_id: (r.version_count, r.first_harvested_at) for r in ledger.records_of_source("clinic")}
    assert after == before
    assert len(catalogues.shown()) == 3


def test_a_source_that_was_away_learns_what_left_meanwhile(catalogues: Catalogues) -> None:
    ledger = catalogues.world.services.ledger
    catalogues.harvest("clinic", *(dataset(SECURE, n) for n in range(5)))
    ledger.remove_source("clinic", choose, "test")
    ledger.add_source(HarvestSource("clinic", catalogues.server.url("/clinic"), "dcat_rdf"), "test")
    run = catalogues.harvest("clinic", *(dataset(SECURE, n) for n in range(4)))
    assert (run.state, run.counts.unchanged) == (RunState.COMPLETED, 4)
    assert catalogues.shown() == {f"{SECURE}{n}": "clinic" for n in range(4)}


def test_the_name_of_a_removed_source_is_not_given_to_another_url(catalogues: Catalogues) -> None:
    ledger = catalogues.world.services.ledger
    catalogues.harvest("clinic", dataset(SECURE, 1))
    ledger.remove_source("clinic", choose, "test")
    with pytest.raises(Conflict):
        ledger.add_source(HarvestSource("clinic", catalogues.server.url("/other"), "dcat_rdf"), "test")


def test_a_dataset_that_moves_to_another_catalogue_keeps_its_page(catalogues: Catalogues) -> None:
    moving, rest = dataset(SECURE, 9), [dataset(SECURE, n) for n in (1, 2, 3)]
    run = catalogues.harvest("first", *rest, moving)
    line = next(one for one in catalogues.world.lines(run, "created") if one.subject == f"{SECURE}9")
    catalogues.harvest("first", *rest)
    catalogues.harvest("second", dataset(OTHER, 7), moving)
    assert catalogues.shown()[f"{SECURE}9"] == "first"
    run = catalogues.harvest("first", *rest)
    assert (run.state, run.counts.withdrawn) == (RunState.COMPLETED, 1)
    assert catalogues.shown()[f"{SECURE}9"] == "second"
    page = catalogues.world.client().get(f"/datasets/{line.dataset_id}")
    assert page.status_code == 200
    records = catalogues.world.services.ledger.records_of_dataset(str(line.dataset_id))
    assert [(r.source, r.withdrawn_at is None) for r in records] == [("second", True), ("first", False)]


@pytest.mark.parametrize(
    ("name", "facts", "evidence"),
    [
        (SECURE, {"identifier": ""}, "http and https"),
        (OTHER, {}, "the dct:identifier 'D-3'"),
        (OTHER, {"identifier": "", "page": "https://clinic.example/3"}, "same title and landing page"),
        ("https://new.example/d/", {"identifier": ""}, "only the host differs"),
    ],
    ids=["https", "identifier", "landing-page", "host"],
)
def test_records_under_new_names_are_reported_and_wait_for_a_person(
    catalogues: Catalogues, name: str, facts: dict[str, str], evidence: str
) -> None:
    page = {
        n: facts | ({"page": f"https://clinic.example/{n}"} if "page" in facts else {}) for n in range(1, 5)
    }
    catalogues.harvest("clinic", *(dataset(OLD, n, **page[n]) for n in range(1, 5)))
    run = catalogues.harvest("clinic", *(dataset(name, n, **page[n]) for n in range(1, 5)))
    assert (run.state, run.counts.created, run.counts.withdrawn) == (RunState.HELD, 4, 0)
    assert run.reason.startswith("4 records look like the same records under new names, such as ")
    told = catalogues.renames(run)
    assert set(told) == {f"{OLD}{n}" for n in range(1, 5)}
    assert f"{name}3" in told[f"{OLD}3"]
    assert evidence in told[f"{OLD}3"]
    released = catalogues.resolve(run, release=True)
    assert (released.resolution, released.counts.withdrawn) == ("released", 4)
    assert catalogues.shown() == {f"{name}{n}": "clinic" for n in range(1, 5)}
    again = catalogues.harvest("clinic", *(dataset(name, n, **page[n]) for n in range(1, 5)))
    assert (again.state, again.counts.unchanged) == (RunState.COMPLETED, 4)


def test_one_record_under_a_new_name_holds_its_old_name_and_nothing_else(catalogues: Catalogues) -> None:
    """The record that simply left leaves as always."""
    everything = [dataset(OLD, n) for n in range(10)]
    catalogues.harvest("clinic", *everything)
    catalogues.harvest("clinic", *everything[1:])
    run = catalogues.harvest("clinic", *everything[2:], dataset(OTHER, 1))
    assert (run.state, run.counts.withdrawn, run.counts.created) == (RunState.HELD, 1, 1)
    assert run.reason.startswith(
        f"One record looks like the same record under a new name: {OLD}1, now {OTHER}1;"
    )
    assert set(catalogues.renames(run)) == {f"{OLD}1"}
    assert f"{OLD}0" not in catalogues.shown()


def test_without_a_word_the_old_names_are_held_again_when_their_grace_is_over(catalogues: Catalogues) -> None:
    rest = [dataset(OLD, n) for n in range(1, 10)]
    catalogues.harvest("clinic", dataset(OLD, 0), *rest)
    renamed = [dataset(OTHER, 0), *rest]
    first = catalogues.harvest("clinic", *renamed)
    second = catalogues.harvest("clinic", *renamed)
    for run in (first, second):
        assert (run.state, set(catalogues.renames(run))) == (RunState.HELD, {f"{OLD}0"})
    assert f"{OLD}0" in catalogues.shown()
    catalogues.resolve(second, release=False)
    quiet = catalogues.harvest("clinic", *renamed)
    assert quiet.state is RunState.COMPLETED
    assert catalogues.harvest("clinic", *renamed).state is RunState.HELD


def test_what_many_records_share_links_none_of_them(catalogues: Catalogues) -> None:
    """Placeholders such as "n/a" stand in many catalogues."""
    same = {"identifier": '"n/a"'}
    rest = [dataset(OLD, n, **same) for n in range(1, 10)]
    catalogues.harvest("clinic", dataset(OLD, 0, **same), dataset(OLD, 10, **same), *rest)
    new = [dataset(OTHER, n, **same) for n in (20, 21)]
    run = catalogues.harvest("clinic", *rest, *new)
    assert (run.state, catalogues.renames(run)) == (RunState.COMPLETED, {})


def test_an_incomplete_run_speaks_of_no_new_names(catalogues: Catalogues) -> None:
    catalogues.harvest("clinic", dataset(OLD, 1), dataset(OLD, 2))
    view = "<> a <http://www.w3.org/ns/hydra/core#PartialCollectionView> ; "
    view += f"<http://www.w3.org/ns/hydra/core#next> <{catalogues.server.url('/vanished')}> .\n"
    run = catalogues.harvest("clinic", view, dataset(OTHER, 1), dataset(OLD, 2))
    assert (run.state, run.complete, run.counts.created) == (RunState.FAILED, False, 1)
    assert catalogues.renames(run) == {}
