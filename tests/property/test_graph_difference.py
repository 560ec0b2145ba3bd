"""For any two versions of a description, one operation on a real server leaves what a fresh load would."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.adapters.graph.bulk import BulkLoad
from catalogue.adapters.graph.protocol import Endpoint
from catalogue.adapters.graph_sparql import SparqlGraphStore
from catalogue.adapters.oxigraph_child import OxigraphChild
from catalogue.errors import StaleProjection
from catalogue.model.records import StoredVersion
from catalogue.model.validation import ValidationReport
from catalogue.projections.graph import operation, quads
from catalogue.projections.record_graphs import graphs_of
from catalogue.rdf.graphs import Graph, to_ntriples
from catalogue.rdf.labels import label_by_content
from catalogue.rdf.namespaces import DCT, XSD
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Quad, Triple

BASE = "https://catalogue.example"
SUBJECT = NamedNode("https://provider.example/d1")
NODES = [SUBJECT, *map(BlankNode, "abc"), NamedNode("https://provider.example/dist")]
PREDICATES = [DCT.title, DCT.extent, DCT.relation]
COLLAPSING = {
    XSD.decimal: ["1.50", "1.5", "01.5", "1", "1.0", "-0.0", "0.0"],
    XSD.integer: ["1", "01", "+1", "one"],
    XSD.nonNegativeInteger: ["1", "01", "5"],
    XSD.double: ["1.5", "1.50", "1.5E0", "15e-1", "NaN", "INF"],
    XSD.float: ["1.5", "1.50"],
    XSD.boolean: ["true", "1", "false", "0", "maybe"],
    XSD.dateTime: ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.0Z", "2026-01-01T00:00:00+00:00", "2026-01-01T24:00:00Z"],
    XSD.date: ["2026-01-01", "2026-01-01Z", "2026-01-01+00:00", "last week"],
    XSD.gYear: ["2026", "2026Z", "02026"],
    XSD.duration: ["P1D", "PT24H", "P1Y", "P12M"],
    XSD.dayTimeDuration: ["P1D", "PT24H"],
    XSD.string: ["1.5", "", "\\u0041", "\n\"'"],
}  # fmt: skip
literals = st.sampled_from(
    [Literal(text, datatype=kind) for kind, texts in COLLAPSING.items() for text in texts]
)
tagged = st.builds(
    lambda t, tag: Literal(t, language=tag),
    st.sampled_from(["eins", "1.5"]),
    st.sampled_from(["en", "EN", "de"]),
)
objects = st.one_of(literals, tagged, st.sampled_from(NODES))
graphs = st.builds(
    Graph,
    st.lists(st.builds(Triple, st.sampled_from(NODES), st.sampled_from(PREDICATES), objects), max_size=12),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Iterator[SparqlGraphStore]:
    with OxigraphChild(tmp_path_factory.mktemp("graph"), timeout=30) as child:
        yield SparqlGraphStore(BASE, lambda: Endpoint.of_child(child.address))


def version(graph: Graph, number: int = 1) -> StoredVersion:
    at = datetime(2026, 1, 2, 3, 4, number, tzinfo=UTC)
    return StoredVersion(
        version_id=number, number=number, record_id="rec", dataset_id="one", source="src", subject=SUBJECT.value,
        primary_class="http://www.w3.org/ns/dcat#Dataset", content=to_ntriples(label_by_content(graph)), received="",
        received_hash="", normalised_hash="", repairs=(), page_url="https://provider.example/page", payload_hash="",
        run_id="run", created_at=at, first_harvested_at=at, pipeline_version="1",
        report=ValidationReport("none", "engine", "1", "hash"),
    )  # fmt: skip


def all_quads(of: StoredVersion | None) -> list[Quad]:
    return [q for name, graph in graphs_of(of, BASE).items() for q in quads(name, graph)] if of else []


def everything(store) -> set[tuple[str, ...]]:
    text = "SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o FILTER(!STRENDS(STR(?p), '#position')) } }"
    rows = json.loads(store.query(text, "application/sparql-results+json", timeout=20, max_bytes=10**7))
    return {tuple(json.dumps(row[k], sort_keys=True) for k in "gspo") for row in rows["results"]["bindings"]}


versions = st.one_of(st.none(), graphs)


EQUAL = [
    (XSD.decimal, ["1.50", "1.5", "01.5"]),
    (XSD.integer, ["1", "01", "+1"]),
    (XSD.double, ["1.5", "1.50", "15e-1"]),
    (XSD.boolean, ["true", "1"]),
    (XSD.dateTime, ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.0Z", "2026-01-01T00:00:00+00:00"]),
    (XSD.dayTimeDuration, ["P1D", "PT24H"]),
]
"""Ways to write one value."""


@st.composite
def relatives(draw) -> tuple[Graph, Graph]:
    """Two versions that share most triples and write one value in different ways."""
    kind, texts = draw(st.sampled_from(EQUAL))
    some = st.lists(st.sampled_from(texts), min_size=1, unique=True)
    common = draw(graphs)
    pair = [[Triple(SUBJECT, DCT.extent, Literal(v, datatype=kind)) for v in draw(some)] for _ in range(2)]
    return common | pair[0], common | pair[1]


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(before=versions, after=versions)
def test_one_operation_leaves_what_a_fresh_load_would(store, before, after):
    old = version(before) if before is not None else None
    new = version(after, 2) if after is not None else None
    store.rebuild(all_quads(new), 2)
    fresh = everything(store)
    store.rebuild(all_quads(old), 1)
    store.apply(*operation(old, new, BASE), 1, 2)
    assert everything(store) == fresh


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(before=graphs, after=graphs, wrong=st.sampled_from([0, 3, 9]))
def test_a_stale_writer_changes_nothing(store, before, after, wrong):
    store.rebuild(all_quads(version(before)), 5)
    held = everything(store)
    with pytest.raises(StaleProjection):
        store.apply(*operation(version(before), version(after, 2), BASE), wrong, 6)
    assert (everything(store), store.position()) == (held, 5)


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(pair=relatives())
def test_one_operation_keeps_values_that_the_store_takes_for_one(store, pair):
    old, new = version(pair[0]), version(pair[1], 2)
    store.rebuild(all_quads(new), 2)
    fresh = everything(store)
    store.rebuild(all_quads(old), 1)
    store.apply(*operation(old, new, BASE), 1, 2)
    assert everything(store) == fresh


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(steps=st.lists(versions, min_size=3, max_size=5))
def test_batches_met_twice_after_a_rebuild_end_at_the_last_version(store, steps):
    """A rebuild reads what is published later than its position: the batches between come once more."""
    chain = [version(g, n + 1) if g is not None else None for n, g in enumerate(steps)]
    store.rebuild(all_quads(chain[-1]), 1)
    fresh = everything(store)
    for number, (old, new) in enumerate(itertools.pairwise(chain), start=1):
        store.apply(*operation(old, new, BASE), number, number + 1)
    assert everything(store) == fresh


@pytest.mark.parametrize("changed", ["title", "number", "inside a blank node"])
def test_one_changed_literal_of_forty_triples_removes_at_most_three(store, changed):
    before = forty()
    after = replace(version(forty(changed)), created_at=version(before).created_at)
    removed, added = operation(version(before), after, BASE)
    assert len(before) == 40
    assert 1 <= len(removed) <= 3 and added
    store.rebuild(all_quads(version(before)), 1)
    store.apply(removed, added, 1, 2)
    kept = everything(store)
    store.rebuild(all_quads(after), 1)
    assert everything(store) == kept


def forty(changed: str = "") -> Graph:
    triples = [Triple(SUBJECT, DCT.title, Literal("B" if changed == "title" else "A", language="en"))]
    triples.append(
        Triple(SUBJECT, DCT.extent, Literal("1.6" if changed == "number" else "1.50", datatype=XSD.decimal))
    )
    for n in range(19):
        node = BlankNode(f"n{n}")
        text = "changed" if changed == "inside a blank node" and n == 7 else f"text {n}"
        triples += [Triple(SUBJECT, DCT.relation, node), Triple(node, DCT.title, Literal(text))]
    return Graph(triples)


def test_bulk_load_and_operations_make_the_same_store(store, tmp_path):
    new = version(forty("number"), 2)
    store.rebuild(all_quads(new), 2)
    by_updates = everything(store)
    with OxigraphChild(tmp_path, timeout=30) as child:
        loaded = SparqlGraphStore(
            BASE, lambda: Endpoint.of_child(child.address), bulk=BulkLoad(tmp_path, child.restart)
        )
        loaded.rebuild(all_quads(new), 2)
        assert everything(loaded) == by_updates
