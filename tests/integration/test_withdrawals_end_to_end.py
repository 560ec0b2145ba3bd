"""Silence is not deletion: what leaves the catalogue after complete harvests, and what waits for a person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from harvest_world import HarvestWorld, harvest_world
from loopback import Answer, Loopback

from catalogue.errors import Conflict
from catalogue.harvesting.publication import choose
from catalogue.model.harvest import HarvestRun, RunState

PREFIXES = (
    "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . "
    "@prefix hydra: <http://www.w3.org/ns/hydra/core#> .\n"
)
CATALOGUE = '<https://provider.example/catalogue> a dcat:Catalog ; dct:title "C"@en .\n'


def dataset(number: int, title: str = "Dataset") -> str:
    return f'<https://provider.example/d/{number}> a dcat:Dataset ; dct:title "{title} {number}"@en .\n'


class Provider:
    """A catalogue that a test shrinks, pages and breaks."""

    def __init__(self, server: Loopback, world: HarvestWorld) -> None:
        self.server, self.world = server, world

    def lists(self, *numbers: int) -> HarvestRun:
        """Serves exactly these datasets on one page, and is harvested."""
        return self.says(PREFIXES + CATALOGUE + "".join(map(dataset, numbers)))

    def says(self, text: str) -> HarvestRun:
        self.server.on("/catalogue.ttl", Answer(text.encode(), media_type="text/turtle"))
        run = self.world.harvest("clinic", self.server.url("/catalogue.ttl"), "none")
        self.world.project()
        return run

    def published(self) -> int:
        return self.world.services.ledger.published_count()


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    with Loopback() as server, harvest_world(tmp_path) as world:
        yield Provider(server, world)


def test_a_record_leaves_after_its_grace_and_comes_back(provider: Provider) -> None:
    provider.lists(1, 2, 3, 4)
    assert provider.lists(1, 2, 3).counts.withdrawn == 0
    assert provider.published() == 4
    run = provider.lists(1, 2, 3)
    assert (run.state, run.counts.withdrawn, run.counts.found) == (RunState.COMPLETED, 1, 3)
    assert provider.published() == 3
    (line,) = provider.world.lines(run, "withdrawn")
    assert (line.code, line.subject) == ("missing", "https://provider.example/d/4")
    assert provider.world.client().get(f"/datasets/{line.dataset_id}").status_code == 410
    back = provider.lists(1, 2, 3, 4)
    assert (back.state, back.counts.created, provider.published()) == (RunState.COMPLETED, 0, 4)
    assert provider.world.client().get(f"/datasets/{line.dataset_id}").status_code == 200


def test_being_met_again_ends_the_absence(provider: Provider) -> None:
    provider.lists(1, 2, 3, 4)
    provider.lists(1, 2, 3)
    provider.lists(1, 2, 3, 4)
    assert provider.lists(1, 2, 3).counts.withdrawn == 0
    assert provider.published() == 4


def test_an_empty_catalogue_takes_nothing_without_a_person(provider: Provider) -> None:
    provider.lists(1, 2, 3, 4)
    assert provider.lists().state is RunState.COMPLETED
    run = provider.lists()
    assert run.state is RunState.HELD
    assert "All 4 records" in run.reason
    assert provider.published() == 4
    assert len([line for line in provider.world.lines(run, "remark") if line.code == "held"]) == 4


def test_a_catalogue_that_shrinks_to_half_is_held_and_its_updates_stand(provider: Provider) -> None:
    provider.lists(*range(20))
    half = PREFIXES + CATALOGUE + "".join(dataset(n, "Renewed") for n in range(10))
    provider.says(half)
    run = provider.says(half)
    assert (run.state, run.counts.withdrawn) == (RunState.HELD, 0)
    assert "10 of 20 records would leave" in run.reason
    assert provider.published() == 20
    titles = provider.world.client().get("/api/v1/datasets?q=renewed&size=100").get_json()
    assert titles["total"] == 10


def test_a_source_of_one_dataset_keeps_it_until_a_person_says_so(provider: Provider) -> None:
    provider.lists(1)
    provider.lists()
    run = provider.lists()
    assert (run.state, provider.published()) == (RunState.HELD, 1)
    ledger = provider.world.services.ledger
    released = ledger.resolve(run.run_id, True, choose, "anna")
    assert (released.resolution, released.counts.withdrawn, provider.published()) == ("released", 1, 0)
    with pytest.raises(Conflict, match="was released already"):
        ledger.resolve(run.run_id, True, choose, "anna")
    assert ledger.events()[0][1:4] == ("run-released", "anna", run.run_id)


def test_a_source_of_three_may_lose_one_a_week(provider: Provider) -> None:
    provider.lists(1, 2, 3)
    provider.lists(1, 2)
    assert provider.lists(1, 2).counts.withdrawn == 1
    provider.lists(1)
    run = provider.lists(1)
    assert (run.state, provider.published()) == (RunState.HELD, 2)


def test_discarding_begins_the_grace_anew(provider: Provider) -> None:
    provider.lists(1)
    provider.lists()
    run = provider.lists()
    provider.world.services.ledger.resolve(run.run_id, False, choose, "anna")
    assert provider.lists().state is RunState.COMPLETED
    assert provider.lists().state is RunState.HELD
    assert provider.published() == 1


def test_the_next_complete_run_supersedes_what_was_held(provider: Provider) -> None:
    provider.lists(1, 2)
    provider.lists()
    held = provider.lists()
    assert held.state is RunState.HELD
    assert provider.lists(1, 2).state is RunState.COMPLETED
    with pytest.raises(Conflict, match="has read the source completely since"):
        provider.world.services.ledger.resolve(held.run_id, True, choose, "anna")
    assert provider.published() == 2


def test_only_held_runs_wait_for_a_word(provider: Provider) -> None:
    run = provider.lists(1)
    with pytest.raises(Conflict, match="is completed, not held"):
        provider.world.services.ledger.resolve(run.run_id, True, choose, "anna")


def page(server: Loopback, number: int, following: int | None, *numbers: int) -> None:
    view = f"<{server.url(f'/page/{number}')}> a hydra:PartialCollectionView"
    view += f" ; hydra:next <{server.url(f'/page/{following}')}> .\n" if following else " .\n"
    text = PREFIXES + CATALOGUE + view + "".join(map(dataset, numbers))
    server.on(f"/page/{number}", Answer(text.encode(), media_type="text/turtle"))


@pytest.mark.parametrize("broken", ["vanished", "repeats", "unreadable"])
def test_an_incomplete_run_withdraws_nothing(provider: Provider, broken: str) -> None:
    server, world = provider.server, provider.world
    page(server, 1, 2, 1, 2)
    page(server, 2, None, 3, 4)
    assert world.harvest("paged", server.url("/page/1"), "none").state is RunState.COMPLETED
    if broken == "vanished":
        server.on("/page/2", Answer(status=404))
    elif broken == "repeats":
        page(server, 2, 1)
    else:
        server.on("/page/2", Answer(b"@prefix broken", media_type="text/turtle"))
    for _ in range(3):
        run = world.run_again("paged", "none")
        assert not run.complete
        assert run.counts.withdrawn == 0
    assert provider.published() == 4


def test_another_source_takes_over_what_leaves(provider: Provider) -> None:
    provider.lists(1, 2, 3, 4)
    provider.server.on(
        "/copy.ttl", Answer((PREFIXES + dataset(4, "Copy of")).encode(), media_type="text/turtle")
    )
    provider.world.harvest("copy", provider.server.url("/copy.ttl"), "none")
    provider.lists(1, 2, 3)
    assert provider.lists(1, 2, 3).counts.withdrawn == 1
    provider.world.project()
    assert provider.published() == 4
    hits = provider.world.client().get("/api/v1/datasets?q=copy").get_json()["hits"]
    assert [hit["source"] for hit in hits] == ["copy"]
