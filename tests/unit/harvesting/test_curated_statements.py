"""What an operator may write about a dataset, and what is said when it may not stand."""

from __future__ import annotations

import pytest

from catalogue.errors import InvalidQuery
from catalogue.harvesting.statements import MAX_BYTES, property_of, read_statements, statement_of
from catalogue.model.curation import harvested_part
from catalogue.rdf.graphs import to_ntriples
from catalogue.rdf.namespaces import DCAT, DCT, SKOS, XSD
from catalogue.rdf.terms import BlankNode, Literal, NamedNode

SUBJECT = "https://clinic.example/datasets/1"
HEAD = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"


@pytest.mark.parametrize(
    ("text", "predicate", "term"),
    [
        ("theme=https://t.example/HEAL", DCAT.theme, NamedNode("https://t.example/HEAL")),
        ("title=Breast MR@en", DCT.title, Literal("Breast MR", language="en")),
        ("title=Breast=MR", DCT.title, Literal("Breast=MR")),
        ("keyword=https://t.example/x", DCAT.keyword, Literal("https://t.example/x")),
        ("note=Ask ada@clinic.example", SKOS.editorialNote, Literal("Ask ada@clinic.example")),
        ("dct:relation=https://t.example/x", DCT.relation, NamedNode("https://t.example/x")),
        (f'dct:issued="2026"^^{XSD.gYear}', DCT.issued, Literal("2026", datatype=XSD.gYear)),
        ("http://purl.org/dc/terms/title=x", DCT.title, Literal("x")),
        ("dct:relation=<urn:x:y>", DCT.relation, NamedNode("urn:x:y")),
    ],
)
def test_a_statement_on_the_command_line(text: str, predicate: NamedNode, term: object) -> None:
    made = statement_of(text, SUBJECT)
    assert (made.subject, made.predicate, made.object) == (NamedNode(SUBJECT), predicate, term)


@pytest.mark.parametrize("text", ["", "themes", "relative/path", "no:prefix of ours", "<not an iri>"])
def test_what_names_no_property_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuery, match="names no property"):
        property_of(text)


def test_a_file_may_use_blank_nodes_and_relative_iris_of_the_dataset() -> None:
    graph, replaced = read_statements(
        (HEAD + '<> dct:temporal [ dcat:startDate "2020" ] ; dct:relation <2> .').encode(), SUBJECT
    )
    assert replaced == ()
    assert {t.subject for t in graph} >= {NamedNode(SUBJECT)}
    assert NamedNode("https://clinic.example/datasets/2") in graph.objects(NamedNode(SUBJECT), DCT.relation)
    (period,) = graph.objects(NamedNode(SUBJECT), DCT.temporal)
    assert isinstance(period, BlankNode)
    again, _ = read_statements(
        (HEAD + '<> dct:relation <2> ; dct:temporal [ dcat:startDate "2020" ] .').encode(), SUBJECT
    )
    assert to_ntriples(graph) == to_ntriples(again)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<https://other.example/> dct:title 'x' .", "about <https://other.example/>, not about the dataset"),
        ("[] dct:title 'x' .", "not about the dataset"),
        ("<> a dcat:DataService .", "for the source to say"),
        ("<> <https://w3id.org/pharos/ns#verdict> 'conformant' .", "stated by Pharos itself"),
        ("<> <https://w3id.org/pharos/ns#replaces> 'theme' .", "by its IRI"),
        ("<> <https://w3id.org/pharos/ns#replaces> rdf:type .", "not Turtle"),
        ("<> dct:title 'x .", "not Turtle (line 2)"),
        ("<> dct:relation <http://a b/> .", "not sound"),
        ("<> dct:description '" + "x" * MAX_BYTES + "' .", "256 KiB"),
        ("".join(f"<> dct:title '{n}' .\n" for n in range(1001)), "too many statements"),
    ],
)
def test_what_may_not_stand_in_a_file_is_told(body: str, said: str) -> None:
    with pytest.raises(InvalidQuery) as raised:
        read_statements((HEAD + body).encode(), SUBJECT)
    assert said in raised.value.detail


def test_what_hangs_on_a_replaced_property_alone_goes_with_it() -> None:
    s, p = f"<{SUBJECT}>", "<http://purl.org/dc/terms/"
    content = (
        f'{s} {p}temporal> _:a .\n_:a {p}title> "gone" .\n_:a {p}relation> _:b .\n_:b {p}title> "gone too" .\n'
        f'{s} {p}publisher> <urn:org> .\n{s} {p}creator> <urn:org> .\n<urn:org> {p}title> "stays" .\n'
        f'<urn:entry> {p}subject> {s} .\n<urn:entry> {p}title> "stays as well" .\n'
    )
    replaced = ["http://purl.org/dc/terms/temporal", "http://purl.org/dc/terms/publisher"]
    left = to_ntriples(harvested_part(content, SUBJECT, replaced))
    assert "gone" not in left
    assert left.count("stays") == 2
    assert left.count("urn:org") == 2
