"""`pharos sources`: schedule, pause, and sources as a file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catalogue.adapters.ledger import open_ledger
from catalogue.bootstrap import SystemClock
from catalogue.harvesting.lease import LEASE
from catalogue.model.harvest import RunRequest, RunState

Pharos = Callable[..., Any]
FILE = """
[sources.clinic]
url = "https://clinic.example/"
harvester = "dcat_rdf"
country = "NLD"
schedule = "0 3 * * *"
time_zone = "Europe/Amsterdam"

[sources.institute]
url = "https://institute.example/fdp"
harvester = "fair_data_point"
credentials = { scheme = "bearer", secret = "env:INSTITUTE" }
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "sources.toml"
    made.write_text(FILE)
    return made


def told(pharos: Pharos, *words: str) -> Any:
    answer = pharos(*words, "--json")
    assert answer.code == 0, answer
    return json.loads(answer.out)


def actions(answer: Any) -> dict[str, str]:
    return {step["slug"]: step["action"] for step in answer["changes"]}


def add(pharos: Pharos, *more: str, slug: str = "x") -> None:
    assert pharos("sources", "add", f"http://{slug}.example/", "--slug", slug, *more).code == 0


def fail(tmp_path: Path, slug: str, times: int) -> None:
    """So many failed runs of the source."""
    ledger = open_ledger(f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite'}", SystemClock())
    for _ in range(times):
        claim = ledger.claim("w", LEASE, ledger.enqueue(slug, RunRequest()).run_id)
        assert claim is not None
        ledger.finish(claim.token, RunState.FAILED)
    ledger.close()


# -- schedule -------------------------------------------------------------------------------------


def test_a_schedule_is_set_shown_and_taken_away(pharos: Pharos) -> None:
    add(pharos)
    said = pharos("sources", "schedule", "x", "0 3 * * *", "--time-zone", "Europe/Rome")
    assert re.search(r"x is harvested at `0 3 \* \* \*` \(Europe/Rome\), next on \d{4}-", said.err)
    shown = told(pharos, "sources", "show", "x")
    assert (shown["schedule"], shown["time_zone"], shown["health"]) == ("0 3 * * *", "Europe/Rome", "new")
    assert shown["next_run_at"] is not None
    assert told(pharos, "sources", "schedule", "x")["schedule"] == "0 3 * * *"
    assert told(pharos, "sources", "schedule", "x", "--time-zone", "UTC")["schedule"] == "0 3 * * *"
    assert "has no schedule" in pharos("sources", "schedule", "x", "--never").err
    assert told(pharos, "sources", "show", "x")["next_run_at"] is None


def test_a_schedule_may_be_said_when_a_source_is_added(pharos: Pharos) -> None:
    add(pharos, "--schedule", "every 6 hours", "--time-budget", "600", "--notify", "mailto:a@b.example")
    shown = told(pharos, "sources", "show", "x")
    assert (shown["schedule"], shown["time_budget"]) == ("every 6 hours", 600)
    assert shown["notices"] == [{"to": "mailto:a@b.example", "secret": ""}]
    add(pharos, "--title", "X")
    assert told(pharos, "sources", "show", "x")["schedule"] == "every 6 hours"
    add(pharos, "--schedule", "", "--no-notify")
    shown = told(pharos, "sources", "show", "x")
    assert (shown["schedule"], shown["notices"]) == ("", [])


WRONG = {
    "schedule": (["schedule", "x", "often"], "every 6 hours"),
    "zone": (["schedule", "x", "6h", "--time-zone", "Rome"], "Europe/Rome"),
    "both": (["schedule", "x", "6h", "--never"], "--never"),
    "unknown": (["schedule", "y", "6h"], "no source y"),
    "pause": (["pause", "y"], "no source y"),
    "resume": (["resume", "y"], "no source y"),
    "add-schedule": (["add", "http://y.example/", "--schedule", "often"], "every 6 hours"),
    "budget": (["add", "http://y.example/", "--time-budget", "0"], "seven days"),
    "unsigned": (["add", "http://y.example/", "--notify", "https://h.example/"], "needs a secret"),
    "mail": (["add", "http://y.example/", "--notify", "ada@b.example"], "mailto:ADDRESS"),
    "oidc": (["add", "http://y.example/", "--oidc", "https://i.example/", "c", "s3cr3t"], "env:NAME"),
    "no-file": (["apply", "none.toml"], "none.toml cannot be read"),
    "output": (["export", "--output", "none/x.toml"], "cannot be written"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_use_is_named(pharos: Pharos, case: str) -> None:
    words, named = WRONG[case]
    add(pharos)
    answer = pharos("sources", *words)
    assert answer.code == 2
    assert named in answer.err
    assert "s3cr3t" not in answer.err


# -- pause ----------------------------------------------------------------------------------------


def test_a_paused_source_is_not_harvested_by_hand_either(pharos: Pharos) -> None:
    add(pharos)
    assert "paused" in pharos("sources", "pause", "x").err
    assert told(pharos, "sources", "show", "x")["paused_at"] is not None
    answer = pharos("harvest", "x")
    assert answer.code == 2
    assert "The source x is paused since" in answer.err and "pharos sources resume x" in answer.err
    pharos("sources", "resume", "x")
    assert told(pharos, "sources", "show", "x")["paused_at"] is None
    assert pharos("harvest", "x", "--no-wait").code == 0


def test_the_list_tells_how_sources_are_doing(pharos: Pharos, tmp_path: Path) -> None:
    for slug in ("x", "y", "z"):
        add(pharos, slug=slug)
    fail(tmp_path, "x", 1)
    fail(tmp_path, "y", 7)
    pharos("sources", "pause", "z")
    rows = {row["slug"]: row for row in told(pharos, "sources", "list")}
    assert [(row["health"], row["failures"], row["flagged"]) for row in rows.values()] == [
        ("failing", 1, False),
        ("failing", 7, True),
        ("new", 0, False),
    ]
    table = pharos("sources", "list").out
    for word in ("failing", "flagged, failing (7 failures)", "paused"):
        assert word in table


# -- file -----------------------------------------------------------------------------------------


def test_a_file_makes_the_sources_and_doing_it_again_changes_nothing(pharos: Pharos, file: Path) -> None:
    answer = told(pharos, "sources", "apply", str(file), "--yes")
    assert answer["applied"] and actions(answer) == {"clinic": "add", "institute": "add"}
    assert told(pharos, "sources", "show", "clinic")["country"] == "NL"
    events = told(pharos, "sources", "show", "clinic")
    again = told(pharos, "sources", "apply", str(file), "--yes")
    assert not again["applied"] and actions(again) == {"clinic": "keep", "institute": "keep"}
    assert told(pharos, "sources", "show", "clinic") == events


def test_a_plan_is_shown_before_anything_is_done(pharos: Pharos, file: Path) -> None:
    pharos("sources", "apply", str(file), "--yes")
    file.write_text(FILE.replace('"0 3 * * *"', '"every 6 hours"').replace("NLD", "BE"))
    answer = pharos("sources", "apply", str(file), "--dry-run")
    assert answer.code == 0
    assert "~ clinic: changes\n    country: NL → BE\n    schedule: 0 3 * * * → every 6 hours\n" in answer.out
    assert told(pharos, "sources", "show", "clinic")["country"] == "NL"


def test_nothing_is_done_where_nobody_can_be_asked(pharos: Pharos, file: Path) -> None:
    for words in (("apply", str(file)), ("apply", str(file), "--json")):
        answer = pharos("sources", *words)
        assert answer.code == 2
        assert "--yes" in answer.err
    assert told(pharos, "sources", "list") == []


def test_sources_that_the_file_does_not_name_go_only_when_told(pharos: Pharos, file: Path) -> None:
    add(pharos, slug="old")
    kept = told(pharos, "sources", "apply", str(file), "--yes")
    assert actions(kept)["old"] == "leave"
    answer = pharos("sources", "apply", str(file), "--prune", "--dry-run")
    assert "- old: is removed; 0 records leave the catalogue" in answer.out
    pruned = told(pharos, "sources", "apply", str(file), "--prune", "--yes")
    assert pruned["applied"] and actions(pruned)["old"] == "remove"
    assert [row["slug"] for row in told(pharos, "sources", "list")] == ["clinic", "institute"]
    file.write_text(FILE + '[sources.old]\nurl = "http://old.example/"\nharvester = "dcat_rdf"\n')
    assert actions(told(pharos, "sources", "apply", str(file), "--yes"))["old"] == "revive"


def test_a_name_is_not_moved_to_another_url_by_a_file(pharos: Pharos, file: Path) -> None:
    pharos("sources", "apply", str(file), "--yes")
    file.write_text(FILE.replace("https://clinic.example/", "https://other.example/"))
    answer = pharos("sources", "apply", str(file), "--yes")
    assert answer.code == 2
    assert "The name clinic belongs to https://clinic.example/" in answer.err


def test_a_file_pauses_and_resumes_only_where_it_says_so(pharos: Pharos, file: Path) -> None:
    pharos("sources", "apply", str(file), "--yes")
    pharos("sources", "pause", "institute")
    assert actions(told(pharos, "sources", "apply", str(file), "--yes"))["institute"] == "keep"
    file.write_text(FILE + "paused = false\n")
    assert actions(told(pharos, "sources", "apply", str(file), "--yes"))["institute"] == "change"
    assert told(pharos, "sources", "show", "institute")["paused_at"] is None
    file.write_text(FILE + "paused = true\n")
    pharos("sources", "apply", str(file), "--yes")
    assert told(pharos, "sources", "show", "institute")["paused_at"] is not None


def test_what_is_exported_applies_as_nothing_to_do(pharos: Pharos, file: Path, tmp_path: Path) -> None:
    pharos("sources", "apply", str(file), "--yes")
    pharos("sources", "pause", "clinic")
    out = tmp_path / "out.toml"
    assert pharos("sources", "export", "--output", str(out)).code == 0
    assert out.read_text() == pharos("sources", "export").out
    assert set(actions(told(pharos, "sources", "apply", str(out), "--prune", "--yes")).values()) == {"keep"}
    assert told(pharos, "sources", "apply", str(out), "--yes", "--data", str(tmp_path / "new"))["applied"]
    assert pharos("sources", "export", "--data", str(tmp_path / "new")).out == out.read_text()


def test_a_wrong_file_changes_nothing(pharos: Pharos, file: Path) -> None:
    file.write_text(FILE + 'shedule = "6h"\n')
    answer = pharos("sources", "apply", str(file), "--yes")
    assert answer.code == 2
    assert f"{file}: [sources.institute] has an unknown key 'shedule'" in answer.err
    assert "Did you mean 'schedule'?" in answer.err
    assert told(pharos, "sources", "list") == []


def test_secrets_stand_nowhere(
    pharos: Pharos, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSTITUTE", "s3cr3t-t0ken")
    said = [pharos("sources", "apply", str(file), "--yes")]
    said += [pharos("sources", *words) for words in (("list",), ("show", "institute"), ("export",))]
    said.append(pharos("harvest", "institute", "--no-wait"))
    assert all(answer.code == 0 for answer in said)
    assert "s3cr3t" not in "".join(answer.out + answer.err for answer in said)
    assert "env:INSTITUTE" in said[2].out
    for path in (tmp_path / "data").rglob("*"):
        assert path.is_dir() or b"s3cr3t" not in path.read_bytes(), path


def test_a_source_is_shown_with_when_it_was_last_read(pharos: Pharos, tmp_path: Path) -> None:
    add(pharos, "--schedule", "every 6 hours")
    assert "never: no run has read everything yet" in pharos("sources", "show", "x").out
    fail(tmp_path, "x", 3)
    shown = told(pharos, "sources", "show", "x")
    assert (shown["status"], shown["statuses"], shown["last_complete_at"]) == ("failing", ["failing"], None)
    assert shown["left_alone_until"] and shown["next_run_at"] >= shown["left_alone_until"]
    assert [run["code"] for run in shown["runs"]] == ["", "", ""]
    ledger = open_ledger(f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite'}", SystemClock())
    claim = ledger.claim("w", LEASE, ledger.enqueue("x", RunRequest()).run_id)
    assert claim is not None
    ledger.finish(claim.token, RunState.COMPLETED, complete=True)
    ledger.close()
    shown = told(pharos, "sources", "show", "x")
    assert (shown["status"], shown["failures"]) == ("ok", 0)
    assert 0 <= shown["staleness_seconds"] < 60
    assert "0 minutes" in pharos("sources", "list").out


def test_a_harvest_by_hand_reads_everything_when_the_last_full_one_is_old(
    pharos: Pharos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(pharos)
    ledger = open_ledger(f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite'}", SystemClock())
    claim = ledger.claim("w", LEASE, ledger.enqueue("x", RunRequest()).run_id)
    assert claim is not None
    ledger.finish(claim.token, RunState.COMPLETED, complete=True)

    def is_full() -> bool:
        run = ledger.run(pharos("harvest", "x", "--no-wait").out.strip())
        ledger.cancel(run.run_id, "test")
        return run.request.full

    assert not is_full()
    monkeypatch.setenv("PHAROS_FULL_EVERY", "0.001")
    assert is_full()
    ledger.close()
