"""A run that a person cancels, or whose source is paused, ends within five seconds, wherever its source keeps it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from harvest_world import HarvestWorld, harvest_world
from loopback import Answer, Loopback, Raw
from scripted_faults import BAD, BEFORE_IT, OK, serve, turtle

from catalogue.bootstrap import harvesting_of
from catalogue.harvesting.worker import Worker
from catalogue.model.harvest import HarvestRun, HarvestSource, RunRequest, RunState

WITHIN = 5.0
TRIES = 3
"""A machine that stands still for seconds is no fault of the engine: one that is too slow by itself fails them all."""
PATIENCE = 60.0


def dripping(server: Loopback) -> Raw:
    return Raw(OK + b"\r\n" + turtle(server, BAD, BAD + 1).encode(), drip=0.5)


PLACES: dict[str, Callable[[Loopback], Any]] = {
    "no answer": lambda server: Answer(delay=40),
    "headers drip": lambda server: Raw(OK + b"X-Long: " + b"x" * 200 + b"\r\n\r\n", drip=0.5),
    "body drips": dripping,
    "body stands still": lambda server: Raw(OK + b"Content-Length: 900\r\n\r\n<https://p.example/>", hold=40),
    "asked to wait": lambda server: Answer(status=429, headers={"Retry-After": "30"}),
}
SETTINGS: dict[str, Any] = {
    "read_timeout": 60.0,
    "total_timeout": 60.0,
    "retries": 1,
}


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as running:
        serve(running)
        yield running


@contextmanager
def working(world: HarvestWorld) -> Iterator[None]:
    stop = threading.Event()
    ledger = world.services.ledger
    thread = threading.Thread(
        target=Worker("worker", ledger, harvesting_of(world.services), []).run, args=(stop,)
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def until(claim: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not claim():
        assert time.monotonic() < end, "this never held"
        time.sleep(0.02)


def stopped(world: HarvestWorld, server: Loopback, stop: Callable[[HarvestRun], object]) -> float:
    """A run is stopped when the third page has been asked for; seconds from then to its end."""
    ledger = world.services.ledger
    asked = server.paths.count(f"/{BAD}")
    run = ledger.enqueue("paged", RunRequest("test"))
    until(lambda: server.paths.count(f"/{BAD}") > asked)
    time.sleep(0.3)
    begun = time.monotonic()
    stop(run)
    until(lambda: ledger.run(run.run_id).state.is_final)
    taken = time.monotonic() - begun
    ended = ledger.run(run.run_id)
    assert ended.state is RunState.CANCELLED, ended.reason
    assert ended.reason.endswith("What it had committed stands."), ended.reason
    assert ledger.published_count() == BEFORE_IT
    return taken


@pytest.mark.parametrize("place", PLACES)
def test_cancelling_ends_a_run_within_five_seconds(place: str, server: Loopback, tmp_path: Path) -> None:
    with harvest_world(tmp_path, **SETTINGS) as world, working(world):
        ledger = world.services.ledger
        server.on(f"/{BAD}", PLACES[place](server))
        ledger.add_source(HarvestSource("paged", server.url("/1"), "dcat_rdf", profile="none"), "test")
        taken = []
        while len(taken) < TRIES and min(taken, default=WITHIN) >= WITHIN:
            taken.append(stopped(world, server, lambda run: ledger.cancel(run.run_id, by="ada")))
        assert min(taken) < WITHIN, taken
        assert not world.log.failures


def test_pausing_ends_the_live_run_at_its_next_batch(server: Loopback, tmp_path: Path) -> None:
    """Also when the source answers at once and without end: then between two pages."""

    def more(number: int) -> Callable[[object], Answer]:
        def answer(asked: object) -> Answer:
            server.on(f"/{number + 1}", more(number + 1))
            body = turtle(server, number, number + 1)
            return Answer(body.encode(), media_type="text/turtle", delay=0.05)

        return answer

    server.on("/1", more(1))
    with harvest_world(tmp_path) as world, working(world):
        ledger = world.services.ledger
        ledger.add_source(HarvestSource("paged", server.url("/1"), "dcat_rdf", profile="none"), "test")
        run = ledger.enqueue("paged", RunRequest("test"))
        until(lambda: ledger.run(run.run_id).counts.pages > 2)
        ledger.pause_source("paged", by="ada")
        until(lambda: ledger.run(run.run_id).state.is_final)
        ended = ledger.run(run.run_id)
        assert ended.state is RunState.CANCELLED
        assert ended.reason == "The source was paused by ada. What it had committed stands."
        assert ledger.published_count() == ended.counts.created == 2 * ended.counts.pages > 0
        asked = len(server.asked)
        time.sleep(0.5)
        assert len(server.asked) == asked
        assert not world.log.failures
