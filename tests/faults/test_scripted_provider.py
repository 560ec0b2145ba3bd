"""A provider goes wrong in the middle: how the run ends, what it says, what stands, and that the next one makes it good."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from harvest_world import HarvestWorld, harvest_world
from loopback import Answer, Asked, Loopback
from scripted_faults import BAD, FAULTS, WHOLE, Fault, page, serve, turtle

from catalogue.model.harvest import HarvestRun, RunState


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as running:
        yield running


@pytest.fixture
def world_with(tmp_path: Path) -> Iterator[Callable[..., HarvestWorld]]:
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(harvest_world(tmp_path, **settings))


def assert_told(run: HarvestRun, fault: Fault) -> None:
    """State, message and counts; every message says what to do, and none shows our insides."""
    assert (run.state, run.counts.created) == (fault.state, fault.created), run.reason
    assert fault.reason in run.reason
    assert fault.advice in run.advice
    assert run.complete is (fault.state is RunState.COMPLETED)
    if fault.state is RunState.FAILED:
        assert run.advice.endswith(".")
    counts = run.counts
    parts = (
        counts.created,
        counts.updated,
        counts.unchanged,
        counts.skipped,
        counts.failed,
        counts.duplicate,
    )
    assert counts.found == sum(parts)
    for word in ("Traceback", "Error(", "/tmp/", "urllib3", "requests."):
        assert word not in run.reason + run.advice


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_has_its_outcome_and_the_next_run_makes_it_good(
    fault: Fault, server: Loopback, world_with: Callable[..., HarvestWorld]
) -> None:
    world = world_with(**fault.settings)
    serve(server, fault)
    began = time.monotonic()
    run = world.harvest("paged", server.url("/1"), "none")
    assert time.monotonic() - began < 6
    assert_told(run, fault)
    assert server.paths.count(f"/{BAD}") == fault.asked
    assert world.services.ledger.published_count() == fault.created
    assert not world.log.failures
    serve(server)
    again = world.run_again("paged", "none")
    assert (again.state, again.complete, again.counts.found) == (RunState.COMPLETED, True, WHOLE)
    assert again.counts.withdrawn == 0


@pytest.mark.parametrize(
    "fault", [f for f in FAULTS if f.state is not RunState.COMPLETED], ids=lambda f: f.name
)
def test_a_fault_takes_nothing_away_that_was_there(
    fault: Fault, server: Loopback, world_with: Callable[..., HarvestWorld]
) -> None:
    world = world_with(**fault.settings)
    serve(server)
    world.harvest("paged", server.url("/1"), "none")
    serve(server, fault)
    for _ in range(3):
        run = world.run_again("paged", "none")
        assert not run.complete
        assert run.counts.withdrawn == 0
    assert world.services.ledger.published_count() >= WHOLE


def test_a_provider_that_asks_for_a_second_gets_it(
    server: Loopback, world_with: Callable[..., HarvestWorld]
) -> None:
    fault = next(f for f in FAULTS if f.name == "429, soon")
    serve(server, fault)
    world_with(**fault.settings).harvest("paged", server.url("/1"), "none")
    first, second = (one.at for one in server.asked if one.path == f"/{BAD}")
    assert second - first >= 1.0


WORDS = "Müller, Łódź"


@pytest.mark.parametrize(
    ("sent", "declared", "shown"),
    [
        ("utf-8", "iso-8859-1", WORDS),
        ("utf-8", "us-ascii", WORDS),
        ("utf-16", "utf-8", WORDS),
        ("iso-8859-1", "utf-8", "Müller, £ódź".encode("iso-8859-1", "ignore").decode("iso-8859-1")),
    ],
)
def test_a_wrong_charset_costs_no_record(
    sent: str, declared: str, shown: str, server: Loopback, world_with: Callable[..., HarvestWorld]
) -> None:
    world = world_with()
    serve(server)
    body = turtle(server, BAD, BAD + 1, [shown, "Plain"]).encode(sent)
    server.on(f"/{BAD}", Answer(body, headers={"Content-Type": f"text/turtle; charset={declared}"}))
    run = world.harvest("paged", server.url("/1"), "none")
    assert run.counts.created == WHOLE, run.reason
    titles = "".join(version.content for version in world.services.ledger.published(None, 100))
    assert shown in titles


def shifting(server: Loopback, change: Callable[[], Any]) -> None:
    """The source changes once, when its second page has been sent."""
    body = page(server, 2)

    def answer(asked: Asked) -> Answer:
        change()
        return body

    server.on("/2", answer)


def listing(server: Loopback, numbers: list[int]) -> None:
    """Datasets in pages of two, as a database with LIMIT and OFFSET gives them."""
    pages = [numbers[start : start + 2] for start in range(0, len(numbers), 2)]
    for index, some in enumerate(pages, start=1):
        text = turtle(server, index, index + 1 if index < len(pages) else None)
        text = text.partition("<https://p.example/d/")[0]
        text += "".join(f'<https://p.example/n/{n}> a dcat:Dataset ; dct:title "N {n}" .\n' for n in some)
        server.on(f"/{index}", Answer(text.encode(), media_type="text/turtle"))


def test_a_record_that_slips_to_a_page_already_read_is_not_withdrawn(
    server: Loopback, world_with: Callable[..., HarvestWorld]
) -> None:
    """A record of page 1 is deleted while we are at page 2: the rest moves up, and one is never met."""
    world = world_with()
    listing(server, list(range(1, 9)))
    assert world.harvest("paged", server.url("/1"), "none").counts.created == 8
    second = server._scripts["/2"][0]

    def answer(asked: Asked) -> Answer:
        listing(server, [2, 3, 4, 5, 6, 7, 8])
        assert isinstance(second, Answer)
        return second

    server.on("/2", answer)
    run = world.run_again("paged", "none")
    assert (run.state, run.counts.found, run.counts.withdrawn) == (RunState.COMPLETED, 7, 0)
    assert world.services.ledger.published_count() == 8
    # The fifth is met again; the first, which is really gone, leaves when its own grace is over.
    assert [world.run_again("paged", "none").counts.withdrawn for _ in range(2)] == [0, 1]
    left = {version.subject for version in world.services.ledger.published(None, 100)}
    assert left == {f"https://p.example/n/{n}" for n in range(2, 9)}


def test_a_record_that_slips_to_a_page_still_to_come_is_counted_once(
    server: Loopback, world_with: Callable[..., HarvestWorld]
) -> None:
    """One is added at the front while we are at page 2: the last record of page 2 comes again on page 3."""
    world = world_with()
    listing(server, list(range(1, 9)))
    second = server._scripts["/2"][0]

    def answer(asked: Asked) -> Answer:
        listing(server, list(range(9)))
        assert isinstance(second, Answer)
        return second

    server.on("/2", answer)
    run = world.harvest("paged", server.url("/1"), "none")
    assert (run.state, run.counts.created, run.counts.duplicate) == (RunState.COMPLETED, 8, 1)
    assert run.counts.found == 9
    assert world.run_again("paged", "none").counts.created == 1


def test_a_page_that_changes_between_two_tries_is_taken_as_it_is_at_last(
    server: Loopback, world_with: Callable[..., HarvestWorld]
) -> None:
    world = world_with(retries=1)
    fault = next(f for f in FAULTS if f.name == "cut, then whole")
    serve(server, fault)
    cut = fault.steps(server)[0]
    anew = turtle(server, BAD, BAD + 1, ["Renewed", "Renewed too"]).encode()
    server.on(f"/{BAD}", cut, Answer(anew, media_type="text/turtle"))
    run = world.harvest("paged", server.url("/1"), "none")
    assert (run.state, run.counts.created) == (RunState.COMPLETED, WHOLE)
    titles = "".join(version.content for version in world.services.ledger.published(None, 100))
    assert "Renewed too" in titles
    assert f"Dataset {BAD}-0" not in titles
