"""The base URL is recorded where the catalogue is first served, not by a command before that."""

from __future__ import annotations

import json
import urllib.parse
from pathlib import Path

import pytest
from cli_kit import Folder, dataset, served, until
from loopback import Answer, Loopback


@pytest.fixture
def filled(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path / "data")
    file = tmp_path / "three.ttl"
    rows = "\n".join(dataset(name) for name in ("lung", "skin", "bone"))
    prefixes = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
    file.write_text(prefixes + rows)
    assert folder.json("harvest", str(file))["counts"]["created"] == 3
    return folder


def base_row(folder: Folder) -> tuple[str, str]:
    (row,) = [row for row in folder.json("settings") if row["variable"] == "PHAROS_BASE"]
    return row["value"], row["origin"]


def test_a_harvest_before_the_first_serve_does_not_fix_the_base(filled: Folder) -> None:
    assert base_row(filled) == ("", "default")
    with served(filled) as server:
        assert base_row(filled) == (server.address, "recorded")
        query = urllib.parse.quote("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }")

        def graphs() -> list[str]:
            rows = server.api(f"/sparql?query={query}")["results"]["bindings"]
            return [row["g"]["value"] for row in rows]

        until(lambda: sum("/datasets/" in name for name in graphs()) == 3)
        assert all(name.startswith(server.address) for name in graphs())
        assert json.dumps(server.api("/api/v1/datasets")).count("127.0.0.1:8080") == 0
        assert f"{server.address}/catalog" in server.get("/catalog", accept="text/turtle")
        assert not [line for line in server.lines() if "rebase" in json.dumps(line)]


def test_a_server_at_another_place_than_the_recorded_one_says_so_loudly(filled: Folder) -> None:
    with served(filled) as first:
        before = first.address
    with served(filled) as second:
        if second.address == before:
            pytest.skip("the system gave the same free port twice")
        (warning,) = [line for line in second.lines() if line["level"].lower() == "warning" and "do" in line]
        assert f"pharos rebase {second.address}" in warning["do"]
        assert before in json.dumps(warning)


def test_another_server_on_our_default_port_may_be_harvested_before_we_are_served(tmp_path: Path) -> None:
    with Loopback() as other:
        other.on("/catalog", Answer(b"<> a <http://www.w3.org/ns/dcat#Catalog> .", media_type="text/turtle"))
        port = other.authority.rpartition(":")[2]
        folder = Folder(tmp_path / "data", {"PHAROS_ALLOW_HOSTS": other.authority, "PHAROS_PORT": port})
        answer = folder.pharos("harvest", other.url("/catalog"))
        assert "part of this catalogue itself" not in answer.out + answer.err
        assert other.paths[-1] == "/catalog"
