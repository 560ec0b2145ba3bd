"""Stored version → SearchDocument (pure), and the projection that follows the ledger into a search index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from catalogue.model.harvest import HarvestSource
from catalogue.model.records import Change, PublishedState, StoredVersion
from catalogue.model.search import SearchDocument
from catalogue.model.vocabularies import Vocabularies
from catalogue.ports import Ledger, SearchIndex, SearchWriter
from catalogue.projections.follow import LedgerFollower
from catalogue.projections.verify import Kind
from catalogue.rdf.graphs import Graph, from_ntriples
from catalogue.rdf.literals import iso_date
from catalogue.rdf.namespaces import ADMS, DCAT, DCT, EU_AUTHORITY, EUCAIM, FOAF, SKOS
from catalogue.rdf.terms import Literal, NamedNode, Subject, Term

COUNTRIES = f"{EU_AUTHORITY}country"
NOT_TOPICS = (f"{EU_AUTHORITY}country/", f"{EU_AUTHORITY}language/")
"""Concepts whose codes are short words of other languages ("is", "it"): places are found by name, languages by facet."""

TEXT_LIMIT = 100_000
"""Characters of a record's text that are searched: more is a data dump, not a description."""


def search_document(
    version: StoredVersion, source: HarvestSource, vocabularies: Vocabularies
) -> SearchDocument:
    """What the index holds of one published version."""
    graph = from_ntriples(version.shown)
    dataset = NamedNode(version.subject)
    publisher = _names(graph, graph.objects(dataset, DCT.publisher), vocabularies)
    return SearchDocument(
        dataset_id=version.dataset_id,
        record_id=version.record_id,
        iri=version.subject,
        source=version.source,
        source_title=source.title or version.source,
        kind=version.primary_class,
        titles=_texts(graph.objects(dataset, DCT.title)),
        descriptions=_texts(graph.objects(dataset, DCT.description)),
        keywords=tuple(_values(graph.objects(dataset, DCAT.keyword))),
        identifiers=tuple(_identifiers(graph, dataset)),
        facets=_facets(graph, dataset, version, source, publisher, vocabularies),
        all_text=_all_text(graph, vocabularies),
        verdict=version.report.verdict.value,
        publisher=publisher[0] if publisher else "",
        modified=_date(graph, dataset, DCT.modified),
        issued=_date(graph, dataset, DCT.issued),
        version_id=version.version_id,
    )


class SearchFollower:
    """Writes changes into a search index: the one that is served, or the next one that is built beside it."""

    name = "search"

    def __init__(self, index: SearchWriter, ledger: Ledger, vocabularies: Vocabularies) -> None:
        self._writer = index
        self._ledger = ledger
        self._vocabularies = vocabularies

    def position(self) -> int:
        return self._writer.position()

    def apply(
        self,
        changes: Sequence[Change],
        versions: Mapping[PublishedState, StoredVersion],
        expected: int,
        position: int,
    ) -> None:
        """Coalesced changes: one per dataset, first-before and last-after."""
        after = {c.dataset_id: versions.get(c.after_state) if c.after_state else None for c in changes}
        shown = [version for version in after.values() if version is not None]
        removed = [dataset_id for dataset_id, version in after.items() if version is None]
        self._writer.apply(list(self._documents(shown)), removed, expected, position)

    def _documents(self, versions: Iterable[StoredVersion]) -> Iterator[SearchDocument]:
        sources: dict[str, HarvestSource] = {}
        for version in versions:
            # Also for a source that was added after a long rebuild began.
            if version.source not in sources:
                sources = {source.slug: source for source in self._ledger.sources(include_removed=True)}
            yield search_document(version, sources[version.source], self._vocabularies)


class SearchProjection(SearchFollower):
    """The search index that is served."""

    def __init__(self, index: SearchIndex, ledger: Ledger, vocabularies: Vocabularies) -> None:
        super().__init__(index, ledger, vocabularies)
        self._index = index

    def rebuild(
        self, published: Iterable[StoredVersion], position: int, catch_up: Callable[[LedgerFollower], object]
    ) -> None:
        def settle(beside: SearchWriter) -> None:
            catch_up(SearchFollower(beside, self._ledger, self._vocabularies))

        self._index.rebuild(self._documents(published), position, settle)

    def standing(self) -> int:
        return self._index.position()

    def holdings(self) -> Iterator[str]:
        return self._index.ids()

    def judge(self, wanted: Mapping[str, StoredVersion | None]) -> dict[str, Kind]:
        held: dict[str, list[SearchDocument]] = {}
        for document in self._index.documents(list(wanted)):
            held.setdefault(document.dataset_id, []).append(document)
        expected = {d.dataset_id: [d] for d in self._documents(v for v in wanted.values() if v is not None)}
        found: dict[str, Kind] = {}
        for dataset_id in wanted:
            there, due = held.get(dataset_id), expected.get(dataset_id)
            if there != due:
                found[dataset_id] = Kind.EXTRA if not due else Kind.DIFFERENT if there else Kind.MISSING
        return found

    def mend(self, wanted: Mapping[str, StoredVersion | None], position: int) -> None:
        documents = list(self._documents(version for version in wanted.values() if version is not None))
        removed = [dataset_id for dataset_id, version in wanted.items() if version is None]
        self._index.apply(documents, removed, position, position)


def _facets(
    graph: Graph,
    dataset: NamedNode,
    version: StoredVersion,
    source: HarvestSource,
    publisher: list[str],
    vocabularies: Vocabularies,
) -> dict[str, tuple[str, ...]]:
    distributions = [d for d in graph.objects(dataset, DCAT.distribution) if not isinstance(d, Literal)]
    formats = [f for d in distributions for f in graph.objects(d, DCT["format"], DCAT.mediaType)]

    def concepts(values: Iterable[Term]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_concept(graph, value, vocabularies) for value in values))

    return {
        "theme": concepts(graph.objects(dataset, DCAT.theme)),
        "keyword": tuple(_values(graph.objects(dataset, DCAT.keyword))),
        "publisher": tuple(publisher[:1]),
        "source": (version.source,),
        "country": (source.country,) if source.country else (),
        "access_rights": concepts(graph.objects(dataset, DCT.accessRights)),
        "modality": concepts(graph.objects(dataset, EUCAIM.hasImageModality)),
        "condition": concepts(graph.objects(dataset, EUCAIM.hasCondition)),
        "language": concepts(graph.objects(dataset, DCT.language)),
        "format": concepts(formats),
        "verdict": (version.report.verdict.value,),
    }


def _concept(graph: Graph, value: Term, vocabularies: Vocabularies) -> str:
    """One value for every IRI of a concept (hosts, http and https); the text of a literal or of a described node."""
    if isinstance(value, Literal):
        return value.value
    if isinstance(value, NamedNode):
        concept = vocabularies.concept(value.value)
        return concept.iri if concept else value.value
    labels = _names(graph, [value], vocabularies)
    return labels[0] if labels else str(value)


def _names(graph: Graph, agents: Iterable[Term], vocabularies: Vocabularies) -> list[str]:
    """Names of agents: English first, else as stated; an agent described elsewhere by its label or IRI."""
    names: dict[str, None] = {}
    for agent in agents:
        if isinstance(agent, Literal):
            names[agent.value] = None
            continue
        stated = [
            o for o in graph.objects(agent, FOAF.name, SKOS.prefLabel, DCT.title) if isinstance(o, Literal)
        ]
        stated.sort(key=lambda literal: (literal.language or "") not in ("en", ""))
        if stated:
            names[stated[0].value] = None
        elif isinstance(agent, NamedNode):
            names[vocabularies.label(agent.value) or agent.value] = None
    return list(names)


def _texts(values: Iterable[Term]) -> dict[str, str]:
    """Language → text; the first of each language, "" for untagged."""
    found: dict[str, str] = {}
    for value in values:
        if isinstance(value, Literal) and value.value.strip():
            found.setdefault(value.language or "", value.value)
    return found


def _values(values: Iterable[Term]) -> list[str]:
    return list(dict.fromkeys(v.value.strip() for v in values if isinstance(v, Literal) and v.value.strip()))


def _identifiers(graph: Graph, dataset: Subject) -> list[str]:
    stated = [*graph.objects(dataset, DCT.identifier)]
    for other in graph.objects(dataset, ADMS.identifier):
        stated.extend([other] if isinstance(other, Literal) else graph.objects(other, SKOS.notation))
    return list(dict.fromkeys(v.value for v in stated if isinstance(v, Literal | NamedNode)))


def _all_text(graph: Graph, vocabularies: Vocabularies) -> str:
    literals = dict.fromkeys(
        t.object.value for t in graph if isinstance(t.object, Literal) and not t.object.value.isdigit()
    )
    named = dict.fromkeys(t.object.value for t in graph if isinstance(t.object, NamedNode))
    places = [c for iri in named if (c := vocabularies.concept(iri)) and c.scheme == COUNTRIES]
    topics = [iri for iri in named if not iri.startswith(NOT_TOPICS)]
    labels = dict.fromkeys(label for place in places for label in place.labels.values())
    return "\n".join([*literals, *labels, *vocabularies.search_terms(topics)])[:TEXT_LIMIT]


def _date(graph: Graph, dataset: Subject, predicate: NamedNode) -> str:
    for value in graph.objects(dataset, predicate):
        if isinstance(value, Literal) and (date := iso_date(value.value)):
            return date
    return ""
