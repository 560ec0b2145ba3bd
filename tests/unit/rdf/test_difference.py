"""Differences that a store which rewrites literals can apply."""

from __future__ import annotations

from catalogue.rdf.difference import difference
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import XSD
from catalogue.rdf.terms import Literal, NamedNode, Triple

S, P, Q = (NamedNode(f"http://e/{name}") for name in "spq")


def decimal(text: str) -> Triple:
    return Triple(S, P, Literal(text, datatype=XSD.decimal))


def test_equal_graphs_do_not_differ():
    graph = Graph([decimal("1.5"), Triple(S, Q, S)])
    assert difference(graph, Graph(reversed(list(graph)))) == ([], [])


def test_values_beside_a_removed_one_are_added_again():
    kept, gone, other = decimal("1.5"), decimal("1.50"), Triple(S, Q, Literal("x"))
    removed, added = difference(Graph([kept, gone, other]), Graph([kept, other]))
    assert removed == [gone]
    assert added == [kept]


def test_only_what_is_new_is_added_where_nothing_is_removed():
    removed, added = difference(Graph([decimal("1")]), Graph([decimal("1"), decimal("2")]))
    assert (removed, added) == ([], [decimal("2")])


def test_everything_is_added_to_nothing_and_removed_for_nothing():
    graph = Graph([decimal("1"), Triple(S, Q, S)])
    assert difference(Graph(), graph) == ([], list(graph))
    assert difference(graph, Graph()) == (list(graph), [])
