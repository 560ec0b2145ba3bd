"""What a record is, and what belongs to it."""

from __future__ import annotations

import time

import pytest

from catalogue.errors import LimitExceeded
from catalogue.pipeline.split import PageFacts, split
from catalogue.rdf.graphs import Graph
from catalogue.rdf.labels import isomorphic
from catalogue.rdf.namespaces import DCAT, DCT, FOAF, RDF
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Triple

D = "https://provider.example/"


def subjects(page):
    return [record.subject for record in page.records]


@pytest.mark.parametrize(
    ("turtle", "expected"),
    [
        pytest.param(":d a dcat:Dataset ; dct:title 'T' .", DCAT.Dataset, id="dataset"),
        pytest.param(":d a dcat:DatasetSeries ; dct:title 'T' .", DCAT.DatasetSeries, id="series"),
        pytest.param(":d a dcat:DataService ; dct:title 'T' .", DCAT.DataService, id="service"),
        pytest.param(":d a dcat:Catalog ; dct:title 'T' . :c a dcat:Catalog ; dcat:catalog :d .", DCAT.Catalog, id="nested catalogue"),
        pytest.param(":d a <https://www.w3.org/ns/dcat#Dataset> ; dct:title 'T' .", DCAT.Dataset, id="class under https"),
        pytest.param(":d a dcat:Dataset, dcat:DatasetSeries ; dct:title 'T' .", DCAT.DatasetSeries, id="dataset and series"),
        pytest.param(":d a dcat:Dataset, dcat:DataService ; dct:title 'T' .", DCAT.Dataset, id="dataset and service"),
        pytest.param(":d a dcat:Dataset ; dct:description 'no title' .", DCAT.Dataset, id="described without title"),
    ],
)  # fmt: skip
def test_a_described_primary_resource_is_one_record(cut, turtle, expected):
    page = cut(turtle)
    assert [(r.subject, r.primary_class) for r in page.records] == [(f"<{D}d>", expected.value)]


@pytest.mark.parametrize(
    "turtle",
    [
        pytest.param(
            ":s a dcat:DataService ; dct:title 'S' ; dcat:servesDataset :m . :m a dcat:Dataset .", id="served"
        ),
        pytest.param(
            ":s a dcat:DatasetSeries ; dct:title 'S' ; dcat:seriesMember :m . :m a dcat:Dataset .",
            id="member",
        ),
        pytest.param(":s a dcat:Dataset ; dct:title 'S' ; dct:hasPart :m .", id="part without type"),
    ],
)
def test_a_resource_that_is_only_mentioned_is_no_record_and_the_link_to_it_stays(cut, turtle):
    page = cut(turtle)
    assert subjects(page) == [f"<{D}s>"]
    assert any(t.object == NamedNode(D + "m") for t in page.records[0].graph)


def test_a_record_holds_what_it_reaches_through_blank_nodes_and_described_iris(cut, read):
    own = """
        :d a dcat:Dataset ; dct:title 'T' ; dcat:distribution :x ; dct:publisher [ foaf:name 'P' ; cv:contactPoint :k ] .
        :x a dcat:Distribution ; dcat:accessURL <https://elsewhere.example/> ; spdx:checksum [ spdx:checksumValue 'ff' ] .
        :k cv:email 'a@b.example' .
    """
    page = cut(own + ":other a dcat:Dataset ; dct:title 'O' . :stray dct:title 'stray' .")
    assert isomorphic(page.records[0].graph, read(own))


def test_a_record_ends_before_other_primary_resources(cut, read):
    page = cut(
        ":a a dcat:Dataset ; dct:title 'A' ; dct:relation :b ; dcat:inSeries :s ."
        ":b a dcat:Dataset ; dct:title 'B' ; dct:relation :a . :s a dcat:DatasetSeries ; dct:title 'S' ."
    )
    found = {record.subject: record.graph for record in page.records}
    assert isomorphic(
        found[f"<{D}a>"], read(":a a dcat:Dataset ; dct:title 'A' ; dct:relation :b ; dcat:inSeries :s .")
    )
    assert len(found) == 3


def test_a_distribution_of_two_datasets_belongs_to_both(cut):
    page = cut(
        ":a a dcat:Dataset ; dct:title 'A' ; dcat:distribution :x . :b a dcat:Dataset ; dct:title 'B' ; dcat:distribution :x ."
        ":x a dcat:Distribution ; dct:title 'shared' ."
    )
    assert all(r.graph.about(NamedNode(D + "x")) for r in page.records)
    assert len(page.records) == 2


def test_a_concept_is_kept_and_not_followed(cut):
    page = cut(
        ":d a dcat:Dataset ; dct:title 'T' ; dcat:theme :c ."
        ":c a skos:Concept ; skos:prefLabel 'C' ; skos:broader :up . :up a skos:Concept ; skos:prefLabel 'Up' ."
    )
    graph = page.records[0].graph
    assert graph.about(NamedNode(D + "c"))
    assert not graph.about(NamedNode(D + "up"))


def test_an_agent_that_is_also_a_concept_is_followed(cut):
    page = cut(
        ":d a dcat:Dataset ; dct:title 'T' ; dct:publisher :p . :p a foaf:Agent, skos:Concept ; cv:contactPoint :k ."
        ":k cv:email 'a@b.example' ."
    )
    assert page.records[0].graph.about(NamedNode(D + "k"))


@pytest.mark.parametrize("pointing", ["foaf:primaryTopic", "dqv:computedOn", "oa:hasTarget"])
def test_what_points_to_the_record_belongs_to_it(cut, pointing):
    page = cut(f":d a dcat:Dataset ; dct:title 'T' . :n {pointing} :d ; dct:source [ dct:title 'closure' ] .")
    assert Literal("closure") in {t.object for t in page.records[0].graph}
    assert page.outside.count == 0


def test_a_statement_about_many_datasets_links_to_this_one_only(cut):
    page = cut(
        ":a a dcat:Dataset ; dct:title 'A' . :b a dcat:Dataset ; dct:title 'B' . :n oa:hasTarget :a, :b ; oa:hasBody 'good' ."
    )
    targets = [
        r.graph.objects(NamedNode(D + "n"), NamedNode("http://www.w3.org/ns/oa#hasTarget"))
        for r in page.records
    ]
    assert targets == [[NamedNode(D + "a")], [NamedNode(D + "b")]]


def test_a_blank_dataset_is_a_record(cut):
    page = cut(":c a dcat:Catalog ; dcat:dataset [ a dcat:Dataset ; dct:title 'T' ; dct:identifier '1' ] .")
    assert subjects(page) == ["_:subject"]
    assert page.records[0].graph.about(BlankNode("subject"))


def test_a_blank_service_of_a_distribution_is_a_part_of_it(cut):
    page = cut(
        ":d a dcat:Dataset ; dct:title 'T' ; dcat:distribution [ a dcat:Distribution ;"
        "  dcat:accessService [ a dcat:DataService ; dct:title 'S' ; dcat:endpointURL :e ] ] ."
    )
    assert subjects(page) == [f"<{D}d>"]
    assert Literal("S") in {t.object for t in page.records[0].graph}


def test_blank_datasets_that_only_name_each_other_are_not_lost(cut):
    page = cut(
        "_:a a dcat:Dataset ; dct:title 'A' ; dct:relation _:b . _:b a dcat:Dataset ; dct:title 'B' ; dct:relation _:a ."
    )
    assert len(page.records) == 1
    assert {t.object.value for t in page.records[0].graph if isinstance(t.object, Literal)} == {"A", "B"}
    assert page.outside.count == 0


def test_triples_that_end_in_no_record_are_counted_and_listed(cut):
    page = cut(":d a dcat:Dataset ; dct:title 'T' . :stray dct:title 'one', 'two' .")
    assert page.outside.count == 2
    assert page.outside.examples == (f"<{D}stray> {DCT.title}",)


def test_records_can_be_read_twice_and_by_index(cut):
    page = cut(":a a dcat:Dataset ; dct:title 'A' . :b a dcat:Dataset ; dct:title 'B' .")
    assert subjects(page) == subjects(page)
    assert page.records[-1].subject == f"<{D}b>"
    assert [r.subject for r in page.records[:1]] == [f"<{D}a>"]


def test_blank_node_labels_do_not_depend_on_the_document(cut):
    first = cut(":d a dcat:Dataset ; dct:title 'T' ; dct:publisher _:x . _:x foaf:name 'P' .")
    second = cut("_:y foaf:name 'P' . :d dct:publisher _:y ; dct:title 'T' ; a dcat:Dataset .")
    assert first.records[0].graph == second.records[0].graph


def test_cycles_and_deep_nesting_do_no_harm():
    dataset = NamedNode(D + "d")
    chain = [Triple(dataset, RDF.type, DCAT.Dataset), Triple(dataset, DCT.relation, BlankNode("n0"))]
    chain += [Triple(BlankNode(f"n{i}"), DCT.relation, BlankNode(f"n{i + 1}")) for i in range(100_000)]
    chain.append(Triple(BlankNode("n100000"), DCT.relation, dataset))
    page = split(Graph(chain), PageFacts(D, "0"))
    assert page.outside.count == 0
    assert len(page.records) == 1
    assert len(page.records[0].graph) == len(chain)


def test_a_hundred_datasets_that_share_a_large_publisher_are_split_in_linear_time():
    publisher = NamedNode(D + "p")
    triples = [Triple(publisher, FOAF.name, Literal(f"name {i}")) for i in range(1000)]
    for i in range(100):
        dataset = NamedNode(f"{D}{i}")
        triples += [Triple(dataset, RDF.type, DCAT.Dataset), Triple(dataset, DCT.title, Literal("T"))]
        triples.append(Triple(dataset, DCT.publisher, publisher))
        triples.append(Triple(publisher, FOAF.made, dataset))
    start = time.perf_counter()
    page = split(Graph(triples), PageFacts(D, "0"))
    sizes = {len(record.graph) for record in page.records}
    assert sizes == {1103}
    assert time.perf_counter() - start < 5


def test_blank_nodes_that_cannot_be_told_apart_cost_their_record_only():
    knot = [
        Triple(BlankNode(f"k{i}"), DCT.relation, BlankNode(f"k{j}"))
        for i in range(12)
        for j in range(12)
        if i != j
    ]
    bad, good = NamedNode(D + "bad"), NamedNode(D + "good")
    heads = [
        Triple(d, p, o) for d in (bad, good) for p, o in ((RDF.type, DCAT.Dataset), (DCT.title, Literal("T")))
    ]
    page = split(Graph([*heads, Triple(bad, DCT.relation, BlankNode("k0")), *knot]), PageFacts(D, "0"))
    assert subjects(page) == [str(bad), str(good)]


def test_a_document_whose_records_would_hold_many_times_its_triples_is_refused():
    hub = NamedNode(D + "hub")
    triples = [Triple(hub, DCT.title, Literal(str(i))) for i in range(3000)]
    for i in range(3000):
        dataset = NamedNode(f"{D}{i}")
        triples += [Triple(dataset, RDF.type, DCAT.Dataset), Triple(dataset, DCT.publisher, hub)]
    with pytest.raises(LimitExceeded):
        split(Graph(triples), PageFacts(D, "0"))


def test_a_blank_service_whose_distribution_stands_alone_on_its_page_is_no_record(cut):
    page = cut(":x a dcat:Distribution ; dcat:accessService [ a dcat:DataService ; dct:title 'S' ] .")
    assert (len(page.records), page.outside.count) == (0, 4)
