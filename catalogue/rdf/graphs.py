"""An immutable set of triples with look-up by subject and by object: what every stage hands on.

Not a store: one document or one record. rdflib appears only where a library needs its graphs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat

from catalogue.rdf.namespaces import PREFIXES, RDF
from catalogue.rdf.terms import Subject, Term, Triple


class Graph:
    """Triples of one document or record. Duplicates collapse; order of first appearance is kept.

    `is_labelled`: whether the blank nodes have labels by content (set by `catalogue.rdf.labels` alone).
    """

    __slots__ = ("_by_object", "_by_subject", "_triples", "is_labelled")

    def __init__(self, triples: Iterable[Triple] = ()) -> None:
        self._triples: dict[Triple, None] = dict.fromkeys(triples)
        self._by_subject: dict[Subject, list[Triple]] | None = None
        self._by_object: dict[Term, list[Triple]] | None = None
        self.is_labelled = False

    def __iter__(self) -> Iterator[Triple]:
        return iter(self._triples)

    def __len__(self) -> int:
        return len(self._triples)

    def __contains__(self, triple: object) -> bool:
        return triple in self._triples

    def __or__(self, other: Iterable[Triple]) -> Graph:
        return Graph([*self._triples, *other])

    def __eq__(self, other: object) -> bool:
        """Same triples with the same blank node labels (not isomorphism)."""
        return isinstance(other, Graph) and self._triples.keys() == other._triples.keys()

    __hash__ = None  # type: ignore[assignment]

    def about(self, subject: Subject) -> list[Triple]:
        """Triples whose subject is `subject`, in document order; empty when it is not described here."""
        if self._by_subject is None:
            self._by_subject = {}
            for triple in self._triples:
                self._by_subject.setdefault(triple.subject, []).append(triple)  # type: ignore[arg-type]
        return self._by_subject.get(subject, [])

    def subjects(self) -> Iterable[Subject]:
        """Every described node, in document order."""
        self.about(RDF.nil)
        assert self._by_subject is not None
        return self._by_subject.keys()

    def pointing_to(self, node: Term) -> list[Triple]:
        """Triples whose object is `node`."""
        if self._by_object is None:
            self._by_object = {}
            for triple in self._triples:
                self._by_object.setdefault(triple.object, []).append(triple)  # type: ignore[arg-type]
        return self._by_object.get(node, [])

    def objects(self, subject: Subject, *predicates: NamedNode) -> list[Term]:
        """Values of any of the predicates, in document order."""
        return [t.object for t in self.about(subject) if t.predicate in predicates]  # type: ignore[misc]

    def value(self, subject: Subject, *predicates: NamedNode) -> Term | None:
        """First value of any of the predicates, or None."""
        return next(iter(self.objects(subject, *predicates)), None)

    def types(self, subject: Subject) -> set[NamedNode]:
        """The node's rdf:type values that are IRIs."""
        return {o for o in self.objects(subject, RDF.type) if isinstance(o, NamedNode)}

    def instances(self, *classes: NamedNode) -> list[Subject]:
        """Nodes typed as any of the classes, each once, in document order."""
        found: dict[Subject, None] = {}
        for cls in classes:
            for triple in self.pointing_to(cls):
                if triple.predicate == RDF.type:
                    found[triple.subject] = None  # type: ignore[index]
        return list(found)


def to_ntriples(graph: Iterable[Triple]) -> str:
    """The triples as sorted N-Triples lines. Canonical if blank nodes are labelled by content."""
    text = pyoxigraph.serialize(graph, format=RdfFormat.N_TRIPLES)
    assert text is not None
    # Not splitlines: literals may hold U+0085, U+2028 and the like as they are.
    return "".join(sorted(line + "\n" for line in text.decode().split("\n")[:-1]))


def from_ntriples(text: str) -> Graph:
    """The graph that `to_ntriples` wrote. Trusted input: raises ValueError, never repairs."""
    return Graph(q.triple for q in pyoxigraph.parse(text, format=RdfFormat.N_TRIPLES, lenient=True))


def serialise(graph: Iterable[Triple], syntax: RdfFormat, prefixes: dict[str, str] | None = None) -> bytes:
    """The graph in any syntax, with our prefixes where the syntax has them."""
    data = pyoxigraph.serialize(graph, format=syntax, prefixes=PREFIXES if prefixes is None else prefixes)
    assert data is not None
    return data
