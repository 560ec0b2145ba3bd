"""Labels by content do not depend on labels before or on order, and tell different graphs apart."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad

from catalogue.errors import RecordError
from catalogue.rdf.difference import difference
from catalogue.rdf.graphs import Graph, from_ntriples, to_ntriples
from catalogue.rdf.labels import content_hash, label_by_content, relabel
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Triple

NAMES = st.sampled_from([NamedNode(f"http://e/{name}") for name in "abc"])
BLANKS = st.integers(0, 6).map(lambda number: BlankNode(f"b{number}"))
LITERALS = st.sampled_from([Literal("x"), Literal("x", language="en"), Literal("y")])
TRIPLES = st.builds(Triple, NAMES | BLANKS | BLANKS, NAMES, NAMES | BLANKS | BLANKS | LITERALS)
GRAPHS = st.lists(TRIPLES, max_size=14).map(Graph)


def labelled(graph: Graph) -> Graph | None:
    try:
        return label_by_content(graph)
    except RecordError:
        return None


def canonical(graph: Graph) -> set[str]:
    dataset = Dataset(Quad(t.subject, t.predicate, t.object) for t in graph)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


@st.composite
def renamed_and_shuffled(draw: st.DrawFn) -> tuple[Graph, Graph]:
    graph = draw(GRAPHS)
    order = draw(st.permutations(range(7)))
    other = relabel(graph, {f"b{old}": f"z{new}" for old, new in enumerate(order)})
    return graph, Graph(draw(st.permutations(list(other))))


@settings(max_examples=600, deadline=None)
@given(renamed_and_shuffled())
def test_labels_and_order_before_do_not_matter(pair):
    one, two = (labelled(graph) for graph in pair)
    assert one == two
    if one is not None and two is not None:
        assert content_hash(one) == content_hash(two)


@settings(max_examples=600, deadline=None)
@given(GRAPHS, GRAPHS)
def test_graphs_are_equal_after_labelling_exactly_when_they_are_isomorphic(one, two):
    first, second = labelled(one), labelled(two)
    if first is not None and second is not None:
        assert len(first) == len(one)
        assert canonical(first) == canonical(one)
        assert (first == second) == (canonical(one) == canonical(two))


@settings(max_examples=300, deadline=None)
@given(GRAPHS)
def test_labelling_again_changes_nothing_even_through_text(graph):
    once = labelled(graph)
    if once is not None:
        assert label_by_content(from_ntriples(to_ntriples(once))) == once


@settings(max_examples=300, deadline=None)
@given(GRAPHS, GRAPHS)
def test_a_difference_turns_one_graph_into_the_other(before, after):
    removed, added = difference(before, after)
    assert Graph([*(t for t in before if t not in Graph(removed)), *added]) == after
    touched = {(t.subject, t.predicate) for t in removed if isinstance(t.object, Literal)}
    again = [t for t in after if isinstance(t.object, Literal) and (t.subject, t.predicate) in touched]
    assert all(t in added for t in again)
