"""What goes to which engine: shapes by what they use, records by their literals."""

from __future__ import annotations

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

from catalogue.adapters.shape_guards import divide, is_beyond
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import SH, XSD, Namespace

EX = Namespace("https://example.org/")
PREFIXES = """
    @prefix ex: <https://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
SPARQL = '[ sh:select "SELECT $this WHERE { }" ]'


def shapes(text: str) -> Graph:
    return Graph(q.triple for q in pyoxigraph.parse(PREFIXES + text, format=RdfFormat.TURTLE))


def targets(graph: Graph | None) -> list[str]:
    return sorted(str(t.subject) for t in graph or () if t.predicate == SH.targetClass)


def test_shapes_of_the_core_are_judged_by_the_fast_engine_alone() -> None:
    fast, rest = divide(
        shapes("ex:S sh:targetClass ex:C ; sh:property ex:P . ex:P sh:path ex:p ; sh:minCount 1 .")
    )
    assert fast is not None
    assert len(fast.about(EX.P)) == 2
    assert rest is None


def test_what_is_for_people_is_not_given_to_the_fast_engine() -> None:
    text = 'ex:S sh:targetClass ex:C ; sh:minCount 1 ; sh:message "m" ; sh:name "n" ; rdfs:seeAlso ex:page .'
    fast, _ = divide(shapes(text))
    assert {t.predicate for t in fast or ()} == {SH.targetClass, SH.minCount}


def test_a_shape_with_a_query_is_divided_and_its_other_rules_stay_fast() -> None:
    fast, rest = divide(
        shapes(
            f"ex:S sh:targetClass ex:C ; sh:property ex:P ; sh:sparql {SPARQL} . ex:P sh:path ex:p ; sh:minCount 1 ."
        )
    )
    assert fast is not None
    assert rest is not None
    assert (fast.objects(EX.S, SH.property), fast.objects(EX.S, SH.sparql)) == ([EX.P], [])
    assert (rest.objects(EX.S, SH.property), len(rest.objects(EX.S, SH.sparql))) == ([], 1)


def test_a_query_deep_inside_takes_the_rules_that_need_it_along() -> None:
    fast, rest = divide(
        shapes(f"""
            ex:S sh:targetClass ex:C ; sh:property ex:P , ex:Q .
            ex:P sh:path ex:p ; sh:minCount 1 .
            ex:Q sh:path ex:q ; sh:or ( [ sh:class ex:D ] [ sh:not ex:T ] ) .
            ex:T sh:sparql {SPARQL} .
        """)
    )
    assert fast is not None
    assert rest is not None
    assert fast.objects(EX.S, SH.property) == [EX.P]
    assert not fast.about(EX.T)
    assert rest.objects(EX.S, SH.property) == [EX.Q]


@pytest.mark.parametrize(
    "bond",
    [
        "ex:S sh:closed true .",
        "ex:R sh:targetClass ex:D ; sh:node ex:S .",
        "ex:P sh:qualifiedValueShapesDisjoint true .",
    ],
    ids=["closed", "used by another shape", "disjoint siblings"],
)
def test_a_shape_whose_rules_hang_together_is_not_divided(bond: str) -> None:
    text = f"ex:S sh:targetClass ex:C ; sh:property ex:P ; sh:sparql {SPARQL} . ex:P sh:path ex:p ; sh:minCount 1 ."
    fast, rest = divide(shapes(text + bond))
    assert str(EX.S) not in targets(fast)
    assert rest is not None
    assert rest.objects(EX.S, SH.property) == [EX.P]


def test_shapes_that_refer_to_each_other_in_a_circle_are_found_out_whole() -> None:
    text = f"""
        ex:A sh:targetClass ex:C ; sh:node ex:B . ex:B sh:targetClass ex:D ; sh:node ex:A ; sh:sparql {SPARQL} .
    """
    fast, rest = divide(shapes(text))
    assert targets(fast) == []
    assert targets(rest) == [str(EX.A), str(EX.B)]


def test_parameters_of_a_custom_component_are_left_to_the_reference() -> None:
    text = """
        ex:Component a sh:ConstraintComponent ; sh:parameter [ sh:path ex:wanted ] .
        ex:S sh:targetClass ex:C ; ex:wanted 1 ; sh:class ex:E .
    """
    fast, rest = divide(shapes(text))
    assert fast is not None
    assert rest is not None
    assert {t.predicate for t in fast} == {SH.targetClass, SH["class"]}
    assert rest.objects(EX.S, EX.wanted)
    assert rest.about(EX.Component)


def test_a_pattern_that_the_fast_engine_refuses_is_left_to_the_reference() -> None:
    text = 'ex:S sh:targetClass ex:C ; sh:pattern "(?=a)" . ex:T sh:targetClass ex:D ; sh:pattern "a" .'
    fast, rest = divide(shapes(text), refused={"(?=a)"})
    assert [str(t.object) for t in fast or () if t.predicate == SH.pattern] == ['"a"']
    assert targets(rest) == [str(EX.S)]


@pytest.mark.parametrize(
    ("text", "datatype", "beyond"),
    [
        ("0g", "hexBinary", True),
        ("0a", "hexBinary", False),
        ("24", "gYear", True),
        ("P1Y", "dayTimeDuration", True),
        ("P1DT", "duration", True),
        ("2024-01-01", "dateTime", False),
        ("2024-01-01T24:00:01", "dateTime", True),
        ("99999999999999999999-01-01", "date", True),
        ("x" * 40, "date", False),
        ("many", "integer", False),
        ("1234567890.1234567890", "decimal", True),
        ("text", "string", False),
    ],
)
def test_literals_that_the_fast_engine_misjudges_are_known(text: str, datatype: str, beyond: bool) -> None:
    assert is_beyond(text, XSD[datatype]) is beyond
