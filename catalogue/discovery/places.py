"""Where a finding's fault stands in the text that the provider sent.

Findings are about the repaired record, whose blank nodes have labels of their own; so nodes are looked for by the way
that leads to them and by what is said of them, and terms also as they were before the repairs. Where that leaves a
choice there is no exact place: never a wrong line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from catalogue.discovery.finding_paths import read_node
from catalogue.discovery.report_graph import read_term
from catalogue.model.findings import Place
from catalogue.model.records import Repair
from catalogue.model.validation import ValidationResult
from catalogue.rdf.document_statements import DocumentStatements
from catalogue.rdf.graphs import Graph
from catalogue.rdf.statements import Statement
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject

T = TypeVar("T")

MAX_DEPTH, MAX_REPAIRS = 4, 10
"""Blank nodes within each other by which alike ones are told apart; repairs that one term can go through."""
Said = frozenset[tuple[str, object]]
"""What is said of a node: predicate with value, blank values by what is said of them."""


class Places:
    """Places of one record's findings. `graph`: the record as it was judged, `start` its own node."""

    def __init__(
        self, document: DocumentStatements, graph: Graph, start: Subject, repairs: Iterable[Repair] = ()
    ) -> None:
        self._document = document
        self._graph = graph
        self._after: dict[str, str] = {}
        self._before: dict[str, list[str]] = {}
        for repair in repairs:
            if repair.after:
                self._after[repair.before] = repair.after
                self._before.setdefault(repair.after, []).append(repair.before)
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
            # an IRI that we made for a description without one
            return (
                self._alike(node, self._blank_subjects()) if not described and node == self._start else None
            )
        return self._look_for_blank(node)

    def _look_for_blank(self, node: BlankNode) -> Subject | None:
        for triple in self._graph.pointing_to(node):
            parent = triple.subject
            there = self._node(parent) if isinstance(parent, NamedNode | BlankNode) else None
            if there is None:
                continue
            predicates = self._before_texts(str(triple.predicate))
            values = [s.object for s in self._document.about(there) if str(s.predicate) in predicates]
            blank = list(dict.fromkeys(v for v in values if isinstance(v, BlankNode)))
            siblings = self._graph.objects(parent, triple.predicate)  # type: ignore[arg-type]
            if len(blank) == 1 and sum(isinstance(v, BlankNode) for v in siblings) == 1:
                return blank[0]
            return self._alike(node, blank)
        return self._alike(node, self._blank_subjects())

    def _blank_subjects(self) -> list[BlankNode]:
        return [node for node in self._document.subjects() if isinstance(node, BlankNode)]

    def _alike(self, node: Subject, candidates: Sequence[BlankNode]) -> Subject | None:
        """The one candidate of which the same is said (or that and more, which repairs took away)."""
        said = self._said_in_record(node, MAX_DEPTH)
        there = [(c, self._said_in_document(c, MAX_DEPTH)) for c in candidates]
        same = [c for c, of_it in there if of_it == said]
        return _only(same) if same else _only([c for c, of_it in there if said and said <= of_it])

    def _said_in_record(self, node: Subject, depth: int) -> Said:
        return frozenset(
            (str(t.predicate), self._mark(t.object, depth, self._said_in_record))
            for t in self._graph.about(node)
        )

    def _said_in_document(self, node: Subject, depth: int) -> Said:
        return frozenset(
            (self._after_text(str(s.predicate)), self._mark(s.object, depth, self._said_in_document))
            for s in self._document.about(node)
        )

    def _mark(self, value: object, depth: int, said: Callable[[Subject, int], Said]) -> object:
        if isinstance(value, BlankNode):
            return said(value, depth - 1) if depth else "_"
        return self._after_text(str(value))

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


def _is_step(predicate: str, path: str) -> bool:
    """Whether a predicate (`<iri>`) is the path, or one of the steps of a path of several."""
    return predicate[1:-1] == path or predicate in path


def _only(found: Sequence[T]) -> T | None:
    return found[0] if len(found) == 1 else None


def _lexical(text: str) -> str | None:
    term = read_term(text)
    return term.value if isinstance(term, Literal) else None
