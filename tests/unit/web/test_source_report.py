"""What is to be mended in a source: the findings of all its records, by rule."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyoxigraph
import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat
from web_world import BREAST_IRI, VIOLATION, World

from catalogue.model.identifiers import record_id
from catalogue.web import reports

TURTLE = '<> a dcat:Dataset ; dct:title "{}"@en .'


def test_findings_of_a_source_are_grouped_with_their_records(client: FlaskClient) -> None:
    page = client.get("/sources/clinic/report").text
    assert "A dataset needs a publisher." in page
    assert "dct:publisher" in page
    assert "in 1 of 2 datasets" in page
    assert f"/records/{record_id('clinic', BREAST_IRI)}#check" in page
    assert page.index("A dataset needs a publisher.") < page.index("which place it covers")


def test_pages_of_source_and_run_lead_to_it(client: FlaskClient, world: World) -> None:
    run = world.ledger.runs("clinic")[0].run_id
    for path in ("/sources/clinic", f"/runs/{run}"):
        assert 'href="/sources/clinic/report"' in client.get(path).text


def test_the_api_tells_the_same(client: FlaskClient) -> None:
    answer = client.get("/api/v1/sources/clinic/report").json
    assert (answer["source"], answer["whole"], answer["report"]["records"]) == ("clinic", True, 2)
    first = answer["report"]["rules"][0]
    assert (first["property"], first["severity"], first["records"]) == ("dct:publisher", "Violation", 1)
    assert first["examples"][0]["record_id"] == record_id("clinic", BREAST_IRI)


def test_it_is_made_anew_when_something_changed(client: FlaskClient, world: World) -> None:
    assert client.get("/api/v1/sources/clinic/report").json["report"]["records"] == 2
    world.harvest("clinic", {"https://clinic.example/new": TURTLE.format("New")}, [VIOLATION])
    assert client.get("/api/v1/sources/clinic/report").json["report"]["records"] == 3


def test_a_large_source_is_cut_on_the_page_and_whole_in_the_downloads(
    client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MOST", 5)
    world.add_source("large")
    many = {f"https://large.example/{n}": TURTLE.format(n) for n in range(260)}
    world.harvest("large", many, [VIOLATION])
    answer = client.get("/api/v1/sources/large/report").json
    assert (answer["whole"], answer["report"]["records"]) == (False, 5)
    assert "the downloads have all" in client.get("/sources/large/report").text
    rows = list(csv.DictReader(io.StringIO(client.get("/sources/large/report.csv").text)))
    assert {row["title"] for row in rows} == {str(n) for n in range(260)}
    assert len(client.get("/sources/large/report.json").json["records"]) == 260
    turtle = pyoxigraph.parse(client.get("/sources/large/report.ttl").data, format=RdfFormat.TURTLE)
    assert sum(q.predicate.value.endswith("#result") for q in turtle) == 260


def test_what_there_is_not_is_not_found(client: FlaskClient) -> None:
    for path in ("/sources/nobody/report", "/sources/nobody/report.csv", "/sources/clinic/report.pdf"):
        assert client.get(path).status_code == 404


def test_a_local_source_shows_no_path(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add_source("files", url="file:///home/ada/secret/catalogue.ttl")
    world.harvest(
        "files",
        {BREAST_IRI: TURTLE.format("B")},
        [VIOLATION],
        page_url="file:///home/ada/secret/catalogue.ttl",
    )
    from catalogue.web.app import create_app

    client = create_app(world.services()).test_client()
    for path in (
        "/sources/files/report",
        "/sources/files/report.csv",
        "/sources/files/report.json",
        "/api/v1/sources/files/report",
    ):
        assert "ada" not in client.get(path).text
    world.close()
