"""/metrics: stable names, true numbers, for those it is meant for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families
from web_world import BREAST_IRI, BREAST_TURTLE, NOW, VIOLATION, World

from catalogue.errors import LedgerUnavailable
from catalogue.feeds.metric_facts import MetricFacts
from catalogue.feeds.metrics import MetricsCollector
from catalogue.model.harvest import RunRequest, RunState
from catalogue.model.run_codes import RunCode
from catalogue.model.statistics import LedgerStatistics, RunTotal
from catalogue.web.app import create_app
from catalogue.web.metrics import Kept

ROOT = Path(__file__).parents[3]
TITLE = 'Clinic of "Quotes"\nand lines'


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    made.add_source(
        "clinic", title=TITLE, url="https://clinic.example/c.ttl?key=SECRET", schedule="every 6 hours"
    )
    made.harvest("clinic", {BREAST_IRI: BREAST_TURTLE}, (VIOLATION,))
    yield made
    made.close()


def client_of(world: World, **settings: object) -> FlaskClient:
    world.settings = dict(settings)
    return create_app(world.services(), {"SCRAPER": "open-sesame"}).test_client()


def scraped(client: FlaskClient) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Sample name → labels → value, by the parser of the other side."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in text_string_to_metric_families(answer.get_data(as_text=True)):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    return found


def one(client: FlaskClient, name: str, **labels: str) -> float:
    return scraped(client)[name][tuple(sorted(labels.items()))]


def test_what_is_told_is_what_the_operators_guide_lists(world: World) -> None:
    world.ledger.claim("worker", timedelta(minutes=1), world.ledger.enqueue("clinic", RunRequest()).run_id)
    guide = (ROOT / "docs" / "operations.md").read_text()
    listed = set(re.findall(r"^\| `(pharos_[a-z_]+)(?:\{[a-z,]*\})?` \|", guide, re.MULTILINE))
    assert set(scraped(client_of(world))) == listed
    alerts = set(re.findall(r"pharos_[a-z_]+", guide.partition("### Alerts")[2]))
    assert alerts and alerts <= listed


def test_labels_are_those_that_the_guide_lists(world: World) -> None:
    world.ledger.claim("worker", timedelta(minutes=1), world.ledger.enqueue("clinic", RunRequest()).run_id)
    guide = (ROOT / "docs" / "operations.md").read_text()
    listed = dict(re.findall(r"^\| `(pharos_[a-z_]+)\{([a-z,]+)\}` \|", guide, re.MULTILINE))
    for name, samples in scraped(client_of(world)).items():
        for labels in samples:
            wanted = sorted(filter(None, listed.get(name, "").split(",")))
            assert [label for label, _ in labels] == wanted, name


def test_runs_and_records_are_counted_by_source(world: World) -> None:
    world.harvest("clinic", {}, state=RunState.FAILED, code=RunCode.TIMEOUT)
    client = client_of(world)
    assert one(client, "pharos_runs_total", source="clinic", state="completed", code="") == 1
    assert one(client, "pharos_runs_total", source="clinic", state="failed", code="timeout") == 1
    assert one(client, "pharos_records", source="clinic", verdict="non-conformant") == 1
    assert one(client, "pharos_last_run_info", source="clinic", state="failed", code="timeout") == 1
    assert one(client, "pharos_source_failures", source="clinic") == 1
    assert one(client, "pharos_source_status", source="clinic", status="failing") == 1
    assert one(client, "pharos_source_status", source="clinic", status="ok") == 0
    assert one(client, "pharos_datasets") == 1


def test_the_outcomes_of_the_last_run_are_told(world: World) -> None:
    client = client_of(world)
    assert one(client, "pharos_last_run_records", source="clinic", outcome="created") == 1
    assert one(client, "pharos_last_run_records", source="clinic", outcome="updated") == 0
    assert one(client, "pharos_last_run_end_timestamp_seconds", source="clinic") == NOW.timestamp()


def test_staleness_grows_until_the_next_complete_run(world: World) -> None:
    world.clock.at = NOW + timedelta(hours=20)
    client = client_of(world)
    assert one(client, "pharos_source_staleness_seconds", source="clinic") == 72_000
    assert one(client, "pharos_source_last_complete_timestamp_seconds", source="clinic") == NOW.timestamp()
    assert one(client, "pharos_source_status", source="clinic", status="stale") == 1


def test_a_source_that_was_never_read_is_stale_since_it_was_registered(world: World) -> None:
    world.add_source("new")
    world.clock.at = NOW + timedelta(seconds=50)
    found = scraped(client_of(world))
    assert found["pharos_source_staleness_seconds"][(("source", "new"),)] == 50
    assert (("source", "new"),) not in found["pharos_source_last_complete_timestamp_seconds"]


def test_a_projection_that_does_not_follow_is_behind_in_changes_and_seconds(world: World) -> None:
    world.graph.at = 0
    world.clock.at = NOW + timedelta(seconds=30)
    client = client_of(world)
    assert one(client, "pharos_projection_lag_changes", projection="graph") == world.ledger.position()
    assert one(client, "pharos_projection_lag_seconds", projection="graph") == 30
    assert one(client, "pharos_projection_lag_seconds", projection="search") == 0


def test_the_queue_and_what_is_under_way_are_told(world: World) -> None:
    world.add_source("other")
    world.ledger.claim("worker", timedelta(hours=1), world.ledger.enqueue("clinic", RunRequest()).run_id)
    world.ledger.enqueue("other", RunRequest())
    world.clock.at = NOW + timedelta(seconds=40)
    client = client_of(world)
    assert one(client, "pharos_queue_runs") == 1
    assert one(client, "pharos_queue_oldest_seconds") == 40
    assert one(client, "pharos_runs_running") == 1
    assert one(client, "pharos_run_running_seconds", source="clinic") == 40


def test_parts_that_are_away_are_told_and_the_rest_as_well(world: World) -> None:
    world.graph.broken = True
    found = scraped(client_of(world))
    assert found["pharos_part_up"][(("part", "graph"),)] == 0
    assert found["pharos_part_up"][(("part", "ledger"),)] == 1
    assert (("projection", "graph"),) not in found["pharos_projection_lag_changes"]


def test_without_the_ledger_that_much_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> LedgerStatistics:
        raise LedgerUnavailable("It is away.")

    monkeypatch.setattr(world.ledger, "statistics", away)
    found = scraped(client_of(world))
    assert found["pharos_part_up"][(("part", "ledger"),)] == 0
    assert "pharos_runs_total" not in found


def test_neither_addresses_nor_titles_nor_secrets_are_told(world: World) -> None:
    text = client_of(world).get("/metrics").get_data(as_text=True)
    for private in ("SECRET", "clinic.example", "Quotes", "http", str(world.folder)):
        assert private not in text


def test_a_label_may_hold_anything() -> None:
    odd = 'a"b\\c\nd'
    statistics = LedgerStatistics(1, (RunTotal(odd, "failed", RunCode.GONE, 3, 1.5),), (), (), {}, {}, None)
    registry = CollectorRegistry()
    registry.register(MetricsCollector(MetricFacts(NOW, statistics)))
    families = text_string_to_metric_families(generate_latest(registry).decode())
    sources = [s.labels["source"] for f in families for s in f.samples if s.name == "pharos_runs_total"]
    assert sources == [odd]


def test_openmetrics_is_spoken_to_who_asks_for_it(world: World) -> None:
    accept = "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"
    answer = client_of(world).get("/metrics", headers={"Accept": accept})
    assert answer.content_type.startswith("application/openmetrics-text")
    assert {family.name for family in openmetrics(answer.get_data(as_text=True))} > {"pharos_runs"}


@pytest.mark.parametrize(
    ("settings", "address", "headers", "status"),
    [
        ({}, "127.0.0.1", {}, 200),
        ({}, "::1", {}, 200),
        ({}, "::ffff:127.0.0.1", {}, 200),
        ({}, "192.0.2.7", {}, 404),
        ({}, "not an address", {}, 404),
        ({}, "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ({}, "127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 404),
        ({}, "192.0.2.7", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ({"metrics_from": ("192.0.2.0/24",)}, "192.0.2.7", {}, 200),
        ({"metrics_from": ("192.0.2.0/24",)}, "127.0.0.1", {}, 404),
        ({"metrics_from": ()}, "127.0.0.1", {}, 404),
        ({"metrics_token": "env:SCRAPER"}, "192.0.2.7", {}, 401),
        ({"metrics_token": "env:SCRAPER"}, "192.0.2.7", {"Authorization": "Bearer open-sesame"}, 200),
        ({"metrics_token": "env:SCRAPER"}, "192.0.2.7", {"Authorization": "Bearer open-sesam"}, 401),
        ({"metrics_token": "env:SCRAPER"}, "192.0.2.7", {"Authorization": "Basic open-sesame"}, 401),
        ({"metrics_token": "env:SCRAPER"}, "192.0.2.7", {"Authorization": "Bearer é"}, 401),
        ({"metrics_token": "env:GONE"}, "192.0.2.7", {"Authorization": "Bearer "}, 500),
    ],
)
def test_it_is_for_named_networks_and_bearers_of_the_token(
    world: World, settings: dict[str, object], address: str, headers: dict[str, str], status: int
) -> None:
    client = client_of(world, **settings)
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status
    assert ("pharos_" in answer.get_data(as_text=True)) == (status == 200)
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


def test_several_scrapers_cost_as_much_as_one() -> None:
    made, time = [0], [100.0]

    def make() -> MetricFacts:
        made[0] += 1
        return MetricFacts(NOW)

    kept = Kept(make, lambda: time[0])
    assert kept.facts() is kept.facts()
    time[0] += 4.9
    kept.facts()
    assert made == [1]
    time[0] += 0.2
    kept.facts()
    assert made == [2]
