"""Every command beside a running server: one server for all of them."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from cli_kit import Folder, Server, finish, served, turtle, until
from loopback import Answer, Loopback

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s a <http://www.w3.org/ns/dcat#Dataset> }"
TURTLE = "text/turtle"


@pytest.fixture(scope="module")
def clinic() -> Iterator[Loopback]:
    with Loopback() as server:
        server.on("/catalogue", Answer(turtle(["lung", "skin", "bone"]), media_type=TURTLE))
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, clinic: Loopback) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("served") / "data"
    with served(Folder(data, {"PHAROS_ALLOW_HOSTS": clinic.authority})) as running:
        running.folder.json("sources", "add", clinic.url("/catalogue"), "--slug", "clinic")
        told = running.folder.pharos("harvest", "clinic", "--json")
        assert (told.code, told.json()["counts"]["created"]) == (0, 3)
        assert f"The server on this data folder does run {told.json()['run']}." in told.err
        yield running


def test_what_was_harvested_is_found_everywhere_within_seconds(server: Server, clinic: Loopback) -> None:
    clinic.on("/fresh", Answer(turtle(["fresh"]), media_type=TURTLE))
    assert server.folder.json("harvest", clinic.url("/fresh"))["counts"]["created"] == 1
    hits = until(lambda: server.api("/api/v1/datasets?q=fresh")["hits"], patience=5)
    assert hits[0]["title"] == "Dataset fresh"
    page = server.get(f"/datasets/{hits[0]['id']}", accept="text/html")
    assert "Dataset fresh" in page
    ask = "/sparql?query=ASK%7B%3Chttps://clinic.example/datasets/fresh%3E%20?p%20?o%7D"
    until(lambda: server.api(ask)["boolean"], patience=5)
    assert server.folder.json("sources", "remove", clinic_slug(server, "/fresh"))["withdrawn"] == 1
    until(lambda: not server.api("/api/v1/datasets?q=fresh")["hits"], patience=5)
    until(lambda: not server.api(ask)["boolean"], patience=5)


def clinic_slug(server: Server, path: str) -> str:
    slugs = [s["slug"] for s in server.folder.json("sources", "list") if s["url"].endswith(path)]
    return str(slugs[0])


def test_search_and_sparql_answer_beside_the_server(server: Server) -> None:
    until(server.is_ready)
    assert server.folder.json("search", "scans", "-f", "source=clinic")["total"] == 3
    rows = json.loads(server.folder.pharos("sparql", COUNT).out)["results"]["bindings"]
    assert [row["n"]["value"] for row in rows] == ["3"]


def test_runs_sources_and_export_read_beside_the_server(server: Server) -> None:
    run = server.folder.json("runs", "list", "clinic")[0]
    assert server.folder.json("runs", "show", run["run"])["outcomes"] == []
    assert server.folder.json("sources", "show", "clinic")["runs"][0]["run"] == run["run"]
    exported = server.folder.pharos("export").out
    assert len({q.graph_name for q in pyoxigraph.parse(exported, format=pyoxigraph.RdfFormat.N_QUADS)}) == 3


def test_a_queued_run_is_done_by_the_server(server: Server) -> None:
    told = server.folder.pharos("harvest", "clinic", "--no-wait")
    run_id = told.out.strip()
    run = until(lambda: (r := server.folder.json("runs", "show", run_id))["state"] == "completed" and r)
    assert run["counts"]["unchanged"] == 3


@pytest.mark.parametrize("what", ["graph", "search"])
def test_a_rebuild_is_done_by_the_server_which_answers_as_before(server: Server, what: str) -> None:
    told = server.folder.pharos("rebuild", what, "--json")
    assert (told.code, told.json()["projection"]) == (0, what)
    assert f"The server on this data folder rebuilds {what}." in told.err
    until(server.is_ready)
    assert server.api("/api/v1/datasets")["total"] == 3
    assert '"3"' in server.folder.pharos("sparql", COUNT).out
    assert list((server.folder.data / "requests").iterdir()) == []


def test_a_dry_run_goes_past_the_server(server: Server, clinic: Loopback) -> None:
    before = server.folder.json("runs", "list")
    summary = server.folder.json("harvest", clinic.url("/catalogue"), "--dry-run")
    assert (summary["run"], summary["counts"]["unchanged"]) == (None, 3)
    assert server.folder.json("runs", "list") == before


def test_ctrl_c_ends_the_watching_and_not_the_run(server: Server, clinic: Loopback) -> None:
    clinic.on("/slow", Answer(turtle(["lung"]), media_type=TURTLE, delay=3))
    process = server.folder.start("harvest", clinic.url("/slow"), "--json")
    until(lambda: "/slow" in clinic.paths)
    process.send_signal(signal.SIGINT)
    told = finish(process)
    assert (told.code, told.json()["state"]) == (130, "running")
    assert f"The server goes on with it: pharos runs show {told.json()['run']}" in told.err
    until(lambda: server.folder.json("runs", "show", told.json()["run"])["state"] == "completed")


def test_a_second_server_on_the_folder_is_refused(server: Server) -> None:
    told = server.folder.pharos("serve")
    assert (told.code, told.out) == (3, "")
    assert f"pharos serve (process {server.process.pid}) is working on this data folder." in told.err


def test_a_port_that_is_taken_is_named(server: Server, tmp_path: Path) -> None:
    port = server.address.rpartition(":")[2]
    told = Folder(tmp_path / "other").pharos("serve", "--port", port)
    assert told.code == 2
    assert f"Port {port} of 127.0.0.1 cannot be used" in told.err
    assert "--port" in told.err


def test_a_catalogue_does_not_move_while_it_is_served(server: Server) -> None:
    told = server.folder.pharos("rebase", "https://new.example")
    assert told.code == 3
    assert "Stop `pharos serve` first." in told.err


def test_every_log_line_is_json_with_its_part_and_lines_of_a_harvest_name_run_and_source(
    server: Server, clinic: Loopback
) -> None:
    clinic.on("/down", Answer(status=500))
    run = server.folder.json("harvest", clinic.url("/down"), code=3)["run"]
    lines = server.lines()
    assert {line["part"] for line in lines} == {"supervisor", "worker", "web"}
    of_run = [line for line in lines if line.get("run") == run]
    assert {line["message"] for line in of_run} >= {"run started", "run broke off", "run ended"}
    assert {line["source"] for line in of_run} == {clinic_slug(server, "/down")}
    assert not [line for line in lines if "trace" in line]
