"""When the harvester last came, how the source is doing, and when it comes next: on pages and in the API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from web_world import BREAST_IRI, BREAST_TURTLE, NOW, World

from catalogue.model.harvest import RunState
from catalogue.model.run_codes import RunCode
from catalogue.model.status import rough
from catalogue.web.app import create_app


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, settings={"schedule_jitter": 0.0})
    made.add_source("clinic", schedule="every 6 hours")
    made.harvest("clinic", {BREAST_IRI: BREAST_TURTLE})
    made.add_source("registry")
    yield made
    made.close()


def client(world: World) -> FlaskClient:
    return create_app(world.services()).test_client()


def told(world: World, slug: str = "clinic") -> dict[str, object]:
    answer = client(world).get(f"/api/v1/sources/{slug}").get_json()
    listed = client(world).get("/api/v1/sources").get_json()["sources"]
    assert answer in listed
    return answer  # type: ignore[no-any-return]


def page(world: World, path: str = "/sources/clinic") -> str:
    return client(world).get(path).get_data(as_text=True)


def test_a_source_that_is_well_says_when_it_was_read_and_when_it_is_next(world: World) -> None:
    world.clock.at = NOW + timedelta(hours=5)
    said = told(world)
    assert (said["status"], said["statuses"], said["failures"]) == ("ok", ["ok"], 0)
    assert said["last_complete_at"] == NOW.isoformat()
    assert said["staleness_seconds"] == 5 * 3600
    assert said["left_alone_until"] is None
    # The first time came when the schedule was set, and was not used: the harvest was by hand.
    assert said["next_run_at"] == world.clock.at.isoformat()
    assert "In order" in page(world)
    assert "5 hours ago" in page(world)
    assert "5 hours ago" in page(world, "/sources")


def test_a_source_that_fails_says_how_often_and_until_when_it_is_left_alone(world: World) -> None:
    for _ in range(3):
        world.harvest("clinic", {}, state=RunState.FAILED, code=RunCode.TIMEOUT)
    said = told(world)
    assert (said["status"], said["failures"]) == ("failing", 3)
    assert said["left_alone_until"] == (NOW + timedelta(hours=18)).isoformat()
    assert said["next_run_at"] == (NOW + timedelta(hours=18)).isoformat()
    assert said["last_run"]["code"] == "timeout"  # type: ignore[index]
    assert "left alone until" in page(world)


def test_a_source_that_failed_too_often_is_flagged_and_in_time_stale(world: World) -> None:
    for _ in range(7):
        world.harvest("clinic", {}, state=RunState.FAILED)
    assert told(world)["statuses"] == ["flagged", "failing"]
    world.clock.at = NOW + timedelta(hours=19)
    assert told(world)["statuses"] == ["flagged", "failing", "stale"]
    assert all(word in page(world, "/sources") for word in ("Flagged", "Failing", "Stale"))


def test_a_source_that_is_paused_has_no_next_time(world: World) -> None:
    world.ledger.pause_source("clinic", "test")
    said = told(world)
    assert (said["status"], said["next_run_at"]) == ("paused", None)
    assert "none while it is paused" in page(world)


def test_a_source_that_was_never_read_says_so(world: World) -> None:
    said = told(world, "registry")
    assert (said["status"], said["last_complete_at"], said["staleness_seconds"]) == ("new", None, None)
    assert "by hand only" in page(world, "/sources/registry")
    assert "never" in page(world, "/sources/registry")


def test_a_held_source_says_that_a_person_must_decide(world: World) -> None:
    world.harvest("clinic", {}, state=RunState.HELD, code=RunCode.WITHDRAWALS)
    assert told(world)["statuses"] == ["held"]
    assert "a person has to decide" in page(world)


def test_the_page_has_a_strip_of_the_last_thirty_runs(world: World) -> None:
    for _ in range(32):
        world.harvest("clinic", {})
    strip = page(world).partition('<ol class="strip"')[2].partition("</ol>")[0]
    assert strip.count("<li>") == 30


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, (0, "minute")),
        (59, (0, "minute")),
        (3600, (60, "minute")),
        (7199, (119, "minute")),
        (7200, (2, "hour")),
        (86_400, (24, "hour")),
        (172_800, (2, "day")),
        (-5, (0, "minute")),
    ],
)
def test_a_span_is_told_in_a_unit_that_fits(seconds: int, words: tuple[int, str]) -> None:
    assert rough(timedelta(seconds=seconds)) == words
