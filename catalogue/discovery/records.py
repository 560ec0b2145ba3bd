"""A stored version as people read it: properties in groups, nested nodes, labels in their language.

Every triple of the record appears exactly once per place that refers to it; nothing is left out because it is
unknown. Long lists are cut with their true length beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalogue.discovery.properties import GROUPS, compact, property_name
from catalogue.model.records import StoredVersion
from catalogue.model.vocabularies import Vocabularies
from catalogue.rdf.graphs import Graph, from_ntriples
from catalogue.rdf.namespaces import DCT, FOAF, RDF, RDFS, SKOS, VCARD, XSD
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject, Term

MAX_VALUES = 100
MAX_DEPTH = 6
MAX_NODES = 2000
LABELS = (SKOS.prefLabel, DCT.title, FOAF.name, VCARD.fn, VCARD["organization-name"], RDFS.label)


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a property. `kind`: literal, concept (an IRI with a label), iri, or node (then `node` is set).

    `text` is what to show, `language` its tag ("" when none), `iri` where it leads.
    """

    kind: str
    text: str
    language: str = ""
    datatype: str = ""
    iri: str = ""
    node: Node | None = None


@dataclass(frozen=True, slots=True)
class Property:
    """A property with its values; `total` is how many there are when `values` had to be cut."""

    iri: str
    name: str
    label: str
    values: tuple[Value, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Node:
    """Something the record describes besides its subject: a distribution, an agent, a period."""

    title: str
    language: str
    iri: str
    types: tuple[str, ...]
    properties: tuple[Property, ...]

    def values(self, iri: str) -> tuple[Value, ...]:
        """Values of one property, empty when it is not there."""
        return next((p.values for p in self.properties if p.iri == iri), ())


@dataclass(frozen=True, slots=True)
class Group:
    """Properties shown together; `title` is English, to be translated."""

    key: str
    title: str
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record ready for a page. `others`: described nodes that nothing leads to from the subject; `cut`: there are
    more nodes than a page has room for."""

    title: str
    language: str
    subject: str
    types: tuple[str, ...]
    groups: tuple[Group, ...]
    others: tuple[Node, ...] = ()
    cut: bool = False

    def values(self, iri: str) -> tuple[Value, ...]:
        """Values of one property of the subject, preferred language first; empty when it is not there."""
        return next((p.values for g in self.groups for p in g.properties if p.iri == iri), ())


def record_view(version: StoredVersion, vocabularies: Vocabularies, languages: Sequence[str]) -> RecordView:
    """The version's normalised triples as a page shows them. `languages` in order of preference."""
    return _Reader(from_ntriples(version.shown), version.subject, vocabularies, languages).view()


def title_of(version: StoredVersion, languages: Sequence[str]) -> str:
    """The subject's title in the reader's language; empty when it has none."""
    triples = from_ntriples(version.shown).objects(NamedNode(version.subject), *LABELS)
    found = preferred([o for o in triples if isinstance(o, Literal) and o.value.strip()], languages)
    return found.value if found else ""


def preferred(literals: Iterable[Literal], languages: Sequence[str]) -> Literal | None:
    """The literal in the first language that has one (`en` matches `en-GB`), else English, untagged, or any."""
    return min(literals, key=lambda literal: language_rank(literal.language or "", languages), default=None)


def language_rank(tag: str, languages: Sequence[str]) -> tuple[int, str]:
    """Sort key of a language tag: the reader's languages first, then English, untagged, the rest by name."""
    wanted = [*languages, "en", ""]
    primary = tag.lower().partition("-")[0]
    for rank, language in enumerate(wanted):
        if tag.lower() == language.lower() or primary == language.lower().partition("-")[0]:
            return rank, tag
    return len(wanted), tag


class _Reader:
    def __init__(
        self, graph: Graph, subject: str, vocabularies: Vocabularies, languages: Sequence[str]
    ) -> None:
        self._graph = graph
        self._subject = NamedNode(subject)
        self._vocabularies = vocabularies
        self._languages = languages
        self._shown: set[Subject] = {self._subject}
        # Blank nodes that all point to each other have more paths than a page has room.
        self._room = MAX_NODES

    def view(self) -> RecordView:
        title = self._label(self._subject)
        properties = self._properties(self._subject, (self._subject,))
        grouped: dict[str, list[Property]] = {key: [] for key in GROUPS}
        for prop in properties:
            grouped[property_name(prop.iri).group].append(prop)
        groups = tuple(Group(key, GROUPS[key], tuple(found)) for key, found in grouped.items() if found)
        return RecordView(
            title.value if title else self._subject.value,
            (title.language or "") if title else "",
            self._subject.value,
            self._types(self._subject),
            groups,
            tuple(self._unreached()),
            self._room <= 0,
        )

    def _unreached(self) -> Iterable[Node]:
        # Nodes that point to the subject (a CatalogRecord, a quality measurement) come before stray ones.
        pointing = [t.subject for t in self._graph.pointing_to(self._subject)]
        for node in dict.fromkeys([*pointing, *self._graph.subjects()]):
            if isinstance(node, NamedNode | BlankNode) and node not in self._shown and self._room > 0:
                yield self._node(node, (node,))

    def _properties(self, subject: Subject, path: tuple[Subject, ...]) -> tuple[Property, ...]:
        found: dict[NamedNode, list[Term]] = {}
        for triple in self._graph.about(subject):
            found.setdefault(triple.predicate, []).append(triple.object)  # type: ignore[arg-type]
        names = {predicate: property_name(predicate.value) for predicate in found}
        order = list(GROUPS)
        ranked = sorted(found, key=lambda p: (order.index(names[p].group), names[p].rank, p.value))
        return tuple(
            Property(
                predicate.value,
                compact(predicate.value),
                names[predicate].label,
                tuple(self._value(term, path) for term in self._ordered(found[predicate])[:MAX_VALUES]),
                len(found[predicate]),
            )
            for predicate in ranked
        )

    def _ordered(self, terms: list[Term]) -> list[Term]:
        return sorted(
            terms,
            key=lambda term: (
                language_rank(term.language or "", self._languages) if isinstance(term, Literal) else (0, "")
            ),
        )

    def _value(self, term: Term, path: tuple[Subject, ...]) -> Value:
        if isinstance(term, Literal):
            datatype = term.datatype.value
            plain = datatype in (XSD.string.value, RDF.langString.value)
            return Value("literal", term.value, term.language or "", "" if plain else datatype)
        described = bool(self._graph.about(term))
        concept = (
            None if isinstance(term, BlankNode) else self._vocabularies.label(term.value, self._languages)
        )
        if isinstance(term, NamedNode) and concept is not None:
            self._shown.add(term)
            return Value("concept", concept, "", iri=term.value)
        follow = term not in (self._subject, *path) and len(path) < MAX_DEPTH and self._room > 0
        if described and follow:
            node = self._node(term, (*path, term))
            return Value("node", node.title, node.language, iri=node.iri, node=node)
        iri = "" if isinstance(term, BlankNode) else term.value
        label = self._label(term)
        text = label.value if label else compact(iri)
        return Value("iri", text, (label.language or "") if label else "", iri=iri)

    def _node(self, subject: Subject, path: tuple[Subject, ...]) -> Node:
        self._shown.add(subject)
        self._room -= 1
        label = self._label(subject)
        iri = "" if isinstance(subject, BlankNode) else subject.value
        return Node(
            label.value if label else compact(iri),
            (label.language or "") if label else "",
            iri,
            self._types(subject),
            self._properties(subject, path),
        )

    def _types(self, subject: Subject) -> tuple[str, ...]:
        return tuple(sorted(compact(t.value) for t in self._graph.types(subject)))

    def _label(self, subject: Subject) -> Literal | None:
        for predicate in LABELS:
            literals = [
                o
                for o in self._graph.objects(subject, predicate)
                if isinstance(o, Literal) and o.value.strip()
            ]
            if literals:
                return preferred(literals, self._languages)
        return None
