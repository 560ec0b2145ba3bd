"""The disk under a part of Pharos is full: the run says so, nothing is lost, and all goes on when there is room."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from harvest_world import PUBLIC, HarvestWorld, harvest_world
from loopback import Answer, Loopback
from scripted_faults import OF_PAGE, PAGES, WHOLE, page, serve, turtle
from small_disk import SmallDisk, small_disk

from catalogue.adapters.ledger import open_ledger
from catalogue.bootstrap import SystemClock, harvesting_of
from catalogue.errors import BackendError, IndexUnavailable, LedgerUnavailable, StoreUnavailable
from catalogue.harvesting.lease import LEASE
from catalogue.model.harvest import HarvestSource, RunRequest, RunState
from catalogue.model.search import SearchQuery

LONG = "x" * 500_000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk") as small:
        yield small


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as running:
        serve(running)
        yield running


def described(server: Loopback, number: int, publisher: str = "") -> str:
    """A page, one of whose datasets names a publisher that some page may describe at length."""
    text = turtle(server, number, number + 1 if number < PAGES else None)
    text += f"<https://p.example/d/{number}-0> dct:publisher <https://p.example/org> .\n"
    return text + publisher


@pytest.mark.server
def test_a_full_disk_under_the_spool_ends_the_run_which_says_so(
    disk: SmallDisk, server: Loopback, tmp_path: Path
) -> None:
    for number in range(1, PAGES + 1):
        server.on(f"/{number}", Answer(described(server, number).encode(), media_type="text/turtle"))
    org = f'<https://p.example/org> <http://xmlns.com/foaf/0.1/name> "Clinic, {random_text()}" .\n'
    server.on(f"/{PAGES}", Answer(described(server, PAGES, org).encode(), media_type="text/turtle"))
    with harvest_world(tmp_path / "data") as made:
        world = HarvestWorld(replace(made.services, spool=disk.folder), made.log)
        disk.fill(100_000)
        run = world.harvest("paged", server.url("/1"), "none")
        assert (run.state, run.code) == (RunState.FAILED, "backend")
        assert (
            run.reason == "The disk on which parts of records wait for other pages is full; "
            "what the run had committed stands."
        )
        assert run.advice == "Free some space where the data folder is, then harvest again."
        assert world.services.ledger.published_count() == run.counts.created < WHOLE
        assert not world.log.failures
        assert not list(disk.folder.glob("run-*"))
        disk.empty()
        again = world.run_again("paged", "none")
        assert (again.state, again.counts.found) == (RunState.COMPLETED, WHOLE)
        assert world.services.ledger.published_count() == WHOLE


def random_text() -> str:
    """Half a megabyte that cannot be compressed much."""
    return "".join(f"{hash((n, 'text')):x}" for n in range(40_000))


def test_a_spool_that_cannot_be_made_ends_the_run_which_says_so(server: Loopback, tmp_path: Path) -> None:
    (tmp_path / "no-folder").write_text("")
    with harvest_world(tmp_path / "data") as made:
        world = HarvestWorld(replace(made.services, spool=tmp_path / "no-folder"), made.log)
        run = world.harvest("paged", server.url("/1"), "none")
        assert run.state is RunState.FAILED
        assert run.reason.startswith(
            "The folder in which parts of records wait for other pages cannot be used"
        )
        assert str(tmp_path) not in run.reason + run.advice
        assert made.run_again("paged", "none").counts.created == WHOLE


@pytest.mark.server
def test_a_full_disk_under_the_ledger_is_told_and_the_run_goes_on_later(
    disk: SmallDisk, server: Loopback
) -> None:
    with harvest_world(disk.folder) as world:
        ledger = world.services.ledger
        ledger.add_source(HarvestSource("paged", server.url("/1"), "dcat_rdf", profile="none"), "test")
        queued = ledger.enqueue("paged", RunRequest("test"))
        claim = ledger.claim("worker", LEASE, queued.run_id)
        assert claim is not None
        body = turtle(server, 3, 4, [LONG]).encode()

        def filling(asked: object) -> Answer:
            disk.fill()
            return Answer(body, media_type="text/turtle")

        server.on("/3", filling, page(server, 3))
        with pytest.raises(LedgerUnavailable) as caught:
            harvesting_of(world.services).execute(claim)
        assert caught.value.detail == "The disk of the ledger is full; nothing was written."
        assert caught.value.advice == "Free some space, then try again."
        disk.empty()
        assert ledger.run(queued.run_id).state is RunState.RUNNING
        ledger.end_leases()
        again = ledger.claim("worker", LEASE, queued.run_id)
        assert again is not None
        run = harvesting_of(world.services).execute(again)
        assert (run.state, run.counts.created) == (RunState.COMPLETED, WHOLE)
        world.project()
        assert world.services.search.position() == ledger.position()


@pytest.mark.server
@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (IndexUnavailable, "The disk of the search index is full; searches answer as they did before."),
        (StoreUnavailable, "The disk of the graph store is full; it holds what it held before."),
    ],
)
def test_a_full_disk_under_a_projection_costs_freshness_until_there_is_room(
    kind: type[BackendError], message: str, disk: SmallDisk, server: Loopback, tmp_path: Path
) -> None:
    ledger = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    with harvest_world(disk.folder, child=kind is StoreUnavailable, ledger=ledger) as world:
        world.harvest("paged", server.url("/1"), "none")
        world.project()
        titles = [f"{number}, {random_text()}" for number in range(20)]
        server.on("/3", Answer(turtle(server, 3, 4, titles).encode(), media_type="text/turtle"))
        assert world.run_again("paged", "none").state is RunState.COMPLETED
        disk.fill()
        for _ in range(2):
            with pytest.raises(kind) as caught:
                world.project()
            assert caught.value.detail == message
            assert caught.value.advice == "Free some space where its data is: it then goes on by itself."
        served = shown(world) if kind is StoreUnavailable else found(world)
        assert served == WHOLE
        disk.empty()
        until_projected(world)
        assert shown(world) == found(world) == WHOLE + 18
        assert world.services.graph.position() == world.services.ledger.position()


def found(world: HarvestWorld) -> int:
    """How many datasets a search finds."""
    return world.services.search.search(SearchQuery(size=1)).total


def shown(world: HarvestWorld) -> int:
    """How many datasets the graph store knows."""
    query = "SELECT DISTINCT ?d WHERE { GRAPH ?g { ?d a <http://www.w3.org/ns/dcat#Dataset> } }"
    answer = world.services.graph.query(
        query, "application/sparql-results+json", timeout=10.0, max_bytes=10**6
    )
    return len(json.loads(answer)["results"]["bindings"])


def until_projected(world: HarvestWorld) -> None:
    """As the worker's projector does it: again and again."""
    until = time.monotonic() + 30.0
    while True:
        try:
            world.project()
            return
        except BackendError:
            assert time.monotonic() < until, "the projections do not go on"
            time.sleep(0.2)


def test_a_command_whose_files_may_not_grow_says_so_and_the_next_one_goes_on(
    server: Loopback, tmp_path: Path
) -> None:
    """RLIMIT_FSIZE needs no rights: writes fail half-way, as they do on a disk that fails."""
    titles = [f"{number}, {random_text()}" for number in range(20)]
    server.on("/3", Answer(turtle(server, 3, 4, titles).encode(), media_type="text/turtle"))
    pharos(tmp_path, "sources", "add", server.url("/1"), "--slug", "paged", "--profile", "none")
    most = (tmp_path / "ledger.sqlite").stat().st_size + 2_000_000
    limited = pharos(tmp_path, "harvest", "paged", most=most)
    assert limited.returncode == 3, limited.stderr
    assert "paged: failed. The disk of the ledger" in limited.stderr, limited.stderr
    assert "Traceback" not in limited.stderr
    again = pharos(tmp_path, "harvest", "paged")
    assert again.returncode == 0, again.stderr
    found = WHOLE + len(titles) - OF_PAGE
    assert f"paged: completed ({found} found" in again.stdout
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}", SystemClock())
    assert ledger.published_count() == found
    ledger.close()


def pharos(
    data: Path, *arguments: str, most: int = resource.RLIM_INFINITY
) -> subprocess.CompletedProcess[str]:
    """The command in a process whose files may hold `most` bytes."""
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}))"
    start = f"{limit}; from catalogue.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", start, *arguments],
        env={
            **os.environ,
            "PHAROS_DATA": str(data),
            "PHAROS_BASE": PUBLIC,
            "PHAROS_ALLOW_HOSTS": "127.0.0.1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
