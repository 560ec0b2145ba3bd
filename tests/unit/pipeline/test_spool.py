"""Parts that stand on other pages."""

from __future__ import annotations

import itertools
import tracemalloc

import pytest

from catalogue.errors import LimitExceeded, RecordError
from catalogue.model.records import RawRecord
from catalogue.model.resources import DeferredRecord
from catalogue.pipeline.split import PageFacts, split
from catalogue.pipeline.spool import Spool
from catalogue.rdf.graphs import Graph
from catalogue.rdf.labels import isomorphic
from catalogue.rdf.namespaces import DCAT, DCT, FOAF, RDF
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Triple

D = "https://provider.example/"
DATASET = ":d a dcat:Dataset ; dct:title 'T' . "


@pytest.fixture
def spool(tmp_path):
    with Spool(tmp_path) as opened:
        yield opened


def complete(spool, cut, read, first, *others):
    """The one record of the first page, completed from the other ones."""
    (deferred,) = cut(first).deferred
    spool.defer(deferred)
    for number, page in enumerate((first, *others)):
        spool.add(f"{D}{number}", read(page))
    (kept,) = spool.deferred()
    return spool.completed(kept)


def test_a_record_takes_its_parts_and_theirs_from_other_pages(spool, cut, read):
    first = DATASET + ":d dct:publisher [ foaf:name 'P' ] ; dcat:distribution :x ."
    second = ":x a dcat:Distribution ; dcat:accessURL :u ; spdx:checksum [ spdx:checksumValue 'ff' ] ; dct:rights :r . :stray dct:title 'S' ."
    third = ":r a dct:RightsStatement ; dct:description 'R' ."
    found = complete(spool, cut, read, first, second, third)
    assert isomorphic(found.graph, read(first + second.partition(" :stray")[0] + third))
    assert (found.subject, found.primary_class) == (f"<{D}d>", DCAT.Dataset.value)


def test_completion_ends_before_other_primary_resources_and_within_concepts(spool, cut, read):
    second = (
        ":x dct:title 'X' ; dct:relation :other ; dct:type :c . :other a dcat:Dataset ; dct:title 'O' ."
        ":c a skos:Concept ; skos:prefLabel 'C' ; skos:broader :up . :up skos:prefLabel 'Up' ."
    )
    graph = complete(spool, cut, read, DATASET + ":d dcat:distribution :x .", second).graph
    described = {node.value.removeprefix(D) for node in graph.subjects()}
    assert described == {"d", "x", "c"}


def test_a_part_described_alike_on_many_pages_is_taken_once(spool, cut, read):
    page = ":p foaf:name 'P' ; cv:contactPoint [ cv:email 'a@b.example' ] ."
    other = "_:k cv:email 'a@b.example' . :p cv:contactPoint _:k ; foaf:name 'P' ."
    first = DATASET + ":d dct:publisher :p ."
    assert isomorphic(complete(spool, cut, read, first, page, other, page + " ").graph, read(first + page))


def test_blank_nodes_of_different_pages_stay_apart_whatever_their_labels(spool):
    dataset, one, two = (NamedNode(D + name) for name in ("d", "one", "two"))
    record = Graph([Triple(dataset, DCT.creator, one), Triple(dataset, DCT.creator, two)])
    for node in (one, two):
        spool.add(
            node.value,
            Graph(
                [
                    Triple(node, FOAF.member, BlankNode("b0")),
                    Triple(BlankNode("b0"), DCT.title, Literal(node.value)),
                ]
            ),
        )
    graph = spool.complete(record, [one.value, two.value])
    assert len({t.subject for t in graph if isinstance(t.subject, BlankNode)}) == 2


def test_what_no_page_describes_stays_a_link(spool, cut, read):
    first = DATASET + ":d dct:publisher :p ."
    assert isomorphic(complete(spool, cut, read, first, ":q foaf:name 'Q' .").graph, read(first))


def test_a_blank_subject_keeps_its_name(spool, cut, read):
    first = ":c a dcat:Catalog ; dcat:dataset [ a dcat:Dataset ; dct:title 'T' ; dct:publisher :p ] ."
    found = complete(spool, cut, read, first, ":p foaf:name 'P' .")
    assert found.subject == "_:subject"
    assert found.graph.objects(BlankNode("subject"), DCT.publisher) == [NamedNode(D + "p")]
    assert found.graph.about(NamedNode(D + "p"))


def test_parts_that_name_each_other_end(spool, cut, read):
    second = ":p foaf:name 'P' ; dct:relation :q . :q foaf:name 'Q' ; dct:relation :p ."
    assert len(complete(spool, cut, read, DATASET + ":d dct:publisher :p .", second).graph) == 7


def test_too_many_parts_cost_the_record(tmp_path):
    parts = [NamedNode(f"{D}{i}") for i in range(7)]
    with Spool(tmp_path, max_parts=5) as small:
        small.add(D, Graph(Triple(one, DCT.relation, two) for one, two in itertools.pairwise(parts)))
        with pytest.raises(RecordError):
            small.complete(Graph(), [parts[0].value])


def test_a_page_whose_parts_share_too_many_blank_nodes_is_refused(spool):
    shared = [Triple(BlankNode("b"), DCT.relation, Literal(str(i))) for i in range(100)]
    heads = [Triple(NamedNode(f"{D}{i}"), DCT.relation, BlankNode("b")) for i in range(100)]
    with pytest.raises(LimitExceeded):
        spool.add(D, Graph([*shared, *heads]))


def test_nothing_is_left_behind(tmp_path, read):
    with Spool(tmp_path / "new") as opened:
        opened.add(D, read(DATASET))
        assert list((tmp_path / "new").iterdir())
    assert list((tmp_path / "new").iterdir()) == []


def test_two_spools_in_one_folder_do_not_meet(tmp_path, read):
    with Spool(tmp_path) as one, Spool(tmp_path) as other:
        one.add(D, read(":p foaf:name 'P' ."))
        assert len(other.complete(Graph(), [D + "p"])) == 0
        assert len(one.complete(Graph(), [D + "p"])) == 1


def page_of(number: int) -> Graph:
    triples = []
    for i in range(20):
        dataset, agent = NamedNode(f"{D}{number}/{i}"), NamedNode(f"{D}agent/{number}/{i}")
        triples += [
            Triple(dataset, RDF.type, DCAT.Dataset),
            Triple(dataset, DCT.title, Literal(f"title {number} {i}")),
            Triple(dataset, DCT.publisher, NamedNode(f"{D}agent/{number + 1}/{i}")),
            Triple(agent, FOAF.name, Literal(f"agent {number} {i}")),
        ]
    return Graph(triples)


def fill(spool, first: int, last: int) -> None:
    for number in range(first, last):
        graph = page_of(number)
        spool.add(f"{D}{number}", graph)
        for deferred in split(graph, PageFacts(f"{D}{number}", "0")).deferred:
            spool.defer(deferred)


def test_memory_does_not_grow_with_the_pages(spool):
    tracemalloc.start()
    try:
        fill(spool, 0, 20)
        tracemalloc.reset_peak()
        fill(spool, 20, 40)
        before = tracemalloc.get_traced_memory()[1]
        fill(spool, 40, 140)
        assert tracemalloc.get_traced_memory()[1] < before * 1.2 + 200_000
    finally:
        tracemalloc.stop()
    kept = [spool.completed(deferred) for deferred in spool.deferred()]
    assert len(kept) == 2800
    assert sum(len(record.graph) == 4 for record in kept) == 2780


def test_a_kept_record_comes_back_as_it_was(spool, cut):
    (deferred,) = cut(DATASET + ":d dct:publisher :p ; dct:temporal [ dct:title 'ä \\n\"' ] .").deferred
    spool.defer(deferred)
    assert list(spool.deferred()) == [deferred]
    assert isinstance(deferred, DeferredRecord)
    assert isinstance(deferred.record, RawRecord)
