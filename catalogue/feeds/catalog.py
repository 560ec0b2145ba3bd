"""Our catalogue as a DCAT feed: dcat:Catalog, one dcat:CatalogRecord per record, the records themselves.

Paged in Hydra's words (https://www.w3.org/community/hydra/wiki/Pagination): each page says the number of all records
and where the next page is; its records are the ledger's own triples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from catalogue.feeds.pages import Cursor, FeedPage, FeedRecord, feed_page
from catalogue.ports import Ledger
from catalogue.rdf.graphs import Graph
from catalogue.rdf.iris import is_valid_iri, is_web_link
from catalogue.rdf.namespaces import DCAT, DCT, FOAF, HYDRA, RDF, XSD
from catalogue.rdf.terms import Literal, NamedNode, Term, Triple

MEMBERSHIP = {
    DCAT.DataService.value: DCAT.service,
    DCAT.Catalog.value: DCAT.catalog,
}
"""How a catalogue names a member of a class; every other class is a dataset."""


@dataclass(frozen=True, slots=True)
class CatalogueDescription:
    """What our own catalogue says of itself. `base` without a trailing slash."""

    base: str
    title: str
    description: str
    publisher: str
    language: str = "en"

    @property
    def iri(self) -> NamedNode:
        return NamedNode(f"{self.base}/catalog")


@dataclass(frozen=True, slots=True)
class CatalogPage:
    """One page of the feed: its triples, its own address and its neighbours' (None: there is none)."""

    graph: Graph
    url: str
    first: str
    next: str | None
    total: int


def catalog_page(ledger: Ledger, about: CatalogueDescription, cursor: str, size: int) -> CatalogPage:
    """The page at the cursor ("" is the first). InvalidQuery when it is not one of this feed's."""
    at = Cursor.parse(cursor)
    page = feed_page(ledger, at, size)
    total = ledger.published_count()
    first = page_url(about.base, Cursor(), size)
    url = page_url(about.base, at, size)
    following = page_url(about.base, page.next, size) if page.next else None
    answer = CatalogPage(Graph(), url, first, following, total)
    triples = [
        *_paging(about, answer, size),
        *_catalogue(about, _last_change(ledger)),
        *_members(about, page),
    ]
    return replace(answer, graph=Graph(triples))


def page_url(base: str, cursor: Cursor, size: int) -> str:
    """Address of a page. The first page has one too, beside that of the catalogue."""
    return f"{base}/catalog?page={cursor}&size={size}"


def _paging(about: CatalogueDescription, page: CatalogPage, size: int) -> Iterator[Triple]:
    view = NamedNode(page.url)
    yield Triple(about.iri, RDF.type, HYDRA.Collection)
    yield Triple(about.iri, HYDRA.totalItems, _integer(page.total))
    yield Triple(about.iri, HYDRA.view, view)
    yield Triple(view, RDF.type, HYDRA.PartialCollectionView)
    yield Triple(view, HYDRA.itemsPerPage, _integer(size))
    yield Triple(view, HYDRA.totalItems, _integer(page.total))
    yield Triple(view, HYDRA.first, NamedNode(page.first))
    if page.next:
        yield Triple(view, HYDRA.next, NamedNode(page.next))


def _catalogue(about: CatalogueDescription, modified: datetime | None) -> Iterator[Triple]:
    publisher = NamedNode(f"{about.base}/catalog#publisher")
    yield Triple(about.iri, RDF.type, DCAT.Catalog)
    yield Triple(about.iri, DCT.title, Literal(about.title, language=about.language))
    yield Triple(about.iri, DCT.description, Literal(about.description, language=about.language))
    yield Triple(about.iri, DCT.publisher, publisher)
    yield Triple(about.iri, FOAF.homepage, NamedNode(f"{about.base}/"))
    if modified:
        yield Triple(about.iri, DCT.modified, _moment(modified))
    yield Triple(publisher, RDF.type, FOAF.Agent)
    yield Triple(publisher, FOAF.name, Literal(about.publisher, language=about.language))


def _members(about: CatalogueDescription, page: FeedPage) -> Iterator[Triple]:
    for record in page.records:
        version = record.version
        membership = MEMBERSHIP.get(version.primary_class, DCAT.dataset)
        yield Triple(about.iri, membership, NamedNode(version.subject))
        yield Triple(about.iri, DCAT.record, _record_iri(about, record))
        yield from _catalog_record(about, record)
        yield from record.graph


def _catalog_record(about: CatalogueDescription, record: FeedRecord) -> Iterator[Triple]:
    version = record.version
    node = _record_iri(about, record)
    yield Triple(node, RDF.type, DCAT.CatalogRecord)
    yield Triple(node, FOAF.primaryTopic, NamedNode(version.subject))
    yield Triple(node, DCT.identifier, Literal(version.record_id))
    yield Triple(node, DCT.issued, _moment(version.first_harvested_at))
    yield Triple(node, DCT.modified, _moment(version.created_at))
    if is_web_link(version.page_url) and is_valid_iri(version.page_url):
        yield Triple(node, DCT.source, NamedNode(version.page_url))


def _record_iri(about: CatalogueDescription, record: FeedRecord) -> NamedNode:
    return NamedNode(f"{about.base}/records/{record.version.record_id}")


def _last_change(ledger: Ledger) -> datetime | None:
    position = ledger.position()
    return next((change.at for change in ledger.changes(max(0, position - 1), 1)), None)


def _integer(value: int) -> Term:
    return Literal(str(value), datatype=XSD.integer)


def _moment(value: datetime) -> Term:
    return Literal(value.isoformat(timespec="seconds"), datatype=XSD.dateTime)
