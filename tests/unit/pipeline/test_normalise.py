"""Ids, hashes and names of a normalised record."""

from __future__ import annotations

import dataclasses

import pytest

from catalogue.errors import MissingIdentifier, RecordError
from catalogue.model.harvest import ServerAdded
from catalogue.model.identifiers import dataset_id, record_id
from catalogue.model.records import RawRecord, Repair
from catalogue.pipeline.normalise import normalise
from catalogue.pipeline.repairs import RULE_NAMES
from catalogue.rdf.graphs import Graph, from_ntriples
from catalogue.rdf.labels import isomorphic
from catalogue.rdf.namespaces import DCAT, DCT, RDF
from catalogue.rdf.terms import BlankNode, NamedNode, Triple

D = "https://provider.example/"
DATASET = ":d a dcat:Dataset ; dct:title 'T' ; dct:publisher [ a foaf:Agent ; foaf:name 'P' ] . "


@pytest.fixture
def record(cut):
    """Turtle to its one raw record."""

    def only(turtle):
        page = cut(turtle)
        (raw,) = [*page.records, *(deferred.record for deferred in page.deferred)]
        return raw

    return only


def test_a_sound_record_keeps_its_graph_and_both_hashes_agree(record, source):
    raw = record(DATASET)
    found = normalise(raw, source)
    assert (found.graph, found.received, found.repairs) == (raw.graph, raw.graph, ())
    assert found.received_hash == found.normalised_hash
    assert (found.subject, found.primary_class) == (D + "d", DCAT.Dataset.value)
    assert (found.dataset_id, found.record_id) == (dataset_id(D + "d"), record_id("clinic", D + "d"))


def test_a_repair_changes_the_normalised_hash_and_not_the_received_one(record, source):
    plain = normalise(record(DATASET), source)
    repaired = normalise(record(DATASET + ":d dct:description '' ."), source)
    assert plain.normalised_hash == repaired.normalised_hash
    assert plain.received_hash != repaired.received_hash


def test_ids_are_of_the_repaired_iri(source):
    graph = from_ntriples(f"<{D}a b> <{RDF.type.value}> <{DCAT.Dataset.value}> .")
    found = normalise(RawRecord(f"<{D}a b>", DCAT.Dataset.value, graph, D, "0"), source)
    assert (found.subject, found.dataset_id) == (D + "a%20b", dataset_id(D + "a%20b"))
    assert Repair("iri", f"<{D}a b>", f"<{D}a%20b>") in found.repairs


BLANK = ":c a dcat:Catalog ; dcat:dataset [ a dcat:Dataset ; dct:title 'T' ; %s ] ."


@pytest.mark.parametrize(
    ("identifier", "iri"),
    [
        ("'CT-2021'", "urn:pharos:clinic:CT-2021"),
        ("' a/ä b '", "urn:pharos:clinic:a%2F%C3%A4%20b"),
        ("'b', 'a'", "urn:pharos:clinic:a"),
        ("<https://doi.example/10.1>", "urn:pharos:clinic:https%3A%2F%2Fdoi.example%2F10.1"),
    ],
)
def test_a_blank_record_gets_an_iri_from_source_and_identifier(record, source, identifier, iri):
    found = normalise(record(BLANK % f"dct:identifier {identifier}"), source)
    assert found.subject == iri
    assert found.graph.types(NamedNode(iri)) == {DCAT.Dataset}
    assert Repair("minted-iri", "_:subject", f"<{iri}>") in found.repairs
    assert found.received.about(BlankNode("subject"))


def test_a_long_identifier_is_named_by_its_hash(record, source):
    found = normalise(record(BLANK % f"dct:identifier '{'x' * 500}'"), source)
    assert found.subject.startswith("urn:pharos:clinic:sha256:")
    assert len(found.subject) < 100


def test_a_minted_iri_is_the_same_whatever_else_changes(record, source):
    one = normalise(record(BLANK % "dct:identifier '1'"), source)
    two = normalise(
        record(BLANK % "dct:identifier '1' ; dct:description 'new' ; dct:relation [ dct:title 'x' ]"), source
    )
    assert one.record_id == two.record_id


@pytest.mark.parametrize("iri", ["file:///home/x/data.ttl", "about:blank", "FILE:///x"])
def test_an_iri_that_means_nothing_elsewhere_is_no_name(record, source, iri):
    found = normalise(record(f"<{iri}> a dcat:Dataset ; dct:title 'T' ; dct:identifier '1' ."), source)
    assert found.subject == "urn:pharos:clinic:1"
    assert found.graph.about(NamedNode("urn:pharos:clinic:1"))


@pytest.mark.parametrize("rest", ["dct:identifier ' '", "dct:description 'none'"])
def test_a_record_without_iri_and_identifier_is_refused_by_its_title(record, source, rest):
    raw = record(BLANK % rest)
    with pytest.raises(MissingIdentifier) as caught:
        normalise(raw, source)
    assert "“T”" in caught.value.detail
    assert "dct:identifier" in caught.value.advice


def test_blank_nodes_that_cannot_be_told_apart_are_an_error_of_the_record(source):
    subject = NamedNode(D + "d")
    knot = [
        Triple(BlankNode(f"k{i}"), DCT.relation, BlankNode(f"k{j}"))
        for i in range(12)
        for j in range(12)
        if i != j
    ]
    raw = RawRecord(
        str(subject),
        DCAT.Dataset.value,
        Graph([Triple(subject, DCT.relation, BlankNode("k0")), *knot]),
        D,
        "0",
    )
    with pytest.raises(RecordError):
        normalise(raw, source)


MESSY = DATASET + (
    ":d dct:description '' ; dct:issued '20200101'^^xsd:date ; <https://w3id.org/healthdcat-ap#hdab> [ foaf:mbox 'a@b.example' ] ;"
    " dcat:theme <https://publications.europa.eu/resource/authority/data-theme/HEAL> ;"
    " dcat:distribution [ dcat:mediaType 'text/csv' ] ."
)


def test_with_all_repairs_off_the_graph_is_the_received_one(record, source):
    raw = record(MESSY)
    off = dataclasses.replace(source, switched_off=RULE_NAMES)
    found = normalise(raw, off, (ServerAdded("fdp", DCT.title.value),))
    assert (found.graph, found.received, found.repairs) == (raw.graph, raw.graph, ())


def test_one_rule_off_leaves_the_others_on(record, source):
    rules = {repair.rule for repair in normalise(record(MESSY), source).repairs}
    off = dataclasses.replace(source, switched_off=("dates",))
    assert {repair.rule for repair in normalise(record(MESSY), off).repairs} == rules - {"dates"}
    assert "dates" in rules


def test_each_repair_is_listed_once_in_the_order_of_the_rules(record, source):
    repairs = normalise(record(MESSY), source).repairs
    assert len(set(repairs)) == len(repairs)
    assert sorted(repairs, key=lambda r: RULE_NAMES.index(r.rule)) == list(repairs)


DEFAULTS = (
    ServerAdded("fdp-access-rights", DCT.accessRights.value, r"^{subject}#accessRights$"),
    ServerAdded("fdp-conforms-to", DCT.conformsTo.value, r"/profile/"),
    ServerAdded("fdp-modified", DCT.modified.value),
)
ADDED = """
    :d dct:accessRights <https://provider.example/d#accessRights> ; dct:conformsTo :profile\\/core ; dct:modified 'now' .
    <https://provider.example/d#accessRights> a dct:RightsStatement ; dct:description [ dct:title 'standard text' ] .
"""


def test_what_the_server_adds_stands_outside_record_hash_and_received_form(record, source):
    plain = normalise(record(DATASET), source)
    found = normalise(record(DATASET + ADDED), source, DEFAULTS)
    assert found.received == found.graph == plain.graph
    assert (found.received_hash, found.normalised_hash) == (plain.received_hash, plain.normalised_hash)


def test_each_triple_that_the_server_added_is_listed_with_what_only_it_led_to(record, source):
    repairs = normalise(record(DATASET + ADDED), source, DEFAULTS).repairs
    assert sorted(r.rule for r in repairs) == ["fdp-access-rights"] * 4 + ["fdp-conforms-to", "fdp-modified"]
    assert all(r.before.endswith(" .") and r.after == "" for r in repairs)


@pytest.mark.parametrize("off", ["server-added", "fdp-access-rights"])
def test_removing_what_the_server_adds_can_be_switched_off(record, source, off):
    own = dataclasses.replace(source, switched_off=(off,))
    found = normalise(record(DATASET + ADDED), own, DEFAULTS)
    assert found.received.objects(NamedNode(D + "d"), DCT.accessRights)


def test_the_providers_own_value_of_a_property_that_the_server_fills_stays(record, source, read):
    own = (
        DATASET
        + ":d dct:accessRights <http://publications.europa.eu/resource/authority/access-right/PUBLIC> ."
    )
    assert isomorphic(normalise(record(own + ADDED), source, DEFAULTS).graph, read(own))


def test_what_the_record_needs_elsewhere_stays_when_a_server_triple_goes(record, source):
    text = DATASET + ":d dct:conformsTo :x ; dct:relation :x . :x dct:title 'X' ."
    found = normalise(record(text), source, (ServerAdded("fdp", DCT.conformsTo.value),))
    assert found.graph.about(NamedNode(D + "x"))
