"""RDF/XML that XML parsers read, whatever the triples hold."""

from __future__ import annotations

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

from catalogue.rdf.rdf_xml_output import is_well_formed, to_rdf_xml
from catalogue.rdf.terms import Literal, NamedNode, Triple

S, P = NamedNode("https://example.org/s"), NamedNode("https://example.org/p")
XML = RdfFormat.RDF_XML


def read(document: bytes) -> set[Triple]:
    return {quad.triple for quad in pyoxigraph.parse(document, format=XML)}


def test_ordinary_triples_are_all_there_and_nothing_is_remarked():
    triples = {Triple(S, P, Literal("a < b & \u00e9\u4e2d\U0001f600\t\n", language="en")), Triple(S, P, S)}
    document = to_rdf_xml(triples)
    assert read(document) == triples
    assert b"<!--" not in document


@pytest.mark.parametrize("character", ["\x01", "\x0b", "\x1f", "\ufffe", "\uffff"])
def test_a_character_that_xml_cannot_hold_is_replaced_in_its_value_alone(character):
    sound = Triple(S, P, Literal("sound"))
    document = to_rdf_xml([Triple(S, P, Literal(f"x{character}y", language="de")), sound])
    assert is_well_formed(document)
    assert read(document) == {Triple(S, P, Literal("x\ufffdy", language="de")), sound}
    assert b"replaced characters: 1; statements left out: 0" in document


@pytest.mark.parametrize("iri", ["https://example.org/1", "https://example.org/p/", "https://example.org/p#"])
def test_a_statement_whose_predicate_has_no_name_in_xml_is_left_out_and_told(iri):
    sound = Triple(S, P, Literal("sound"))
    document = to_rdf_xml([Triple(S, NamedNode(iri), Literal("x")), sound])
    assert is_well_formed(document)
    assert read(document) == {sound}
    assert b"replaced characters: 0; statements left out: 1" in document


def test_the_datatype_of_a_value_with_replaced_characters_is_kept():
    kind = NamedNode("https://example.org/kind")
    document = to_rdf_xml([Triple(S, P, Literal("\x02", datatype=kind))])
    assert read(document) == {Triple(S, P, Literal("\ufffd", datatype=kind))}
