"""Commands on a folder that nobody serves, after a harvest: what each prints."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from cli_kit import PHAROS, Folder, finish, turtle
from loopback import Answer, Loopback

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s a <http://www.w3.org/ns/dcat#Dataset> }"


@pytest.fixture(scope="module")
def harvested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    """A data folder with three datasets of one source, whose provider has gone."""
    with Loopback() as server:
        server.on("/catalogue", Answer(turtle([1, 2, 3]), media_type="text/turtle"))
        data = tmp_path_factory.mktemp("harvested") / "data"
        folder = Folder(data, {"PHAROS_ALLOW_HOSTS": server.authority})
        folder.json("sources", "add", server.url("/catalogue"), "--slug", "clinic", "--country", "nl")
        folder.json("harvest", "clinic")
    return folder


def test_search_prints_total_hits_and_facets(harvested: Folder) -> None:
    found = harvested.json("search", "scans", "--facet", "source=clinic", "--size", "2")
    assert (found["total"], len(found["hits"]), found["page"], found["size"]) == (3, 2, 1, 2)
    assert all({"id", "iri", "title", "source", "verdict"} <= set(hit) for hit in found["hits"])
    assert found["facets"]["source"] == [{"value": "clinic", "label": "clinic", "count": 3}]
    assert {"theme", "country", "modality", "verdict"} <= set(found["facets"])


def test_search_for_people_is_short_and_finds_nothing_without_a_complaint(harvested: Folder) -> None:
    told = harvested.pharos("search", "no such words")
    assert (told.code, told.out, told.err) == (0, "", "0 datasets\n")


def test_sparql_prints_sparql_json_and_what_else_is_asked_for(harvested: Folder, tmp_path: Path) -> None:
    file = tmp_path / "count.rq"
    file.write_text(COUNT)
    rows = json.loads(harvested.pharos("sparql", str(file)).out)["results"]["bindings"]
    assert [row["n"]["value"] for row in rows] == ["3"]
    told = harvested.pharos("sparql", "-", "--format", "csv", given=COUNT)
    assert told.out.split() == ["n", "3"]
    told = harvested.pharos("sparql", "CONSTRUCT { ?s a ?t } WHERE { ?s a ?t } LIMIT 2")
    assert len(list(pyoxigraph.parse(told.out, format=pyoxigraph.RdfFormat.TURTLE))) == 2


def test_sparql_refuses_what_its_limits_refuse(harvested: Folder) -> None:
    told = harvested.pharos("sparql", "DELETE WHERE { ?s ?p ?o }")
    assert (told.code, told.out) == (2, "")
    assert told.err.startswith("pharos: ")


def test_export_leaves_with_every_record(harvested: Folder, tmp_path: Path) -> None:
    quads = list(pyoxigraph.parse(harvested.pharos("export").out, format=pyoxigraph.RdfFormat.N_QUADS))
    assert len({quad.graph_name for quad in quads}) == 3
    target = tmp_path / "all.ttl"
    told = harvested.json("export", "--format", "turtle", "--output", str(target))
    assert (told["records"], told["file"]) == (3, str(target))
    assert len(list(pyoxigraph.parse(path=str(target)))) == len(quads)


def test_an_answer_that_cannot_be_written_is_told_in_one_sentence(harvested: Folder) -> None:
    with Path("/dev/full").open("w") as full:
        told = finish(harvested.start("export", stdout=full))
    assert (told.code, told.err) == (3, "pharos: The answer could not be written: No space left on device.\n")


def test_a_reader_that_goes_away_is_no_error(harvested: Folder) -> None:
    theirs, ours = os.pipe()
    os.close(theirs)
    told = finish(harvested.start("export", stdout=ours))
    os.close(ours)
    assert (told.code, told.err) == (141, "")


@pytest.mark.parametrize("what", ["graph", "search"])
def test_rebuild_makes_the_projection_anew(harvested: Folder, what: str) -> None:
    told = harvested.json("rebuild", what)
    assert (told["projection"], told["position"]) == (what, 3)
    assert harvested.json("search")["total"] == 3
    assert '"3"' in harvested.pharos("sparql", COUNT).out


def test_rebase_moves_the_graph_with_the_catalogue(harvested: Folder, tmp_path: Path) -> None:
    copy = Folder(tmp_path / "copy", harvested.settings)
    subprocess.run(["cp", "-r", harvested.data, copy.data], check=True)
    told = copy.json("rebase", "https://new.example/pharos/")
    assert (told["base"], told["position"]) == ("https://new.example/pharos", 3)
    graphs = copy.pharos(
        "sparql", "SELECT DISTINCT ?g { GRAPH ?g { ?s a <http://www.w3.org/ns/dcat#Dataset> } }"
    )
    assert graphs.out.count("https://new.example/pharos/datasets/") == 3
    assert told["before"] not in graphs.out
    other = copy.pharos("search", settings={"PHAROS_BASE": told["before"]})
    assert other.code == 2
    assert "pharos rebase" in other.err


def test_removing_a_source_takes_its_records_out_of_search_and_graph(
    harvested: Folder, tmp_path: Path
) -> None:
    copy = Folder(tmp_path / "copy", harvested.settings)
    subprocess.run(["cp", "-r", harvested.data, copy.data], check=True)
    assert copy.json("sources", "remove", "clinic") == {"slug": "clinic", "withdrawn": 3}
    assert copy.json("search")["total"] == 0
    assert '"0"' in copy.pharos("sparql", COUNT).out
    assert copy.json("runs", "list", "clinic")[0]["state"] == "completed"


def test_a_full_disk_is_told_and_nothing_stored_is_lost(harvested: Folder, tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: writes beyond it fail in the same places."""
    copy = Folder(tmp_path / "copy", harvested.settings)
    subprocess.run(["cp", "-r", harvested.data, copy.data], check=True)
    file = tmp_path / "more.ttl"
    file.write_bytes(turtle(range(100, 3000)))
    words = ["sh", "-c", 'ulimit -f 2400; exec "$@"', "sh", *PHAROS, "harvest", str(file), "--json"]
    process = subprocess.run(
        words, env=copy.environment(), capture_output=True, text=True, timeout=100, check=False
    )
    assert process.returncode == 3, process
    assert "Traceback" not in process.stderr
    assert process.stderr.count("pharos: ") <= 1
    assert copy.json("search")["total"] >= 3
