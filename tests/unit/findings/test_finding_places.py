"""A finding's line in the text that was sent: the right one, or none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from catalogue.model.findings import Finding, Place, ReportForPeople

Report = Callable[..., ReportForPeople]


def places(report: ReportForPeople, prop: str, *, solved: bool = False) -> list[tuple[int, bool] | None]:
    groups = report.solved if solved else report.groups
    found: list[Finding] = [f for g in groups if g.property == prop for f in g.findings]
    return sorted(((f.place.line, f.place.is_exact) if f.place else None) for f in found)  # type: ignore[type-var]


def test_a_wrong_value_has_its_own_line_with_its_text(report: Report, heads: str) -> None:
    found = report(heads + '<urn:d> a dcat:Dataset ;\n  dct:title "T"@en ;\n  dct:issued "31/12/2020" .\n')
    assert places(found, "dct:issued") == [(8, True)]
    (group,) = [g for g in found.groups if g.property == "dct:issued"]
    assert group.findings[0].place == Place(8, 'dct:issued "31/12/2020" .', True)
    assert places(found, "dct:description") == [(6, False)]


def test_blank_nodes_are_told_apart_by_what_is_said_of_them(report: Report, heads: str) -> None:
    text = heads + (
        '<urn:d> a dcat:Dataset ; dct:title "T"@en ; dct:description "D"@en ; dcat:distribution\n'
        '  [ a dcat:Distribution ; dcat:accessURL <urn:1> ; dct:title "one" ] ,\n'
        '  [ a dcat:Distribution ; dct:title "two" ] ,\n'
        '  [ a dcat:Distribution ; dcat:accessURL "three" ; dct:title "three" ] .\n'
    )
    assert places(report(text), "dcat:distribution / dcat:accessURL") == [(8, False), (9, True)]


def test_alike_blank_nodes_are_told_apart_by_what_they_hold(report: Report, heads: str) -> None:
    agent = '[ a dcat:Distribution ; dct:title "same" ; dct:license [ dct:title "{}" ] ]'
    text = heads + (
        '<urn:d> a dcat:Dataset ; dct:title "T"@en ; dct:description "D"@en ; dcat:distribution\n'
        f"  {agent.format('x')} ,\n  {agent.format('y')} .\n"
    )
    assert places(report(text), "dcat:distribution / dcat:accessURL") == [(7, False), (8, False)]


def test_where_nothing_tells_two_nodes_apart_the_description_around_them_is_named(
    report: Report, heads: str
) -> None:
    text = heads + (
        '<urn:d> a dcat:Dataset ; dct:title "T"@en ; dct:description "D"@en ; dcat:distribution\n'
        '  [ a dcat:Distribution ; dct:title "same" ] ,\n  [ a dcat:Distribution ; dct:title "same" ] .\n'
    )
    assert set(places(report(text), "dcat:distribution / dcat:accessURL")) == {(6, False)}


def test_a_repaired_value_that_is_still_wrong_stands_where_it_was_sent(report: Report, heads: str) -> None:
    text = heads + (
        '<urn:d> a dcat:Dataset ;\n dct:title "T"@en_GB ; dct:description "D"@en ;\n'
        " dct:language <https://publications.europa.eu/resource/authority/frequency/ANNUAL> .\n"
    )
    found = report(text)
    assert "vocabulary-hosts" in found.repairs
    assert places(found, "dct:language") == [(8, True)]


def test_a_solved_finding_stands_where_it_was_sent(report: Report, heads: str) -> None:
    text = heads + (
        '<urn:d> a dcat:Dataset ; dct:title "T"@en ; dct:description "D"@en ;\n'
        " dcat:distribution [ a dcat:Distribution ; dcat:accessURL <urn:1> ;\n"
        "   dct:language <https://publications.europa.eu/resource/authority/language/ENG> ] .\n"
    )
    assert places(report(text), "dcat:distribution / dct:language", solved=True) == [(8, True)]


def test_a_dataset_without_an_iri_has_its_places(report: Report, heads: str) -> None:
    text = (
        heads
        + '[] a dcat:Dataset ;\n dct:title "T"@en ;\n dct:identifier "1" ;\n dct:issued "31/12/2020" .\n'
    )
    found = report(text)
    assert places(found, "dct:issued") == [(9, True)]
    assert places(found, "dct:description") == [(6, False)]


def test_an_iri_that_was_mended_has_its_place(report: Report, heads: str) -> None:
    text = (
        heads + '<http://x.example/a b> a dcat:Dataset ;\n dct:title "T"@en ;\n dct:issued "31/12/2020" .\n'
    )
    assert places(report(text), "dct:issued") == [(8, True)]


def test_a_statement_that_stands_twice_has_its_first_line(report: Report, heads: str) -> None:
    text = heads + '<urn:d> a dcat:Dataset ; dct:title "T"@en ;\n dct:issued "x" ;\n dct:issued "x" .\n'
    assert (7, True) in places(report(text), "dct:issued")


def test_a_concept_that_is_only_named_stands_where_it_is_named(report: Report, heads: str) -> None:
    text = (
        heads
        + '<urn:d> a dcat:Dataset ; dct:title "T"@en ; dct:description "D"@en ;\n dct:language <urn:nothing> .\n'
    )
    assert places(report(text), "dct:language") == [(7, True)]


def test_of_two_datasets_without_an_iri_each_has_its_own_places(report: Report, heads: str) -> None:
    one = '[] a dcat:Dataset ;\n dct:title "{0}"@en ;\n dct:identifier "{0}" ;\n dct:issued "31/12/2020" .\n'
    assert places(report(heads + one.format("a") + one.format("b")), "dct:issued") == [(9, True), (13, True)]


def test_a_node_that_shares_more_with_another_has_no_exact_place() -> None:
    """What repairs took away may be all that told a node from its sibling."""
    from catalogue.discovery.places import Places
    from catalogue.model.validation import Severity, ValidationResult
    from catalogue.rdf.document_statements import DocumentStatements
    from catalogue.rdf.graphs import from_ntriples
    from catalogue.rdf.terms import NamedNode

    text = '<urn:d> <urn:p> [ <urn:a> "1" ; <urn:b> "2" ] ,\n [ <urn:a> "1" ; <urn:c> "3" ] .\n'
    record = from_ntriples(
        '<urn:d> <urn:p> _:x .\n<urn:d> <urn:p> _:y .\n_:x <urn:a> "1" .\n_:y <urn:a> "1" .\n_:y <urn:c> "3" .\n'
    )
    shorter = next(
        t.subject for t in record if t.predicate.value == "urn:a" and len(record.about(t.subject)) == 1
    )  # type: ignore[arg-type]
    longer = next(t.subject for t in record if t.predicate.value == "urn:c")
    found = Places(DocumentStatements(text.encode(), "urn:b", "text/turtle"), record, NamedNode("urn:d"))

    def line(node: object) -> int | None:
        place = found.of(ValidationResult(str(node), "urn:z", "MinCount", Severity.WARNING, "m"))
        return place.line if place else None

    assert (line(shorter), line(longer)) == (1, 2)


XML = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/"
  xmlns:dcat="http://www.w3.org/ns/dcat#"><dcat:Dataset rdf:about="urn:d">
<dct:title xml:lang="en">T</dct:title>
<dct:issued>31/12/2020</dct:issued>
<dcat:distribution><dcat:Distribution>
<dct:title>a</dct:title></dcat:Distribution></dcat:distribution>
</dcat:Dataset></rdf:RDF>"""
JSON = """{"@context": {"dct": "http://purl.org/dc/terms/", "dcat": "http://www.w3.org/ns/dcat#"},
 "@id": "urn:d", "@type": "dcat:Dataset",
 "dct:title": {"@value": "T", "@language": "en"},
 "dct:issued": "31/12/2020", "dcat:distribution":
  {"@type": "dcat:Distribution",
   "dct:title": "a"}}"""
NT = """<urn:d> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Dataset> .
_:x <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Distribution> .
<urn:d> <http://www.w3.org/ns/dcat#distribution> _:x .
<urn:d> <http://purl.org/dc/terms/issued> "31/12/2020" .
"""


@pytest.mark.parametrize(
    ("text", "syntax", "issued", "description", "distribution"),
    [
        (XML, "application/rdf+xml", 4, 2, 5),
        (JSON, "application/ld+json", 4, 1, 5),
        (NT, "application/n-triples", 4, 1, 2),
    ],
    ids=["xml", "json", "n-triples"],
)
def test_every_syntax_has_places(
    report: Report, text: str, syntax: str, issued: int, description: int, distribution: int
) -> None:
    found = report(text, syntax=syntax)
    assert places(found, "dct:issued") == [(issued, True)]
    assert places(found, "dct:description") == [(description, False)]
    assert places(found, "dcat:distribution / dcat:accessURL") == [(distribution, False)]
