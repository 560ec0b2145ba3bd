"""The second reading of a text: the parser's triples, each with its line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from catalogue.adapters.files import media_type_of
from catalogue.errors import ParseError
from catalogue.rdf.document_statements import DocumentStatements
from catalogue.rdf.namespaces import DCAT, DCT
from catalogue.rdf.parse import parse_document
from catalogue.rdf.statements import MAX_TEXT, Lines

BASE = "https://x.example/catalogue"
TURTLE = '''@prefix dcat: <http://www.w3.org/ns/dcat#> . # "not a string"
PREFIX dct: <http://purl.org/dc/terms/>
@base <https://x.example/> .
<d/1> a dcat:Dataset ; dct:title "One;"@en ,
    "Eins"@de ;
  dct:description """two
lines""" ; dct:issued 2024 ;
  dcat:distribution [
    dct:format "DICOM"^^<https://x.example/t> ] ,
    [ ] ;
  dct:language ( "en"
                 "de" ) .
'''
LINES = {"One;": 4, "Eins": 5, "two\nlines": 6, "2024": 7, "DICOM": 9, "en": 11, "de": 12}

XML = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
   xmlns:dct="http://purl.org/dc/terms/" xmlns:dcat="http://www.w3.org/ns/dcat#" xml:lang="en">
 <dcat:Dataset rdf:about="d/1" dct:identifier="ID-1">
  <dct:title>One</dct:title>
  <dct:title xml:lang="de">Eins</dct:title>
  <dcat:distribution>
   <dcat:Distribution><dct:format>DICOM</dct:format></dcat:Distribution>
  </dcat:distribution>
  <dcat:distribution rdf:parseType="Resource">
   <dct:format rdf:datatype="https://x.example/t">NIfTI</dct:format>
  </dcat:distribution>
  <dct:publisher rdf:resource="#org"/>
 </dcat:Dataset>
</rdf:RDF>
"""
JSON = """{
 "@context": {"dct": "http://purl.org/dc/terms/", "dcat": "http://www.w3.org/ns/dcat#",
   "title": {"@id": "dct:title", "@container": "@language"}, "name": "dct:alternative",
   "page": {"@id": "dcat:landingPage", "@type": "@id"}},
 "@graph": [
  {"@id": "d/1", "@type": "dcat:Dataset",
   "title": {"en": "One",
             "de": "Eins"},
   "name": ["A", 7,
     {"@value": "2024", "@type": "http://www.w3.org/2001/XMLSchema#gYear"}],
   "page": "https://x.example/page",
   "dcat:distribution": {
     "dct:format": "DICOM"}}
 ]
}
"""


def lines_by_text(body: str, syntax: str) -> dict[str, int]:
    found = DocumentStatements(body.encode(), BASE, syntax)
    return {s.object.value: s.line for s in found.all if hasattr(s.object, "datatype")}


def test_turtle_values_have_the_line_where_they_begin() -> None:
    assert lines_by_text(TURTLE, "text/turtle") == LINES


def test_xml_values_have_the_line_of_their_element() -> None:
    assert lines_by_text(XML, "application/rdf+xml") == {
        "ID-1": 4, "One": 5, "Eins": 6, "DICOM": 8, "NIfTI": 11,
    }  # fmt: skip


def test_json_values_have_the_line_where_they_begin() -> None:
    assert lines_by_text(JSON, "application/ld+json") == {
        "One": 7, "Eins": 8, "A": 9, "7": 9, "2024": 10, "DICOM": 13,
    }  # fmt: skip


def test_a_description_begins_where_its_subject_stands() -> None:
    found = DocumentStatements(TURTLE.encode(), BASE, "text/turtle")
    formats = [s for s in found.all if s.predicate == DCT["format"]]
    assert [(s.begins, s.line) for s in formats] == [(8, 9)]
    assert {s.begins for s in found.all if s.predicate == DCAT.distribution} == {4}


def test_lines_of_n_triples_that_are_none_are_passed_over() -> None:
    text = '<urn:a> <urn:p> \'x\' . broken\n<urn:a> <urn:p> "y" .\r\n\r<urn:a> <urn:p> "z" <urn:g> .\n'
    assert lines_by_text(text, "application/n-quads") == {"y": 2, "z": 4}


def test_what_stands_before_broken_turtle_has_its_place() -> None:
    text = '<urn:a> <urn:p> "x" .\n<urn:a> <urn:p> "never closed .\n'
    assert lines_by_text(text, "text/turtle") == {"x": 1}


@pytest.mark.parametrize("depth", [50, 5_000])
def test_deep_brackets_end_the_reading_and_nothing_else(depth: int) -> None:
    text = '<urn:a> <urn:p> "x" .\n<urn:a> <urn:p> ' + "[ <urn:p> " * depth + '"y"' + " ]" * depth + " ."
    assert lines_by_text(text, "text/turtle")["x"] == 1
    as_json = '{"urn:p": ' * depth + '"x"' + "}" * depth
    assert len(lines_by_text(as_json, "application/ld+json")) == (1 if depth < 100 else 0)


@pytest.mark.parametrize(
    "syntax", ["text/turtle", "application/n-quads", "application/rdf+xml", "application/ld+json"]
)
@pytest.mark.parametrize("cut", range(0, 700, 23))
def test_a_truncated_text_is_read_as_far_as_it_goes(syntax: str, cut: int) -> None:
    for text in (TURTLE, XML, JSON):
        whole = {(str(s.predicate), s.line) for s in DocumentStatements(text.encode(), BASE, syntax).all}
        part = DocumentStatements(text[:cut].encode(), BASE, syntax)
        assert all(s.line <= len(part.lines) for s in part.all)
        if syntax == "text/turtle" and text is TURTLE:
            assert {(str(s.predicate), s.line) for s in part.all} <= whole


def test_other_encodings_and_line_ends_count_the_same() -> None:
    text = TURTLE.replace("Eins", "Éins")
    for body in (text.replace("\n", "\r\n").encode("utf-16"), text.replace("\n", "\r").encode()):
        found = DocumentStatements(body, BASE, "text/turtle")
        assert next(s.line for s in found.all if getattr(s.object, "value", "") == "Éins") == 5


def test_a_huge_text_has_no_places() -> None:
    found = DocumentStatements(b"#" * (MAX_TEXT + 1), BASE, "text/turtle")
    assert (found.text, found.all) == ("", ())


def test_json_of_too_many_values_has_no_places() -> None:
    text = '{"@id": "urn:d", "urn:p": "x", "y": [' + ",".join("1" * 600_000) + "]}"
    assert lines_by_text(text, "application/ld+json") == {}


def test_lines_are_told_by_number_and_shown_short() -> None:
    lines = Lines("a\r\n  b  \nc" + "x" * 300)
    assert [lines.line(n) for n in (0, 1, 2, 4)] == ["", "a", "  b  ", ""]
    assert lines.snippet(2) == "b"
    assert len(lines.snippet(3)) == 200
    assert len(lines) == 3


def _keys(triples: object) -> Counter[tuple[str, ...]]:
    return Counter(
        tuple("_" if str(term).startswith("_:") else str(term) for term in (t.subject, t.predicate, t.object))
        for t in triples  # type: ignore[attr-defined]
    )


@pytest.mark.shared
@pytest.mark.parametrize(
    "folder", ["standards/healthdcat-ap", "standards/dcat3", "standards/health-ri", "corpora"]
)
def test_the_second_reading_finds_what_the_parser_finds(shared: Path, folder: str) -> None:
    """Turtle and RDF/XML: every statement and no other. JSON-LD: of the statements that it finds, few are others."""
    others = total = 0
    for path in sorted((shared / folder).rglob("*")):
        syntax = media_type_of(path) if path.is_file() and path.stat().st_size < 300_000 else None
        if syntax is None:
            continue
        try:
            document = parse_document(path.read_bytes(), path.as_uri(), media_type=syntax)
        except ParseError:
            continue
        found = DocumentStatements(path.read_bytes(), path.as_uri(), document.syntax)
        if document.problems or document.syntax == "application/ld+json":
            others += sum((_keys(set(found.all)) - _keys(document.graph)).values())
            total += len(found.all)
        else:
            assert set(_keys(document.graph)) == set(_keys(found.all)), path
    assert others <= total * 0.03
