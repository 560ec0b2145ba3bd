"""Each constraint of SHACL Core on many values: both engines find the same, but for the deviations written out here.

Our own profiles use none of the constraints that deviate; a profile that somebody adds may.
"""

from __future__ import annotations

import pytest
from shape_cases import BEYOND, ODD

from catalogue.adapters.shapes_fast import FastEngine, is_available
from catalogue.adapters.shapes_pyshacl import PySHACLEngine
from catalogue.errors import EngineFailed
from catalogue.model.validation import ShapesProfile, ValidationResult
from catalogue.ports import ShapeEngine
from catalogue.rdf.graphs import Graph
from catalogue.rdf.literals import is_well_formed
from catalogue.rdf.namespaces import XSD
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Term, Triple

pytestmark = pytest.mark.skipif(not is_available(), reason="the package shacl is not installed")

PREFIXES = """
    @prefix ex: <https://example.org/> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
    @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
FAST, REFERENCE = FastEngine(), PySHACLEngine()
S, P, Q = (NamedNode(f"https://example.org/{name}") for name in "spq")


def typed(text: str, name: str) -> Literal:
    return Literal(text, datatype=XSD[name])


VALUES: tuple[Term, ...] = (
    *ODD, *BEYOND, typed("5", "integer"), typed("5.0", "decimal"), typed("5E0", "double"), typed("NaN", "double"),
    typed("INF", "double"), typed("2024-01-01", "date"), typed("2024-01-01Z", "date"), typed("-1", "integer"),
    typed("2024-01-01T00:00:00", "dateTime"), typed("2024-01-01T00:00:00Z", "dateTime"), typed("300", "byte"),
    typed("2024-01-01T00:00:00+02:00", "dateTime"), typed("2024-01", "gYearMonth"), typed("2025", "gYear"),
    typed("P1Y", "duration"), typed("12:00:00", "time"), typed("99999999999999999999", "integer"),
    typed("true", "boolean"), BlankNode("b"), NamedNode("https://example.org/v"),
)  # fmt: skip
PATTERNS = (
    "^a",
    "a$",
    "^[0-9]+$",
    "^\\\\d+$",
    "^\\\\w+$",
    "\\\\s",
    "^.$",
    "^.*$",
    "^[^a]*$",
    "[$]$",
    "x?",
    "\\\\bt",
    "(?:a|b)$",
)
TYPES = """string integer decimal double boolean date dateTime gYear gYearMonth duration dayTimeDuration hexBinary anyURI
    byte nonNegativeInteger time gMonth language"""  # fmt: skip
KINDS = ("IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral")
EQUAL = [
    *(f'sh:pattern "{pattern}"' for pattern in PATTERNS),
    'sh:pattern "^(k|i|s|TEXT)" ; sh:flags "i"',
    'sh:pattern "text$" ; sh:flags "m"',
    'sh:pattern "^text.$" ; sh:flags "s"',
    *(f"sh:datatype xsd:{name}" for name in TYPES.split()),
    "sh:datatype rdf:langString",
    *(f"sh:nodeKind sh:{kind}" for kind in KINDS),
    "sh:minCount 2",
    "sh:maxCount 0",
    "sh:minLength 4",
    "sh:maxLength 3",
    'sh:languageIn ( "en" "de" )',
    "sh:uniqueLang true",
    'sh:in ( 5 "text"@en ex:v true 1.5 "5" )',
    "sh:hasValue 5",
    "sh:hasValue true",
    "sh:class ex:C",
    "sh:not [ sh:datatype xsd:string ]",
    "sh:and ( [ sh:nodeKind sh:Literal ] [ sh:datatype xsd:integer ] )",
    "sh:or ( [ sh:nodeKind sh:IRI ] [ sh:datatype xsd:date ] )",
    "sh:xone ( [ sh:nodeKind sh:Literal ] [ sh:datatype xsd:integer ] )",
    "sh:node [ sh:property [ sh:path ex:q ; sh:minCount 1 ] ]",
    "sh:qualifiedValueShape [ sh:datatype xsd:integer ] ; sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 1",
]
LIMITS: tuple[Literal, ...] = (
    typed("5", "integer"), typed("5.5", "decimal"), typed("2024-01-01", "date"), typed("2024-01-01T00:00:00Z", "dateTime"),
    typed("2024", "gYear"), Literal("b"),
)  # fmt: skip
_FAMILIES = {
    XSD[name].value: family
    for family, names in {
        "number": "integer decimal double float nonNegativeInteger byte long int short positiveInteger",
        "string": "string",
        "boolean": "boolean",
        "date": "date",
        "dateTime": "dateTime",
    }.items()
    for name in names.split()
}


def family(term: Term) -> str:
    """Terms of one family can be compared by `<` in SPARQL; "" for terms that cannot be compared at all."""
    if not isinstance(term, Literal) or term.language or not is_well_formed(term) or term.value == "NaN":
        return ""
    found = _FAMILIES.get(term.datatype.value, "")
    has_zone = found.startswith("date") and (term.value[10:].rstrip("0123456789:.").endswith(("Z", "+", "-")))
    return f"{found} with zone" if has_zone else found


def deviation(value: Term, limit: Term) -> str:
    """The allowed deviation that a comparison of the two may show; "" when the engines have to agree."""
    numbers = [t for t in (value, limit) if isinstance(t, Literal) and t.datatype.value in _FAMILIES]
    if any(not is_well_formed(t) for t in numbers):
        return "ill-formed value"
    if not family(value) or family(value) != family(limit):
        return "not comparable"
    return ""


REASONS = {
    "not comparable": "SHACL wants a finding when `<` has no answer; pySHACL orders all terms, or gives up",
    "ill-formed value": "the number of an ill-formed literal is no number; each engine reads some of them as one",
}


def profile(constraint: str) -> ShapesProfile:
    shapes = (
        f"ex:S a sh:NodeShape ; sh:targetNode ex:s ; sh:property ex:P . ex:P sh:path ex:p ; {constraint} ."
    )
    return ShapesProfile("test", "", "", "", PREFIXES + shapes, constraint)


def judged(engine: ShapeEngine, graph: Graph, rules: ShapesProfile) -> tuple[ValidationResult, ...] | None:
    try:
        return engine.validate(graph, rules)
    except EngineFailed:
        return None


@pytest.mark.parametrize("constraint", EQUAL)
def test_both_engines_find_the_same(constraint: str) -> None:
    rules = profile(constraint)
    for value in VALUES:
        graph = Graph([Triple(S, P, value), Triple(S, P, Literal("other", language="en"))])
        assert FAST.validate(graph, rules) == REFERENCE.validate(graph, rules), value


@pytest.mark.parametrize("name", ["minInclusive", "minExclusive", "maxInclusive", "maxExclusive"])
def test_both_engines_find_the_same_where_value_and_limit_can_be_compared(name: str) -> None:
    seen = set()
    for limit in LIMITS:
        rules = profile(f"sh:{name} {limit}")
        for value in VALUES:
            seen.add(compared(Graph([Triple(S, P, value)]), rules, value, limit))
    assert seen == {"", *REASONS}


@pytest.mark.parametrize("name", ["equals", "disjoint"])
def test_both_engines_find_the_same_terms_equal(name: str) -> None:
    rules = profile(f"sh:{name} ex:q")
    for value in VALUES:
        for other in VALUES[::3]:
            graph = Graph([Triple(S, P, value), Triple(S, Q, other)])
            assert FAST.validate(graph, rules) == REFERENCE.validate(graph, rules), (value, other)


@pytest.mark.parametrize("name", ["lessThan", "lessThanOrEquals"])
def test_both_engines_find_the_same_where_two_values_can_be_compared(name: str) -> None:
    rules = profile(f"sh:{name} ex:q")
    seen = set()
    for value in VALUES:
        for other in VALUES[::2]:
            graph = Graph([Triple(S, P, value), Triple(S, Q, other)])
            seen.add(compared(graph, rules, value, other))
    assert seen == {"", *REASONS}


def compared(graph: Graph, rules: ShapesProfile, value: Term, limit: Term) -> str:
    """The deviation that was seen, "" for none; fails when it is not allowed."""
    before = FAST.judged["fast"]
    fast = judged(FAST, graph, rules)
    if FAST.judged["fast"] == before or fast == judged(REFERENCE, graph, rules):
        return ""
    seen = deviation(value, limit)
    assert seen, f"{value} against {limit}: {fast}"
    if seen == "not comparable":
        assert fast is not None and len(fast) == 1, f"{value} against {limit}: {fast}"
    return seen
