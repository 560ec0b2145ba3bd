"""Our own rule on literals: the text has to be of the form that its datatype says, whichever engine judges the rest.

RDF keeps an ill-formed literal, shapes look at the properties they know, and a store or a browser later reads it as
something else or not at all. So each one is told, unless a shape already finds fault with that value's kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from catalogue.model.validation import Severity, ValidationResult
from catalogue.rdf.literals import well_formed
from catalogue.rdf.namespaces import SH, XSD
from catalogue.rdf.terms import Literal, Triple

WELL_FORMED = "https://w3id.org/pharos/profiles/literals#well-formed"
"""The rule's own IRI, told as the findings' source shape."""

_EXAMPLES: Mapping[str, str] = {
    XSD[name].value: example
    for name, example in {
        "date": "2024-01-31",
        "dateTime": "2024-01-31T12:00:00Z",
        "dateTimeStamp": "2024-01-31T12:00:00Z",
        "time": "12:00:00",
        "gYear": "2024",
        "gYearMonth": "2024-01",
        "gMonth": "--01",
        "gDay": "---31",
        "gMonthDay": "--01-31",
        "duration": "P1Y6M",
        "dayTimeDuration": "P1DT12H",
        "yearMonthDuration": "P1Y6M",
        "decimal": "1.5",
        "double": "1.5E3",
        "float": "1.5E3",
        "boolean": "true",
        "hexBinary": "0a1b2c",
        "language": "en",
        "anyURI": "https://example.org/page",
        "negativeInteger": "-1",
        "nonPositiveInteger": "-1",
    }.items()
}
_A_NUMBER = "1"
_ABOUT_THE_KIND = frozenset(
    SH[f"{name}ConstraintComponent"].value
    for name in ("Datatype", "NodeKind", "Class", "Node", "Or", "Xone", "And", "In")
)


def ill_formed_literals(
    graph: Iterable[Triple], results: Iterable[ValidationResult]
) -> list[ValidationResult]:
    """A warning for each ill-formed literal of the record that no finding among `results` is about already."""
    bad = [t for t in graph if isinstance(t.object, Literal) and not _is_well_formed(t.object)]
    if not bad:
        return []
    told: dict[tuple[str, str | None], list[str]] = {}
    for result in results:
        if result.component in _ABOUT_THE_KIND:
            told.setdefault((result.focus_node, result.value), []).append(result.path or "")
    return [_finding(t) for t in bad if not _is_told(t, told.get((str(t.subject), str(t.object)), ()))]


def _is_well_formed(literal: Literal) -> bool:
    return well_formed(literal.value, literal.datatype)


def _is_told(triple: Triple, paths: Iterable[str]) -> bool:
    # a path of several properties has each in angle brackets
    return any(path == triple.predicate.value or str(triple.predicate) in path for path in paths)


def _finding(triple: Triple) -> ValidationResult:
    literal = triple.object
    assert isinstance(literal, Literal)
    datatype = literal.datatype.value
    name = datatype.removeprefix(XSD.iri)
    example = _EXAMPLES.get(datatype, _A_NUMBER)
    return ValidationResult(
        focus_node=str(triple.subject),
        path=triple.predicate.value,
        component=SH.DatatypeConstraintComponent.value,
        severity=Severity.WARNING,
        message=(
            f"The value is not written as its datatype xsd:{name} wants it. Write it in this form: "
            f'"{example}"^^xsd:{name}; or give it the datatype that it is written in.'
        ),
        value=str(literal),
        source_shape=WELL_FORMED,
    )
