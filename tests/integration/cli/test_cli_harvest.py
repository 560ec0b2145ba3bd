"""`pharos harvest` without a server: what it prints, how it ends, what it leaves."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from cli_kit import PHAROS, PREFIXES, Folder, dataset, finish, turtle, until
from loopback import Answer, Loopback

FIELDS = {"run", "source", "state", "counts", "complete", "evidence", "reason", "advice"}
COUNTS = {"found", "created", "updated", "unchanged", "skipped", "failed", "duplicate", "withdrawn"}
TURTLE = "text/turtle"


def test_a_first_harvest_creates_and_a_second_finds_everything_unchanged(
    folder: Folder, provider: Loopback
) -> None:
    first = folder.json("harvest", provider.url("/catalogue"))
    assert set(first) >= FIELDS
    assert set(first["counts"]) >= COUNTS
    assert first["id"] == first["run"]
    assert (first["state"], first["complete"]) == ("completed", True)
    assert (first["counts"]["found"], first["counts"]["created"]) == (5, 5)
    second = folder.json("harvest", first["source"])
    assert second["run"] != first["run"]
    assert (second["counts"]["found"], second["counts"]["unchanged"]) == (5, 5)
    assert folder.json("search")["total"] == 5


def test_a_new_source_whose_first_run_got_nothing_can_be_removed_again(
    folder: Folder, provider: Loopback
) -> None:
    provider.on("/mistyped", Answer(status=404))
    first = folder.pharos("harvest", provider.url("/mistyped"))
    (slug,) = [source["slug"] for source in folder.json("sources", "list")]
    assert f"pharos sources remove {slug}" in first.err
    assert "sources remove" not in folder.pharos("harvest", slug).err
    assert "sources remove" not in folder.pharos("harvest", provider.url("/catalogue")).err


def test_people_read_one_line_and_machines_may_ask_before_the_name(
    folder: Folder, provider: Loopback
) -> None:
    told = folder.pharos("harvest", provider.url("/catalogue"))
    assert told.code == 0
    assert told.out.endswith("-catalogue: completed (5 found, 5 created, 2 pages)\n")
    assert told.err.startswith("Registered ")
    other = folder.data.with_name("other")
    answer = folder.pharos("--json", "--data", str(other), "harvest", provider.url("/catalogue"))
    assert answer.json()["counts"]["created"] == 5
    assert (other / "ledger.sqlite").exists()


def test_a_record_that_cannot_be_taken_makes_exit_code_1(folder: Folder, provider: Loopback) -> None:
    nameless = "[] a dcat:Dataset ; dct:title 'No address and no identifier' ."
    provider.on("/broken", Answer((PREFIXES + dataset(1) + nameless).encode(), media_type=TURTLE))
    summary = folder.json("harvest", provider.url("/broken"), code=1)
    assert summary["state"] == "completed-with-errors"
    assert (summary["counts"]["created"], summary["counts"]["skipped"]) == (1, 1)
    shown = folder.json("runs", "show", summary["run"])
    assert [line["kind"] for line in shown["outcomes"]] == ["skipped"]
    assert all(shown["outcomes"][0][name] for name in ("page_url", "reason", "advice", "code"))
    text = folder.pharos("runs", "show", summary["run"]).out
    assert "\nskipped: " in text
    assert "\n  do    " in text


def test_a_source_that_fails_makes_exit_code_3_and_is_told_once(folder: Folder, provider: Loopback) -> None:
    provider.on("/down", Answer(status=500))
    told = folder.pharos("harvest", provider.url("/down"))
    assert told.code == 3
    assert ": failed (nothing found)" in told.out
    assert told.err.count("(500)") == 1
    assert "{" not in told.err
    log = [json.loads(line) for line in (folder.data / "commands.log").read_text().splitlines()]
    assert [(line["message"], line["part"]) for line in log] == [("run broke off", "command")]
    assert log[0]["run"]
    assert log[0]["source"].endswith("-down")


def test_a_limit_stops_after_so_many_records(folder: Folder, provider: Loopback) -> None:
    summary = folder.json("harvest", provider.url("/catalogue"), "--limit", "2")
    assert (summary["state"], summary["counts"]["found"], summary["complete"]) == ("completed", 2, False)


def test_a_dry_run_judges_and_writes_nothing(folder: Folder, provider: Loopback) -> None:
    summary = folder.json("harvest", provider.url("/catalogue"), "--dry-run")
    assert (summary["run"], summary["counts"]["created"]) == (None, 5)
    assert folder.json("sources", "list") == []
    assert folder.json("runs", "list") == []
    assert folder.json("search")["total"] == 0


def test_a_queued_run_is_done_by_the_next_harvest_of_its_source(folder: Folder, provider: Loopback) -> None:
    queued = folder.pharos("harvest", provider.url("/catalogue"), "--no-wait", "--limit", "1")
    run_id = queued.out.strip()
    assert folder.json("runs", "list")[0]["state"] == "queued"
    source = folder.json("sources", "list")[0]["slug"]
    done = folder.pharos("harvest", source, "--json")
    assert (done.json()["run"], done.json()["counts"]["found"]) == (run_id, 1)
    assert "has a run already, asked for by cli" in done.err


def test_a_file_and_a_folder_may_stand_in_place_of_a_url(folder: Folder, tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / "a.ttl").write_bytes(turtle([1, 2]))
    (files / "b.ttl").write_bytes(turtle([3]))
    assert folder.json("harvest", str(files / "a.ttl"), "--dry-run")["counts"]["created"] == 2
    assert folder.json("harvest", str(files))["counts"]["created"] == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_a_signal_ends_the_run_as_cancelled_and_what_was_committed_stands(
    folder: Folder, provider: Loopback, number: int
) -> None:
    provider.on("/catalogue?page=2", Answer(turtle([4, 5]), media_type=TURTLE, delay=30))
    process = folder.start("harvest", provider.url("/catalogue"), "--json")
    until(lambda: "/catalogue?page=2" in provider.paths)
    began = time.monotonic()
    process.send_signal(number)
    told = finish(process)
    assert time.monotonic() - began < 10
    assert told.code == 3
    assert (told.json()["state"], told.json()["counts"]["created"]) == ("cancelled", 3)
    assert "Pharos was stopped during this run" in told.json()["reason"]
    assert "Stopping" in told.err
    assert folder.json("search")["total"] == 3
    assert not (folder.data / "runtime.json").exists()


def test_of_two_commands_at_once_the_second_says_whom_it_waits_for_and_both_succeed(
    folder: Folder, provider: Loopback
) -> None:
    provider.on("/slow", Answer(turtle([8]), media_type=TURTLE, delay=6))
    first = folder.start("harvest", provider.url("/slow"), "--json")
    until(lambda: "/slow" in provider.paths)
    second = folder.start("harvest", provider.url("/catalogue"), "--json")
    third = folder.start("harvest", provider.url("/slow"), "--json")
    answers = [finish(process) for process in (first, second, third)]
    assert [answer.code for answer in answers] == [0, 0, 0]
    ahead = "|".join(str(process.pid) for process in (first, second, third))
    for waiting in answers[1:]:
        assert re.search(
            rf"^Waiting: pharos harvest \(process ({ahead})\) is working", waiting.err, re.MULTILINE
        )
    assert answers[0].json()["run"] == answers[2].json()["run"]
    assert folder.json("search")["total"] == 6


def test_who_waits_can_be_stopped_and_leaves_no_run_in_the_queue(folder: Folder, provider: Loopback) -> None:
    provider.on("/slow", Answer(turtle([8]), media_type=TURTLE, delay=8))
    first = folder.start("harvest", provider.url("/slow"))
    until(lambda: "/slow" in provider.paths)
    second = folder.start("harvest", provider.url("/catalogue"), "--json", stderr=subprocess.PIPE)
    assert second.stderr is not None
    until(lambda: "Waiting" in second.stderr.readline())
    second.send_signal(signal.SIGINT)
    stopped = finish(second)
    assert (stopped.code, stopped.json()["state"]) == (3, "cancelled")
    assert finish(first).code == 0
    assert provider.paths == ["/slow"]


def test_a_run_whose_process_was_killed_is_taken_over_at_once_where_it_stood(
    folder: Folder, provider: Loopback
) -> None:
    provider.on(
        "/catalogue?page=2",
        Answer(turtle([4, 5]), media_type=TURTLE, delay=30),
        Answer(turtle([4, 5]), media_type=TURTLE),
    )
    process = folder.start("harvest", provider.url("/catalogue"))
    until(lambda: "/catalogue?page=2" in provider.paths)
    process.kill()
    process.communicate()
    began = time.monotonic()
    again = folder.pharos("harvest", provider.url("/catalogue"), "--json")
    assert time.monotonic() - began < 20
    assert "An earlier process died during this run" in again.err
    assert (again.code, again.json()["state"], again.json()["counts"]["found"]) == (0, "completed", 5)
    assert [run["run"] for run in folder.json("runs", "list")] == [again.json()["run"]]
    assert provider.paths.count("/catalogue") == 1
    assert list((folder.data / "spool").iterdir()) == []


def test_bars_are_for_terminals_only_and_on_stderr(folder: Folder, provider: Loopback) -> None:
    ours, theirs = pty.openpty()
    words = [*PHAROS, "harvest", provider.url("/catalogue"), "--json"]
    process = subprocess.Popen(
        words, env=folder.environment(TERM="xterm"), stdout=subprocess.PIPE, stderr=theirs
    )
    os.close(theirs)
    out, _ = process.communicate(timeout=60)
    seen = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:
            break
        seen += piece
    os.close(ours)
    assert json.loads(out)["counts"]["created"] == 5
    assert b"5/?" in seen
    assert b"\x1b[" not in out
