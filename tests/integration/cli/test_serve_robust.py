"""`pharos serve` under attack: parts that are killed come back, and nothing is left when it ends, however it ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from cli_kit import Folder, Server, is_alive, served, turtle, until
from loopback import Answer, Loopback

TURTLE = "text/turtle"


@pytest.fixture
def server(folder: Folder) -> Iterator[Server]:
    with served(folder) as running:
        yield running


def begin_slow_run(server: Server, provider: Loopback, delay: float = 60.0) -> str:
    """A run that has committed its first page and waits for its second; the page answers at once when asked again."""
    provider.on(
        "/catalogue?page=2",
        Answer(turtle([4, 5]), media_type=TURTLE, delay=delay),
        Answer(turtle([4, 5]), media_type=TURTLE),
    )
    run_id = server.folder.pharos("harvest", provider.url("/catalogue"), "--no-wait").out.strip()
    until(lambda: "/catalogue?page=2" in provider.paths)
    return run_id


def test_sigterm_stops_everything_within_its_grace_and_cancels_the_run(
    server: Server, provider: Loopback
) -> None:
    run_id = begin_slow_run(server, provider)
    family = server.family()
    assert sum("oxigraph serve" in line for line in family.values()) == 1
    assert len(family) >= 4
    assert server.stop(signal.SIGTERM) < 20
    assert server.process.returncode == 0
    assert [pid for pid in family if is_alive(pid)] == []
    run = server.folder.json("runs", "show", run_id)
    assert (run["state"], run["counts"]["created"]) == ("cancelled", 3)
    assert "Pharos was stopped during this run" in run["reason"]
    assert not (server.folder.data / "runtime.json").exists()
    assert "stopped" in [line["message"] for line in server.lines("supervisor")]


def test_a_killed_supervisor_leaves_no_orphan_and_the_folder_can_be_served_again(
    server: Server, provider: Loopback
) -> None:
    begin_slow_run(server, provider)
    family = server.family()
    server.stop(signal.SIGKILL)
    until(lambda: not [pid for pid in family if is_alive(pid)], patience=20)
    with served(server.folder) as again:
        until(lambda: again.api("/api/v1/datasets")["total"] == 3, patience=10)


def test_parts_that_are_killed_come_back(server: Server, provider: Loopback) -> None:
    server.folder.json("harvest", provider.url("/catalogue"))
    ask = "/sparql?query=ASK%7B%3Chttps://clinic.example/datasets/5%3E%20?p%20?o%7D"
    until(lambda: server.api(ask)["boolean"], patience=10)
    for word in ("oxigraph serve", "catalogue.cli web", "catalogue.cli worker"):
        pid = server.part(word)
        os.kill(pid, signal.SIGKILL)
        until(lambda pid=pid: not is_alive(pid))
        until(lambda word=word: any(word in line for line in server.family().values()), patience=10)
        until(server.is_ready, patience=30)
        assert server.api(ask)["boolean"] is True
        assert server.api("/api/v1/datasets")["total"] == 5
    again = server.folder.json("harvest", provider.url("/catalogue"))
    assert (again["state"], again["counts"]["unchanged"]) == ("completed", 5)
    assert sum("catalogue.cli web" in line for line in server.family().values()) == 2


def test_the_run_of_a_killed_worker_goes_on_in_the_next_at_once(server: Server, provider: Loopback) -> None:
    run_id = begin_slow_run(server, provider)
    os.kill(server.part("catalogue.cli worker"), signal.SIGKILL)
    run = until(
        lambda: (r := server.folder.json("runs", "show", run_id))["state"] == "completed" and r, patience=30
    )
    assert (run["counts"]["found"], run["counts"]["created"]) == (5, 5)
    assert provider.paths.count("/catalogue") == 1
    until(lambda: server.api("/api/v1/datasets")["total"] == 5, patience=10)


def test_ctrl_c_is_as_good_as_sigterm(server: Server) -> None:
    family = server.family()
    assert server.stop(signal.SIGINT) < 15
    assert server.process.returncode == 0
    assert [pid for pid in family if is_alive(pid)] == []
