"""FROM and FROM NAMED against the real engine, which by itself would ask all graphs."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from catalogue.adapters.graph.protocol import Endpoint
from catalogue.adapters.graph_sparql import SparqlGraphStore
from catalogue.adapters.oxigraph_child import OxigraphChild
from catalogue.discovery.sparql import SparqlGateway
from catalogue.discovery.sparql_traffic import Traffic
from catalogue.errors import InvalidQuery
from catalogue.model.query_dataset import QueryDataset
from catalogue.rdf.terms import NamedNode, Quad

BASE = "https://catalogue.example"
P = NamedNode("urn:p")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory) -> Iterator[SparqlGateway]:
    """Graph urn:g1 holds one triple, urn:g2 two, one of them that of urn:g1; the position is a further graph."""
    s = [NamedNode(f"urn:s{n}") for n in range(3)]
    quads = [
        Quad(s[1], P, s[0], NamedNode("urn:g1")),
        Quad(s[1], P, s[0], NamedNode("urn:g2")),
        Quad(s[2], P, s[0], NamedNode("urn:g2")),
    ]
    with OxigraphChild(tmp_path_factory.mktemp("graph"), timeout=5) as child:
        store = SparqlGraphStore(BASE, lambda: Endpoint.of_child(child.address))
        store.apply([], quads, 0, 1)
        yield SparqlGateway(store, timeout=5, max_rows=100, max_bytes=100_000, traffic=Traffic())


def rows(gateway, query, dataset=None) -> int:
    return len(json.loads(gateway.answer(query, None, dataset).body)["results"]["bindings"])


@pytest.mark.parametrize(
    ("clauses", "found"),
    [
        ("", 2),
        ("FROM <urn:g1>", 1),
        ("FROM <urn:g2>", 2),
        ("FROM <urn:g1> FROM <urn:g2>", 2),
        ("FROM <urn:nowhere>", 0),
        ("FROM NAMED <urn:g1>", 0),
        ("FROM <urn:g1> FROM NAMED <urn:g2>", 1),
    ],
)
def test_from_makes_the_default_graph(gateway, clauses, found):
    assert rows(gateway, f"SELECT DISTINCT ?s {clauses} {{ ?s <urn:p> ?o }}") == found


@pytest.mark.parametrize(
    ("clauses", "found"),
    [("FROM NAMED <urn:g1>", 1), ("FROM NAMED <urn:g2>", 2), ("FROM <urn:g1>", 0), ("", 3)],
)
def test_from_named_makes_what_graph_may_match(gateway, clauses, found):
    assert rows(gateway, f"SELECT * {clauses} {{ GRAPH ?g {{ ?s <urn:p> ?o }} }}") == found


def test_prefixes_and_a_base_are_resolved(gateway):
    assert rows(gateway, "PREFIX g: <urn:> SELECT * FROM g:g1 { ?s <urn:p> ?o }") == 1
    assert rows(gateway, "BASE <http://e.example/> SELECT * FROM <g1> { ?s <urn:p> ?o }") == 0


def test_ask_construct_and_describe_choose_graphs_too(gateway):
    assert not json.loads(gateway.answer("ASK FROM <urn:nowhere> { ?s ?p ?o }").body)["boolean"]
    assert gateway.answer("CONSTRUCT FROM <urn:g1> WHERE { ?s <urn:p> ?o }").body.count(b"urn:s1") == 1
    assert b"urn:s0" not in gateway.answer("DESCRIBE <urn:s2> FROM <urn:g1>").body


def test_a_dataset_beside_the_query_comes_before_its_own(gateway):
    query = "SELECT * FROM <urn:g2> { ?s <urn:p> ?o }"
    assert rows(gateway, query, QueryDataset(("urn:g1",))) == 1
    assert rows(gateway, query, QueryDataset()) == 2


@pytest.mark.parametrize(
    ("clauses", "words"),
    [
        ("FROM <nowhere>", "no absolute IRI"),
        ("FROM g:g1", "cannot be read"),
        (" ".join(f"FROM <urn:{n}>" for n in range(51)), "51 graphs"),
    ],
)
def test_what_names_no_graph_is_refused(gateway, clauses, words):
    with pytest.raises(InvalidQuery, match=words):
        gateway.answer(f"SELECT * {clauses} {{ ?s ?p ?o }}")
