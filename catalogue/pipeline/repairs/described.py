"""What rules over a whole record look at, and how they say what they would change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalogue.rdf.namespaces import RDF
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject, Triple


@dataclass(frozen=True, slots=True)
class Change:
    """Triples that go and triples that come, and how both are told (`before`, `after`)."""

    taken: tuple[Triple, ...]
    given: tuple[Triple, ...]
    before: str
    after: str


class Described:
    """A record's triples by predicate, and by subject where a rule asks for that."""

    __slots__ = ("_by_object", "_by_subject", "by_predicate", "triples")

    def __init__(self, triples: Sequence[Triple]) -> None:
        self.triples = triples
        self.by_predicate: dict[NamedNode, list[Triple]] = {}
        self._by_subject: dict[Subject, list[Triple]] | None = None
        self._by_object: dict[Subject, list[Triple]] | None = None
        for triple in triples:
            self.by_predicate.setdefault(triple.predicate, []).append(triple)

    def with_predicate(self, predicate: NamedNode) -> Sequence[Triple]:
        return self.by_predicate.get(predicate, ())

    def about(self, node: Subject) -> Sequence[Triple]:
        if self._by_subject is None:
            self._by_subject = {}
            for triple in self.triples:
                self._by_subject.setdefault(triple.subject, []).append(triple)  # type: ignore[arg-type]
        return self._by_subject.get(node, ())

    def pointing_to(self, node: Subject) -> Sequence[Triple]:
        if self._by_object is None:
            self._by_object = {}
            for triple in self.triples:
                if isinstance(triple.object, NamedNode | BlankNode):
                    self._by_object.setdefault(triple.object, []).append(triple)
        return self._by_object.get(node, ())

    def types(self, node: Subject) -> set[NamedNode]:
        return {
            t.object for t in self.about(node) if t.predicate == RDF.type and isinstance(t.object, NamedNode)
        }

    def has(self, node: Subject, *predicates: NamedNode) -> bool:
        return any(t.predicate in predicates for t in self.about(node))

    def changed(self, changes: Iterable[Change]) -> Described:
        """The record after the changes."""
        taken: set[Triple] = set()
        given: dict[Triple, None] = {}
        for change in changes:
            taken.update(change.taken)
            given.update(dict.fromkeys(change.given))
        kept = [triple for triple in self.triples if triple not in taken]
        return Described(list(dict.fromkeys([*kept, *given])))


def new_node(replaced: Sequence[Triple]) -> BlankNode:
    """A node in place of the triples' values; its label is by content in the end, so only two must not share one."""
    text = "\n".join(sorted(map(str, replaced)))
    return BlankNode("made" + hashlib.sha256(text.encode()).hexdigest()[:32])


def line(triple: Triple) -> str:
    return f"{triple.subject} {triple.predicate} {triple.object} ."


def bracketed(triples: Iterable[Triple]) -> str:
    """A new blank node as Turtle writes it: its label would say nothing."""
    return "[ " + " ; ".join(f"{t.predicate} {t.object}" for t in triples) + " ]"


def is_plain(value: object) -> bool:
    """Whether it is a text for people: with a language, or of no datatype but string."""
    return isinstance(value, Literal) and bool(value.value.strip()) and value.datatype in _PLAIN


_PLAIN = frozenset({NamedNode("http://www.w3.org/2001/XMLSchema#string"), NamedNode(RDF.langString.value)})
