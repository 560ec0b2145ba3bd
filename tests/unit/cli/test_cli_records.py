"""`pharos records` and `pharos replay`: versions, differences, raw bytes, and records made anew."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from catalogue.cli.replay import do_all
from catalogue.model.harvest import HarvestRun, RunCounts, RunRequest, RunState
from catalogue.model.run_codes import RunCode

PREFIXES = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
IRI = "https://clinic.example/1"


def turtle(title: str) -> str:
    return f'{PREFIXES}<{IRI}> a dcat:Dataset ; dct:identifier "ONE" ; dct:title "{title}"@en .\n'


@pytest.fixture
def told(pharos: Any, tmp_path: Path) -> Any:
    """Commands with --json on a folder with one record in two versions."""

    def call(*words: str) -> Any:
        answer = pharos(*words, "--json")
        assert answer.code == 0, answer
        return json.loads(answer.out)

    file = tmp_path / "catalogue.ttl"
    file.write_text(turtle("First"))
    call("sources", "add", str(file), "--slug", "clinic", "--profile", "none")
    call("harvest", "clinic")
    file.write_text(turtle("Second"))
    call("harvest", "clinic")
    return call


def test_records_are_listed_and_shown_with_their_versions(told: Any, pharos: Any) -> None:
    (row,) = told("records", "list", "clinic")
    assert (row["iri"], row["versions"], row["state"]) == (IRI, 2, "published")
    found = told("records", "show", row["record"])
    assert [each["version"] for each in found["versions"]] == [2, 1]
    assert '"Second"@en' in found["text"]
    assert '"First"@en' in told("records", "show", "ONE", "--version", "1", "--format", "n-triples")["text"]
    assert told("records", "show", IRI, "--at", "2999-01-01")["shown"] == 2
    shown = pharos("records", "show", IRI)
    assert "# version 2" in shown.out
    assert "dct:title" in shown.out


def test_a_difference_is_readable(told: Any, pharos: Any) -> None:
    shown = pharos("records", "diff", IRI, "1", "2")
    assert shown.out.splitlines() == [f'- <{IRI}> dct:title "First"@en', f'+ <{IRI}> dct:title "Second"@en']
    assert told("records", "diff", IRI, "2", "1")["added"][0]["object"] == '"First"@en'


def test_the_payload_of_a_version_is_what_its_source_sent(told: Any, pharos: Any) -> None:
    assert pharos("records", "payload", IRI, "--version", "1").out == turtle("First")
    assert pharos("records", "payload", IRI).out == turtle("Second")
    assert told("records", "payload", IRI)["size"] == len(turtle("Second"))


def test_what_is_not_there_is_told_in_a_sentence(told: Any, pharos: Any) -> None:
    for words in (
        ("show", "nothing"),
        ("show", IRI, "--version", "9"),
        ("show", IRI, "--at", "2020-01-01"),
        ("show", IRI, "--at", "soon"),
        ("show", IRI, "--at", "2030-01-01", "--version", "1"),
        ("diff", IRI, "1", "9"),
        ("list", "nobody"),
    ):
        answer = pharos("records", *words)
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.startswith("pharos: ")


def test_a_replay_needs_no_source(told: Any, pharos: Any, tmp_path: Path) -> None:
    (tmp_path / "catalogue.ttl").unlink()
    (run,) = told("replay")
    assert (run["state"], run["counts"]["unchanged"], run["counts"]["reprocessed"]) == ("completed", 1, 0)
    assert run["changed"] == []
    assert pharos("replay", "nobody").code == 2
    assert "clinic" in pharos("replay", "clinic").out


def test_a_replay_says_what_it_changed(told: Any, pharos: Any, tmp_path: Path) -> None:
    told("sources", "add", str(tmp_path / "catalogue.ttl"), "--slug", "clinic", "--profile", "dcat-ap-3.0.1")
    shown = pharos("replay", "clinic")
    assert f"{IRI}: not-validated → non-conformant" in shown.out
    told("sources", "add", str(tmp_path / "catalogue.ttl"), "--slug", "clinic", "--profile", "none")
    (run,) = told("replay", "clinic")
    (one,) = run["changed"]
    assert (one["iri"], one["before"], one["after"], one["verdict_after"]) == (IRI, 2, 2, "not-validated")


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        (
            [("completed", ""), ("cancelled", "stopped"), ("completed", "")],
            ["completed", "cancelled", "cancelled"],
        ),
        (
            [("cancelled", "paused"), ("failed", "backend"), ("completed", "")],
            ["cancelled", "failed", "completed"],
        ),
        ([("completed", ""), ("running", ""), ("completed", "")], ["completed", "running", "queued"]),
    ],
)
def test_who_stops_one_replay_stops_those_that_have_not_begun(
    ends: list[tuple[str, str]], expected: list[str]
) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    queued = [HarvestRun(str(n), "s", RunState.QUEUED, RunCounts(), RunRequest(), at) for n in range(3)]
    known = {run.run_id: run for run in queued}

    def execute(run: HarvestRun) -> HarvestRun:
        state, code = ends[int(run.run_id)]
        return replace(run, state=RunState(state), code=RunCode(code))

    done = do_all(queued, execute, lambda run_id, by: replace(known[run_id], state=RunState.CANCELLED))
    assert [run.state.value for run in done] == expected


def test_a_run_is_taken_along_as_csv_or_whole_json(told: Any, pharos: Any) -> None:
    run = told("runs", "list", "clinic")[0]["run"]
    table = pharos("runs", "show", run, "--csv").out.splitlines()
    assert table[0].startswith("kind,record,")
    assert table[1] == "total,,,,,,,,found,,,1"
    assert json.loads(pharos("runs", "show", run, "--all").out)["outcomes"][0]["kind"] == "updated"


def test_a_source_is_shown_with_its_last_runs(told: Any) -> None:
    runs = told("sources", "show", "clinic")["runs"]
    assert [(run["state"], run["found"], run["not_taken"]) for run in runs] == [("completed", 1, 0)] * 2
