"""Blank nodes named by content: equal for equal content, calm under change, bounded in time."""

from __future__ import annotations

import itertools
import time

import pytest

from catalogue.errors import RecordError
from catalogue.rdf.difference import difference
from catalogue.rdf.graphs import Graph, from_ntriples, to_ntriples
from catalogue.rdf.labels import MAX_BLANK_NODES, content_hash, isomorphic, label_by_content
from catalogue.rdf.parse import parse_document
from catalogue.rdf.skolem import is_genid, skolemise
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Triple

P, Q = NamedNode("http://e/p"), NamedNode("http://e/q")
ROOT = NamedNode("http://e/root")

RECORD = """
@prefix dct: <http://purl.org/dc/terms/> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix prov: <http://www.w3.org/ns/prov#> . @prefix adms: <http://www.w3.org/ns/adms#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<http://e/d> a dcat:Dataset ; dct:title "Title"@en , "Titel"@de ; dct:description "Text"@en ;
  dct:identifier "d-1" ; dcat:keyword "lung" , "ct" ;
  dct:publisher [ a foaf:Agent ; foaf:name "Publisher" ; dct:description "About it" ] ;
  dcat:contactPoint [ a vcard:Kind ; vcard:fn "Help" ; vcard:hasEmail <mailto:help@e.org> ;
                      vcard:hasAddress [ a vcard:Address ; vcard:locality "Oslo" ; vcard:region "Viken" ] ] ;
  adms:identifier [ a adms:Identifier ; skos:notation "10.1/x" ] , [ a adms:Identifier ; skos:notation "10.1/y" ] ;
  dct:temporal [ a dct:PeriodOfTime ; dcat:startDate "2001" ; dcat:endDate "2002" ] ;
  dcat:distribution
    [ a dcat:Distribution ; dct:title "CSV" ; dct:description "Rows" ; dcat:accessURL <http://e/csv> ;
      dct:rights [ a dct:RightsStatement ; dct:description "Ask first" ] ] ,
    [ a dcat:Distribution ; dct:title "CSV" ; dct:description "Rows too" ; dcat:accessURL <http://e/zip> ;
      dct:rights [ a dct:RightsStatement ; dct:description "Ask first" ] ] .
"""  # fmt: skip


def record(text: str = RECORD) -> Graph:
    return parse_document(text.encode(), "http://e/", syntax="turtle").graph


LITERALS = sorted({str(t.object) for t in record() if isinstance(t.object, Literal)})


@pytest.mark.parametrize("literal", LITERALS)
def test_one_changed_literal_moves_at_most_three_triples(literal):
    before = label_by_content(record())
    changes = [t for t in record() if str(t.object) == literal]
    assert len(before) >= 40
    for change in changes:
        changed = Graph(
            Triple(t.subject, t.predicate, Literal("changed", language=t.object.language))
            if t == change
            else t
            for t in record()
        )
        removed, _ = difference(before, label_by_content(changed))
        assert 1 <= len(removed) <= 3


def test_a_new_sibling_with_a_link_of_its_own_renames_no_other():
    more = RECORD.replace(
        "dct:temporal", "dcat:distribution [ dcat:accessURL <http://e/new> ] ; dct:temporal"
    )
    removed, added = difference(label_by_content(record()), label_by_content(record(more)))
    assert removed == []
    assert len(added) == 2


def test_a_graph_without_blank_nodes_stays_as_it_is():
    graph = Graph([Triple(ROOT, P, Literal("x"))])
    assert label_by_content(graph) is graph


def test_labels_say_nothing_of_the_labels_before():
    one = from_ntriples("<http://e/r> <http://e/p> _:x .\n_:x <http://e/p> _:y .\n_:y <http://e/q> _:x .\n")
    two = from_ntriples("_:b <http://e/q> _:a .\n_:a <http://e/p> _:b .\n<http://e/r> <http://e/p> _:a .\n")
    assert label_by_content(one) == label_by_content(two)
    assert content_hash(label_by_content(one)) == content_hash(label_by_content(two))


def test_labelling_twice_changes_nothing():
    labelled = label_by_content(record())
    assert label_by_content(labelled) == labelled
    assert label_by_content(from_ntriples(to_ntriples(labelled))) == labelled


def test_equal_nodes_stay_as_many_as_they_are():
    twins = [Triple(ROOT, P, BlankNode(f"x{i}")) for i in range(5)]
    assert len(label_by_content(Graph(twins))) == 5
    assert not isomorphic(Graph(twins), Graph(twins[:4]))
    other = [Triple(ROOT, P, BlankNode(f"y{i}")) for i in (4, 2, 0, 1, 3)]
    assert label_by_content(Graph(twins)) == label_by_content(Graph(other))


def test_equal_nodes_that_share_a_child_are_labelled():
    def graph(order: list[int]) -> Graph:
        nodes = [BlankNode(f"n{i}") for i in order]
        steps = [Triple(node, Q, BlankNode("shared")) for node in nodes]
        return Graph([*(Triple(ROOT, P, node) for node in nodes), *steps])

    labelled = label_by_content(graph(list(range(20))))
    assert len(labelled) == 40
    assert labelled == label_by_content(graph(list(range(19, -1, -1))))


def ring(size: int, prefix: str) -> list[Triple]:
    nodes = [BlankNode(f"{prefix}{i}") for i in range(size)]
    return [Triple(nodes[i], P, nodes[(i + 1) % size]) for i in range(size)]


def test_graphs_that_every_node_sees_alike_are_told_apart():
    two_threes = Graph([*ring(3, "a"), *ring(3, "b")])
    one_six = Graph(ring(6, "c"))
    assert not isomorphic(two_threes, one_six)
    assert isomorphic(one_six, Graph(reversed(ring(6, "d"))))
    assert isomorphic(two_threes, Graph([*ring(3, "z"), *ring(3, "y")]))


def test_entangled_nodes_beside_a_record_are_labelled_too():
    def graph(prefix: str) -> Graph:
        hooked = [Triple(ROOT, Q, BlankNode(f"{prefix}0")), *ring(4, prefix), *ring(3, prefix + "r")]
        return Graph(
            [
                *hooked,
                Triple(ROOT, P, BlankNode("leaf" + prefix)),
                Triple(BlankNode("leaf" + prefix), P, ROOT),
            ]
        )

    assert label_by_content(graph("a")) == label_by_content(graph("b"))


def clique(size: int) -> Graph:
    nodes = [BlankNode(f"n{i}") for i in range(size)]
    return Graph(Triple(a, P, b) for a in nodes for b in nodes if a != b)


@pytest.mark.parametrize("size", [7, 8, 12, 60])
def test_a_clique_is_refused_at_once(size):
    started = time.perf_counter()
    with pytest.raises(RecordError, match="cannot be told apart"):
        label_by_content(clique(size))
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("size", [2, 3, 6])
def test_a_small_clique_is_labelled(size):
    assert isomorphic(clique(size), Graph(list(clique(size))[::-1]))


def test_more_blank_nodes_than_any_record_has_are_refused():
    nodes = (Triple(ROOT, P, BlankNode(f"n{i}")) for i in range(MAX_BLANK_NODES + 1))
    with pytest.raises(RecordError, match="200,000 are allowed"):
        label_by_content(Graph(nodes))


@pytest.mark.parametrize("shape", ["chain", "star", "ring", "fan"])
def test_many_blank_nodes_take_bounded_time(shape):
    nodes = [BlankNode(f"n{i}") for i in range(20_000)]
    if shape == "star":
        graph = Graph(Triple(ROOT, P, node) for node in nodes)
    elif shape == "fan":
        graph = Graph(t for node in nodes for t in (Triple(ROOT, P, node), Triple(node, P, BlankNode("end"))))
    else:
        graph = Graph(Triple(a, P, b) for a, b in itertools.pairwise(nodes))
    if shape == "ring":
        graph = graph | [Triple(nodes[-1], P, nodes[0])]
    started = time.perf_counter()
    if shape == "ring":
        with pytest.raises(RecordError):
            label_by_content(graph)
    else:
        assert len(label_by_content(graph)) == len(graph)
    assert time.perf_counter() - started < 5


def test_skolem_iris_hold_base_record_and_label():
    graph = Graph([Triple(ROOT, P, BlankNode("b1")), Triple(BlankNode("b1"), Q, Literal("x"))])
    node = NamedNode("https://pharos.example/.well-known/genid/rec1/b1")
    assert set(skolemise(graph, "https://pharos.example/", "rec1")) == {
        Triple(ROOT, P, node),
        Triple(node, Q, Literal("x")),
    }
    assert is_genid(node.value, "https://pharos.example")
    assert not is_genid(node.value, "https://pharos.example/sub")
    assert not is_genid("https://pharos.example/datasets/1", "https://pharos.example")


def test_a_labelled_graph_is_not_labelled_again_but_what_is_made_of_it_is():
    labelled = label_by_content(from_ntriples("_:x <http://e/p> _:y .\n_:y <http://e/p> <http://e/root> .\n"))
    assert label_by_content(labelled) is labelled
    shortened = label_by_content(Graph(list(labelled)[1:]))
    assert shortened == label_by_content(from_ntriples("_:z <http://e/p> <http://e/root> .\n"))
