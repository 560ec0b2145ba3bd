"""The order of triples and the names of blank nodes never change a report, whichever engine made it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from profile_cases import PROFILES, SHAPES, SHIPPED, read

from catalogue.adapters.shapes_fast import FastEngine, is_available
from catalogue.adapters.shapes_pyshacl import PySHACLEngine
from catalogue.model.validation import ValidationResult
from catalogue.pipeline.validate import validate
from catalogue.ports import ShapeEngine
from catalogue.rdf.graphs import Graph
from catalogue.rdf.terms import BlankNode, Triple

ENGINES = {"pyshacl": PySHACLEngine()} | ({"fast": FastEngine()} if is_available() else {})
EXAMPLES = sorted(SHAPES.glob("*/examples/*.ttl"))
SHUFFLES = 3


def other(graph: Graph, seed: int) -> tuple[Graph, dict[str, str]]:
    """The graph in another order and with other labels; the second value leads back to the old ones."""
    chance = random.Random(seed)
    found = dict.fromkeys(n for t in graph for n in (t.subject, t.object) if isinstance(n, BlankNode))
    numbers = chance.sample(range(10_000), len(found))
    named = {node: BlankNode(f"x{number}") for node, number in zip(found, numbers, strict=True)}
    triples = [
        Triple(named.get(t.subject, t.subject), t.predicate, named.get(t.object, t.object)) for t in graph
    ]
    chance.shuffle(triples)
    return Graph(triples), {str(new): str(old) for old, new in named.items()}


def report(graph: Graph, profile: str, engine: ShapeEngine) -> tuple[ValidationResult, ...]:
    return validate(graph, PROFILES[profile], engine, SHIPPED).results


def facts(results: tuple[ValidationResult, ...], labels: dict[str, str]) -> list[tuple[object, ...]]:
    return sorted(
        (
            labels.get(r.focus_node, r.focus_node), r.path or "", r.component, r.severity.value, r.message,
            labels.get(r.value or "", r.value or ""), r.source_shape or "", r.known_gap,
        )
        for r in results
    )  # fmt: skip


def unlabelled(results: tuple[ValidationResult, ...]) -> list[tuple[str | None, ...]]:
    """In the order of the report."""
    return [
        ("_:" if r.focus_node.startswith("_:") else r.focus_node, r.path, r.component, r.source_shape)
        for r in results
    ]


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: f"{p.parts[-3]}/{p.name}")
def test_a_record_in_another_order_and_with_other_labels_has_the_same_report(
    path: Path, engine: ShapeEngine
) -> None:
    graph, profile = read(path), path.parts[-3]
    expected = report(graph, profile, engine)
    for seed in range(SHUFFLES):
        changed, labels = other(graph, seed)
        got = report(changed, profile, engine)
        assert facts(got, labels) == facts(expected, {})
        assert unlabelled(got) == unlabelled(expected)
