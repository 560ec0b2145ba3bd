"""Our graphs as rdflib graphs, for libraries that insist on them: literals as written, look-up by index, read-only."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable
from functools import lru_cache
from typing import Any

import pyoxigraph
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.paths import Path
from rdflib.term import IdentifiedNode, Node

from catalogue.rdf.literals import well_formed
from catalogue.rdf.terms import BlankNode, NamedNode, Term, Triple

RdflibTriple = tuple[Node, Node, Node]

# rdflib logs a warning, some with a trace, for each odd IRI and each literal that is not what its datatype says. Both
# are findings here, or none of our business; a harvest of a million records must not write them to the log.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)


@lru_cache(maxsize=8192)
def _iri(value: str) -> URIRef:
    return URIRef(value)


def _literal(term: pyoxigraph.Literal) -> Literal:
    if term.language is not None:
        return Literal(term.value, lang=term.language)
    datatype = term.datatype.value
    if datatype == "http://www.w3.org/2001/XMLSchema#string":
        return Literal(term.value)
    literal = Literal(term.value, datatype=_iri(datatype), normalize=False)
    # rdflib takes "2024-01-01" for a dateTime, "1e3" for a decimal and more that XML Schema does not
    literal._ill_typed = not well_formed(term.value, term.datatype)
    return literal


def _term(term: Term) -> IdentifiedNode | Literal:
    if isinstance(term, NamedNode):
        return _iri(term.value)
    if isinstance(term, BlankNode):
        return BNode(term.value)
    return _literal(term)


def ntriples_term(term: Node) -> str:
    """An rdflib term in N-Triples form, as pyoxigraph writes it."""
    if isinstance(term, BNode):
        return f"_:{term}"
    if not isinstance(term, Literal):
        return f"<{term}>"
    text = str(pyoxigraph.Literal(str(term)))
    # put together here: pyoxigraph reads odd tags and IRIs when it is lenient, but refuses to make them
    if term.language:
        return f"{text}@{term.language}"
    return f"{text}^^<{term.datatype}>" if term.datatype is not None else text


class IndexedGraph(Graph):
    """A read-only rdflib graph over dictionaries: about three times as fast as rdflib's memory store to ask."""

    def __init__(self, triples: Iterable[RdflibTriple]) -> None:
        super().__init__(store="SimpleMemory", bind_namespaces="none")
        self._size = 0
        self._by_subject: dict[Node, list[RdflibTriple]] = {}
        self._by_object: dict[Node, list[RdflibTriple]] = {}
        self._by_predicate: dict[Node, list[RdflibTriple]] = {}
        self._objects: dict[tuple[Node, Node], list[Node]] = {}
        self._subjects: dict[tuple[Node, Node], list[Node]] = {}
        for triple in dict.fromkeys(triples):
            subject, predicate, value = triple
            self._size += 1
            self._by_subject.setdefault(subject, []).append(triple)
            self._by_object.setdefault(value, []).append(triple)
            self._by_predicate.setdefault(predicate, []).append(triple)
            self._objects.setdefault((subject, predicate), []).append(value)
            self._subjects.setdefault((predicate, value), []).append(subject)

    def __len__(self) -> int:
        return self._size

    def __bool__(self) -> bool:
        return True

    def triples(self, triple: Any) -> Generator[Any, None, None]:
        """Triples that match the pattern; None is a wildcard, a property path is followed."""
        subject, predicate, value = triple
        if isinstance(predicate, Path):
            for start, end in predicate.eval(self, subject, value):
                yield start, predicate, end
            return
        if subject is not None:
            found = self._by_subject.get(subject, [])
        elif value is not None:
            found = self._by_object.get(value, [])
        elif predicate is not None:
            found = self._by_predicate.get(predicate, [])
        else:
            found = [t for group in self._by_subject.values() for t in group]
        for candidate in found:
            if (predicate is None or candidate[1] == predicate) and (value is None or candidate[2] == value):
                yield candidate

    def objects(
        self, subject: Any = None, predicate: Any = None, unique: bool = False
    ) -> Generator[Any, None, None]:
        """Values, from the index when both are given."""
        if subject is None or predicate is None or isinstance(predicate, Path):
            yield from super().objects(subject, predicate, unique)
        else:
            yield from self._objects.get((subject, predicate), ())

    def subjects(
        self, predicate: Any = None, object: Any = None, unique: bool = False
    ) -> Generator[Any, None, None]:
        """Subjects, from the index when both are given."""
        if (
            object is None
            or predicate is None
            or isinstance(predicate, Path)
            or isinstance(object, list | tuple)
        ):
            yield from super().subjects(predicate, object, unique)
        else:
            yield from self._subjects.get((predicate, object), ())

    def __contains__(self, triple: Any) -> bool:
        return next(iter(self.triples(triple)), None) is not None


def to_rdflib(graph: Iterable[Triple]) -> IndexedGraph:
    """The graph for rdflib. Lexical forms, language tags and blank node labels stay as they are."""
    return IndexedGraph(
        (_term(t.subject), _iri(t.predicate.value), _term(t.object))  # type: ignore[arg-type]
        for t in graph
    )
