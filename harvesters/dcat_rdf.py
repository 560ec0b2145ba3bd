"""DCAT in any RDF syntax: one document, a collection in pages, or a list of documents (a folder).

Pages are followed by Hydra (both dialects), TREE and `Link: rel=next`. What pages mean is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin, urlsplit

from catalogue.errors import ParseError, ProtocolViolation
from catalogue.model.harvest import (
    Completeness,
    HarvestSource,
    Option,
    Page,
    PageProblem,
    ProbeResult,
    RememberedPage,
    ServerAdded,
)
from catalogue.model.http import HttpResponse
from catalogue.model.places import keep_https, place_of
from catalogue.model.run_codes import RunCode
from catalogue.model.wording import counted
from catalogue.ports import FetchContext, HttpClient
from catalogue.rdf.containers import point_iri
from catalogue.rdf.documents import Document
from catalogue.rdf.graphs import Graph
from catalogue.rdf.media_types import ACCEPT, SYNTAXES
from catalogue.rdf.namespaces import DCAT
from catalogue.rdf.paging import PageLinks, link_header_target, page_links
from catalogue.rdf.parse import parse_document
from catalogue.rdf.terms import BlankNode

URI_LIST = "text/uri-list"
_COUNTED = (DCAT.Dataset, DCAT.DatasetSeries, DCAT.DataService)


class DcatRdfHarvester:
    """RDF over HTTP."""

    name = "dcat_rdf"
    title = "DCAT as RDF (Turtle, RDF/XML, JSON-LD, N-Triples, N-Quads, TriG), with paging"
    options: tuple[Option, ...] = (
        Option(
            "syntax", "choice", "", "Read every document as this, whatever the server says.", ("", *SYNTAXES)
        ),
        Option("accept", "str", "", "Accept header, for servers that take the first type of any list."),
        Option("other_hosts", "bool", False, "Follow next links to other hosts."),
        Option(
            "check_total",
            "bool",
            True,
            "Take fewer records than hydra:totalItems claims as a sign that some are missing.",
        ),
    )
    server_added: tuple[ServerAdded, ...] = ()

    def probe(self, url: str, http: HttpClient) -> ProbeResult | None:
        """One request. A document that is RDF without DCAT is a guess; a FAIR Data Point is left to its own."""
        answer = http.get(url, accept=ACCEPT)
        try:
            document = _parsed(answer, "")
        except ParseError:
            return None
        links = _links(document.graph, answer)
        count = sum(1 for _ in document.graph.instances(*_COUNTED))
        catalogues = len(document.graph.instances(DCAT.Catalog))
        evidence = [
            f"{document.syntax} with {counted(len(document.graph), 'statement')}",
            f"{counted(catalogues, 'catalogue')} and {counted(count, 'dataset, series or service', 'datasets, series and services')} in the first document",
        ]
        if links.next:
            evidence.append(f"goes on by {links.dialect}")
        is_point = point_iri(document.graph) is not None
        confidence = 0.5 if is_point else 0.9 if count or catalogues else 0.2
        known = links.total if links.total is not None else (None if links.next else count)
        return ProbeResult(self.name, url, confidence, tuple(evidence), records=known)

    def fetch(
        self, source: HarvestSource, http: HttpClient, context: FetchContext
    ) -> Iterator[Page | Completeness]:
        return _Walk(source, http, context).items()


@dataclass(slots=True)
class _Seen:
    """What was met in this run, small: addresses and hashes as numbers."""

    urls: set[int] = field(default_factory=set)
    bodies: set[int] = field(default_factory=set)
    resources: set[int] = field(default_factory=set)
    pages: int = 0
    lost: int = 0
    elsewhere: int = 0
    blank: int = 0
    passed: int = 0
    """Records of pages that were not read, because they stand as they did."""
    total: int | None = None

    def count(self, graph: Graph, links: PageLinks) -> None:
        for node in graph.instances(*_COUNTED):
            if isinstance(node, BlankNode):
                self.blank += 1
            else:
                self.resources.add(hash(node.value))
        if links.total is not None:
            self.total = max(links.total, self.total or 0)

    @property
    def found(self) -> int:
        return len(self.resources) + self.blank + self.passed


@dataclass(frozen=True, slots=True)
class _Read:
    """What one answer gave: the page (None: its body was met before) and the URLs that may come next."""

    page: Page | None
    candidates: tuple[str, ...] = ()
    is_end_known: bool = True


class _Walk:
    """One run over one source."""

    def __init__(self, source: HarvestSource, http: HttpClient, context: FetchContext) -> None:
        self._source = source
        self._http = http
        self._context = context
        self._syntax = str(source.options.get("syntax") or "")
        self._accept = str(source.options.get("accept") or "") or ACCEPT
        self._anywhere = bool(source.options.get("other_hosts", False))
        self._check_total = bool(source.options.get("check_total", True))
        self._places = {place_of(source.url)}
        self._seen = _Seen()
        self._resumed = context.resume_cursor is not None
        self._after: dict[str, str | None] = {}
        """For a list of documents (a folder): each one's successor."""

    def items(self) -> Iterator[Page | Completeness]:
        url = self._context.resume_cursor or self._source.url
        is_folder = self._resumed and urlsplit(url).scheme == "file"
        answer = self._ask(self._source.url if is_folder else url)
        if answer.media_type == URI_LIST:
            url = self._first_listed(answer)
            answer = self._ask(url)
        elif is_folder:
            answer = self._ask(url)
        yield from self._chain(url, answer)

    def _chain(self, url: str, answer: HttpResponse) -> Iterator[Page | Completeness]:
        """Pages from `url` on; `answer` is what it answered."""
        while True:
            self._seen.urls.add(hash(url))
            self._places.add(place_of(answer.url))
            read = self._read(url, answer)
            if read.page is None:
                yield self._stopped(f"{url} has the very content of an earlier page")
                return
            following, reason = (self._after[url], "") if self._after else self._following(url, read)
            self._seen.pages += 1
            yield replace(read.page, next_cursor=following)
            if reason:
                yield self._stopped(reason)
                return
            if following is None:
                yield self._finished()
                return
            url, answer = following, self._ask(following)

    def _ask(self, url: str) -> HttpResponse:
        remembered = self._context.remembered(url)
        return self._http.get(
            url, accept=self._accept, validators=remembered.validators if remembered else None
        )

    def _first_listed(self, answer: HttpResponse) -> str:
        """Notes the order of a text/uri-list and gives the document to begin at."""
        lines = answer.body.decode("utf-8", "replace").splitlines()
        urls = [
            urljoin(answer.url, line.strip()) for line in lines if line.strip() and not line.startswith("#")
        ]
        near = [url for url in dict.fromkeys(urls) if self._anywhere or place_of(url) in self._places]
        self._seen.elsewhere = len(set(urls)) - len(near)
        if not near:
            raise ProtocolViolation(
                f"{answer.url} lists no RDF document.", advice="Give a folder with files like *.ttl or *.rdf."
            )
        self._after = dict(zip(near, [*near[1:], None], strict=True))
        cursor = self._context.resume_cursor
        return cursor if cursor in self._after else near[0]

    def _read(self, url: str, answer: HttpResponse) -> _Read:
        remembered = self._context.remembered(url)
        payload = answer.as_payload(self._syntax or None)
        if remembered and (answer.not_modified or payload.payload_hash == remembered.payload_hash):
            self._seen.passed += len(remembered.record_ids)
            return _unchanged(url, answer, remembered)
        if answer.not_modified:
            raise ProtocolViolation(f"{url} answers 304 though nothing was asked of its date.")
        if hash(payload.payload_hash) in self._seen.bodies and not self._after:
            return _Read(None)
        self._seen.bodies.add(hash(payload.payload_hash))
        try:
            document = _parsed(answer, self._syntax)
            self._refuse_empty(document, url)
        except ParseError as error:
            self._refuse_first(error, url)
            self._seen.lost += 1
            header = link_header_target(answer.headers.get("link", ""), "next", answer.url)
            lost = Page(url, url, problems=(PageProblem.of(url, error),))
            return _Read(lost, (header,) if header else (), is_end_known=header is not None)
        links = _links(document.graph, answer)
        self._seen.count(document.graph, links)
        page = Page(url, url, (replace(payload, parsed=document),), validators=answer.validators)
        return _Read(page, links.next)

    def _following(self, url: str, read: _Read) -> tuple[str | None, str]:
        """The next page's URL (None: there is none) and, where the walk has to end early, why."""
        if not read.candidates:
            unknown = f"{url} could not be read, and only it knew the next page"
            return None, "" if read.is_end_known else unknown
        fresh = [target for target in read.candidates if hash(target) not in self._seen.urls]
        if not fresh:
            return None, f"{url} names {read.candidates[0]} as the next page, which was read before"
        if len(fresh) > 1:
            return None, f"{url} branches into {len(fresh)} pages, and one chain is followed"
        target = keep_https(fresh[0], url)
        if place_of(target) not in self._places and not self._anywhere:
            host = place_of(target)
            return None, f"{url} leads to another host ({host}), which the option other_hosts would allow"
        return target, ""

    @property
    def _is_first(self) -> bool:
        return not self._seen.pages and not self._resumed and not self._after

    def _refuse_first(self, error: ParseError, url: str) -> None:
        """A source whose first document is no RDF is no source of this kind: nothing is to be had from it."""
        if self._is_first:
            raise ProtocolViolation(
                f"{url} gives no RDF that can be read: {error.detail}",
                advice=error.advice,
                **{**error.context, "failure": RunCode.UNPARSEABLE.value},
            ) from error

    def _refuse_empty(self, document: Document, url: str) -> None:
        if self._is_first and not len(document.graph):
            raise ProtocolViolation(
                f"{url} holds no RDF statement ({document.syntax}).",
                advice="Check that it is the file with the metadata."
                if url.startswith("file:")
                else "Check that it is the address of the metadata and not of an API or a page.",
                failure=RunCode.EMPTY.value,
            )

    def _stopped(self, reason: str) -> Completeness:
        return Completeness(False, f"Read {counted(self._seen.pages, 'page')}; {reason}.", self._seen.total)

    def _finished(self) -> Completeness:
        seen = self._seen
        sentence = f"Read {counted(seen.pages, 'page')}, to the end"
        is_whole = not seen.lost and not seen.elsewhere
        if seen.lost:
            sentence += f"; {counted(seen.lost, 'page')} could not be read"
        if seen.elsewhere:
            sentence += f"; {seen.elsewhere} listed documents are on other hosts and were not asked for"
        if self._resumed:
            # Earlier pages of this run were read by another worker: the count says nothing here.
            sentence += "; the run was resumed in the middle"
        elif seen.total is not None:
            sentence += f"; hydra:totalItems claims {seen.total}, and {seen.found} resources were met"
            is_whole = is_whole and not (self._check_total and seen.found < seen.total)
        return Completeness(is_whole, f"{sentence}.", seen.total)


def _parsed(answer: HttpResponse, syntax: str) -> Document:
    return parse_document(
        answer.body, answer.url, media_type=answer.media_type, charset=answer.charset, syntax=syntax or None
    )


def _links(graph: Graph, answer: HttpResponse) -> PageLinks:
    """By the document, else by the Link header."""
    links = page_links(graph, answer.url)
    header = link_header_target(answer.headers.get("link", ""), "next", answer.url)
    if links.next or header is None:
        return links
    return PageLinks((header,), links.total, "Link header")


def _unchanged(url: str, answer: HttpResponse, remembered: RememberedPage) -> _Read:
    known = answer.validators
    validators = known if known.etag or known.last_modified else remembered.validators
    candidates = (remembered.next_cursor,) if remembered.next_cursor else ()
    return _Read(Page(url, url, validators=validators, unchanged=True), candidates)
