"""Blank nodes named by what they are, so that two harvests of one description give the same triples.

A blank node's label is a hash of the way to it from the nearest node that has a name (and, where several blank nodes
stand on one way, of as little of their content as tells them apart). So a changed value renames no node above it,
and seldom the node itself. Only nodes that neither way nor content tells apart, and that are not interchangeable,
go through RDFC-1.0 (https://www.w3.org/TR/rdf-canon/).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from pyoxigraph import BlankNode

from catalogue.errors import RecordError
from catalogue.rdf.blank_nodes import BlankNodes, Step, digest, too_entangled
from catalogue.rdf.entangled import canonical_order
from catalogue.rdf.graphs import Graph, to_ntriples
from catalogue.rdf.terms import Triple

MAX_BLANK_NODES = 200_000
"""More blank nodes than this in one graph are refused: no record has them."""

MAX_PREDICATES, MAX_SPLITS = 64, 8
"""Siblings with more predicates, or that need more of them to come apart, are told apart by all they say at once."""

MAX_PASSES = 8
"""Times that RDFC-1.0 may be asked for further nodes of one graph."""

IDENTIFYING = (
    "<http://purl.org/dc/terms/identifier>",
    "<http://www.w3.org/ns/dcat#accessURL>",
    "<http://www.w3.org/ns/dcat#downloadURL>",
    "<http://www.w3.org/2004/02/skos/core#notation>",
    "<http://www.w3.org/2006/vcard/ns#hasEmail>",
    "<http://xmlns.com/foaf/0.1/mbox>",
    "<http://xmlns.com/foaf/0.1/homepage>",
    "<http://xmlns.com/foaf/0.1/name>",
    "<http://www.w3.org/2006/vcard/ns#fn>",
    "<http://www.w3.org/ns/dcat#startDate>",
    "<http://purl.org/dc/terms/title>",
)
"""Predicates that tell siblings apart and seldom change, best first (IRIs of others come before their literals)."""

_RANK = {predicate: rank for rank, predicate in enumerate(IDENTIFYING)}


def label_by_content(graph: Graph) -> Graph:
    """The same graph with blank node labels that depend on nothing but its content.

    Equal for isomorphic graphs, whatever their labels and order. Raises RecordError when blank nodes are too many
    or too entangled to be told apart in bounded time.
    """
    if graph.is_labelled:
        # A stage labels what an earlier one has labelled already.
        return graph
    nodes = BlankNodes(graph)
    if not nodes.names:
        graph.is_labelled = True
        return graph
    if len(nodes.names) > MAX_BLANK_NODES:
        raise RecordError(
            f"The description holds {len(nodes.names):,} blank nodes; {MAX_BLANK_NODES:,} are allowed.",
            advice="Give the resources IRIs, or publish them as separate descriptions.",
        )
    labelling = _Labelling(nodes, {})
    for _ in range(MAX_PASSES):
        stuck = labelling.run()
        if not stuck:
            named = relabel(graph, labelling.labels)
            named.is_labelled = True
            return named
        graph, order = canonical_order(graph, labelling.nodes, stuck)
        labelling = _Labelling(BlankNodes(graph), order)
    raise too_entangled(len(stuck))


def relabel(graph: Iterable[Triple], labels: dict[str, str]) -> Graph:
    """The graph with blank nodes renamed by a table from old to new label."""
    made = {old: BlankNode(new) for old, new in labels.items()}
    return Graph(_relabelled(triple, made) for triple in graph)


def _relabelled(triple: Triple, made: dict[str, BlankNode]) -> Triple:
    subject, value = triple.subject, triple.object
    if not isinstance(subject, BlankNode) and not isinstance(value, BlankNode):
        return triple
    return Triple(
        made[subject.value] if isinstance(subject, BlankNode) else subject,
        triple.predicate,
        made[value.value] if isinstance(value, BlankNode) else value,
    )


def content_hash(graph: Iterable[Triple]) -> str:
    """sha256 hex of the canonical N-Triples text; equal graphs with labels by content have equal hashes."""
    return hashlib.sha256(to_ntriples(graph).encode()).hexdigest()


def isomorphic(one: Graph, other: Graph) -> bool:
    """Whether the graphs differ in blank node labels at most. Raises RecordError like `label_by_content`."""
    return len(one) == len(other) and label_by_content(one) == label_by_content(other)


class _Labelling:
    """Goes outward from the named nodes, level by level, and names each level's blank nodes."""

    def __init__(self, nodes: BlankNodes, order: dict[str, int]) -> None:
        self.nodes = nodes
        self._order = order
        self._stuck: list[str] = []
        self._origin = "start"
        self.labels: dict[str, str] = {}

    def run(self) -> list[str]:
        """Fills `labels`; returns the nodes that only a canonical order could tell apart (none: all are named)."""
        level = self.nodes.starts()
        while True:
            while level:
                self._name_level(level)
                if self._stuck:
                    return [*self._order, *self._stuck]
                level = self._next_level(level)
            # What no name and no start leads to hangs on a cycle of blank nodes.
            self._origin = "cycle"
            level = [node for node in self.nodes.names if node not in self.labels]
            if not level:
                return []

    def _next_level(self, level: list[str]) -> list[str]:
        found: dict[str, None] = {}
        for node in level:
            for _, child in self.nodes.children.get(node, ()):
                if child not in self.labels:
                    found[child] = None
        return list(found)

    def _name_level(self, level: list[str]) -> None:
        ways: dict[str, list[str]] = {}
        for node in level:
            ways.setdefault(self._way(node), []).append(node)
        named: dict[str, str] = {}
        for way, group in ways.items():
            if len(group) == 1:
                named[group[0]] = "b" + way
            else:
                self._tell_apart(way, group, named)
        self.labels.update(named)

    def _way(self, node: str) -> str:
        steps = [
            f"{predicate} {self.labels[parent]}"
            for predicate, parent in self.nodes.parents.get(node, ())
            if parent in self.labels
        ]
        steps += self.nodes.named_parents.get(node, ())
        return digest([self._origin, *sorted(steps)])

    def _tell_apart(self, way: str, group: list[str], named: dict[str, str]) -> None:
        """Names nodes of one way by the fewest of their own values that differ, else by what hangs below."""
        open_groups = [(way, group, 0)]
        while open_groups:
            key, tied, depth = open_groups.pop()
            if len(tied) == 1:
                named[tied[0]] = "b" + key
                continue
            parts = self._parts(tied, depth)
            if len(parts) > 1:
                open_groups.extend((digest([key, mark]), part, depth + 1) for mark, part in parts.items())
            elif self._is_ordered(tied) or self._interchangeable(tied):
                for number, node in enumerate(tied):
                    named[node] = "b" + digest([key, str(number)])
            else:
                self._stuck.extend(tied)

    def _parts(self, tied: list[str], depth: int) -> dict[str, list[str]]:
        """Nodes that are told apart by the cheapest and calmest means that tells them apart; else one part."""
        parts = self._split_by_value(tied) if depth < MAX_SPLITS else {}
        parts = parts or _partition(tied, self.nodes.shape)
        if len(parts) == 1 and not self._is_ordered(tied) and not self._interchangeable(tied):
            parts = _partition(tied, self.nodes.colour)
        return parts

    def _is_ordered(self, tied: list[str]) -> bool:
        """Sorts the nodes by the canonical order, if it holds them all."""
        if not all(node in self._order for node in tied):
            return False
        tied.sort(key=self._order.__getitem__)
        return True

    def _interchangeable(self, tied: list[str]) -> bool:
        """Nodes of equal shape on equal parents, with trees of their own or the very same children: whichever comes
        first, the labelled graph is the same."""
        shared: set[Step] | None = None
        for node in tied:
            if any(parent not in self.labels for _, parent in self.nodes.parents.get(node, ())):
                return False
            children = self.nodes.children.get(node, ())
            not_own = {step for step in children if not self.nodes.is_private_tree(step[1])}
            if shared is not None and not_own != shared:
                return False
            shared = not_own
        return True

    def _split_by_value(self, tied: list[str]) -> dict[str, list[str]]:
        """Parts by the values of the one predicate that tells most nodes apart; empty when none does."""
        values = [self.nodes.values_by_predicate(node) for node in tied]
        predicates = {predicate for each in values for predicate in each}
        if len(predicates) > MAX_PREDICATES:
            return {}
        best: tuple[int, tuple[int, str], str] | None = None
        for predicate in predicates:
            texts = [each.get(predicate, ("",)) for each in values]
            distinct = len(set(texts))
            if distinct > 1:
                candidate = (-distinct, _preference(predicate, texts), predicate)
                best = candidate if best is None or candidate < best else best
        if best is None:
            return {}
        chosen = best[2]
        parts: dict[str, list[str]] = {}
        for node, each in zip(tied, values, strict=True):
            parts.setdefault(digest([chosen, *each.get(chosen, ("",))]), []).append(node)
        return parts


def _preference(predicate: str, texts: list[tuple[str, ...]]) -> tuple[int, str]:
    if predicate in _RANK:
        return _RANK[predicate], predicate
    is_iri = all(text.startswith("<") or not text for value in texts for text in value)
    return (100 if is_iri else 101), predicate


def _partition(tied: list[str], mark_of: Callable[[str], str]) -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    for node in tied:
        parts.setdefault(mark_of(node), []).append(node)
    return parts
