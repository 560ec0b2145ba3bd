"""A provider that publishes its catalogue as pages of RDF, each in its own dialect."""

from __future__ import annotations

import gzip
from functools import cache

from rdflib import Graph, Literal, URIRef

from deploy.demo.authoring import Provider
from deploy.demo.catalogues import CATALOGUE_MODIFIED, describe_catalogue
from deploy.demo.federation_data import Record, stable_records
from deploy.demo.site import Answer, Query, choose, refusal
from deploy.demo.syntaxes import MEDIA_TYPES, serialise
from deploy.demo.terms import CV, DCAT, FOAF, HYDRA, RDF

_NEGOTIATED = ["turtle", "rdf-xml", "json-ld", "n-triples"]
_PATH = "/catalogue"


class PagedRdfSite:
    """Serves ``/catalogue?page=N``; without a number, the first page."""

    def __init__(self, provider: Provider, everyone: tuple[Provider, ...], base: str) -> None:
        self._provider = provider
        self._dialect = provider.dialect
        self._url = f"{base}{_PATH}"
        self._catalogue = URIRef(f"{provider.home}/catalogue")
        records = list(stable_records(provider, everyone))
        size = self._dialect.page_size
        self._total = len(records)
        self._pages = [records[start : start + size] for start in range(0, len(records), size)]
        self._render = cache(self._rendered)

    def answer(self, path: str, query: Query, accept: str) -> Answer:
        if path == "/":
            return Answer(b"", "text/plain", 303, headers={"Location": self._url})
        if path != _PATH:
            return refusal(404, "There is only the catalogue here.")
        number = query.get("page", "1")
        if not number.isdecimal() or not 1 <= int(number) <= len(self._pages):
            return refusal(404, "There is no such page.")
        syntax = self._syntax(accept)
        if syntax is None:
            return refusal(406, "Ask for Turtle, RDF/XML, JSON-LD or N-Triples.")
        return self._render(int(number), syntax)

    def _syntax(self, accept: str) -> str | None:
        if self._dialect.syntax != "negotiated":
            return self._dialect.syntax
        names = {MEDIA_TYPES[syntax]: syntax for syntax in _NEGOTIATED}
        chosen = choose(accept, list(names))
        return names[chosen] if chosen else None

    def _rendered(self, number: int, syntax: str) -> Answer:
        body = serialise(self._graphs(number), syntax)
        headers = {"Vary": "Accept"} if self._dialect.syntax == "negotiated" else {}
        if self._dialect.paging == "hydra-next-relative":
            body = body.replace(f"<{self._url}?".encode(), b"<?")
        if self._dialect.paging == "link-header" and number < len(self._pages):
            headers["Link"] = f'<{self._page_url(number + 1)}>; rel="next"'
        if self._dialect.gzip:
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        content_type = self._dialect.content_type or MEDIA_TYPES[syntax]
        dates = [record.dataset.modified for record in self._pages[number - 1]]
        return Answer(body, content_type, modified=max([CATALOGUE_MODIFIED, *dates]), headers=headers)

    def _graphs(self, number: int) -> dict[URIRef | None, Graph]:
        graphs: dict[URIRef | None, Graph] = {None: self._page_triples(number)}
        for record in self._pages[number - 1]:
            graphs[record.iri] = record.whole()
            graphs[None].add((self._catalogue, DCAT.dataset, record.iri))
        if self._dialect.parts_on_last_page:
            self._move_parts(graphs, last=number == len(self._pages))
        return graphs

    def _move_parts(self, graphs: dict[URIRef | None, Graph], last: bool) -> None:
        """Distributions and agents stand on the last page, whichever page their dataset is on."""
        for graph in graphs.values():
            for part in _parts(graph):
                graph.remove((part, None, None))
        if last:
            for page in self._pages:
                for record in page:
                    graphs[None] += _only(record, _parts(record.whole()))
            graphs[None] += describe_catalogue(self._provider, self._catalogue)

    def _page_triples(self, number: int) -> Graph:
        """The catalogue's description, repeated on each page, and the links to the other pages."""
        graph = describe_catalogue(self._provider, self._catalogue)
        paging = self._dialect.paging
        if paging == "link-header":
            return graph
        page = URIRef(self._page_url(number))
        old = paging == "hydra-paged-collection"
        following, preceding, first, last = (
            ("nextPage", "previousPage", "firstPage", "lastPage")
            if old
            else ("next", "previous", "first", "last")
        )
        graph.add((page, RDF.type, HYDRA["PagedCollection" if old else "PartialCollectionView"]))
        counted = page if old else self._catalogue
        graph.add((counted, HYDRA.totalItems, Literal(self._total)))
        if old:
            graph.add((page, HYDRA.itemsPerPage, Literal(self._dialect.page_size)))
        else:
            graph.add((self._catalogue, HYDRA.view, page))
        links = {first: 1, last: len(self._pages), preceding: number - 1, following: number + 1}
        for relation, target in links.items():
            if 1 <= target <= len(self._pages):
                url = self._page_url(target)
                literal = paging == "hydra-next-literal"
                graph.add((page, HYDRA[relation], Literal(url) if literal else URIRef(url)))
        return graph

    def _page_url(self, number: int) -> str:
        return f"{self._url}?page={number}"


def _parts(graph: Graph) -> set[URIRef]:
    kinds = (DCAT.Distribution, FOAF.Agent, CV.ContactPoint)
    return {part for kind in kinds for part in graph.subjects(RDF.type, kind) if isinstance(part, URIRef)}


def _only(record: Record, subjects: set[URIRef]) -> Graph:
    graph = Graph()
    for triple in record.whole():
        if triple[0] in subjects:
            graph.add(triple)
    return graph
