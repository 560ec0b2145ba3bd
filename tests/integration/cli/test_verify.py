"""`pharos verify` finds what was removed, added or changed behind its back, in both stores, and mends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from cli_kit import Folder, served, until
from loopback import Loopback

from catalogue.adapters.data_folder import DataFolder
from catalogue.bootstrap import Services, embedded_store, open_services
from catalogue.model.identifiers import dataset_id
from catalogue.projections.record_graphs import catalogue_iri, dataset_graph, quads_of, record_iri
from catalogue.rdf.namespaces import DCT, PHAROS
from catalogue.rdf.terms import Literal, NamedNode, Quad
from catalogue.settings import Settings

IDS = [dataset_id(f"https://clinic.example/datasets/{n}") for n in range(1, 6)]
GONE, CHANGED, INTRUDER = IDS[0], IDS[1], "intruder234567"
FOUND = {(GONE, "missing"), (CHANGED, "different"), (INTRUDER, "extra")}


@pytest.fixture
def harvested(folder: Folder, provider: Loopback) -> Folder:
    folder.json("sources", "add", provider.url("/catalogue"), "--slug", "clinic", "--profile", "none")
    assert folder.json("harvest", "clinic")["counts"]["created"] == 5
    return folder


def _behind_its_back(folder: Folder, *deeds: Callable[[Services], None]) -> None:
    settings, home = Settings(data=folder.data), DataFolder(folder.data)
    with (
        home.lock("vandal"),
        embedded_store(settings, home, "vandal"),
        open_services(settings, home, {}, writer=True) as services,
    ):
        for deed in deeds:
            deed(services)


def _vandalise_graph(services: Services) -> None:
    store, base = services.graph, services.base
    versions = services.ledger.published_versions([GONE, CHANGED])
    graph, intruder = dataset_graph(base, CHANGED), dataset_graph(base, INTRUDER)
    subject = NamedNode(versions[CHANGED].subject)
    removed = quads_of(versions[GONE], base)
    added = [
        Quad(subject, DCT.title, Literal("Vandalised"), graph),
        Quad(NamedNode("https://evil.example/"), DCT.title, Literal("Intruder"), intruder),
        Quad(record_iri(base, "stranger"), PHAROS.graph, intruder, catalogue_iri(base)),
    ]
    position = store.position()
    store.apply(removed, added, position, position)


def _vandalise_index(services: Services) -> None:
    index = services.search
    document = index.document(CHANGED)
    assert document is not None
    changed = replace(document, titles={"en": "Vandalised"})
    intruder = replace(document, dataset_id=INTRUDER, iri="https://evil.example/")
    position = index.position()
    index.apply([changed, intruder], [GONE], position, position)


def _differences(told: object, projection: str, key: str = "parts") -> set[tuple[str, str]]:
    parts = told[key] if key == "left" else [d for p in told["parts"] for d in p["differences"]]  # type: ignore[index]
    return {(d["dataset_id"], d["kind"]) for d in parts if d["projection"] == projection}


def test_what_agrees_is_said_to_agree(harvested: Folder) -> None:
    told = harvested.json("verify")
    assert told["agree"] is True
    assert [(p["projection"], p["held"], p["published"], p["compared"]) for p in told["parts"]] == [
        ("graph", 5, 5, 5),
        ("search", 5, 5, 5),
    ]
    assert "All agree." in harvested.pharos("verify").err


def test_all_three_kinds_are_found_and_mended(harvested: Folder) -> None:
    _behind_its_back(harvested, _vandalise_graph, _vandalise_index)
    told = harvested.json("verify", code=1)
    assert not told["agree"]
    assert _differences(told, "graph") == _differences(told, "search") == FOUND
    assert harvested.json("verify", code=1) == told
    mended = harvested.json("verify", "--fix")
    assert (mended["agree"], mended["left"]) == (True, [])
    assert _differences(mended, "graph") == FOUND
    assert harvested.json("verify")["agree"]
    assert {hit["title"] for hit in harvested.json("search")["hits"]} == {f"Dataset {n}" for n in range(1, 6)}
    asked = harvested.pharos("sparql", "SELECT ?t { ?s <http://purl.org/dc/terms/title> ?t }").out
    assert "Dataset 1" in asked and "Vandalised" not in asked and "Intruder" not in asked


def test_beside_a_running_server_its_worker_mends(harvested: Folder) -> None:
    with served(harvested) as first:
        # The first server records the base, for which the graph is made anew.
        until(first.is_ready)
    _behind_its_back(harvested, _vandalise_graph, _vandalise_index)
    with served(harvested) as server:
        until(server.is_ready)
        told = harvested.json("verify", code=1)
        assert _differences(told, "graph") == _differences(told, "search") == FOUND
        assert harvested.json("verify", "--fix")["agree"]
        assert harvested.json("verify")["agree"]
        assert len(server.api("/api/v1/datasets?q=Vandalised")["hits"]) == 0


def _lose_positions(services: Services) -> None:
    position = services.search.position()
    services.search.rebuild([], position - 2)
    services.graph.rebuild([], position + 7)


def test_a_position_that_is_behind_or_ahead_is_told_and_mended(harvested: Folder) -> None:
    _behind_its_back(harvested, _lose_positions)
    told = harvested.json("verify", code=1)
    for projection in ("graph", "search"):
        kinds = [kind for _, kind in _differences(told, projection)]
        assert sorted(kinds) == ["missing"] * 5 + ["position"]
    assert harvested.json("verify", "--fix")["agree"]
    assert harvested.json("verify")["agree"]


def test_what_cannot_be_asked_is_not_called_equal(harvested: Folder) -> None:
    (harvested.data / "graph" / "current").write_text("9")
    broken = harvested.data / "graph" / "store-9"
    broken.write_text("no folder")
    told = harvested.pharos("verify")
    assert told.code == 3
    assert "rebuild graph" in told.err


def test_a_sample_compares_a_part_but_looks_for_all(harvested: Folder) -> None:
    told = harvested.json("verify", "--sample", "40")
    assert [part["compared"] for part in told["parts"]] == [2, 2]
    assert harvested.pharos("verify", "--sample", "0").code == 2
