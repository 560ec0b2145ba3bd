"""The fast engine and pySHACL say the same of every record, under every profile: findings, their fields, their order.

PHAROS_TEST_LONG=1 (`make differential`): every record under every profile, 2,000 made records a profile.
No deviation is allowed under our own profiles; those that other shapes can show stand in
test_differential_constraints.py.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from profile_cases import PROFILES, SHAPES, SHARED, SHIPPED, read
from shape_cases import BEYOND, ODD, Coverage, Maker, Rule, mutated, rules

from catalogue.adapters.shape_facts import read_bundle
from catalogue.adapters.shapes_fast import FastEngine, is_available
from catalogue.adapters.shapes_pyshacl import PySHACLEngine
from catalogue.errors import ParseError, RecordError
from catalogue.model.validation import ShapesProfile, ValidationResult
from catalogue.pipeline.split import PageFacts, split
from catalogue.pipeline.validate import concept_triples, variant_of
from catalogue.rdf.graphs import Graph
from catalogue.rdf.parse import parse_document

pytestmark = pytest.mark.skipif(not is_available(), reason="the package shacl is not installed")

LONG = bool(os.environ.get("PHAROS_TEST_LONG"))
NAMES = [name for name in PROFILES if name != "none"]
FAST, REFERENCE = FastEngine(), PySHACLEngine()
RECORDS = 2_000 if LONG else 250
"""Made records of one profile, at most in a short run: that one ends when every rule of the profile's own is covered."""
MUTATED = 25
LEAST = 5
AT_ONCE = 50
_SUFFIXES = {".ttl", ".rdf", ".owl", ".nt", ".nq", ".trig", ".n3", ".jsonld", ".xml", ".json"}


def both(graph: Graph, profile: ShapesProfile, variant: str | None) -> tuple[ValidationResult, ...]:
    """What both engines find; fails when they differ."""
    fast, reference = FAST.validate(graph, profile, variant), REFERENCE.validate(graph, profile, variant)
    only_fast, only_reference = Counter(fast) - Counter(reference), Counter(reference) - Counter(fast)
    assert not only_fast and not only_reference, f"{profile.name} {variant}: {only_fast} {only_reference}"
    assert fast == reference, "the same findings in another order"
    return reference


@pytest.mark.parametrize("name", NAMES)
def test_the_engines_agree_on_our_examples(name: str) -> None:
    examples = sorted(SHAPES.glob("*/examples/*.ttl"))
    for path in examples:
        graph = read(path)
        if LONG or path.parts[-3] == name:
            judged = graph | concept_triples(graph, PROFILES[name], SHIPPED)
            both(judged, PROFILES[name], variant_of(graph, PROFILES[name]))


@cache
def collected() -> list[Graph]:
    """Every record of the corpora and of the standards' examples, split as a harvest does."""
    found = []
    for path in sorted(p for root in ("corpora", "standards") for p in (SHARED / root).rglob("*")):
        if path.suffix.lower() not in _SUFFIXES or not path.is_file():
            continue
        if "standards" in path.parts and "example" not in str(path).lower():
            continue
        found += _records(path)
    return found


def _records(path: Path) -> list[Graph]:
    base = "https://example.org/" + path.name.replace(" ", "_")
    try:
        graph = parse_document(path.read_bytes(), base).graph
        page = split(graph, PageFacts(url=base, payload_hash=""))
    except (ParseError, RecordError):
        return []
    return [record.graph for record in (*page.records, *(d.record for d in page.deferred))]


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is missing")
@pytest.mark.parametrize("name", NAMES)
def test_the_engines_agree_on_every_record_of_the_corpora(name: str) -> None:
    records = collected()
    assert len(records) > 500
    before = FAST.judged["fast"]
    part = records if LONG else records[NAMES.index(name) :: len(NAMES)]
    for graph in part:
        judged = graph | concept_triples(graph, PROFILES[name], SHIPPED)
        both(judged, PROFILES[name], variant_of(graph, PROFILES[name]))
    assert FAST.judged["fast"] - before > 0.9 * len(part), "hardly anything was judged by the fast engine"


@pytest.mark.parametrize("name", NAMES)
def test_the_engines_agree_on_records_made_for_and_against_each_rule(name: str) -> None:
    made = Made(name)
    for number in range(RECORDS):
        made.one(number)
        if not LONG and number >= MUTATED and not made.coverage.missing(LEAST):
            break
    assert not made.coverage.missing(LEAST), "\n".join(made.coverage.missing(LEAST))


class Made:
    """Makes and judges records of one profile. In a short run only rules of the profile's own are followed: those that
    it inherits are so in the profile that they come from."""

    def __init__(self, name: str) -> None:
        self._profile = PROFILES[name]
        self._chance = random.Random(name)
        self._examples = [read(path) for path in sorted((SHAPES / name / "examples").glob("*.ttl"))]
        self._variants: list[str | None] = [None, *(access for access, _ in self._profile.variants)]
        self._bundles = {v: read_bundle(self._profile, v)[1] for v in self._variants}
        self._rules = {v: self._followed(rules(bundle)) for v, bundle in self._bundles.items()}
        every = {rule.shape: rule for found in self._rules.values() for rule in found}
        self.coverage = Coverage(list(every.values()))

    def one(self, number: int) -> None:
        variant = self._variants[number % len(self._variants)]
        graph = self._mutated(number) if number < MUTATED or number % 4 == 0 else self._exercised(variant)
        before = FAST.judged["fast"]
        results = both(graph, self._profile, variant)
        if FAST.judged["fast"] > before:
            self.coverage.count(graph, results, self._rules[variant])

    def _followed(self, found: list[Rule]) -> list[Rule]:
        return [rule for rule in found if LONG or f"/{self._profile.name}#" in rule.shape]

    def _mutated(self, number: int) -> Graph:
        values = (*ODD, *BEYOND) if number % 5 == 0 else ODD
        return mutated(self._chance.choice(self._examples), self._chance, values)

    def _exercised(self, variant: str | None) -> Graph:
        maker = Maker(self._bundles[variant], self._chance)
        for rule, is_good in self.coverage.rarest(self._chance, AT_ONCE, self._rules[variant]):
            maker.exercise(rule, is_good)
        return Graph(maker.triples)
