"""What the graph store holds of a version, and what a change takes away and adds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pyoxigraph
import pytest

from catalogue.model.records import Change, ChangeKind, StoredVersion
from catalogue.model.validation import Severity, ValidationReport, ValidationResult
from catalogue.projections.catalogue_graph import CatalogueGraphs
from catalogue.projections.graph import GraphProjection, operation
from catalogue.projections.record_graphs import graphs_of, quads
from catalogue.rdf.graphs import Graph, from_ntriples
from catalogue.rdf.namespaces import DCAT, DCT, DQV, FOAF, PHAROS, RDF, SKOS
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Quad, Triple

BASE = "https://catalogue.example"
CATALOG = NamedNode(f"{BASE}/catalog")
SUBJECT = NamedNode("https://provider.example/d1")
AT = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
CONTENT = (
    "<https://provider.example/d1> <http://purl.org/dc/terms/title> \"A\" .\n"
    "<https://provider.example/d1> <http://www.w3.org/ns/dcat#distribution> _:b1 .\n"
    "_:b1 <http://purl.org/dc/terms/title> \"D\" .\n"
)  # fmt: skip
FINDING = ValidationResult("<urn:x>", None, "c", Severity.VIOLATION, "m")


def version(number: int = 1, content: str = CONTENT, **fields) -> StoredVersion:
    made = StoredVersion(
        version_id=number, number=number, record_id="rec1", dataset_id="ds1", source="src", subject=SUBJECT.value,
        primary_class=DCAT.Dataset.value, content=content, received="", received_hash="", normalised_hash="",
        repairs=(), page_url="https://provider.example/p?x=1", payload_hash="", run_id="run", created_at=AT,
        first_harvested_at=AT, pipeline_version="1", report=ValidationReport("dcat-ap", "e", "1", "h", (FINDING,), AT),
    )  # fmt: skip
    return replace(made, **fields)


class Memory:
    """A graph store in this process: the engine without its server."""

    def __init__(self):
        self.store, self.at, self.operations, self.queries = pyoxigraph.Store(), 0, 0, 0

    def position(self):
        return self.at

    def apply(self, removed, added, expected, position):
        assert expected == self.at
        self.operations += 1
        for quad in removed:
            self.store.remove(quad)
        for quad in added:
            self.store.add(quad)
        self.at = position

    def rebuild(self, quads, position, settle):
        beside = type(self)()
        beside.store.extend(quads)
        beside.at = position
        settle(beside)
        self.store, self.at = beside.store, beside.at

    def query(self, text, accept, *, timeout, max_bytes):
        self.queries += 1
        form = pyoxigraph.RdfFormat.N_TRIPLES if "triples" in accept else pyoxigraph.QueryResultsFormat.JSON
        return self.store.query(text, use_default_graph_as_union=True).serialize(format=form)


def statics(**changes) -> CatalogueGraphs:
    words = {
        "title": "T",
        "description": "D",
        "publisher": "P",
        "vocabularies": {"themes": themes("Heart")},
    } | changes
    return CatalogueGraphs(BASE, **words)


def themes(label: str) -> Graph:
    node = NamedNode("urn:theme")
    return Graph(
        [
            Triple(node, SKOS.prefLabel, Literal(label)),
            Triple(node, SKOS.note, BlankNode()),
            Triple(node, RDF.type, SKOS.Concept),
        ]
    )


def test_a_new_dataset_adds_description_entry_and_quality():
    removed, added = operation(None, version(), BASE)
    assert removed == []
    record, quality = NamedNode(f"{BASE}/records/rec1"), NamedNode(f"{BASE}/records/rec1/quality")
    genid = NamedNode(f"{BASE}/.well-known/genid/rec1/b1")
    graph, catalog, measured = (
        NamedNode(f"{BASE}/{name}") for name in ("datasets/ds1", "catalog", "quality")
    )
    for quad in (
        Quad(SUBJECT, DCAT.distribution, genid, graph),
        Quad(genid, DCT.title, Literal("D"), graph),
        Quad(CATALOG, DCAT.dataset, SUBJECT, catalog),
        Quad(CATALOG, DCAT.record, record, catalog),
        Quad(record, FOAF.primaryTopic, SUBJECT, catalog),
        Quad(record, DCT.source, NamedNode("https://provider.example/p?x=1"), catalog),
        Quad(record, PHAROS.source, NamedNode(f"{BASE}/sources/src"), catalog),
        Quad(SUBJECT, DQV.hasQualityAnnotation, quality, measured),
        Quad(quality, PHAROS.verdict, Literal("non-conformant"), measured),
    ):
        assert quad in added
    assert not any(isinstance(term, BlankNode) for quad in added for term in (quad.subject, quad.object))


def test_a_withdrawn_dataset_leaves_nothing():
    _, added = operation(None, version(), BASE)
    removed, nothing = operation(version(), None, BASE)
    assert (set(removed), nothing) == (set(added), [])


def test_a_verdict_alone_touches_the_quality_graph_only():
    after = version(report=ValidationReport("dcat-ap", "e", "1", "h", (), AT))
    removed, added = operation(version(), after, BASE)
    assert {str(q.graph_name) for q in [*removed, *added]} == {f"<{BASE}/quality>"}
    assert len(removed) == 2


def test_another_source_of_the_same_dataset_replaces_the_entry():
    removed, added = operation(version(), version(2, record_id="rec2", source="other"), BASE)
    store = set(operation(None, version(), BASE)[1]) - set(removed) | set(added)
    assert store == set(operation(None, version(2, record_id="rec2", source="other"), BASE)[1])


@pytest.mark.parametrize(
    ("kind", "link"),
    [(DCAT.DataService, DCAT.service), (DCAT.Catalog, DCAT.catalog), (DCAT.DatasetSeries, DCAT.dataset)],
)
def test_membership_is_by_class(kind, link):
    _, added = operation(None, version(primary_class=kind.value), BASE)
    assert Quad(CATALOG, link, SUBJECT, CATALOG) in added


@pytest.mark.parametrize(
    "line",
    [
        "<urn:s> <urn:p> <http://a b/c> .",
        "<urn:s> <urn:p> <relative> .",
        "<urn:s> <http://bad[> <urn:o> .",
    ],
)
def test_a_term_that_sparql_cannot_write_does_not_stop_the_batch(line):
    assert len(from_ntriples(line)) == 1
    _, added = operation(None, version(content=line + "\n"), BASE)
    engine = pyoxigraph.Store()
    engine.update("INSERT DATA {" + "".join(f"GRAPH {q.graph_name} {{ {q.triple} }}" for q in added) + "}")
    assert len(list(engine.quads_for_pattern(None, None, None, NamedNode(f"{BASE}/datasets/ds1")))) == 1


def test_vocabularies_and_words_are_there_before_the_first_change():
    store = Memory()
    assert GraphProjection(store, BASE, statics()).position() == 0
    assert store.store.query(f"ASK {{ GRAPH <{BASE}/vocabularies/themes> {{ ?s a {SKOS.Concept} }} }}")
    assert store.store.query(f"ASK {{ GRAPH {CATALOG} {{ {CATALOG} {DCT.title} 'T'@en }} }}")


def test_what_is_settled_is_not_written_again():
    store = Memory()
    GraphProjection(store, BASE, statics()).position()
    again = GraphProjection(store, BASE, statics())
    again.position()
    asked = store.queries
    again.position()
    assert (store.operations, store.queries) == (1, asked)


def test_a_new_release_replaces_what_differs_and_nothing_else():
    store = Memory()
    first = GraphProjection(store, BASE, statics())
    first.apply(
        [Change(1, "ds1", "rec1", ChangeKind.CONTENT, None, 1, AT)],
        {(1, 0, 0): version()},
        first.position(),
        1,
    )
    new = statics(title="New", vocabularies={"more": themes("Lung")})
    GraphProjection(store, BASE, new).position()
    expected = Memory()
    GraphProjection(expected, BASE, new).rebuild([version()], 1, lambda beside: None)
    assert {str(q) for q in store.store} == {str(q) for q in expected.store}


def test_a_rebuild_equals_the_changes_that_led_there():
    followed, rebuilt = Memory(), Memory()
    projection = GraphProjection(followed, BASE, statics())
    start = projection.position()
    versions = {(1, 0, 0): version(), (2, 0, 0): version(2, CONTENT.replace('"A"', '"B"'))}
    projection.apply([Change(1, "ds1", "rec1", ChangeKind.CONTENT, None, 1, AT)], versions, start, 1)
    projection.apply([Change(2, "ds1", "rec1", ChangeKind.CONTENT, 1, 2, AT)], versions, 1, 2)
    GraphProjection(rebuilt, BASE, statics()).rebuild([versions[2, 0, 0]], 2, lambda beside: None)
    assert {str(q) for q in followed.store} == {str(q) for q in rebuilt.store}


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(
            '<https://e/s> <https://e/p> "ends in _:b1 .\\n_:b1 <https://e/p> _:b2 .\\n" .',
            id="lines-in-a-text",
        ),
        pytest.param('<https://e/s> <https://e/p> "> _:b1 ." .', id="blank-node-in-a-text"),
        pytest.param('_:b1 <https://e/p> "\\"> _:b2 ."@en .', id="quotes"),
        pytest.param("_:b1 <https://e/p> _:b-2.x .", id="blank-on-both-sides"),
        pytest.param("<https://e/a b> <https://e/p> _:b1 .", id="iri-that-stores-refuse"),
        pytest.param('<https://e/s> <https://e/p> "a\u2028 .\u0085b" .', id="other-line-ends"),
    ],
)
def test_a_new_version_is_the_same_by_its_text_and_by_its_graphs(line):
    shown = version(content=line + "\n" + CONTENT)
    expected = [quad for graph, triples in graphs_of(shown, BASE).items() for quad in quads(graph, triples)]
    removed, added = operation(None, shown, BASE)
    assert (removed, set(added), len(added)) == ([], set(expected), len(expected))


@pytest.mark.parametrize(
    ("page_url", "named"),
    [
        ("https://provider.example/p?x=1", True),
        ("file:///home/me/c.ttl", False),
        ("https://me:secret@provider.example/c.ttl", False),
        ("not an IRI", False),
    ],
)
def test_the_source_of_a_record_is_an_address_on_the_web_without_a_password(page_url, named):
    entry = graphs_of(version(page_url=page_url), BASE)[CATALOG]
    assert any(triple.predicate == DCT.source for triple in entry) == named
