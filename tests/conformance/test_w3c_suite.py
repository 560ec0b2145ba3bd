"""The W3C's test suite of SHACL, one case per manifest entry, against both engines in the form Pharos uses them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

from catalogue.adapters.shape_facts import SEVERITIES
from catalogue.adapters.shapes_fast import FastEngine, is_available
from catalogue.adapters.shapes_pyshacl import PySHACLEngine
from catalogue.errors import EngineFailed
from catalogue.model.validation import Severity, ShapesProfile, ValidationResult
from catalogue.ports import ShapeEngine
from catalogue.rdf.graphs import Graph, serialise
from catalogue.rdf.namespaces import SH, Namespace
from catalogue.rdf.terms import BlankNode, NamedNode, Subject

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")
SUITE = Path(__file__).resolve().parents[3] / "shared" / "shacl-test-suite" / "tests"

KNOWN = {
    ("pyshacl", "core/property/uniqueLang-002"): 'rdflib takes the parameter "1"^^xsd:boolean for true',
    (
        "pyshacl",
        "sparql/pre-binding/shapesGraph-001",
    ): "pySHACL does not bind $shapesGraph (optional in SHACL)",
    ("fast", "sparql/pre-binding/shapesGraph-001"): "judged by pySHACL: as above",
}
"""Deviations from the suite, each with its reason. A case that comes right has to be taken off."""

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SUITE.is_dir(), reason="../shared/shacl-test-suite is missing"),
]

Brief = tuple[str, str, str, str, str, str]


@cache
def engine(name: str) -> ShapeEngine:
    return PySHACLEngine() if name == "pyshacl" else FastEngine()


@cache
def load(path: Path) -> Graph:
    parsed = pyoxigraph.parse(path.read_bytes(), format=RdfFormat.TURTLE, base_iri=path.as_uri())
    return Graph(q.triple for q in parsed)


def entries(part: str) -> list[Path]:
    """Every file of the part that has an entry of its own; a file without is data or shapes of another."""
    return [path for path in sorted((SUITE / part).rglob("*.ttl")) if load(path).instances(SHT.Validate)]


def named(path: Path) -> str:
    return str(path.relative_to(SUITE).with_suffix(""))


CASES = {part: entries(part) for part in ("core", "sparql")}


def node(value: object) -> str:
    return "_:" if isinstance(value, BlankNode) or str(value).startswith("_:") else str(value or "")


def of_graph(graph: Graph, result: Subject) -> Brief:
    """A severity that is none of SHACL's three counts as a violation."""
    path = graph.value(result, SH.resultPath)
    return (
        node(graph.value(result, SH.focusNode)),
        "complex" if isinstance(path, BlankNode) else node(path).strip("<>"),
        node(graph.value(result, SH.sourceConstraintComponent)).strip("<>"),
        node(graph.value(result, SH.value)),
        SEVERITIES.get(node(graph.value(result, SH.resultSeverity)).strip("<>"), Severity.VIOLATION),
        node(graph.value(result, SH.sourceShape)),
    )


def of_result(result: ValidationResult, shapes: Graph) -> Brief:
    """With "_:" for a shape that has a name from us only."""
    path, shape = result.path or "", f"<{result.source_shape}>"
    return (
        node(result.focus_node),
        "complex" if "<" in path else path,
        result.component,
        node(result.value),
        result.severity,
        shape if shapes.about(NamedNode(shape[1:-1])) else "_:",
    )


def linked(graph: Graph, action: Subject, predicate: NamedNode, path: Path) -> Graph:
    """The graph that a test's action names: this file or one beside it."""
    target = graph.value(action, predicate)
    assert isinstance(target, NamedNode)
    return load(path.parent / (target.value.rsplit("/", 1)[-1] or path.name))


def agrees(name: str, path: Path) -> bool:
    graph = load(path)
    (entry,) = graph.instances(SHT.Validate)
    action, report = graph.value(entry, MF.action), graph.value(entry, MF.result)
    assert isinstance(action, BlankNode | NamedNode)
    data = linked(graph, action, SHT.dataGraph, path)
    shapes = linked(graph, action, SHT.shapesGraph, path)
    profile = ShapesProfile("w3c", "", "", "", serialise(shapes, RdfFormat.TURTLE).decode(), str(path))
    try:
        found = engine(name).validate(data, profile)
    except EngineFailed:
        return report == SHT.Failure
    assert isinstance(report, BlankNode)
    expected = sorted(of_graph(graph, result) for result in graph.objects(report, SH.result))  # type: ignore[arg-type]
    return sorted(of_result(r, shapes) for r in found) == expected


@pytest.mark.parametrize("name", ["pyshacl", "fast"])
@pytest.mark.parametrize(
    "path",
    [path for paths in CASES.values() for path in paths] or [None],
    ids=lambda p: named(p) if p else "missing",
)
def test_the_engine_agrees_with_the_suite(name: str, path: Path) -> None:
    if name == "fast" and not is_available():
        pytest.skip("the package shacl is not installed")
    is_known = (name, named(path)) in KNOWN
    assert agrees(name, path) is not is_known, "a known deviation is gone" if is_known else named(path)


def test_the_suite_is_whole() -> None:
    assert {part: len(paths) for part, paths in CASES.items()} == {"core": 98, "sparql": 23}


def test_our_engine_passes_the_whole_of_core_and_all_but_one_of_sparql() -> None:
    assert [case for name, case in KNOWN if name == "fast" and case.startswith("core/")] == []
    assert len([case for name, case in KNOWN if name == "fast"]) <= 1
