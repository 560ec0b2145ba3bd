"""The last resort for blank nodes that way and content do not tell apart: RDFC-1.0, asked only when it will answer.

RDFC-1.0 tries every order of nodes that look alike, in one call that nothing interrupts: eight nodes that all point
to each other take seconds, twelve take weeks. The orders are counted before the call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import factorial

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad

from catalogue.rdf.blank_nodes import MAX_ENTANGLED, BlankNodes, too_entangled
from catalogue.rdf.graphs import Graph
from catalogue.rdf.terms import Triple

MAX_ORDERS = 1_000
"""Orders of look-alike nodes that RDFC-1.0 may have to try (6 nodes that all look alike: 720)."""

_COLOUR = NamedNode("urn:x-pharos:colour")


def canonical_order(graph: Graph, nodes: BlankNodes, stuck: Iterable[str]) -> tuple[Graph, dict[str, int]]:
    """The graph with other labels, and the place of each node linked with a stuck one in an order that depends on
    the content alone. Raises RecordError when too many nodes look alike."""
    parts = _parts(nodes, stuck)
    members = {node: nodes.colour(node) for part in parts for node in part}
    _refuse_if_too_many(parts, members)
    inside: list[Triple] = []
    outside: list[Triple] = []
    for triple in graph:
        is_member = any(
            isinstance(end, BlankNode) and end.value in members for end in (triple.subject, triple.object)
        )
        (inside if is_member else outside).append(triple)
    canonical = _canonicalised(inside, members)
    others = {node: f"o{number}" for number, node in enumerate(n for n in nodes.names if n not in members)}
    ends = (end for triple in canonical for end in (triple.subject, triple.object))
    found = {end.value for end in ends if isinstance(end, BlankNode)}
    order = {name: number for number, name in enumerate(sorted(found, key=lambda name: (len(name), name)))}
    return Graph([*canonical, *(_renamed(triple, others) for triple in outside)]), order


def _parts(nodes: BlankNodes, stuck: Iterable[str]) -> list[list[str]]:
    seen: set[str] = set()
    parts = []
    for start in stuck:
        if start not in seen:
            parts.append(nodes.part(start))
            seen.update(parts[-1])
            if len(seen) > MAX_ENTANGLED:
                raise too_entangled(len(seen))
    return parts


def _refuse_if_too_many(parts: list[list[str]], colours: dict[str, str]) -> None:
    orders = 0
    for part in parts:
        of_part = 1
        for size in Counter(colours[node] for node in part).values():
            of_part *= factorial(min(size, 12))
        orders += of_part
    if orders > MAX_ORDERS:
        raise too_entangled(sum(len(part) for part in parts))


def _canonicalised(triples: list[Triple], colours: dict[str, str]) -> list[Triple]:
    quads = [Quad(t.subject, t.predicate, t.object) for t in triples]
    quads += [Quad(BlankNode(node), _COLOUR, Literal(colour)) for node, colour in colours.items()]
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return [quad.triple for quad in dataset if quad.predicate != _COLOUR]


def _renamed(triple: Triple, names: dict[str, str]) -> Triple:
    subject, value = triple.subject, triple.object
    if not isinstance(subject, BlankNode) and not isinstance(value, BlankNode):
        return triple
    return Triple(
        BlankNode(names[subject.value]) if isinstance(subject, BlankNode) else subject,
        triple.predicate,
        BlankNode(names[value.value]) if isinstance(value, BlankNode) else value,
    )
