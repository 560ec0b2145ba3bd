"""One document: what is read, what is repaired, what is lost, what is refused."""

from __future__ import annotations

import contextlib
import gzip
import json
import time

import pytest

from catalogue.errors import ParseError
from catalogue.model.records import Payload
from catalogue.pipeline.parse import parse
from catalogue.rdf.iris import is_valid_iri
from catalogue.rdf.parse import parse_document
from catalogue.rdf.terms import BlankNode, Literal, NamedNode


def packed(data: bytes) -> bytes:
    """gzip without the time of day: what names a test must not change from process to process."""
    return gzip.compress(data, mtime=0)


BASE = "https://provider.example/data/catalogue"
TITLE = NamedNode("http://purl.org/dc/terms/title")
TURTLE = b'@prefix dct: <http://purl.org/dc/terms/> . <d1> dct:title "Lungs"@en .'
D1 = NamedNode("https://provider.example/data/d1")
RDF_NS = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/"'


def rdf_xml(inner: str, *, before: str = "") -> bytes:
    return f"{before}<rdf:RDF {RDF_NS}>{inner}</rdf:RDF>".encode()


def rules(document) -> list[tuple[str, bool]]:
    return [(problem.rule, problem.lost) for problem in document.problems]


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (TURTLE, "text/turtle"),
        (b"\xef\xbb\xbf" + TURTLE, "text/turtle"),
        (packed(TURTLE), "text/turtle"),
        (packed(TURTLE), "application/gzip"),
        (TURTLE.decode().encode("utf-16"), "text/turtle"),
        (b'<https://provider.example/data/d1> <http://purl.org/dc/terms/title> "Lungs"@en .', "text/plain"),
        (
            b'<https://provider.example/data/d1> <http://purl.org/dc/terms/title> "Lungs"@en <http://g> .',
            None,
        ),
        (b'@prefix dct: <http://purl.org/dc/terms/> . <g> { <d1> dct:title "Lungs"@en }', "application/trig"),
        (
            rdf_xml(
                '<rdf:Description rdf:about="d1"><dct:title xml:lang="en">Lungs</dct:title></rdf:Description>'
            ),
            None,
        ),
        (
            json.dumps(
                {
                    "@context": {"dct": "http://purl.org/dc/terms/"},
                    "@id": "urn:x:graph",
                    "@graph": [{"@id": "d1", "dct:title": {"@value": "Lungs", "@language": "en"}}],
                }
            ).encode(),
            "application/ld+json",
        ),
    ],
)
def test_every_syntax_gives_the_same_triple(body, media_type):
    document = parse_document(body, BASE, media_type=media_type)
    assert [(t.subject, t.predicate, t.object) for t in document.graph] == [
        (D1, TITLE, Literal("Lungs", language="en"))
    ]
    assert document.problems == ()
    assert document.base == BASE


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("http://e.org/a b", "http://e.org/a%20b"),
        ('http://e.org/"a"', "http://e.org/%22a%22"),
        ("http://e.org/a[1]", "http://e.org/a%5B1%5D"),
        ("http://e.org/{a}", "http://e.org/%7Ba%7D"),
        ("http://e.org/a\\b", "http://e.org/a%5Cb"),
        ("my file.csv", "https://provider.example/data/my%20file.csv"),
    ],
)
def test_one_bad_iri_costs_nothing_in_any_syntax(text, iri):
    escaped = text.replace("&", "&amp;").replace('"', "&quot;")
    bodies = {
        "turtle": f'@prefix dct: <http://purl.org/dc/terms/> .\n<d1> dct:title "a <b c>" ;\n dct:relation <{text}> .',
        "rdf-xml": rdf_xml(
            '<rdf:Description rdf:about="d1"><dct:title>a &lt;b c&gt;</dct:title>'
            f'<dct:relation rdf:resource="{escaped}"/></rdf:Description>'
        ).decode(),
        "json-ld": json.dumps(
            {
                "@id": "d1",
                "http://purl.org/dc/terms/title": "a <b c>",
                "http://purl.org/dc/terms/relation": {"@id": text},
            }
        ),
    }
    for syntax, body in bodies.items():
        document = parse_document(body.encode(), BASE, syntax=syntax)
        assert {str(t.object) for t in document.graph} == {'"a <b c>"', f"<{iri}>"}, syntax
        assert rules(document) == [("iri-repaired", False)], syntax
    assert parse_document(bodies["turtle"].encode(), BASE).problems[0].line == 3


def test_an_iri_beyond_repair_costs_its_own_triples_only():
    body = b'<d1> <http://purl.org/dc/terms/title> "x" ; <http://e/p> <http://a http://b> .'
    document = parse_document(body, BASE, media_type="text/turtle")
    assert len(document.graph) == 1
    assert rules(document) == [("iri-invalid", True)]


def test_a_language_tag_with_underscore_is_mended():
    body = b'<d1> <http://purl.org/dc/terms/title> "x"@en_GB .'
    for found in (
        parse_document(body, BASE, media_type="text/turtle"),
        parse_document(
            rdf_xml(
                '<rdf:Description rdf:about="d1"><dct:title xml:lang="en_GB">x</dct:title></rdf:Description>'
            ),
            BASE,
        ),
    ):
        assert [t.object for t in found.graph] == [Literal("x", language="en-GB")]
        assert rules(found) == [("language-tag-repaired", False)]


@pytest.mark.parametrize("suffix", [b"", b" <http://g/1>"], ids=["n-triples", "n-quads"])
def test_lines_fail_alone(suffix):
    good = b'<http://e/%d> <http://e/p> "\xc3\xa9"' + suffix + b" .\n"
    lines = [good % i for i in range(5000)]
    lines[10] = b'<http://e/x> <http://e/p> "open .\n'
    lines[4000] = b"nonsense\n"
    document = parse_document(b"".join(lines), BASE)
    assert len(document.graph) == 4998
    assert [(p.rule, p.line, p.lost) for p in document.problems] == [
        ("line-unreadable", 11, True),
        ("line-unreadable", 4001, True),
    ]


def test_problems_do_not_grow_with_the_document():
    body = b"<http://e/1> <http://e/p> <http://e/2> .\n" * 3 + b"nonsense\n" * 5000
    document = parse_document(body, BASE, syntax="n-triples")
    assert len(document.problems) < 150
    assert "4,900 more" in document.problems[-1].message
    assert document.problems[-1].lost


def test_other_encodings_are_read_and_noted():
    turtle = '<d1> <http://purl.org/dc/terms/title> "Größe" .'
    undeclared = parse_document(turtle.encode("latin-1"), BASE, media_type="text/turtle")
    declared = parse_document(turtle.encode("latin-1"), BASE, media_type="text/turtle", charset="ISO-8859-1")
    mislabelled = parse_document(turtle.encode(), BASE, media_type="text/turtle", charset="ISO-8859-1")
    xml = f'<rdf:RDF {RDF_NS}><rdf:Description rdf:about="d1"><dct:title>Größe</dct:title></rdf:Description></rdf:RDF>'
    in_xml = parse_document(f'<?xml version="1.0" encoding="iso-8859-1"?>{xml}'.encode("latin-1"), BASE)
    in_utf16 = parse_document(f'<?xml version="1.0" encoding="utf-16"?>{xml}'.encode("utf-16"), BASE)
    for document in (undeclared, declared, mislabelled, in_xml, in_utf16):
        assert [t.object for t in document.graph] == [Literal("Größe")]
    assert rules(undeclared) == [("not-utf-8", False)]
    assert not declared.problems
    assert not mislabelled.problems
    assert not in_xml.problems
    assert parse_document(turtle.encode("latin-1"), BASE, media_type="text/turtle", charset="zip").problems


@pytest.mark.parametrize(
    ("inner", "expected", "rule"),
    [
        ("<dct:title>a\x0bb</dct:title>", '"ab"', "control-characters"),
        ("<dct:title>a&#11;b</dct:title>", '"ab"', "xml-reference-repaired"),
        ("<dct:title>R&D</dct:title>", '"R&D"', "xml-reference-repaired"),
        ("<dct:title>a&nbsp;b</dct:title>", '"a\xa0b"', "xml-reference-repaired"),
        ("<dct:title>x<![CDATA[&nbsp;]]>&eacute;</dct:title>", '"x&nbsp;é"', "xml-reference-repaired"),
        ('<dct:relation rdf:resource="http://e/1">Label</dct:relation>', "<http://e/1>", "text-beside-link"),
    ],
)
def test_common_faults_of_rdf_xml_are_mended(inner, expected, rule):
    document = parse_document(rdf_xml(f'<rdf:Description rdf:about="d1">{inner}</rdf:Description>'), BASE)
    assert [str(t.object) for t in document.graph] == [expected]
    assert rules(document) == [(rule, False)]


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<![CDATA[a & <b>]]>", "a & <b>"),
        ("a <![CDATA[& <b>]]> c", "a & <b> c"),
        ("<![CDATA[a]]><![CDATA[b]]>", "ab"),
        ("a<!-- <![CDATA[x]]> -->b", "ab"),
        ("a<?note?>b", "ab"),
        ("a &amp; b &#233;", "a & b é"),
    ],
)
def test_texts_in_pieces_are_one_text(inner, expected):
    document = parse_document(
        rdf_xml(f'<rdf:Description rdf:about="d1"><dct:title>{inner}</dct:title></rdf:Description>'), BASE
    )
    assert [t.object for t in document.graph] == [Literal(expected)]
    assert document.problems == ()


ENTITY_BOMB = '<!DOCTYPE rdf:RDF [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY b{i} "&a;&a;&a;&a;&a;&a;&a;&a;">' for i in range(50)
) + "]>"  # fmt: skip


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (rdf_xml("", before=ENTITY_BOMB), "document type"),
        (rdf_xml("", before='<!DOCTYPE r SYSTEM "file:///etc/passwd">'), "document type"),
        (rdf_xml("<!-- <!DOCTYPE x> -->" + "<a>" * 5000 + "</a>" * 5000), "deeper than"),
        (rdf_xml("<rdf:Description>"), "line 1.*mismatched tag"),
        (
            b'<x xmlns="http://www.opengis.net/cat/csw/2.0.2">' + rdf_xml("") + b"</x>",
            "wrapped in another protocol",
        ),
        (b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error/></OAI-PMH>', "not RDF/XML"),
        (b'<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>', "HTML"),
        (
            b'@prefix dct: <http://purl.org/dc/terms/> .\n<a> dct:title "x" ;\n dcat:keyword "y" .',
            "line 3.*dcat:",
        ),
        (b'<a> <http://e/p> "never closed .', "does not parse"),
        (b'{"@id": "http://e/1", }', "line 1, column 23"),
        (b'{"a": 1}', "not JSON-LD"),
        (b'{"@context": {}, "http://e/p": NaN}', "no number"),
        (b'{"@context": {}, "http://e/p": 1e999}', "no number"),
        (b'{"@graph": ' + b"[" * 500 + b"]" * 500 + b"}", "deeper than"),
        (b'{"@graph": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", "deeper than"),
        (b'{"@graph": [' + b"9" * 10_000 + b"]}", "too long"),
        (b"<a> <b> " + b"<<(<a> <b> " * 50_000 + b"<c>" + b")>>" * 50_000 + b" .", "triple terms"),
        (packed(TURTLE)[:-10], "ends too early"),
        (b"\x1f\x8bnonsense", "damaged"),
        (packed(packed(packed(packed(TURTLE)))), "more than three times"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(body, words):
    with pytest.raises(ParseError, match=f"(?s){words}") as caught:
        parse_document(body, BASE)
    assert caught.value.advice


def test_a_parse_error_points_to_the_place():
    with pytest.raises(ParseError) as caught:
        parse_document(b'<a> <http://e/p> "x" .\n<b> <http://e/p> wrong .\n', BASE, media_type="text/turtle")
    context = caught.value.context
    assert (context["line"], context["column"], context["syntax"]) == (2, 18, "turtle")
    assert context["snippet"] == "<b> <http://e/p> wrong ."


def test_limits_are_kept():
    many = b"".join(b"<http://e/%d> <http://e/p> <http://e/o> .\n" % i for i in range(1001))
    with pytest.raises(ParseError, match="more than 1,000 triples"):
        parse_document(many, BASE, max_triples=1000)
    with pytest.raises(ParseError, match="more than 1,000 triples"):
        parse_document(many + b"nonsense\n", BASE, max_triples=1000)
    assert len(parse_document(many, BASE, max_triples=1001).graph) == 1001
    bomb = packed(b" " * 10_000_000)
    with pytest.raises(ParseError, match="unfolds to more than 1,000,000 bytes"):
        parse_document(bomb, BASE, max_bytes=1_000_000)
    with pytest.raises(ParseError, match="larger than 1,000 bytes"):
        parse_document(many, BASE, max_bytes=1000)


def test_gzip_members_after_each_other_are_one_document():
    halves = packed(TURTLE) + packed(b'\n<d2> <http://e/p> "y" .')
    assert len(parse_document(halves, BASE).graph) == 2


def test_blank_nodes_are_the_documents_own_and_the_same_each_time():
    body = b"_:a <http://e/p> [ <http://e/q> _:a ] ."

    def labels(base: str, text: bytes = body) -> set[str]:
        graph = parse_document(text, base, syntax="turtle").graph
        return {n.value for t in graph for n in (t.subject, t.object) if isinstance(n, BlankNode)}

    assert len(labels(BASE)) == 2
    assert labels(BASE) == labels(BASE)
    assert not labels(BASE) & labels(BASE + "?page=2")
    assert not labels(BASE) & labels(BASE, body + b"\n")


@pytest.mark.parametrize("syntax", ["json-ld", "rdf-xml", "trig"])
def test_blank_nodes_are_numbered_alike_in_every_parse(syntax):
    bodies = {
        "json-ld": b'{"@graph": [], "http://e/p": [{"http://e/q": 1}, {"http://e/r": [{}, {"http://e/q": 2}]}], "http://e/a": {"http://e/z": 1}}',
        "rdf-xml": rdf_xml('<rdf:Description><dct:relation rdf:parseType="Resource"/></rdf:Description>'),
        "trig": b"_:g { _:a <http://e/p> (_:b [] _:a) }",
    }
    one, two = (parse_document(bodies[syntax], BASE, syntax=syntax).graph for _ in range(2))
    assert len(one) > 0
    assert one == two


def test_what_rdf_1_2_added_is_left_out_with_a_note():
    body = b'<a> <http://e/p> <<( <b> <http://e/p> <c> )>> ; <http://e/q> "x"@en--ltr .'
    document = parse_document(body, BASE, media_type="text/turtle")
    assert [t.object for t in document.graph] == [Literal("x", language="en")]
    assert sorted(rules(document)) == [("language-tag-repaired", False), ("triple-term", True)]
    xml = (
        f'<rdf:RDF {RDF_NS} rdf:version="1.2" xmlns:its="http://www.w3.org/2005/11/its" its:version="2.0">'
        '<rdf:Description rdf:about="d1"><dct:title xml:lang="en" its:dir="ltr">x</dct:title></rdf:Description></rdf:RDF>'
    )
    document = parse_document(xml.encode(), BASE)
    assert [t.object for t in document.graph] == [Literal("x", language="en")]


def test_a_base_that_is_no_iri_does_not_stop_the_parse():
    document = parse_document(b'<http://e/1> <http://e/p> <rel> ; <http://e/q> "x" .', "/tmp/a file.ttl")
    assert all(is_valid_iri(t.predicate.value) for t in document.graph)
    assert rules(document) == [("iri-invalid", True)]


def test_the_stage_uses_what_the_harvester_has_read():
    payload = Payload(BASE, TURTLE, "hash", media_type="text/turtle")
    document = parse(payload)
    assert len(document.graph) == 1
    assert parse(Payload(BASE, b"broken", "hash", parsed=document)) is document


HOSTILE = {
    "newlines": b"@prefix a: <b:> .\n" + b"\n" * 200_000,
    "dots": b"@prefix a: <b:> .\n" + b"." * 200_000,
    "one long name": b":" + b"a" * 200_000,
    "one long blank node": b"_:" + b"a" * 200_000,
    "strings that never end": b"<http://a b> <http://e/p> " + b'\\"""' * 50_000,
    "strings that end in a backslash": b"<http://a b> <http://e/p> " + b'\\"""' * 50_000 + b"\\",
    "comments": b"<!---->" * 30_000,
    "CDATA": b"<rdf:RDF a='" + b"<![CDATA[" * 50_000,
    "ampersands": b"<rdf:RDF a='" + b"&#" * 50_000,
    "bad IRIs": b"".join(b"<http://e/ %d> <http://e/p> <http://e/o> .\n" % i for i in range(30_000)),
    "bad escapes": b"".join(b"<http://e/\\%d> <http://e/p> <http://e/o> .\n" % i for i in range(30_000)),
    "bad tags": b"".join(b'<http://e/%d> <http://e/p> "x"@en_a .\n' % i for i in range(30_000)),
    "many contexts": b'{"@graph": [' + b'{"@context": "https://schema.org/", "name": "x"},' * 20_000 + b"1]}",
}


@pytest.mark.parametrize("syntax", [None, "turtle"])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_time_in_proportion_to_its_length(name, syntax):
    started = time.perf_counter()
    with contextlib.suppress(ParseError):
        parse_document(HOSTILE[name], BASE, syntax=syntax)
    assert time.perf_counter() - started < 5
