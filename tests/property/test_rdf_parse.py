"""Whatever bytes come: a Document whose terms every store takes, or a ParseError, in bounded time."""

from __future__ import annotations

import gzip
from contextlib import suppress
from datetime import timedelta

import pyoxigraph
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.errors import ParseError
from catalogue.rdf.documents import Document
from catalogue.rdf.graphs import serialise, to_ntriples
from catalogue.rdf.iris import is_valid_iri, repair_iri
from catalogue.rdf.media_types import OUTPUTS, SYNTAXES
from catalogue.rdf.parse import parse_document

BASE = "https://provider.example/data/catalogue"
SEEDS = [
    b'@prefix dct: <http://purl.org/dc/terms/> .\n<d 1> dct:title "Lungs"@en_GB, """a "b" c""" ; dct:x [ a <T> ] ; dct:n 1.50 .',
    b'<http://e/1> <http://e/p> "x"^^<http://e/t> .\n_:a <http://e/p> <http://e/a b> .\n# c\n<http://e/2> <http://e/p> "\\u00e9" .\n',
    b'<http://e/1> <http://e/p> "x" <http://e/g> .\n_:a <http://e/p> _:b _:g .\n',
    b"@prefix e: <http://e/> . e:g { e:a e:b ( e:c [] ) } GRAPH <g> { e:a a e:T }",
    b'<?xml version="1.0" encoding="UTF-8"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:d="http://e/">'
    b'<d:T rdf:about="a b" xml:lang="en_GB"><d:p rdf:resource="x">t</d:p><d:q>&amp;&#233;<![CDATA[x]]></d:q>'
    b'<d:r rdf:parseType="Resource"><d:s rdf:datatype="http://e/t">1</d:s></d:r></d:T></rdf:RDF>',
    b'{"@context": ["https://schema.org/", {"ex": "http://e/"}], "@id": "d 1", "name": ["x", {"@value": "y", "@language": "en_GB"}],'
    b' "ex:p": {"@list": [1, 2.5, true, {"@id": "_:b"}]}, "@graph": [{"@type": "Dataset", "ex:q": {"@id": "http://[x"}}]}',
]  # fmt: skip
PIECES = [
    b"<", b">", b'"', b"'", b'"""', b"[", b"]", b"{", b"}", b"(", b")", b"<<(", b")>>", b"_:", b"@prefix ", b"@", b"\\", b"\\u0000",
    b"&", b"&lt;", b"&#0;", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?x?>", b"<!DOCTYPE a>", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\x1f\x8b",
    b"\n", b"\r", b" ", b" .", b";", b"#", b"%", b"^^", b"@en--ltr", b'"@id":', b'"@context":', b"null", b"1e999", b"http://", b"\xed\xa0\x80",
    b"<rdf:RDF ", b"</rdf:RDF>", b"</", b"/>", b"=", b":", b"\xc2\x85", b"\xe2\x80\xa8",
]  # fmt: skip
QUICK = settings(
    max_examples=400, deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.too_slow]
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A sound document with some of it cut, doubled, replaced or put in."""
    body = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 12)))
        body = body[:start] + draw(st.sampled_from(PIECES) | st.binary(max_size=6)) + body[end:]
    return body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body


def assert_sound(document: Document) -> None:
    """Strict parsers read what we made of it, in every syntax that can hold it."""
    text = to_ntriples(document.graph)
    again = [q.triple for q in pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.N_TRIPLES)]
    assert len(again) == len(document.graph)
    assert text.count("\n") == len(document.graph)
    for problem in document.problems:
        assert problem.rule
        assert len(problem.snippet) <= 200
        assert problem.line is None or problem.line >= 1


def read(body: bytes, **how: object) -> None:
    with suppress(ParseError):
        assert_sound(parse_document(body, BASE, max_triples=10_000, max_bytes=1_000_000, **how))


@QUICK
@given(
    damaged(), st.sampled_from([None, *SYNTAXES]), st.sampled_from([None, "latin-1", "utf-16", "zip", "x"])
)
def test_damaged_documents_give_a_document_or_a_parse_error(body, syntax, charset):
    read(body, syntax=syntax, charset=charset)


@QUICK
@given(st.binary(max_size=400), st.sampled_from([None, *SYNTAXES]))
def test_random_bytes_give_a_document_or_a_parse_error(body, syntax):
    read(body, syntax=syntax)


@QUICK
@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from([None, *SYNTAXES]))
def test_random_tokens_give_a_document_or_a_parse_error(pieces, syntax):
    read(b"".join(pieces), syntax=syntax)


@settings(max_examples=100, deadline=timedelta(seconds=5))
@given(st.sampled_from(SEEDS), st.data())
def test_damaged_gzip_gives_a_document_or_a_parse_error(seed, data):
    packed = bytearray(gzip.compress(seed))
    for place in data.draw(st.lists(st.integers(2, len(packed) - 1), max_size=3)):
        packed[place] = data.draw(st.integers(0, 255))
    read(bytes(packed))


@settings(max_examples=500)
@given(
    st.text(max_size=40) | st.from_regex(r"(https?|urn|mailto):[ -~]{0,30}", fullmatch=True), st.booleans()
)
def test_a_repaired_iri_is_valid_and_needs_no_second_repair(text, has_base):
    base = BASE if has_base else None
    repaired = repair_iri(text, base)
    if repaired is not None:
        assert is_valid_iri(repaired)
        assert repair_iri(repaired, base) == repaired


@settings(max_examples=300)
@given(st.text(max_size=40))
def test_a_valid_iri_is_left_alone(text):
    iri = "http://e.org/" + text
    if is_valid_iri(iri):
        assert repair_iri(iri) in (iri, iri.strip())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("output", OUTPUTS.values(), ids=lambda output: output.name)
def test_what_was_read_can_be_written_and_read_again(seed, output):
    document = parse_document(seed, BASE)
    again = parse_document(serialise(document.graph, output.format), BASE, syntax=output.name)
    assert len(again.graph) == len(document.graph)
    assert again.problems == ()
