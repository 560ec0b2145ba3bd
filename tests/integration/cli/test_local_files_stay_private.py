"""A folder of this machine that was harvested: what the world sees names its files, never where they stand."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_kit import PREFIXES, Folder
from flask.testing import FlaskClient

from catalogue.adapters.data_folder import DataFolder
from catalogue.bootstrap import open_services
from catalogue.settings import Settings
from catalogue.web.app import create_app

SECRET = "home-of-nobody-else"
RELATIVE = (
    PREFIXES
    + """
    <> a dcat:Catalog ; dct:title "A catalogue"@en ; dcat:dataset <#one>, <d2>, <https://clinic.example/d3> .
    <#one> a dcat:Dataset ; dct:title "One"@en ; dct:description "First."@en ; dct:identifier "one" ;
        dcat:landingPage <pages/one.html> ; dcat:distribution <#file>, [ dcat:downloadURL <../one.zip> ] .
    <#file> a dcat:Distribution ; dcat:accessURL </one.csv> .
    <d2> a dcat:Dataset ; dct:title "Has no name of its own"@en .
    <https://clinic.example/d3> a dcat:Dataset ; dct:title "Three"@en ; dct:description "Third."@en ;
        dct:isPartOf <#one> .
"""
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file below it, one that does not parse, one that is no RDF."""
    place = tmp_path_factory.mktemp("private") / SECRET / "records"
    (place / "sub").mkdir(parents=True)
    (place / "sub" / "catalog.ttl").write_text(RELATIVE)
    (place / "broken.ttl").write_text("<a> <b>")
    (place / "page.rdf").write_text("<html><body>No RDF</body></html>")
    return place


@pytest.fixture(scope="module")
def harvested(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The folder; one of its files alone; one that goes between two harvests."""
    folder = Folder(tmp_path_factory.mktemp("data") / "data", {})
    assert folder.pharos("harvest", str(place)).code == 1
    assert folder.pharos("harvest", str(place / "sub" / "catalog.ttl")).code in (0, 1)
    passing = place / "passing.ttl"
    passing.write_text(RELATIVE)
    assert folder.pharos("sources", "add", str(passing)).code == 0
    passing.unlink()
    assert folder.pharos("harvest", "passing").code == 3
    return folder


@pytest.fixture(scope="module")
def client(harvested: Folder) -> Iterator[FlaskClient]:
    settings = Settings(data=harvested.data)
    with open_services(settings, DataFolder(harvested.data), {}, writer=False) as services:
        yield create_app(services).test_client()


def test_sources_are_named_after_the_last_part_of_the_path(harvested: Folder) -> None:
    assert {source["slug"] for source in harvested.json("sources", "list")} == {
        "records",
        "catalog",
        "passing",
    }


def test_the_operator_sees_the_whole_path(harvested: Folder, place: Path) -> None:
    assert harvested.json("sources", "show", "records")["url"] == place.as_uri() + "/"


def test_nothing_in_the_graph_store_names_the_folder(harvested: Folder) -> None:
    told = harvested.pharos("sparql", "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } "
                            "FILTER(!STRSTARTS(STR(?g), 'https://') && !CONTAINS(STR(?g), '/vocabularies/')) }")  # fmt: skip
    assert (told.code, "First." in told.out) == (0, True)
    assert "file:///records/sub/catalog.ttl#file" in told.out
    assert SECRET not in told.out


def test_nothing_exported_names_the_folder(harvested: Folder) -> None:
    told = harvested.pharos("export")
    assert (told.code, "First." in told.out, SECRET in told.out) == (0, True, False)


def test_no_page_and_no_answer_names_the_folder(client: FlaskClient) -> None:
    seen = crawl(client, ["/", "/datasets", "/sources", "/runs", "/catalog.ttl", "/catalog.jsonld", "/about",
                          "/api/v1/datasets", "/api/v1/sources", "/api/v1/runs"])  # fmt: skip
    kinds = {re.sub(r"[0-9a-z]{20,}|[0-9a-f-]{36}", "*", path.partition("?")[0]) for path in seen}
    assert {"/datasets/*", "/datasets/*.ttl", "/sources/records", "/api/v1/sources/passing"} <= kinds, kinds
    assert any(path.startswith("/runs/") for path in seen) and any(
        path.startswith("/records/") for path in seen
    )
    assert [path for path, text in seen.items() if SECRET in text] == []
    assert any("catalog.ttl" in text for path, text in seen.items() if path.startswith("/runs/"))


def crawl(client: FlaskClient, start: list[str], most: int = 150) -> dict[str, str]:
    """Address → body, of all pages that lead from here to pages of ours, and of what the API says about the same."""
    waiting, seen = deque(start), dict[str, str]()
    while waiting and len(seen) < most:
        path = waiting.popleft()
        if path in seen:
            continue
        accept = "application/json" if path.startswith("/api") else "text/html,*/*;q=0.5"
        seen[path] = text = client.get(path, headers={"Accept": accept}).get_data(as_text=True)
        found = [link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"#]*)', text)]
        found += [
            f"/api/v1{link}" for link in found if re.match(r"/(datasets|records|runs|sources)/[^.?]+$", link)
        ]
        waiting += [link for link in found if not re.match(r"/(static|datasets\?|sparql)", link)]
    return seen
