"""What every ShapeEngine owes its callers, whichever library is behind it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

from catalogue.adapters.shapes_fast import FastEngine, is_available
from catalogue.adapters.shapes_pyshacl import PySHACLEngine
from catalogue.errors import EngineFailed
from catalogue.model.validation import Severity, ShapesProfile, ValidationResult
from catalogue.ports import ShapeEngine
from catalogue.rdf.graphs import Graph

PREFIXES = """
    @prefix ex: <https://example.org/> .
    @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix sh: <http://www.w3.org/ns/shacl#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
ENGINES: dict[str, type[PySHACLEngine] | type[FastEngine]] = {"pyshacl": PySHACLEngine, "fast": FastEngine}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> ShapeEngine:
    if request.param == "fast" and not is_available():
        pytest.skip("the package shacl is not installed")
    made: ShapeEngine = ENGINES[request.param]()
    return made


def turtle(text: str) -> Graph:
    return Graph(quad.triple for quad in pyoxigraph.parse(PREFIXES + text, format=RdfFormat.TURTLE))


def profile(shapes: str, *variants: tuple[str, str]) -> ShapesProfile:
    made = tuple((name, PREFIXES + text) for name, text in variants)
    return ShapesProfile("test", "1", "Test", "", PREFIXES + shapes, str(hash((shapes, variants))), made)


def found(engine: ShapeEngine, shapes: str, data: str) -> tuple[ValidationResult, ...]:
    return engine.validate(turtle(data), profile(shapes))


PERSON = "ex:Person a sh:NodeShape ; sh:targetClass ex:Human ; sh:property ex:name . "
NAME = 'ex:name a sh:PropertyShape ; sh:path ex:called ; sh:minCount 1 ; sh:message "Give a name."@en . '


def test_a_result_has_every_fact_of_the_finding(engine: ShapeEngine) -> None:
    (result,) = found(engine, PERSON + NAME, "ex:ann a ex:Human .")
    assert result == ValidationResult(
        focus_node="<https://example.org/ann>",
        path="https://example.org/called",
        component="http://www.w3.org/ns/shacl#MinCountConstraintComponent",
        severity=Severity.VIOLATION,
        message="Give a name.",
        value=None,
        source_shape="https://example.org/name",
    )


def test_a_graph_without_targets_has_no_findings(engine: ShapeEngine) -> None:
    assert found(engine, PERSON + NAME, "ex:ann a ex:Robot .") == ()


@pytest.mark.parametrize("severity", Severity)
def test_the_severity_is_the_shapes(engine: ShapeEngine, severity: Severity) -> None:
    shapes = PERSON + NAME + f"ex:name sh:severity sh:{severity.value} ."
    assert [r.severity for r in found(engine, shapes, "ex:ann a ex:Human .")] == [severity]


@pytest.mark.parametrize(
    ("written", "constraint"),
    [
        ('"05"^^xsd:integer', "sh:maxInclusive 1"),
        ('"1.50"^^xsd:decimal', "sh:datatype xsd:integer"),
        ('"2024-01-01T00:00:00.0Z"^^xsd:dateTime', "sh:datatype xsd:date"),
        ('"TRUE"^^xsd:boolean', "sh:nodeKind sh:IRI"),
        ('"Straße"@de-CH', "sh:nodeKind sh:IRI"),
        ('"a\\"b\\nc"', "sh:nodeKind sh:IRI"),
    ],
)
def test_a_literal_value_comes_back_as_it_was_written(
    engine: ShapeEngine, written: str, constraint: str
) -> None:
    shapes = f"ex:S a sh:NodeShape ; sh:targetNode ex:s ; sh:property [ sh:path ex:p ; {constraint} ] ."
    data = turtle(f"ex:s ex:p {written} .")
    (result,) = engine.validate(data, profile(shapes))
    assert result.value == str(next(iter(data)).object)


def test_blank_nodes_keep_their_labels(engine: ShapeEngine) -> None:
    shapes = (
        "ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property ex:P . ex:P sh:path ex:p ; sh:class ex:D ."
    )
    (result,) = found(engine, shapes, "_:c14n0 a ex:C ; ex:p _:path1 .")
    assert (result.focus_node, result.value) == ("_:c14n0", "_:path1")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("[ sh:inversePath ex:p ]", "^<https://example.org/p>"),
        ("( ex:p ex:q )", "<https://example.org/p> / <https://example.org/q>"),
        ("[ sh:alternativePath ( ex:p ex:q ) ]", "<https://example.org/p> | <https://example.org/q>"),
    ],
)
def test_a_path_that_is_not_a_property_is_told_as_sparql_path(
    engine: ShapeEngine, path: str, text: str
) -> None:
    shapes = (
        f"ex:S a sh:NodeShape ; sh:targetNode ex:s ; sh:property ex:P . ex:P sh:path {path} ; sh:minCount 1 ."
    )
    assert [r.path for r in found(engine, shapes, "ex:other ex:r ex:s .")] == [text]


def test_a_node_shapes_own_finding_has_no_path(engine: ShapeEngine) -> None:
    (result,) = found(engine, "ex:S a sh:NodeShape ; sh:targetNode ex:s ; sh:class ex:C .", "ex:s ex:p 1 .")
    assert result.path is None
    assert result.value == "<https://example.org/s>"


def test_results_nested_in_others_are_not_findings_of_their_own(engine: ShapeEngine) -> None:
    shapes = """
        ex:S a sh:NodeShape ; sh:targetNode ex:s ; sh:property ex:P .
        ex:P sh:path ex:p ; sh:node ex:T .
        ex:T a sh:NodeShape ; sh:property [ sh:path ex:a ; sh:minCount 1 ] , [ sh:path ex:b ; sh:minCount 1 ] .
    """
    (result,) = found(engine, shapes, "ex:s ex:p ex:o .")
    assert result.component.endswith("#NodeConstraintComponent")


def test_property_shapes_of_a_property_shape_report_on_its_values(engine: ShapeEngine) -> None:
    shapes = """
        ex:S a sh:NodeShape ; sh:targetNode ex:s ; sh:property ex:P .
        ex:P sh:path ex:p ; sh:property ex:Q . ex:Q sh:path ex:a ; sh:minCount 1 .
    """
    (result,) = found(engine, shapes, "ex:s ex:p ex:o .")
    assert (result.focus_node, result.source_shape) == ("<https://example.org/o>", "https://example.org/Q")


@pytest.mark.parametrize(
    "target",
    [
        "sh:targetNode ex:s",
        "sh:targetClass ex:C",
        "sh:targetSubjectsOf ex:p",
        "sh:targetObjectsOf ex:q",
        "a rdfs:Class",
    ],
)
def test_each_kind_of_target_finds_its_nodes(engine: ShapeEngine, target: str) -> None:
    shape = "ex:Own" if target == "a rdfs:Class" else "ex:S"
    shapes = f"{shape} a sh:NodeShape ; {target} ; sh:property [ sh:path ex:never ; sh:minCount 1 ] ."
    data = "ex:s a ex:C , ex:Own ; ex:p 1 . ex:t ex:q ex:s ."
    assert [r.focus_node for r in found(engine, shapes, data)] == ["<https://example.org/s>"]


def test_a_subclass_stated_in_the_data_counts(engine: ShapeEngine) -> None:
    data = "ex:ann a ex:Student . ex:Student rdfs:subClassOf ex:Human ."
    assert len(found(engine, PERSON + NAME, data)) == 1


def test_a_known_variant_uses_its_own_shapes_and_an_unknown_one_the_default(engine: ShapeEngine) -> None:
    shapes = profile(
        PERSON + NAME, ("https://example.org/strict", PERSON + NAME.replace("minCount 1", "minCount 2"))
    )
    graph = turtle('ex:ann a ex:Human ; ex:called "Ann" .')
    assert engine.validate(graph, shapes) == ()
    assert engine.validate(graph, shapes, "https://example.org/unknown") == ()
    assert len(engine.validate(graph, shapes, "https://example.org/strict")) == 1
    assert engine.validate(graph, shapes) == ()


@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        ("sh:minCount 2", "At least 2 value(s) needed."),
        ("sh:maxCount 0", "At most 0 value(s) allowed."),
        ("sh:nodeKind sh:IRI", "The value must be of the kind IRI."),
        ("sh:class ex:C", "The value must be described as a https://example.org/C."),
        ('sh:pattern "^b"', "The value must match the pattern ^b."),
    ],
)
def test_a_shape_without_a_message_gets_ours(engine: ShapeEngine, constraint: str, message: str) -> None:
    shapes = (
        f"ex:S a sh:NodeShape ; sh:targetNode ex:s ; sh:property ex:P . ex:P sh:path ex:p ; {constraint} ."
    )
    assert [r.message for r in found(engine, shapes, 'ex:s ex:p "a" .')] == [message]


def test_of_several_messages_the_english_one_is_told(engine: ShapeEngine) -> None:
    shapes = PERSON + NAME + 'ex:name sh:message "Bitte benennen."@de , "Angiv et navn."@da .'
    assert [r.message for r in found(engine, shapes, "ex:ann a ex:Human .")] == ["Give a name."]


def test_findings_come_in_one_order_whatever_the_order_of_triples(engine: ShapeEngine) -> None:
    shapes = (
        PERSON
        + NAME
        + "ex:Person sh:property [ sh:path ex:called ; sh:maxLength 1 ; sh:severity sh:Warning ] ."
    )
    graph = turtle(
        'ex:b a ex:Human . ex:a a ex:Human ; ex:called "yy" , "xx" . _:z a ex:Human . ex:c a ex:Human .'
    )
    results = engine.validate(graph, profile(shapes))
    assert results == engine.validate(Graph(reversed(list(graph))), profile(shapes))
    assert [r.focus_node[-2:] for r in results[:2]] == ["b>", "c>"]
    assert results[2].focus_node.startswith("_:")
    assert [r.value for r in results[3:]] == ['"xx"', '"yy"']


def test_ill_formed_literals_are_findings_and_no_failure(engine: ShapeEngine) -> None:
    shapes = "ex:S a sh:NodeShape ; sh:targetNode ex:s ; sh:property ex:P . ex:P sh:path ex:p ; sh:datatype xsd:integer ."
    data = 'ex:s ex:p "many"^^xsd:integer , "2024-13-45"^^xsd:date , "x"^^xsd:boolean .'
    assert len(found(engine, shapes, data)) == 3


def test_odd_iris_and_language_tags_do_not_stop_a_judgement(engine: ShapeEngine) -> None:
    text = """
        <https://example.org/a b> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://example.org/Human> .
        <https://example.org/a b> <https://example.org/called> "x"@averylonglanguage-undverymuchlonger .
    """
    graph = Graph(q.triple for q in pyoxigraph.parse(text, format=RdfFormat.N_TRIPLES, lenient=True))
    shapes = profile(PERSON + NAME + "ex:name sh:nodeKind sh:IRI .")
    (result,) = engine.validate(graph, shapes)
    assert result.focus_node == "<https://example.org/a b>"
    assert result.value == '"x"@averylonglanguage-undverymuchlonger'


@pytest.mark.parametrize(
    "shapes",
    [
        "ex:S a sh:NodeShape ; sh:targetNode ex:s ; sh:property ex:P .",
        "ex:S a sh:PropertyShape .",
        "this is not Turtle",
    ],
    ids=["dangling reference", "property shape without path", "bad syntax"],
)
def test_shapes_that_cannot_be_used_are_a_failure_of_the_engine(engine: ShapeEngine, shapes: str) -> None:
    with pytest.raises(EngineFailed) as caught:
        found(engine, shapes, "ex:s ex:p 1 .")
    assert "test" in caught.value.detail
    assert caught.value.advice


def test_one_engine_serves_many_threads(engine: ShapeEngine) -> None:
    shapes = profile(PERSON + NAME)
    graphs = [turtle(f"ex:p{number} a ex:Human . _:b{number} a ex:Human .") for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        reports = list(pool.map(lambda graph: engine.validate(graph, shapes), graphs))
    for number, report in enumerate(reports):
        assert report[0].focus_node == f"<https://example.org/p{number}>"
        assert len(report) == 2


def test_an_engine_says_what_it_is(engine: ShapeEngine) -> None:
    assert engine.name
    assert engine.version[0].isdigit()
