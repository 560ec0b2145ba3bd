"""A run can be taken along whole: the balance sheet and every line."""

from __future__ import annotations

import csv
import io

import pytest
from flask.testing import FlaskClient
from web_world import World

from catalogue.model.records import OutcomeKind, RecordOutcome


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def run_id(world: World) -> str:
    return next(run for run in world.ledger.runs() if run.counts.failed).run_id


def test_csv_has_the_balance_sheet_and_every_line(client: FlaskClient, run_id: str) -> None:
    answer = client.get(f"/runs/{run_id}.csv")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    found = rows(answer.get_data(as_text=True))
    totals = {row["code"]: row["count"] for row in found if row["kind"] == "total"}
    assert (totals["found"], totals["created"], totals["failed"]) == ("2", "1", "1")
    lines = [row for row in found if row["kind"] != "total"]
    assert [row["kind"] for row in lines] == ["created", "failed"]
    assert lines[1]["advice"] == "Close the quotation mark in line 3."


def test_json_says_the_same(client: FlaskClient, run_id: str) -> None:
    found = client.get(f"/runs/{run_id}.json").json
    assert found is not None
    assert found["counts"]["found"] == 2
    assert [line["kind"] for line in found["outcomes"]] == ["created", "failed"]


def test_a_run_without_lines_is_json_too(world: World, client: FlaskClient) -> None:
    assert client.get(f"/runs/{world.harvest('clinic', {})}.json").json["outcomes"] == []  # type: ignore[index]


def test_what_a_spreadsheet_would_compute_is_made_text(world: World, client: FlaskClient) -> None:
    line = RecordOutcome(OutcomeKind.FAILED, title='=HYPERLINK("https://evil.example")', snippet="@SUM(1)")
    run = world.harvest("clinic", {}, outcomes=[line])
    found = rows(client.get(f"/runs/{run}.csv").get_data(as_text=True))[-1]
    assert found["title"].startswith("'=")
    assert found["snippet"].startswith("'@")


def test_a_run_of_many_lines_is_whole(world: World, client: FlaskClient) -> None:
    many = [RecordOutcome(OutcomeKind.FAILED, subject=f"https://x.example/{n}") for n in range(2_345)]
    run = world.harvest("clinic", {}, outcomes=many)
    assert len(client.get(f"/runs/{run}.json").json["outcomes"]) == 2_345  # type: ignore[index]


def test_other_suffixes_and_runs_are_not_found(client: FlaskClient, run_id: str) -> None:
    assert client.get(f"/runs/{run_id}.xml").status_code == 404
    assert client.get("/runs/nothing.csv").status_code == 404


def test_a_source_shows_a_strip_of_its_last_runs_with_words(world: World, client: FlaskClient) -> None:
    for _ in range(32):
        world.harvest("registry", {})
    page = client.get("/sources/registry").get_data(as_text=True)
    strip = page.partition('<ol class="strip"')[2].partition("</ol>")[0]
    assert strip.count("<li>") == 30
    assert strip.count("Completed, 2026-11-24 08:30 UTC: 0 found") == 60
