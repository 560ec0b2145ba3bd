"""Our own rule: a literal has the form that its datatype says."""

from __future__ import annotations

import pytest

from catalogue.model.validation import Severity, ValidationResult
from catalogue.pipeline.literal_findings import WELL_FORMED, ill_formed_literals
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import DCT, SH, XSD
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject, Triple

DATASET = NamedNode("https://example.org/d")


def record(text: str, datatype: str, subject: Subject = DATASET) -> Graph:
    return Graph([Triple(subject, DCT.issued, Literal(text, datatype=XSD[datatype]))])


def told(component: str, path: str = DCT.issued.value) -> ValidationResult:
    value = '"2024-01-01"^^<http://www.w3.org/2001/XMLSchema#dateTime>'
    name = SH[f"{component}ConstraintComponent"].value
    return ValidationResult(str(DATASET), path, name, Severity.VIOLATION, "", value, "urn:rule")


def test_an_ill_formed_literal_is_a_warning_that_says_what_to_write() -> None:
    (finding,) = ill_formed_literals(record("2024-01-01", "dateTime"), ())
    assert finding == ValidationResult(
        focus_node="<https://example.org/d>",
        path=DCT.issued.value,
        component=SH.DatatypeConstraintComponent.value,
        severity=Severity.WARNING,
        message=finding.message,
        value='"2024-01-01"^^<http://www.w3.org/2001/XMLSchema#dateTime>',
        source_shape=WELL_FORMED,
    )
    assert '"2024-01-31T12:00:00Z"^^xsd:dateTime' in finding.message


@pytest.mark.parametrize(
    ("text", "datatype"),
    [
        ("1e3", "decimal"),
        ("24", "gYear"),
        ("2024-13", "gYearMonth"),
        ("--13", "gMonth"),
        ("---32", "gDay"),
        ("--02-30", "gMonthDay"),
        ("P1Y", "dayTimeDuration"),
        ("P1D", "yearMonthDuration"),
        ("xyz", "hexBinary"),
        ("25:00:00", "time"),
        ("yes", "boolean"),
        ("9223372036854775808", "long"),
        ("http://a b", "anyURI"),
        ("not a tag", "language"),
    ],
)
def test_each_datatype_has_its_own_example_which_is_well_formed(text: str, datatype: str) -> None:
    (finding,) = ill_formed_literals(record(text, datatype), ())
    example = finding.message.split('"')[1]
    assert ill_formed_literals(record(example, datatype), ()) == []


def test_well_formed_and_unknown_datatypes_are_no_finding() -> None:
    own = Triple(DATASET, DCT.issued, Literal("x", datatype=NamedNode("https://example.org/type")))
    plain = Triple(DATASET, DCT.title, Literal("2024", language="en"))
    assert ill_formed_literals(Graph([own, plain, *record("2024-01-31", "date")]), ()) == []


@pytest.mark.parametrize("component", ["Datatype", "Or", "NodeKind"])
def test_what_a_shape_says_of_the_values_kind_is_not_said_twice(component: str) -> None:
    assert ill_formed_literals(record("2024-01-01", "dateTime"), [told(component)]) == []


def test_what_a_shape_says_by_a_path_of_choices_is_not_said_twice() -> None:
    path = f"{DCT.modified} | {DCT.issued}"
    assert ill_formed_literals(record("2024-01-01", "dateTime"), [told("Or", path)]) == []


@pytest.mark.parametrize(
    "other",
    [told("Pattern"), told("MaxCount"), told("Datatype", DCT.modified.value)],
    ids=["of its text", "of the number of values", "at another property"],
)
def test_what_a_shape_says_of_something_else_leaves_our_finding(other: ValidationResult) -> None:
    assert len(ill_formed_literals(record("2024-01-01", "dateTime"), [other])) == 1


def test_a_literal_of_a_blank_node_is_found_there() -> None:
    (finding,) = ill_formed_literals(record("x", "date", BlankNode("c14n0")), ())
    assert finding.focus_node == "_:c14n0"
