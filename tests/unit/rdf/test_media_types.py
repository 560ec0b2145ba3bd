"""Which syntax a body is read as: forced, declared, by extension, by its look."""

from __future__ import annotations

import pytest

from catalogue.errors import ParseError
from catalogue.rdf.media_types import ACCEPT, OUTPUTS, SYNTAXES, choose_syntax, sniff, syntax_named

TURTLE = b"@prefix dct: <http://purl.org/dc/terms/> .\n<http://e/1> dct:title 'x' ."
NTRIPLES = b'<http://e/1> <http://e/p> "x"@en .\n'
NQUADS = b'<http://e/1> <http://e/p> "x" <http://e/g> .\n'
TRIG = b"@prefix e: <http://e/> .\ne:g { e:a e:b e:c }"
RDFXML = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
JSONLD = b'{"@id": "http://e/1"}'
HTML = b"<!DOCTYPE html>\n<html><body>Not found</body></html>"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (TURTLE, "turtle"),
        (b"PREFIX dct: <http://purl.org/dc/terms/>\n", "turtle"),
        (b"# a comment\n# another\n\n@base <http://e/> .", "turtle"),
        (b'[] a <http://e/T> ; <http://e/p> "{not a graph}" .', "turtle"),
        (b"<http://e/a> <http://e/p> <http://e/b> , <http://e/c> .", "turtle"),
        (b"<#it> a <http://e/T> .", "turtle"),
        (b"ex:a ex:b ex:c .", "turtle"),
        (NTRIPLES, "n-triples"),
        (b"# comment\n_:a <http://e/p> _:b .\n", "n-triples"),
        (NQUADS, "n-quads"),
        (TRIG, "trig"),
        (b"{ <http://e/a> <http://e/b> <http://e/c> }", "trig"),
        (b"GRAPH <http://e/g> { <a> <b> <c> }", "trig"),
        (RDFXML, "rdf-xml"),
        (b'<?xml version="1.0"?>\n<!-- hello -->\n' + RDFXML, "rdf-xml"),
        (b"\xef\xbb\xbf" + RDFXML, "rdf-xml"),
        (RDFXML.decode().encode("utf-16"), "rdf-xml"),
        (JSONLD, "json-ld"),
        (b"\xef\xbb\xbf \n[ {} ]", "json-ld"),
        (b"[]", "json-ld"),
        (HTML, "html"),
        (b"<html lang='en'>", "html"),
        (b"<!-- c --><HTML>", "html"),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0"><html xmlns="x">', "html"),
        (b"name;size\na;1\n", None),
        (b"Service Unavailable", None),
        (b"", None),
        (b"\x00\x01\x02", None),
    ],
)
def test_a_body_is_known_by_its_look(body, name):
    assert sniff(body) == name


@pytest.mark.parametrize("syntax", SYNTAXES.values(), ids=lambda s: s.name)
def test_every_name_of_a_syntax_is_understood(syntax):
    for name in (syntax.name, syntax.media_type, syntax.media_type.upper(), *syntax.also, *syntax.extensions):
        assert syntax_named(name) is syntax


@pytest.mark.parametrize(
    ("media_type", "body", "name", "is_wrong"),
    [
        ("text/turtle; charset=utf-8", TURTLE, "turtle", False),
        ("application/x-turtle", TURTLE, "turtle", False),
        ("text/turtle", NTRIPLES, "turtle", False),
        ("text/rdf", RDFXML, "rdf-xml", False),
        ("application/rdf", RDFXML, "rdf-xml", False),
        ("application/json-ld", JSONLD, "json-ld", False),
        ("application/json", JSONLD, "json-ld", False),
        ("text/plain", TURTLE, "turtle", False),
        ("text/plain", NTRIPLES, "n-triples", False),
        ("text/xml", RDFXML, "rdf-xml", False),
        ("application/octet-stream", RDFXML, "rdf-xml", False),
        (None, JSONLD, "json-ld", False),
        ("application/trig", TURTLE, "trig", False),
        ("text/turtle", RDFXML, "rdf-xml", True),
        ("application/rdf+xml", JSONLD, "json-ld", True),
        ("application/n-triples", TURTLE, "turtle", True),
        ("application/n-triples", NQUADS, "n-quads", True),
        ("text/turtle", TRIG, "trig", True),
        ("text/html", TURTLE, "turtle", True),
    ],
)
def test_the_media_type_is_trusted_unless_the_body_clearly_is_something_else(
    media_type, body, name, is_wrong
):
    syntax, problems = choose_syntax(body, "http://e/data", media_type)
    assert syntax.name == name
    assert [p.rule for p in problems] == (["media-type-wrong"] if is_wrong else [])


def test_the_extension_decides_between_syntaxes_that_look_alike_and_the_query_does_not_count():
    assert choose_syntax(NTRIPLES, "http://e/d.ttl?x=y.nt", "text/plain")[0].name == "turtle"
    assert choose_syntax(NTRIPLES, "http://e/d.ttl.gz", None)[0].name == "turtle"
    assert choose_syntax(RDFXML, "http://e/d.ttl", None)[0].name == "rdf-xml"


def test_a_forced_syntax_overrules_media_type_and_look():
    assert choose_syntax(NTRIPLES, "http://e/d.nt", "application/n-triples", "trig")[0].name == "trig"
    with pytest.raises(ParseError, match="Unknown syntax 'word'"):
        choose_syntax(NTRIPLES, "http://e/d", None, "word")


@pytest.mark.parametrize("media_type", ["text/html", "text/turtle", None])
@pytest.mark.parametrize("forced", [None, "turtle"])
def test_a_web_page_is_refused_and_named_as_such(media_type, forced):
    with pytest.raises(ParseError, match="HTML page") as caught:
        choose_syntax(HTML, "http://e/data.ttl", media_type, forced)
    assert caught.value.context["html"] is True


@pytest.mark.parametrize("body", [HTML, b""])
@pytest.mark.parametrize("url", ["file:///clinic/data.ttl", "urn:pharos:stdin"])
def test_a_file_is_not_called_an_address(body, url):
    with pytest.raises(ParseError) as caught:
        choose_syntax(body, url)
    assert "address" not in f"{caught.value.detail} {caught.value.advice}"


@pytest.mark.parametrize(
    ("body", "words"), [(b"", "empty"), (b" \n", "empty"), (b"name;size", "none of the RDF")]
)
def test_what_is_no_rdf_is_refused(body, words):
    with pytest.raises(ParseError, match=words):
        choose_syntax(body, "http://e/data", "application/octet-stream")


def test_we_ask_for_turtle_first_and_serve_four_syntaxes():
    assert ACCEPT.startswith("text/turtle,")
    assert [(o.media_type, o.suffix) for o in OUTPUTS.values()] == [
        ("text/turtle", ".ttl"),
        ("application/rdf+xml", ".rdf"),
        ("application/n-triples", ".nt"),
        ("application/ld+json", ".jsonld"),
    ]
