"""The provider fails, a store is down or the disk is full, and the worker is killed, all at once: the run ends as it
would have, and when the stores are back they hold what the ledger holds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from loopback import Answer, Loopback
from scripted_faults import FAULTS, WHOLE, Fault, serve, turtle
from small_disk import SmallDisk, small_disk

from catalogue.adapters.ledger import open_ledger
from catalogue.model.harvest import HarvestSource, RunRequest, RunState

# The lives of workers belong to the soak.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "soak"))
from soak_life import Lives, Plan
from soak_points import ANY_MOMENT

AT = datetime(2026, 3, 1, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Noon:
    def now(self) -> datetime:
        return AT


@pytest.fixture(scope="module")
def lives() -> Iterator[Lives]:
    with Lives() as running:
        yield running


def planned(folder: Path, server: Loopback, **plan: Any) -> Plan:
    """A run of the source is queued in the folder's ledger."""
    url = f"sqlite:///{folder / 'ledger.sqlite'}"
    ledger = open_ledger(url, Noon())
    try:
        ledger.add_source(HarvestSource("paged", server.url("/1"), "dcat_rdf", profile="none"), "test")
        run = ledger.enqueue("paged", RunRequest("test"))
    finally:
        ledger.close()
    return Plan(str(folder), url, AT.isoformat(), run.run_id, **plan)


CASES = [
    ("cut", ("graph",), "after-commit", 2),
    ("500, then 200", ("search",), "before-commit", 3),
    ("no RDF", ("graph", "search"), "after-fetch", 3),
    ("endless pages", ("search",), "after-commit", 4),
    ("429, tomorrow", ("graph", "search"), "before-fetch", 3),
    ("moved", ("graph",), "after-fetch", 3),
    ("no answer", ("search",), "after-commit", 1),
    ("slow drip", ("graph",), "before-commit", 2),
    ("reset, then whole", ("graph", "search"), "after-fetch", 2),
    ("redirects in a circle", ("search",), "after-fetch", 1),
    ("the same page again", ("graph", "search"), "before-fetch", 2),
]


@pytest.mark.parametrize(("name", "down", "point", "count"), CASES, ids=[case[0] for case in CASES])
def test_a_fault_with_stores_down_and_a_kill_ends_as_it_would_have(
    name: str, down: tuple[str, ...], point: str, count: int, tmp_path: Path, lives: Lives
) -> None:
    fault = next(one for one in FAULTS if one.name == name)
    with Loopback() as server:
        serve(server, fault)
        plan = planned(tmp_path, server, down=down, settings=fault.settings)
        assert lives.live(replace(plan, point=point, count=count)) == point
        serve(server, fault)
        assert lives.live(plan) == ""
        lives.live(replace(plan, down=(), does="project"))
        state = lives.look(replace(plan, down=()))
    assert_ended(state["runs"][-1], fault)
    assert len(state["published"]) == len(state["documents"]) == state["found"] == fault.created
    described = {key.split()[1] for key in state["graph"] if "/datasets/" in key.split()[0]}
    assert state["published"].keys() <= described
    assert state["behind"] == [0, 0]


def assert_ended(run: dict[str, Any], fault: Fault) -> None:
    assert (run["state"], run["counts"]["created"]) == (fault.state.value, fault.created), run["reason"]
    assert fault.reason in run["reason"]
    assert run["complete"] is (fault.state is RunState.COMPLETED)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk") as small:
        yield small


@pytest.mark.server
@pytest.mark.parametrize("leaving", [0, 40_000, 200_000], ids=["nothing", "a-little", "some"])
def test_a_full_disk_and_a_kill_lose_nothing(leaving: int, disk: SmallDisk, lives: Lives) -> None:
    with Loopback() as server:
        many = [f"A long title of a dataset, number {number}, {'x' * 300}" for number in range(400)]
        serve(server)
        server.on("/3", Answer(turtle(server, 3, 4, many).encode(), media_type="text/turtle"))
        plan = planned(disk.folder, server)
        lives.live(replace(plan, does="harvest", point="before-fetch"))
        disk.fill(leaving)
        # In tmpfs the note of who died cannot be written either: the status tells.
        assert lives.ended(replace(plan, does="both", point=ANY_MOMENT, delay=2.5)) in (-9, 1)
        disk.empty()
        assert lives.live(plan) == ""
        state = lives.look(plan)
    (run,) = state["runs"]
    assert (run["state"], run["counts"]["created"]) == ("completed", 406)
    assert len(state["published"]) == len(state["documents"]) == state["found"] == 406
    assert state["behind"] == [0, 0]


def test_an_index_that_vanishes_under_a_worker_costs_freshness_and_no_run(tmp_path: Path) -> None:
    """And it is made anew from the ledger."""
    with Loopback() as server, Lives() as lives:
        serve(server)
        plan = planned(tmp_path, server)
        lives.live(replace(plan, down=("search",)))
        assert not list((tmp_path / "search").glob("*/meta.json"))
        lives.live(replace(plan, does="project"))
        state = lives.look(plan)
    assert state["runs"][-1]["state"] == "completed"
    assert (state["found"], state["behind"]) == (WHOLE, [0, 0])
