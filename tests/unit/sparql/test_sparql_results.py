"""Choice of a form, and writing it from what the engine gives."""

from __future__ import annotations

import json

import pytest

from catalogue.discovery.sparql_judge import QueryKind
from catalogue.discovery.sparql_results import (
    ROWS,
    TRIPLES,
    IncompleteError,
    choose,
    write_rows,
    write_triples,
)
from catalogue.errors import InvalidQuery, NotAcceptable
from catalogue.rdf.graphs import from_ntriples

TWO = json.dumps(
    {
        "head": {"vars": ["a", "b"]},
        "results": {
            "bindings": [
                {
                    "a": {"type": "uri", "value": "urn:x"},
                    "b": {"type": "literal", "value": 'é,"\n', "xml:lang": "fr"},
                },
                {
                    "a": {
                        "type": "literal",
                        "value": "5",
                        "datatype": "http://www.w3.org/2001/XMLSchema#integer",
                    }
                },
            ]
        },
    }
).encode()
YES = b'{"head":{},"boolean":true}'
TRIPLE = b'<urn:s> <http://purl.org/dc/terms/title> "\\u00E9"@fr .\n<urn:s> <http://purl.org/dc/terms/relation> _:b .\n'


@pytest.mark.parametrize(
    ("kind", "accept", "expected"),
    [
        ("SELECT", None, "application/sparql-results+json"),
        ("SELECT", "*/*", "application/sparql-results+json"),
        ("SELECT", "text/csv;q=0.5, application/sparql-results+xml;q=0.6", "application/sparql-results+xml"),
        ("SELECT", "application/json", "application/sparql-results+json"),
        ("ASK", "text/html, */*;q=0.1", "application/sparql-results+json"),
        ("SELECT", "*/*, application/sparql-results+json;q=0", "application/sparql-results+xml"),
        ("SELECT", "text/*", "text/csv"),
        ("CONSTRUCT", None, "text/turtle"),
        ("DESCRIBE", "application/sparql-results+json, text/turtle;q=0.9", "text/turtle"),
        ("CONSTRUCT", "application/ld+json", "application/ld+json"),
        ("CONSTRUCT", "APPLICATION/RDF+XML ; q=1", "application/rdf+xml"),
        ("SELECT", "text/csv;q=nonsense, text/tab-separated-values;q=0.1", "text/tab-separated-values"),
    ],
)
def test_the_form_is_chosen_by_the_header(kind, accept, expected):
    assert choose(QueryKind(kind), accept).media_type == expected


@pytest.mark.parametrize(
    ("kind", "accept"), [("SELECT", "text/turtle"), ("CONSTRUCT", "text/csv"), ("ASK", "image/png")]
)
def test_what_a_kind_cannot_be_is_not_acceptable(kind, accept):
    with pytest.raises(NotAcceptable):
        choose(QueryKind(kind), accept)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (ROWS[0], TWO),
        (ROWS[2], 'a,b\r\nurn:x,"é,""\n"\r\n5,\r\n'.encode()),
        (ROWS[3], '?a\t?b\n<urn:x>\t"é,\\"\\n"@fr\n5\t\n'.encode()),
    ],
    ids=["json", "csv", "tsv"],
)
def test_rows_are_written(form, expected):
    assert write_rows(TWO, form, 10) == expected


def test_rows_are_written_as_xml():
    text = write_rows(TWO, ROWS[1], 10).decode()
    assert 'xml:lang="fr"' in text and "<uri>urn:x</uri>" in text and text.count("<result>") == 2


@pytest.mark.parametrize("form", ROWS, ids=lambda form: form.media_type)
def test_a_boolean_is_written_in_every_form(form):
    assert b"true" in write_rows(YES, form, 10)


@pytest.mark.parametrize("form", TRIPLES, ids=lambda form: form.media_type)
def test_triples_are_written_in_every_form(form):
    import pyoxigraph

    back = [q.triple for q in pyoxigraph.parse(write_triples(TRIPLE, form, 10), format=form.format)]
    assert sorted(str(t.object) for t in back if "title" in str(t)) == ['"é"@fr']
    assert len(back) == len(from_ntriples(TRIPLE.decode()))


@pytest.mark.parametrize("cut", [1, 30, len(TWO) - 1])
@pytest.mark.parametrize("form", ROWS, ids=lambda form: form.media_type)
def test_cut_rows_are_no_answer(form, cut):
    with pytest.raises(IncompleteError):
        write_rows(TWO[:cut], form, 10)


@pytest.mark.parametrize(
    "tail", [b"The SPARQL operation has been cancelled", b"<urn:s> <urn:p", b"<urn:s> <urn:p> <urn:o> ."]
)
def test_cut_triples_are_no_answer(tail):
    with pytest.raises(IncompleteError):
        write_triples(TRIPLE + tail, TRIPLES[1], 10)


def test_no_triples_are_an_answer():
    assert write_triples(b"", TRIPLES[1], 10) == b""


@pytest.mark.parametrize("limit", [0, 1])
def test_more_than_the_cap_asks_for_a_limit(limit):
    with pytest.raises(InvalidQuery) as caught:
        write_rows(TWO, ROWS[0], limit)
    assert "LIMIT" in caught.value.advice
    with pytest.raises(InvalidQuery):
        write_triples(TRIPLE, TRIPLES[0], limit)


def test_exactly_the_cap_is_answered():
    assert write_rows(TWO, ROWS[0], 2) == TWO


@pytest.mark.parametrize("line", [b"<urn:s> <urn:1> <urn:o> .\n", b'<urn:s> <urn:p> "\\u0007" .\n'])
def test_triples_that_xml_cannot_hold_are_not_acceptable(line):
    with pytest.raises(NotAcceptable):
        write_triples(line, TRIPLES[2], 10)


def test_rows_that_xml_cannot_hold_are_not_acceptable():
    bell = b'{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"literal","value":"\\u0007"}}]}}'
    with pytest.raises(NotAcceptable):
        write_rows(bell, ROWS[1], 10)
