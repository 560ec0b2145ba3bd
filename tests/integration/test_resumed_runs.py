"""A run whose worker died goes on from its last committed page, and ends as if nothing had happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from harvest_world import HarvestWorld, harvest_world
from loopback import Answer, Loopback, Raw

from catalogue.bootstrap import harvesting_of
from catalogue.errors import LeaseLost
from catalogue.harvesting.lease import LEASE
from catalogue.harvesting.worker import take
from catalogue.model.harvest import Claim, HarvestRun, HarvestSource, RunRequest, RunState

PREFIXES = (
    "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . "
    "@prefix hydra: <http://www.w3.org/ns/hydra/core#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
)
PAGES = 5


class Killed(BaseException):
    """What `kill -9` is to this process."""


class Mortal:
    """A ledger whose worker dies before or after its n-th commit."""

    def __init__(self, ledger: Any, commits: int, *, after: bool) -> None:
        self._ledger, self._left, self._after = ledger, commits, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def commit(self, *arguments: Any) -> int:
        self._left -= 1
        if self._left <= 0 and not self._after:
            raise Killed
        position = self._ledger.commit(*arguments)
        if self._left <= 0:
            raise Killed
        return int(position)


def serve(server: Loopback) -> None:
    """Five pages; every dataset's publisher is described on the last one, and page 3 repeats a dataset of page 1."""
    for number in range(1, PAGES + 1):
        view = f"<{server.url(f'/{number}')}> a hydra:PartialCollectionView"
        view += f" ; hydra:next <{server.url(f'/{number + 1}')}> .\n" if number < PAGES else " .\n"
        datasets = "".join(
            f'<https://p.example/d/{number}-{n}> a dcat:Dataset ; dct:title "D {number}-{n}"@en'
            + (" ; dct:publisher <https://p.example/agent> .\n" if n == 1 else " .\n")
            for n in (1, 2, 3)
        )
        if number == 3:
            datasets += '<https://p.example/d/1-2> a dcat:Dataset ; dct:title "Again"@en .\n'
        if number == PAGES:
            datasets += '<https://p.example/agent> a foaf:Agent ; foaf:name "Clinic" .\n'
        server.on(f"/{number}", Answer((PREFIXES + view + datasets).encode(), media_type="text/turtle"))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[HarvestWorld, Loopback]]:
    with Loopback() as server, harvest_world(tmp_path) as made:
        serve(server)
        yield made, server


def expire(world: HarvestWorld, claim: Claim) -> None:
    world.services.ledger.heartbeat(claim.token, timedelta(seconds=-1))


def claim_of(world: HarvestWorld, run_id: str, worker: str) -> Claim:
    claim = world.services.ledger.claim(worker, LEASE, run_id)
    assert claim is not None
    return claim


def die(world: HarvestWorld, claim: Claim, commits: int, *, after: bool) -> None:
    mortal = replace(world.services, ledger=Mortal(world.services.ledger, commits, after=after))
    with pytest.raises(Killed):
        harvesting_of(mortal).execute(claim)
    expire(world, claim)


def contents(world: HarvestWorld) -> dict[str, str]:
    return {v.subject: v.content for v in world.services.ledger.published(None, 1000)}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HarvestRun, dict[str, str]]]:
    with Loopback() as server, harvest_world(tmp_path_factory.mktemp("calm")) as made:
        serve(server)
        run = made.harvest("paged", server.url("/1"), "none")
        yield run, contents(made)


@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
@pytest.mark.parametrize("commits", [1, 2, 4, 6])
def test_a_resumed_run_ends_like_an_undisturbed_one(
    world: tuple[HarvestWorld, Loopback],
    undisturbed: tuple[HarvestRun, dict[str, str]],
    commits: int,
    after: bool,
) -> None:
    made, server = world
    run = made.harvest("other", server.url("/5"), "none")
    made.services.ledger.remove_source("other", lambda candidates: None, "test")
    made.services.ledger.add_source(HarvestSource("paged", server.url("/1"), "dcat_rdf"), "test")
    queued = made.services.ledger.enqueue("paged", RunRequest("test", "none"))
    first = claim_of(made, queued.run_id, "first")
    die(made, first, commits, after=after)
    server.asked.clear()
    second = claim_of(made, queued.run_id, "second")
    run = harvesting_of(made.services).execute(second)
    calm, expected = undisturbed
    assert (run.state, run.complete, run.counts) == (calm.state, calm.complete, calm.counts)
    assert contents(made) == expected
    committed = commits if after else commits - 1
    asked = [int(path.strip("/")) for path in server.paths]
    assert asked == list(range(min(committed + 1, PAGES), PAGES + 1))


def test_the_first_worker_commits_nothing_once_it_lost_the_lease(
    world: tuple[HarvestWorld, Loopback],
) -> None:
    made, server = world
    made.harvest("paged", server.url("/1"), "none")
    queued = made.services.ledger.enqueue("paged", RunRequest("test", "none"))
    first = claim_of(made, queued.run_id, "first")
    expire(made, first)
    claim_of(made, queued.run_id, "second")
    with pytest.raises(LeaseLost):
        harvesting_of(made.services).execute(first)


def test_a_run_that_several_workers_died_of_is_given_up(world: tuple[HarvestWorld, Loopback]) -> None:
    made, server = world
    made.harvest("paged", server.url("/1"), "none")
    queued = made.services.ledger.enqueue("paged", RunRequest("test", "none"))
    for worker in ("first", "second", "third"):
        claim = claim_of(made, queued.run_id, worker)
        expire(made, claim)
    claim = claim_of(made, queued.run_id, "fourth")
    run = take(made.services.ledger, claim, lambda c: pytest.fail("it was tried again"))
    assert run.state is RunState.FAILED
    assert run.reason == "3 workers stopped without a word during this run; it was given up."


def test_a_run_past_its_time_budget_ends_with_its_reason(tmp_path: Path) -> None:
    with Loopback() as server, harvest_world(tmp_path, run_budget=5.0) as made:
        serve(server)
        server.on("/2", Raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\n\r\n", drip=0.01, hold=30))
        run = made.harvest("paged", server.url("/1"), "none")
        assert run.state is RunState.FAILED
        assert run.reason.startswith("The run took longer than its time budget")
        assert run.counts.created == 2


def lists(server: Loopback, *numbers: int) -> None:
    text = PREFIXES + "".join(
        f'<https://p.example/{n}> a dcat:Dataset ; dct:title "D {n}" .\n' for n in numbers
    )
    server.on("/list", Answer(text.encode(), media_type="text/turtle"))


def test_what_a_run_withdrew_before_its_worker_died_is_told_as_its_own(
    world: tuple[HarvestWorld, Loopback],
) -> None:
    made, server = world
    lists(server, 1, 2, 3, 4)
    made.harvest("small", server.url("/list"), "none")
    lists(server, 1, 2, 3)
    made.run_again("small", "none")
    queued = made.services.ledger.enqueue("small", RunRequest("test", "none"))
    # The page, what may be passed over, the withdrawal; the run's end is not written.
    die(made, claim_of(made, queued.run_id, "first"), 3, after=True)
    assert made.services.ledger.published_count() == 3
    run = harvesting_of(made.services).execute(claim_of(made, queued.run_id, "second"))
    assert (run.state, run.counts.withdrawn) == (RunState.COMPLETED, 1)
    (line,) = made.lines(run, "withdrawn")
    assert (line.subject, line.code) == ("https://p.example/4", "missing")


def test_pages_that_a_dead_worker_read_count_towards_the_most_of_a_run(tmp_path: Path) -> None:
    with Loopback() as server, harvest_world(tmp_path, max_pages=4) as made:
        serve(server)
        made.services.ledger.add_source(HarvestSource("paged", server.url("/1"), "dcat_rdf"), "test")
        queued = made.services.ledger.enqueue("paged", RunRequest("test", "none"))
        die(made, claim_of(made, queued.run_id, "first"), 2, after=True)
        run = harvesting_of(made.services).execute(claim_of(made, queued.run_id, "second"))
    assert (run.state, run.counts.pages) == (RunState.WITH_ERRORS, 4)
    assert run.reason.startswith("Stopped after 4 pages"), run.reason
