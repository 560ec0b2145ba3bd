"""Where a finding's fault stands in the text that the provider sent.

Findings are about the repaired record, whose blank nodes have labels of their own; so nodes are looked for by the way
that leads to them and by what is said of them, and terms also as they were before the repairs. Where that leaves a
choice there is no exact place: never a wrong line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from catalogue.discovery.finding_paths import read_node
from catalogue.discovery.report_graph import read_term
from catalogue.model.findings import Place
from catalogue.model.records import Repair
from catalogue.model.validation import ValidationResult
from catalogue.rdf.document_statements import DocumentStatements
from catalogue.rdf.graphs import Graph, from_ntriples
from catalogue.rdf.statements import Statement
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject

T = TypeVar("T")
K = TypeVar("K")

MAX_DEPTH, MAX_REPAIRS = 4, 10
"""Blank nodes within each other by which alike ones are told apart; repairs that one term can go through."""
Said = frozenset[tuple[tuple[str, ...], str]]
"""What is said of a node: the predicates that lead to each value that has a name, and the value."""


class Places:
    """Places of one record's findings. `graph`: the record as it was judged, `start` its own node."""

    def __init__(
        self, document: DocumentStatements, graph: Graph, start: Subject, repairs: Iterable[Repair] = ()
    ) -> None:
        self._document = document
        self._graph = graph
        self._after: dict[str, str] = {}
        self._before: dict[str, list[str]] = {}
        for before, after in (pair for repair in repairs for pair in _terms(repair)):
            self._after[before] = after
            self._before.setdefault(after, []).append(before)
        self._found: dict[Subject, Subject | None] = {}
        self._start = start

    def of(self, result: ValidationResult) -> Place | None:
        """The place of the value that is wrong, else where the description of the node that was judged begins."""
        node = read_node(result.focus_node)
        if node is None:
            return None
        there = self._node(node)
        if there is not None:
            statement = self._statement(there, result) if result.value is not None else None
            if statement is not None:
                return self._place(statement.line, is_exact=True)
            if described := self._document.about(there):
                return self._place(described[0].begins, is_exact=False)
        return self._of_link(node)

    def _statement(self, node: Subject, result: ValidationResult) -> Statement | None:
        """The one statement with the result's value at (one of) its path's properties."""
        assert result.value is not None
        texts = self._before_texts(result.value)
        path = result.path or ""
        candidates = [
            s for s in self._document.about(node) if _is_step(self._after_text(str(s.predicate)), path)
        ]
        if result.value.startswith("_:"):
            value = read_node(result.value)
            inner = self._node(value) if value is not None else None
            return _only([s for s in candidates if s.object == inner]) if inner is not None else None
        exact = [s for s in candidates if str(s.object) in texts]
        written = {_lexical(text) for text in texts}
        alike = [s for s in candidates if isinstance(s.object, Literal) and s.object.value in written]
        if exact and len({str(s.predicate) for s in exact}) == 1:
            return exact[0]  # said twice, it is one statement: the first place is as good as the second
        return _only(exact or alike)

    def _of_link(self, node: Subject) -> Place | None:
        """Where the record names a node that is not described, or that cannot be told from its like."""
        for triple in self._graph.pointing_to(node):
            parent = triple.subject
            if isinstance(parent, NamedNode | BlankNode) and parent != node:
                there = self._node(parent)
                if there is None:
                    continue
                texts = self._before_texts(str(node))
                named = [s for s in self._document.about(there) if str(s.object) in texts]
                if isinstance(node, NamedNode) and (link := _only(named)):
                    return self._place(link.line, is_exact=True)
                # what stood here as a text may be a node after repairs
                link = _only(self._linked(there, triple.predicate))
                if link is not None:
                    return self._place(link.line, is_exact=False)
                return self._place(self._document.about(there)[0].begins, is_exact=False)
        return None

    def _place(self, line: int, *, is_exact: bool) -> Place:
        return Place(line, self._document.lines.snippet(line), is_exact)

    def _node(self, node: Subject) -> Subject | None:
        """The document's own node for one of the record; None when there is none or a choice of several."""
        if node not in self._found:
            self._found[node] = None  # a cycle of blank nodes ends here
            self._found[node] = self._look_for(node)
        return self._found[node]

    def _look_for(self, node: Subject) -> Subject | None:
        if isinstance(node, NamedNode):
            written = [read_node(text) for text in self._before_texts(str(node))]
            described = [n for n in dict.fromkeys(written) if n is not None and self._document.about(n)]
            if len(described) == 1:
                return described[0]
            if described or node != self._start:
                return None
            # an IRI that we made for a description without one
            return self._alike(node, [node], self._blank_subjects())
        return self._look_for_blank(node)

    def _look_for_blank(self, node: BlankNode) -> Subject | None:
        for triple in self._graph.pointing_to(node):
            parent = triple.subject
            there = self._node(parent) if isinstance(parent, NamedNode | BlankNode) else None
            if there is None:
                continue
            linked = (s.object for s in self._linked(there, triple.predicate))
            blank = list(dict.fromkeys(value for value in linked if isinstance(value, BlankNode)))
            values = self._graph.objects(parent, triple.predicate)  # type: ignore[arg-type]
            siblings = [value for value in values if isinstance(value, BlankNode)]
            return blank[0] if len(blank) == len(siblings) == 1 else self._alike(node, siblings, blank)
        return self._alike(node, [node], self._blank_subjects())

    def _linked(self, node: Subject, predicate: NamedNode) -> list[Statement]:
        predicates = self._before_texts(str(predicate))
        return [s for s in self._document.about(node) if str(s.predicate) in predicates]

    def _blank_subjects(self) -> list[BlankNode]:
        return [node for node in self._document.subjects() if isinstance(node, BlankNode)]

    def _alike(
        self, node: Subject, siblings: Sequence[Subject], candidates: Sequence[BlankNode]
    ) -> Subject | None:
        """The candidate of which most the same is said, if it is the only one, and no sibling is more like it."""
        there = {candidate: self._said_in_document(candidate) for candidate in candidates}
        own = self._said_in_record(node)
        nearest = _nearest(own, there)
        if nearest is None or not own & there[nearest]:
            return None
        others = {sibling: self._said_in_record(sibling) for sibling in siblings}
        return nearest if _nearest(there[nearest], others) == node else None

    def _said_in_record(self, node: Subject) -> Said:
        def about(node: Subject) -> Iterable[tuple[str, object]]:
            return ((str(t.predicate), t.object) for t in self._graph.about(node))

        return frozenset(self._told(node, about, (), MAX_DEPTH))

    def _said_in_document(self, node: Subject) -> Said:
        def about(node: Subject) -> Iterable[tuple[str, object]]:
            return ((self._after_text(str(s.predicate)), s.object) for s in self._document.about(node))

        return frozenset(self._told(node, about, (), MAX_DEPTH))

    def _told(
        self,
        node: Subject,
        about: Callable[[Subject], Iterable[tuple[str, object]]],
        way: tuple[str, ...],
        depth: int,
    ) -> Iterator[tuple[tuple[str, ...], str]]:
        for predicate, value in about(node):
            step = (*way, predicate)
            if not isinstance(value, BlankNode):
                yield step, self._after_text(str(value))
            elif depth:
                yield from self._told(value, about, step, depth - 1)

    def _before_texts(self, text: str) -> list[str]:
        """A term as it may be written in the document: as it is, and as it was before each repair."""
        found = [text]
        for known in found:
            found += [other for other in self._before.get(known, ()) if other not in found]
        return found

    def _after_text(self, text: str) -> str:
        """A term of the document as the repairs left it."""
        for _ in range(MAX_REPAIRS):
            if text not in self._after:
                break
            text = self._after[text]
        return text


def _terms(repair: Repair) -> Iterator[tuple[str, str]]:
    """The terms before and after a repair; of a repair that is told by statements, those that differ."""
    if not repair.before or not repair.after:
        return
    if not repair.before.endswith(" ."):
        yield repair.before, repair.after
        return
    try:
        (before,), (after,) = from_ntriples(repair.before), from_ntriples(repair.after)
    except ValueError:  # of several statements, or none
        return
    yield from ((str(old), str(new)) for old, new in zip(before, after, strict=True) if old != new)


def _nearest(said: Said, others: Mapping[K, Said]) -> K | None:
    """Whose sayings differ least; None when that are several, or none."""
    distances = {node: len(said ^ of_it) for node, of_it in others.items()}
    least = min(distances.values(), default=0)
    nearest = [node for node, distance in distances.items() if distance == least]
    return nearest[0] if len(nearest) == 1 else None


def _is_step(predicate: str, path: str) -> bool:
    """Whether a predicate (`<iri>`) is the path, or one of the steps of a path of several."""
    return predicate[1:-1] == path or predicate in path


def _only(found: Sequence[T]) -> T | None:
    return found[0] if len(found) == 1 else None


def _lexical(text: str) -> str | None:
    term = read_term(text)
    return term.value if isinstance(term, Literal) else None
