"""The property of the dataset that a finding is about: the way from the record to the node that was judged.

A finding on a concept (no label, not in its scheme) is one on the property that names the concept: that is what a
provider can mend.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from catalogue.discovery.properties import compact
from catalogue.model.validation import ValidationResult
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import RDF, SKOS
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject

Way = tuple[str, ...]
"""Properties from the record to a node, in prefixed names; `^` before one that is followed backwards."""
_IRIS = re.compile(r"<([^<>]*)>")


IsConcept = Callable[[str], bool]
"""Whether an IRI is that of a concept."""


def known_by_its_type(iri: str) -> bool:
    """No vocabulary is at hand: a concept is what the record says is one."""
    del iri
    return False


@dataclass(frozen=True, slots=True)
class About:
    """What a finding is about: the property (see `model.findings.Finding`) and the value found there."""

    property: str
    value: str | None


class FindingPaths:
    """Ways within one record's graph from its own node. `is_concept` tells concepts of known vocabularies."""

    def __init__(self, graph: Graph, start: Subject, is_concept: IsConcept = known_by_its_type) -> None:
        self._graph = graph
        self._start = start
        self._is_concept = is_concept
        self._ways: dict[Subject, Way] | None = None

    def about(self, result: ValidationResult) -> About:
        """Where in the dataset the finding's fault is."""
        own = compact_path(result.path)
        if result.focus_node == str(self._start):
            return About(own, result.value)
        node = read_node(result.focus_node)
        way = self.way_to(node) if node is not None else None
        if way is None:
            return About(own, result.value)
        if isinstance(node, NamedNode) and self._names_concept(node):
            return About(" / ".join(way), result.focus_node)
        # a rule about the node as a whole tells the node as its value: nobody knows a blank one by its label
        value = None if result.value == result.focus_node and isinstance(node, BlankNode) else result.value
        return About(" / ".join((*way, own) if own else way), value)

    def way_to(self, node: Subject) -> Way | None:
        """The shortest way, forwards if there is one; None when nothing connects the node with the record."""
        if self._ways is None:
            self._ways = self._search(backwards=False)
            for other, way in self._search(backwards=True).items():
                self._ways.setdefault(other, way)
        return self._ways.get(node)

    def _search(self, *, backwards: bool) -> dict[Subject, Way]:
        ways: dict[Subject, Way] = {self._start: ()}
        waiting: deque[Subject] = deque([self._start])
        while waiting:
            node = waiting.popleft()
            steps = [
                (compact_path(t.predicate.value), t.object)
                for t in self._graph.about(node)
                if t.predicate != RDF.type
            ]
            if backwards:
                steps += [
                    ("^" + compact_path(t.predicate.value), t.subject) for t in self._graph.pointing_to(node)
                ]
            for step, other in steps:
                if not isinstance(other, Literal) and other not in ways:
                    ways[other] = (*ways[node], step)  # type: ignore[index]
                    waiting.append(other)  # type: ignore[arg-type]
        return ways

    def _names_concept(self, node: NamedNode) -> bool:
        return self._is_concept(node.value) or SKOS.Concept in self._graph.types(node)


@lru_cache(maxsize=2_000)
def compact_path(path: str | None) -> str:
    """A result's path in prefixed names; "" for none."""
    if not path:
        return ""
    return _IRIS.sub(lambda match: compact(match[1]), path) if "<" in path else compact(path)


def read_node(text: str) -> Subject | None:
    """A node from its N-Triples form; None for a literal, or an IRI that is none."""
    try:
        return (
            BlankNode(text[2:])
            if text.startswith("_:")
            else NamedNode(text[1:-1])
            if text[:1] == "<"
            else None
        )
    except ValueError:
        return None
