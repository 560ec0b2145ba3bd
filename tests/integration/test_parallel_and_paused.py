"""A worker does several runs at a time, one at a host; pauses, budgets and what a source asks for are kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from harvest_world import HarvestWorld, harvest_world
from loopback import Answer, Asked, Loopback, Raw

from catalogue.bootstrap import harvesting_of
from catalogue.harvesting.schedule import ScheduleRules, enqueue_due
from catalogue.harvesting.worker import Worker
from catalogue.model.harvest import HarvestRun, HarvestSource, RunRequest, RunState

TURTLE = (
    b"<https://clinic.example/1> a <http://www.w3.org/ns/dcat#Dataset> ; "
    b"<http://purl.org/dc/terms/title> 'Scans'@en ."
)
PATIENCE = 60.0


class Together:
    """Answers, and knows how many requests were under way at once."""

    def __init__(self, wait_for: int, patience: float) -> None:
        self._wait_for, self._patience = wait_for, patience
        self._now, self.most = 0, 0
        self._change = threading.Condition()

    def __call__(self, asked: Asked) -> Answer:
        del asked
        with self._change:
            self._now += 1
            self.most = max(self.most, self._now)
            self._change.notify_all()
            self._change.wait_for(lambda: self.most >= self._wait_for, self._patience)
            self._now -= 1
        return Answer(TURTLE, media_type="text/turtle")


@contextmanager
def working(world: HarvestWorld, parallel: int) -> Iterator[None]:
    stop = threading.Event()
    services = world.services
    worker = Worker("worker", services.ledger, harvesting_of(services), [], parallel=parallel)
    thread = threading.Thread(target=worker.run, args=(stop,))
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


def queue(world: HarvestWorld, slug: str, url: str, **more: Any) -> HarvestRun:
    world.services.ledger.add_source(HarvestSource(slug, url, "dcat_rdf", profile="none", **more), "ada")
    return world.services.ledger.enqueue(slug, RunRequest("test"))


def ended(world: HarvestWorld, *runs: HarvestRun) -> list[HarvestRun]:
    """These runs, when all of them have ended."""
    found: list[HarvestRun] = []

    def all_ended() -> bool:
        found[:] = [world.services.ledger.run(run.run_id) for run in runs]
        return all(run.state.is_final for run in found)

    until(all_ended)
    return found


@pytest.fixture
def world(tmp_path: Path) -> Iterator[HarvestWorld]:
    allowed = tuple(f"127.0.0.{number}" for number in range(1, 9))
    with harvest_world(tmp_path / "data", allow_hosts=allowed) as made:
        yield made


@pytest.mark.parametrize(("parallel", "wait_for", "patience"), [(4, 4, PATIENCE), (2, 3, 0.3), (1, 2, 0.3)])
def test_as_many_runs_as_allowed_go_on_at_once(
    world: HarvestWorld, parallel: int, wait_for: int, patience: float
) -> None:
    together = Together(wait_for, patience)
    with ExitStack() as stack:
        runs = []
        for number in range(1, 5):
            server = stack.enter_context(Loopback(host=f"127.0.0.{number}"))
            server.on("/c", together)
            runs.append(queue(world, f"s{number}", server.url("/c")))
        with working(world, parallel):
            states = {run.state for run in ended(world, *runs)}
    assert states == {RunState.COMPLETED}
    assert together.most == parallel
    assert world.log.failures == []


def test_sources_of_one_host_wait_for_each_other(world: HarvestWorld) -> None:
    together = Together(2, 0.3)
    with Loopback() as server:
        for number in range(4):
            server.on(f"/{number}", together)
        runs = [queue(world, f"s{number}", server.url(f"/{number}")) for number in range(4)]
        with working(world, 4):
            states = {run.state for run in ended(world, *runs)}
    assert states == {RunState.COMPLETED}
    assert together.most == 1


def test_pausing_ends_a_run_inside_a_slow_answer_and_says_why(world: HarvestWorld) -> None:
    ledger = world.services.ledger
    with Loopback() as server:
        server.on("/c", Raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\n\r\n" + TURTLE, drip=0.5))
        run = queue(world, "slow", server.url("/c"))
        with working(world, 1):
            until(lambda: server.asked)
            begun = time.monotonic()
            ledger.pause_source("slow", by="ada")
            (stopped,) = ended(world, run)
            assert time.monotonic() - begun < 5
            assert stopped.state is RunState.CANCELLED
            assert stopped.reason == "The source was paused by ada. What it had committed stands."
            ledger.resume_source("slow", by="ada")
            server.on("/c", Answer(TURTLE, media_type="text/turtle"))
            (again,) = ended(world, ledger.enqueue("slow", RunRequest("test")))
    assert again.state is RunState.COMPLETED
    assert ledger.condition("slow").failures == 0


def test_a_run_ends_with_the_time_budget_of_its_source(world: HarvestWorld) -> None:
    with Loopback() as server:
        server.on("/c", Raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\n\r\n" + TURTLE, drip=0.5))
        run = queue(world, "slow", server.url("/c"), time_budget=1)
        begun = time.monotonic()
        with working(world, 1):
            (late,) = ended(world, run)
        assert time.monotonic() - begun < 10
    assert late.state is RunState.FAILED
    assert "time budget" in late.reason and "its own time budget" in late.advice.replace(
        "source's own", "its own"
    )


def test_a_source_that_asks_to_be_left_alone_is_left_alone(world: HarvestWorld) -> None:
    ledger, clock = world.services.ledger, world.services.clock
    with Loopback() as server:
        server.on("/c", Answer(status=503, headers={"Retry-After": "3600"}))
        with working(world, 1):
            (failed,) = ended(world, queue(world, "busy", server.url("/c"), schedule="every 1 minute"))
    assert failed.state is RunState.FAILED
    retry_at = ledger.condition("busy").retry_at
    assert retry_at is not None
    assert abs(retry_at - clock.now() - timedelta(hours=1)) < timedelta(minutes=2)
    assert enqueue_due(ledger, clock, ScheduleRules(jitter=timedelta())) == []


def test_a_scheduled_run_that_is_full_asks_without_conditions(world: HarvestWorld) -> None:
    ledger, clock = world.services.ledger, world.services.clock
    sharp = ScheduleRules(jitter=timedelta(), full_every=timedelta(microseconds=1))
    with Loopback() as server:
        server.on("/c", Answer(TURTLE, media_type="text/turtle", headers={"ETag": '"1"'}))
        with working(world, 1):
            ended(world, queue(world, "s", server.url("/c")))
            ended(world, ledger.enqueue("s", RunRequest("test")))
            ledger.add_source(
                HarvestSource("s", server.url("/c"), "dcat_rdf", profile="none", schedule="6h"), "ada"
            )
            (run,) = enqueue_due(ledger, clock, sharp)
            assert run.request == RunRequest("schedule", full=True)
            ended(world, run)
    assert [asked.headers.get("if-none-match") for asked in server.asked] == [None, '"1"', None]
