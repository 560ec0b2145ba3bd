"""Quads as SPARQL Update: one operation a batch, guarded by the position inside the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import RdfFormat

from catalogue.rdf.graphs import serialise
from catalogue.rdf.namespaces import PHAROS, XSD
from catalogue.rdf.terms import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

MAX_OPERATION = 32 * 1024 * 1024
"""Characters of one operation; the embedded engine takes 128 MiB. What is larger goes in several operations, of
which the last one moves the position: a crash between them is mended by doing them all again."""


class PositionGuard:
    """The triple `<catalogue> pharos:position N` in the catalogue's graph, and operations that depend on it."""

    def __init__(self, catalogue: str) -> None:
        self.graph = NamedNode(catalogue)

    def quad(self, position: int) -> Quad:
        return Quad(self.graph, PHAROS.position, Literal(str(position), datatype=XSD.integer), self.graph)

    def question(self) -> str:
        """A query for the position: `?position`, no row when there is none."""
        return f"SELECT ?position WHERE {{ {self._pattern('?position')} }}"

    def operations(
        self, removed: Iterable[Quad], added: Iterable[Quad], expected: int, position: int
    ) -> Iterator[str]:
        """The update texts that take the store from `expected` to `position`; each does nothing elsewhere."""
        removals, additions = list(_blocks(removed)), list(_blocks(added))
        if sum(map(len, removals)) + sum(map(len, additions)) > MAX_OPERATION:
            # All removals before any addition: an addition may repeat what a removal takes away.
            for block in removals:
                yield self._operation(block, "", expected, expected)
            for block in additions:
                yield self._operation("", block, expected, expected)
            removals, additions = [], []
        yield self._operation("".join(removals), "".join(additions), expected, position)

    def _operation(self, removed: str, added: str, expected: int, position: int) -> str:
        leave = _block(self.graph, self._triple(expected)) if expected else ""
        arrive = _block(self.graph, self._triple(position)) if position else ""
        return f"DELETE {{ {removed}{leave}}} INSERT {{ {added}{arrive}}} WHERE {{ {self._at(expected)} }}"

    def _at(self, expected: int) -> str:
        if expected:
            return _block(self.graph, self._triple(expected))
        return f"FILTER NOT EXISTS {{ {self._pattern('?position')} }}"

    def _pattern(self, value: str) -> str:
        return f"GRAPH {self.graph} {{ {self.graph} {PHAROS.position} {value} }}"

    def _triple(self, position: int) -> str:
        return f"{self.quad(position).triple} . "


def _blocks(quads: Iterable[Quad]) -> Iterator[str]:
    """GRAPH blocks, each below half an operation, graphs kept together."""
    by_graph: dict[NamedNode, list[Triple]] = {}
    for quad in quads:
        by_graph.setdefault(named_graph(quad), []).append(quad.triple)
    for graph, triples in by_graph.items():
        # Every line of N-Triples is a triple of SPARQL as well, and the engine's library writes them all at once.
        text = serialise(triples, RdfFormat.N_TRIPLES, {}).decode()
        while len(text) > MAX_OPERATION // 2:
            cut = text.rfind("\n", 0, MAX_OPERATION // 2) + 1 or text.find("\n") + 1
            yield _block(graph, text[:cut])
            text = text[cut:]
        if text:
            yield _block(graph, text)


def _block(graph: NamedNode, lines: str) -> str:
    return f"GRAPH {graph} {{ {lines}}} "


def named_graph(quad: Quad) -> NamedNode:
    """The quad's graph. ValueError for what no later operation could delete: blank nodes, the default graph."""
    graph = quad.graph_name
    if isinstance(graph, DefaultGraph | BlankNode):
        raise ValueError(f"a quad of the graph store needs a named graph: {quad}")
    if isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode):
        raise ValueError(f"a quad of the graph store needs IRIs in place of blank nodes: {quad}")
    return graph
