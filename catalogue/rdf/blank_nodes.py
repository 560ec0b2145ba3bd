"""The blank nodes of a graph as plain tables: who points to whom, and what each says itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from pyoxigraph import BlankNode

from catalogue.errors import RecordError
from catalogue.rdf.terms import Triple

Step = tuple[str, str]
"""(predicate in N-Triples form, label of a blank node)"""


def digest(parts: Iterable[str]) -> str:
    """96 bits in hex of the parts, each kept apart from the next."""
    return hashlib.blake2b("\x00".join(parts).encode(), digest_size=12).hexdigest()


MAX_ROUNDS = 64
"""Rounds of refinement; nodes that need more to come apart are treated as equal, which is refused, never guessed."""

MAX_ENTANGLED = 2_000
"""Blank nodes that may be linked in a way that only their neighbourhood tells them apart."""


def too_entangled(count: int) -> RecordError:
    return RecordError(
        f"{count:,} blank nodes of the description are linked so that they cannot be told apart.",
        advice="Give these resources IRIs, or a property that differs between them.",
        blank_nodes=count,
    )


class BlankNodes:
    """Tables by label: `own` values that are no blank nodes, `children` and `parents` that are, `named_parents`."""

    def __init__(self, graph: Iterable[Triple]) -> None:
        self.names: dict[str, None] = {}
        self.own: dict[str, list[tuple[str, str]]] = {}
        self.children: dict[str, list[Step]] = {}
        self.parents: dict[str, list[Step]] = {}
        self.named_parents: dict[str, list[str]] = {}
        self._shapes: dict[str, str | None] = {}
        self._trees: dict[str, bool] = {}
        self._one_parent: dict[str, bool] = {}
        self._colours: dict[str, str] = {}
        for triple in graph:
            subject, value = triple.subject, triple.object
            if isinstance(subject, BlankNode):
                self._add_blank_subject(subject.value, triple)
            elif isinstance(value, BlankNode):
                self.names[value.value] = None
                self.named_parents.setdefault(value.value, []).append(f"{triple.predicate} {subject}")

    def _add_blank_subject(self, subject: str, triple: Triple) -> None:
        self.names[subject] = None
        value = triple.object
        predicate = str(triple.predicate)
        if isinstance(value, BlankNode):
            self.names[value.value] = None
            self.children.setdefault(subject, []).append((predicate, value.value))
            self.parents.setdefault(value.value, []).append((predicate, subject))
        else:
            self.own.setdefault(subject, []).append((predicate, str(value)))

    def starts(self) -> list[str]:
        """Nodes that a named node points to, and nodes that nothing points to."""
        return [node for node in self.names if node in self.named_parents or node not in self.parents]

    def values_by_predicate(self, node: str) -> dict[str, tuple[str, ...]]:
        """The node's own values, sorted, by predicate."""
        found: dict[str, list[str]] = {}
        for predicate, value in self.own.get(node, ()):
            found.setdefault(predicate, []).append(value)
        return {predicate: tuple(sorted(values)) for predicate, values in found.items()}

    def shape(self, node: str) -> str:
        """A hash of all that hangs below the node; where there is a cycle, of its neighbourhood as far as needed."""
        if node not in self._shapes:
            self._fill_shapes(node)
        shape = self._shapes[node]
        return shape if shape is not None else self.colour(node)

    def is_tree(self, node: str) -> bool:
        """Whether what hangs below hangs on this node alone, without a cycle."""
        if node not in self._shapes:
            self._fill_shapes(node)
        return self._trees[node]

    def _fill_shapes(self, start: str) -> None:
        """Post-order without recursion: a provider chooses the depth."""
        open_nodes: set[str] = set()
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            node, children_done = stack.pop()
            if children_done:
                open_nodes.discard(node)
                self._close_shape(node)
            elif node not in self._shapes and node not in open_nodes:
                open_nodes.add(node)
                stack.append((node, True))
                stack.extend((child, False) for _, child in self.children.get(node, ()))

    def _close_shape(self, node: str) -> None:
        steps = self.children.get(node, ())
        # A child without a shape is still open: it stands above, so this node is on a cycle.
        shapes = [(predicate, self._shapes.get(child)) for predicate, child in steps]
        if any(shape is None for _, shape in shapes):
            self._shapes[node], self._trees[node] = None, False
            return
        parts = [f"{predicate} {value}" for predicate, value in self.own.get(node, ())]
        parts += self.named_parents.get(node, ())
        parts += [f"{predicate} _{shape}" for predicate, shape in shapes]
        self._shapes[node] = digest(sorted(parts))
        self._trees[node] = all(self.is_private_tree(child) for _, child in steps)

    def is_private_tree(self, node: str) -> bool:
        """Whether the node is a tree that hangs on one blank node only."""
        if node not in self._one_parent:
            self._one_parent[node] = len({parent for _, parent in self.parents[node]}) == 1
        return self._one_parent[node] and self.is_tree(node)

    def part(self, start: str) -> list[str]:
        """Every blank node linked with this one through blank nodes."""
        seen = {start}
        found, waiting = [], [start]
        while waiting:
            node = waiting.pop()
            found.append(node)
            for _, near in (*self.children.get(node, ()), *self.parents.get(node, ())):
                if near not in seen:
                    seen.add(near)
                    waiting.append(near)
        return found

    def colour(self, node: str) -> str:
        """A hash of the node's whole neighbourhood, refined until no more nodes come apart.

        Raises RecordError when the linked part is too large.
        """
        if node not in self._colours:
            part = self.part(node)
            if len(part) > MAX_ENTANGLED:
                raise too_entangled(len(part))
            self._colours.update(self._refined(part))
        return self._colours[node]

    def _refined(self, part: list[str]) -> dict[str, str]:
        colours = {
            node: digest(
                sorted([*self.named_parents.get(node, ()), *(f"{p} {v}" for p, v in self.own.get(node, ()))])
            )
            for node in part
        }
        kinds = len(set(colours.values()))
        for _ in range(MAX_ROUNDS):
            colours = {node: digest([colours[node], *self._surroundings(node, colours)]) for node in part}
            refined = len(set(colours.values()))
            if refined == kinds:
                break
            kinds = refined
        return colours

    def _surroundings(self, node: str, colours: dict[str, str]) -> list[str]:
        below = sorted(f"> {predicate} {colours[child]}" for predicate, child in self.children.get(node, ()))
        above = sorted(f"< {predicate} {colours[parent]}" for predicate, parent in self.parents.get(node, ()))
        return [*below, *above]
