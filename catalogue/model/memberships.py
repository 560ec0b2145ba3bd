"""Which catalogues a document speaks of, which of them are roots, and what they list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from catalogue.errors import RecordError
from catalogue.model.descriptions import describe
from catalogue.model.resources import (
    HAS_PART,
    LISTS,
    MEMBERSHIP,
    PAGING_PROPERTIES,
    PART_OF,
    SUBCATALOGUE,
    Roles,
    is_paging,
)
from catalogue.rdf.graphs import Graph
from catalogue.rdf.labels import label_by_content
from catalogue.rdf.namespaces import DCAT, DCT, FOAF, HYDRA, RDF, RDFS
from catalogue.rdf.terms import BlankNode, NamedNode, Subject, Triple


@dataclass(frozen=True, slots=True)
class Membership:
    """A catalogue lists a resource: IRIs; a blank node is `_:label` as in the document."""

    catalogue: str
    record: str


class Memberships:
    """The catalogues of one document. A root is a catalogue that no other one names as its part, or the service
    that offers catalogues."""

    __slots__ = ("_by_member", "_catalogues", "_graph", "_listed", "_roles", "nested_iris", "roots", "rows")

    def __init__(self, graph: Graph, roles: Roles, known_nested: frozenset[str] = frozenset()) -> None:
        self._graph = graph
        self._roles = roles
        self._catalogues = {node for node, cls in roles.primary.items() if cls == DCAT.Catalog}
        rows: dict[Membership, None] = {}
        parents: dict[Subject, dict[str, None]] = {}
        nested: dict[Subject, None] = {}
        self._listed: set[Subject] = set()
        for triple in graph:
            pair = self._pair(triple) if triple.predicate in _TELLING else None
            if pair is None:
                continue
            parent, member = pair
            rows[Membership(_name(parent), _name(member))] = None
            if isinstance(parent, NamedNode):
                parents.setdefault(member, {})[parent.value] = None
            if triple.predicate in LISTS:
                self._listed.add(member)
            if parent not in roles.roots and (triple.predicate in SUBCATALOGUE or member in self._catalogues):
                nested[member] = None
        self.rows = tuple(rows)
        self._by_member = {member: tuple(names) for member, names in parents.items()}
        self.nested_iris = frozenset(node.value for node in nested if isinstance(node, NamedNode))
        self.roots = {
            node: None
            for node in (
                *roles.roots,
                *(c for c in roles.primary if c in self._catalogues and c not in nested),
            )
            if node in roles.described and _name(node) not in known_nested
        }

    @property
    def root_iris(self) -> tuple[str, ...]:
        return tuple(node.value for node in self.roots if isinstance(node, NamedNode))

    def of(self, member: Subject) -> tuple[str, ...]:
        """IRIs of the catalogues that the node belongs to; one without an IRI has no name to be known by."""
        return self._by_member.get(member, ())

    def elsewhere(self, described: Collection[Subject]) -> tuple[Membership, ...]:
        """Rows between IRIs whose members are neither roots nor among those described here."""
        return tuple(
            Membership(parent, member.value)
            for member, parents in self._by_member.items()
            if isinstance(member, NamedNode) and member not in described and member not in self.roots
            for parent in parents
        )

    @property
    def untyped(self) -> tuple[str, ...]:
        """Nodes in N-Triples form that a catalogue lists and the document describes, without a class of DCAT. One
        with a title only is a link with its text."""
        known = self._roles
        left = self._listed - known.primary.keys() - known.embedded.keys() - known.roots.keys() - known.paging
        return tuple(sorted(str(node) for node in left if self._is_described(node)))

    @property
    def bare(self) -> tuple[str, ...]:
        """IRIs in N-Triples form of which the document says that they are a dataset, series or service, and nothing
        else: those that are listed, and those that nothing names. Any other is a reference to what is described
        elsewhere, perhaps by others."""
        known = self._roles
        return tuple(
            str(node)
            for node, cls in known.primary.items()
            if isinstance(node, NamedNode)
            and cls != DCAT.Catalog
            and node not in known.described
            and self._is_own(node)
        )

    def _is_own(self, node: NamedNode) -> bool:
        naming = [t.predicate for t in self._graph.pointing_to(node)]
        return not naming or not _OWNING.isdisjoint(naming)

    def _is_described(self, node: Subject) -> bool:
        return any(t.predicate not in _LINK_TEXT for t in self._graph.about(node))

    def describe_roots(self, used: set[Triple]) -> Graph:
        """What the document says of the roots, labelled by content; adds every triple of it to `used`."""
        kept: list[Triple] = []
        for root in self.roots:
            triples = describe(self._graph, root, self._roles).triples
            used.update(triples)
            kept.extend(t for t in triples if not self.accounts_for(t))
        try:
            return label_by_content(Graph(kept))
        except RecordError:
            return Graph(kept)

    def accounts_for(self, triple: Triple) -> bool:
        """Whether the triple only says what a catalogue lists or how its pages hang together."""
        predicate = triple.predicate
        return (
            predicate in MEMBERSHIP
            or predicate in PAGING_PROPERTIES
            or is_paging(predicate.value)
            or triple.subject in self._roles.paging
            or (
                predicate == _TYPE and isinstance(triple.object, NamedNode) and is_paging(triple.object.value)
            )
            or (predicate in _PARTS and self._pair(triple) is not None)
        )

    def _pair(self, triple: Triple) -> tuple[Subject, Subject] | None:
        """(catalogue, member) if the triple says so."""
        predicate, subject, value = triple.predicate, triple.subject, triple.object
        if not isinstance(subject, _NODE) or not isinstance(value, _NODE) or subject == value:
            return None
        if predicate in LISTS:
            return subject, value
        if predicate in HAS_PART and subject in self._catalogues and value in self._roles.primary:
            return subject, value
        if predicate in PART_OF and subject in self._roles.primary and value in self._catalogues:
            return value, subject
        return None


def merge_descriptions(known: Graph, more: Graph) -> Graph:
    """One description of the source from those of two pages: a catalogue that is described again on each page says
    the same thing once."""
    return label_by_content(known | more)


def _name(node: Subject) -> str:
    return node.value if isinstance(node, NamedNode) else str(node)


_TYPE = RDF.type
_NODE = (NamedNode, BlankNode)
_PARTS = HAS_PART | PART_OF
_LINK_TEXT = frozenset({RDF.type, RDFS.label, DCT.title})
_TELLING = LISTS | _PARTS
_OWNING = LISTS | {HYDRA.member, FOAF.primaryTopic}
