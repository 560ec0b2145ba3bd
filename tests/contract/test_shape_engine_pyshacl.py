"""pySHACL in our fast form says what pySHACL says, and leaves the process as it was."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pyshacl
import pytest
import rdflib
from pyshacl.rdfutil.stringify import stringify_blank_node
from rdflib import RDF, SH, BNode

from catalogue.adapters.profiles import load_profiles
from catalogue.adapters.rdflib_graphs import ntriples_term, to_rdflib
from catalogue.adapters.shapes_pyshacl import PySHACLEngine
from catalogue.model.validation import ShapesProfile
from catalogue.rdf.graphs import Graph, from_ntriples

SHAPES = Path(__file__).resolve().parents[2] / "shapes"
EXAMPLES = sorted(SHAPES.glob("*/examples/*.ttl"))
PROFILES = load_profiles()
ENGINE = PySHACLEngine()

Facts = tuple[str, str, str, str, str]


def by_the_public_function(graph: Graph, profile: ShapesProfile) -> list[Facts]:
    """What `pyshacl.validate` reports: only what hangs from the report by sh:result."""
    shapes = rdflib.Graph().parse(data=profile.shapes_turtle, format="turtle")
    data = rdflib.Graph()
    for triple in to_rdflib(graph):
        data.add(triple)
    _conforms, report, _text = pyshacl.validate(data, shacl_graph=shapes)
    (root,) = report.subjects(RDF.type, SH.ValidationReport)

    def fact(result: rdflib.term.Node, term: rdflib.URIRef) -> str:
        value = report.value(result, term)
        return "" if value is None else "_:" if isinstance(value, BNode) else ntriples_term(value)

    terms = (SH.focusNode, SH.sourceConstraintComponent, SH.value, SH.sourceShape, SH.resultSeverity)
    return sorted(tuple(fact(r, t) for t in terms) for r in report.objects(root, SH.result))  # type: ignore[misc]


def by_ours(graph: Graph, profile: ShapesProfile) -> list[Facts]:
    def node(text: str | None) -> str:
        return "_:" if text and text.startswith("_:") else text or ""

    return sorted(
        (
            node(r.focus_node),
            f"<{r.component}>",
            node(r.value),
            f"<{r.source_shape}>",
            f"<{SH[r.severity.value]}>",
        )
        for r in ENGINE.validate(graph, profile)
    )


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: f"{p.parts[-3]}/{p.name}")
def test_the_fast_form_finds_what_the_public_function_finds(path: Path) -> None:
    graph = Graph(quad.triple for quad in pyoxigraph.parse(path=str(path)))
    profile = PROFILES[path.parts[-3]]
    assert by_ours(graph, profile) == by_the_public_function(graph, profile)


def test_nothing_of_the_process_is_changed_or_grows() -> None:
    graph = from_ntriples(
        "_:x <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Dataset> .\n"
    )
    assert ENGINE.validate(graph, PROFILES["dcat-ap-3.0.1"])
    assert stringify_blank_node.dict_cache == {}
    assert rdflib.NORMALIZE_LITERALS is True
    assert rdflib.Literal("1", datatype=rdflib.XSD.boolean).value is True


def test_shapes_are_compiled_once_for_each_variant_and_the_oldest_are_forgotten() -> None:
    engine = PySHACLEngine()
    graph = from_ntriples("<urn:x> <urn:p> <urn:y> .\n")
    made = [ShapesProfile("p", "", "", "", "", f"hash-{number}") for number in range(40)]
    for profile in (made[0], made[0], *made):
        engine.validate(graph, profile)
    assert len(engine._compiled) == 32
    first = engine._compiled[("hash-39", "")]
    engine.validate(graph, made[39], "https://example.org/unknown")
    assert engine._compiled[("hash-39", "")] is first
