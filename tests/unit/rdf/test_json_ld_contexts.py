"""JSON-LD with contexts by name: ours, never the network's."""

from __future__ import annotations

import json

import pytest

from catalogue.errors import ParseError
from catalogue.rdf.bundled_contexts import ADDRESSES, bundled_context
from catalogue.rdf.iris import is_valid_iri
from catalogue.rdf.parse import parse_document

BASE = "https://provider.example/catalogue.jsonld"
DCT = "http://purl.org/dc/terms/"
POD = "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld"


def triples(document: object) -> set[str]:
    return {str(t) for t in parse_document(json.dumps(document).encode(), BASE).graph}


@pytest.mark.parametrize("address", [address for addresses in ADDRESSES.values() for address in addresses])
def test_every_bundled_context_parses_whole_and_names_absolute_iris(address):
    context = bundled_context(address)
    assert context
    body = json.dumps({"@context": dict(context), "@id": "http://e/1"}).encode()
    assert parse_document(body, BASE).problems == ()
    for term, meaning in context.items():
        iri = meaning["@id"] if isinstance(meaning, dict) else meaning
        assert iri.startswith("@") or is_valid_iri(iri), term


@pytest.mark.parametrize(
    "name", ["http://schema.org", "https://schema.org/", "HTTPS://SCHEMA.ORG", "http://www.schema.org/#"]
)
def test_schema_org_is_known_under_all_its_spellings(name):
    found = triples(
        {"@context": name, "@id": "http://e/1", "@type": "Dataset", "name": "x", "license": "http://l/"}
    )
    assert found == {
        "<http://e/1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://schema.org/Dataset>",
        '<http://e/1> <http://schema.org/name> "x"',
        "<http://e/1> <http://schema.org/license> <http://l/>",
    }


def test_contexts_are_replaced_wherever_they_stand():
    expected = {f'<http://e/1> <{DCT}title> "x"'}
    node = {"@id": "http://e/1", "title": "x"}
    assert triples({"@context": POD, **node}) == expected
    assert triples({"@context": [POD, {"extra": "http://e/extra"}], **node}) == expected
    assert triples({"@context": {"@version": 1.1, "@import": POD}, **node}) == expected
    assert triples({"@graph": [{"@context": POD, **node}]}) == expected
    assert triples([{"@context": POD, **node}, {"@context": POD, "@id": "http://e/2"}]) == expected
    scoped = {"@context": {"in": {"@id": "http://e/in", "@context": POD}}, "@id": "http://e/0", "in": node}
    assert triples(scoped) == expected | {"<http://e/0> <http://e/in> <http://e/1>"}


def test_an_import_is_overruled_by_what_stands_beside_it():
    found = triples(
        {
            "@context": {"@version": 1.1, "@import": POD, "title": "http://e/t"},
            "@id": "http://e/1",
            "title": "x",
        }
    )
    assert found == {'<http://e/1> <http://e/t> "x"'}


@pytest.mark.parametrize(
    "document",
    [
        {"@context": "https://evil.example/context.jsonld"},
        {"@context": [POD, "https://evil.example/context.jsonld"]},
        {"@context": {"@import": "https://evil.example/context.jsonld"}},
        {"@context": {"a": {"@id": "http://e/a", "@context": "https://evil.example/context.jsonld"}}},
        {"@graph": [{"http://e/p": {"@context": "https://evil.example/context.jsonld"}}]},
        {"@context": "file:///etc/passwd"},
        {"@context": "context.jsonld"},
    ],
)
def test_an_unknown_context_is_refused_by_name(document):
    with pytest.raises(ParseError, match="never fetched") as caught:
        parse_document(json.dumps(document).encode(), BASE, syntax="json-ld")
    reference = str(caught.value.context["reference"])
    assert reference in json.dumps(document)
    assert reference != POD


def test_a_context_named_at_very_many_places_does_not_swell_the_document():
    nodes = [{"@context": "https://schema.org/", "@id": f"http://e/{i}", "name": "x"} for i in range(20_000)]
    assert len(parse_document(json.dumps(nodes).encode(), BASE).graph) == 20_000


def test_keys_without_meaning_are_noted_once_and_nothing_counts_as_lost():
    body = json.dumps({"@context": {"t": DCT + "title"}, "@id": "http://e/1", "t": "x", "size": 1}).encode()
    document = parse_document(body, BASE)
    assert len(document.graph) == 1
    assert [(p.rule, p.lost) for p in document.problems] == [("term-undefined", False)]


def test_control_characters_in_json_texts_are_tolerated():
    document = parse_document(b'{"@id": "http://e/1", "http://e/p": "a\nb"}', BASE)
    assert [str(t.object) for t in document.graph] == ['"a\\nb"']
    assert [p.rule for p in document.problems] == ["json-repaired"]
