"""Our catalogue as a DCAT feed: dcat:Catalog, one dcat:CatalogRecord per record, the records themselves.

Paged in Hydra's words (https://www.w3.org/community/hydra/wiki/Pagination): each page says the number of all records
and where the next page is; its records are the ledger's own triples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from catalogue.feeds.pages import Cursor, FeedPage, feed_page
from catalogue.model.wording import counted
from catalogue.ports import Ledger
from catalogue.projections.catalogue_graph import publisher_iri
from catalogue.projections.record_graphs import (
    catalog_record,
    catalogue_iri,
    curation_facts,
    integer,
    moment,
)
from catalogue.rdf.graphs import Graph
from catalogue.rdf.iris import is_web_link
from catalogue.rdf.namespaces import DCAT, DCT, FOAF, HYDRA, PHAROS, RDF, RDFS, XSD
from catalogue.rdf.terms import Literal, NamedNode, Term, Triple


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
        return catalogue_iri(self.base)


@dataclass(frozen=True, slots=True)
class CatalogPage:
    """One page of the feed: its triples, its own address and its neighbours' (None: there is none). `held`: records on
    it; `total`: of all pages."""

    graph: Graph
    url: str
    first: str
    next: str | None
    total: int
    held: int


def catalog_page(ledger: Ledger, about: CatalogueDescription, cursor: str, size: int) -> CatalogPage:
    """The page at the cursor ("" is the first). InvalidQuery when it is not one of this feed's."""
    at = Cursor.parse(cursor)
    page = feed_page(ledger, at, size)
    total = ledger.published_count()
    first = page_url(about.base, Cursor(), size)
    url = page_url(about.base, at, size)
    following = page_url(about.base, page.next, size) if page.next else None
    answer = CatalogPage(Graph(), url, first, following, total, len(page.records))
    triples = [
        *_paging(about, answer, size),
        *_catalogue(about, _last_change(ledger)),
        *_members(about, page),
    ]
    return replace(answer, graph=Graph(triples))


def page_url(base: str, cursor: Cursor, size: int) -> str:
    """Address of a page. The first page has one too, beside that of the catalogue."""
    page = f"page={cursor}&" if str(cursor) else ""
    return f"{base}/catalog?{page}size={size}"


def _paging(about: CatalogueDescription, page: CatalogPage, size: int) -> Iterator[Triple]:
    view = NamedNode(page.url)
    yield Triple(about.iri, RDF.type, HYDRA.Collection)
    yield Triple(about.iri, HYDRA.totalItems, integer(page.total))
    yield Triple(about.iri, HYDRA.view, view)
    yield Triple(view, RDF.type, HYDRA.PartialCollectionView)
    yield Triple(view, HYDRA.itemsPerPage, integer(size))
    # Each record is whole on its page: a harvester must not add what another record says of the same agent.
    yield Triple(view, PHAROS.selfContained, Literal("true", datatype=XSD.boolean))
    yield Triple(view, HYDRA.totalItems, integer(page.total))
    if page.next and page.held < size:
        yield Triple(view, RDFS.comment, Literal(_why_short(page.held, size), language="en"))
    yield Triple(view, HYDRA.first, NamedNode(page.first))
    if page.next:
        yield Triple(view, HYDRA.next, NamedNode(page.next))


def _why_short(held: int, size: int) -> str:
    return (
        f"This page holds {counted(held, 'record')} of the {size} that were asked for: records that describe one thing "
        "differently stand on different pages, and a page of long records ends early. "
        "hydra:next leads to the others; no record is on two pages."
    )


def _catalogue(about: CatalogueDescription, modified: datetime | None) -> Iterator[Triple]:
    publisher = publisher_iri(about.iri)
    yield Triple(about.iri, RDF.type, DCAT.Catalog)
    yield Triple(about.iri, DCT.title, Literal(about.title, language=about.language))
    yield Triple(about.iri, DCT.description, Literal(about.description, language=about.language))
    yield Triple(about.iri, DCT.publisher, publisher)
    yield Triple(about.iri, FOAF.homepage, NamedNode(f"{about.base}/"))
    if modified:
        yield Triple(about.iri, DCT.modified, moment(modified))
    yield Triple(publisher, RDF.type, FOAF.Agent)
    yield Triple(publisher, FOAF.name, Literal(about.publisher, language=about.language))


def _members(about: CatalogueDescription, page: FeedPage) -> Iterator[Triple]:
    for record in page.records:
        for triple in catalog_record(record.version, about.base):
            if triple.predicate != DCT.source or _may_be_named(triple.object):
                yield triple
        if record.version.curation is not None:
            yield from curation_facts(record.version.curation, about.base)
        yield from record.graph


def _may_be_named(page_url: Term | Triple) -> bool:
    """Whether a source's page is an address on the web, without a password in it."""
    return (
        isinstance(page_url, NamedNode)
        and is_web_link(page_url.value)
        and "@" not in urlsplit(page_url.value).netloc
    )


def _last_change(ledger: Ledger) -> datetime | None:
    position = ledger.position()
    return next((change.at for change in ledger.changes(max(0, position - 1), 1)), None)
