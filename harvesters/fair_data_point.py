"""FAIR Data Points: from the root to catalogues, to datasets, services and series, to their distributions.

Navigation is by LDP containers and by the known relations; children come in bulk where the server has that route.
Facts of the reference implementation that shape this file: ldp:contains lists drafts too, whose documents answer
403; the bulk route `{record}/page/{child type}` gives published children only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from catalogue.errors import HarvestError, ParseError, ProtocolViolation, RetryableError, SourceError
from catalogue.model.harvest import (
    Completeness,
    HarvestSource,
    Option,
    Page,
    PageProblem,
    ProbeResult,
    ServerAdded,
)
from catalogue.model.places import Mirror
from catalogue.model.run_codes import RunCode
from catalogue.ports import FetchContext, HttpClient
from catalogue.rdf.containers import is_described, point_iri, related
from catalogue.rdf.media_types import ACCEPT
from catalogue.rdf.namespaces import DCAT, DCT, FDP, FDP_OLD
from harvesters._fdp_documents import Documents, FdpDocument, read
from harvesters._fdp_tasks import MAX_DEPTH, Task, Tasks

MAX_RESOURCES = 50_000
_REFERS_TO = "http://semanticscience.org/resource/SIO_000628"
_METADATA = (
    ("identifier", "metadataIdentifier"),
    ("issued", "metadataIssued"),
    ("modified", "metadataModified"),
)


class FairDataPointHarvester:
    """FAIR Data Point (FDP specification), any implementation that serves RDF."""

    name = "fair_data_point"
    title = "FAIR Data Point"
    options: tuple[Option, ...] = (
        Option("bulk", "bool", True, "Ask for children in bulk where the server can."),
        Option("max_resources", "int", MAX_RESOURCES, "Most documents that one run asks for."),
    )
    server_added: tuple[ServerAdded, ...] = (
        *(
            ServerAdded(f"fdp-metadata-{rule}", ns[name].value)
            for ns in (FDP, FDP_OLD)
            for rule, name in _METADATA
        ),
        ServerAdded("fdp-access-rights", DCT.accessRights.value, "^{subject}#accessRights$"),
        ServerAdded(
            "fdp-profile", DCT.conformsTo.value, r"/profile/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
        ),
        ServerAdded("fdp-metrics", _REFERS_TO, "^{subject}/metrics/"),
    )

    def probe(self, url: str, http: HttpClient) -> ProbeResult | None:
        """One request: the document has to be a FAIR Data Point's root, by class or by relation."""
        answer = http.get(url, accept=ACCEPT)
        try:
            found = read(answer)
        except ParseError:
            return None
        point, links = point_iri(found.graph), found.links
        if point is None:
            return None
        evidence = (
            f"describes itself as the FAIR Data Point {point}",
            f"names {len(links.catalogues)} catalogues",
        )
        return ProbeResult(self.name, url, 1.0 if links.catalogues else 0.8, evidence)

    def fetch(
        self, source: HarvestSource, http: HttpClient, context: FetchContext
    ) -> Iterator[Page | Completeness]:
        walk = _Walk(source, http, context.resume_cursor)
        yield from _chained(walk.pages())
        yield walk.completeness()


class _Walk:
    """One run over one FAIR Data Point."""

    def __init__(self, source: HarvestSource, http: HttpClient, resume_cursor: str | None) -> None:
        self._url = source.url
        self._resume = resume_cursor
        self._may_bulk = bool(source.options.get("bulk", True))
        self._documents = Documents(http, int(str(source.options.get("max_resources", MAX_RESOURCES))))
        self._mirror = Mirror("", source.url)
        self._tasks = Tasks(self._mirror, self._may_bulk)
        self._bulk_bodies: set[str] = set()
        self._is_rest = False

    def pages(self) -> Iterator[Page]:
        """The root with its catalogues, then a page for each child (with its parts) or each bulk page."""
        top = self._top()
        self._is_rest = self._resume is not None and self._tasks.skip_to(self._resume)
        if not self._is_rest:
            yield top
        for task in self._tasks:
            if self._documents.is_enough:
                return
            page = self._single(task) if task.awaited is None else self._bulk(task, dict(task.awaited))
            if page is not None:
                yield page

    def completeness(self) -> Completeness:
        cut = f"below {MAX_DEPTH} levels nothing was read" if self._tasks.is_cut else ""
        if self._is_rest:
            cut = "the run was resumed, and what only the documents before it name was not followed"
        return self._documents.completeness(len(self._tasks.elsewhere), cut)

    # -- the top: root and catalogues ---------------------------------------------------------------

    def _top(self) -> Page:
        root = self._root()
        payloads, problems = [root.payload], list[PageProblem]()
        self._tasks.plan(root.graph, root.links, root.links.children, 1)
        waiting = deque((iri, 1) for iri in root.links.catalogues if not is_described(root.graph, iri))
        while waiting:
            iri, depth = waiting.popleft()
            found = self._documents.child(self._tasks.address(iri), counts_as_record=False)
            if isinstance(found, PageProblem):
                problems.append(found)
            elif found is not None:
                payloads.append(found.payload)
                self._tasks.plan(found.graph, found.links, found.links.children, depth + 1)
                if found.links.catalogues and not self._tasks.is_too_deep(depth + 1):
                    waiting.extend((iri, depth + 1) for iri in found.links.catalogues)
        return Page(self._url, self._url, tuple(payloads), problems=tuple(problems))

    def _root(self) -> FdpDocument:
        """The first document. What it answers is the source's answer: errors end the run."""
        try:
            root = self._documents.get(self._url)
        except ParseError as error:
            raise ProtocolViolation(
                f"{self._url} gives no RDF that can be read: {error.detail}",
                advice=error.advice,
                **{**error.context, "failure": RunCode.UNPARSEABLE.value},
            ) from error
        point = point_iri(root.graph)
        if not root.links.catalogues and not root.links.children and point is None:
            raise ProtocolViolation(
                f"{self._url} is no FAIR Data Point: it names no catalogue and has no LDP container.",
                advice="Give the root of the FAIR Data Point, or choose the harvester dcat_rdf.",
            )
        self._mirror = Mirror(point or root.payload.url, root.payload.url)
        self._tasks = Tasks(self._mirror, self._may_bulk)
        self._documents.visited(self._mirror.address(self._mirror.iri))
        return root

    # -- pages --------------------------------------------------------------------------------------

    def _single(self, task: Task) -> Page | None:
        found = self._documents.child(task.url)
        if isinstance(found, PageProblem):
            return Page(task.url, task.url, problems=(found,))
        return self._page(task, found) if found is not None else None

    def _bulk(self, task: Task, awaited: dict[str, bool]) -> Page | None:
        """One page of children; None where the server has no such route: then each is asked for by itself."""
        try:
            document = self._documents.get(task.url)
        except (ParseError, SourceError, RetryableError) as error:
            return self._without_bulk(task, awaited, error)
        if document.payload.payload_hash in self._bulk_bodies:
            # The server ignores which page is asked for: its chain has no end.
            self._tasks.singly(awaited, task.depth)
            return None
        self._bulk_bodies.add(document.payload.payload_hash)
        given = [iri for iri in awaited if is_described(document.graph, iri)]
        if not given and awaited and task.is_first:
            return self._without_bulk(task, awaited, None)
        for iri in given:
            self._documents.visited(self._mirror.address(iri))
            del awaited[iri]
        following = self._tasks.address(document.next_url) if document.next_url else None
        if following is not None and not self._documents.was_visited(following):
            self._tasks.go_on(task, following, awaited)
        else:
            # The end of the chain: who is named but was not given may have come too late or have failed there.
            self._documents.listed_only += sum(not named for named in awaited.values())
            self._tasks.singly([iri for iri, named in awaited.items() if named], task.depth)
        return self._page(task, document)

    def _without_bulk(self, task: Task, awaited: dict[str, bool], error: HarvestError | None) -> Page | None:
        self._tasks.singly(awaited, task.depth)
        if task.is_first and not isinstance(error, RetryableError):
            self._tasks.give_up_bulk()
        if awaited or error is None:
            return None
        self._documents.lost += 1
        return Page(task.url, task.url, problems=(PageProblem.of(task.url, error, counts_as_record=False),))

    def _page(self, task: Task, document: FdpDocument) -> Page:
        """The document with its parts (distributions, their access services), as far as they stand elsewhere."""
        links = document.links
        self._tasks.plan(document.graph, links, (*links.catalogues, *links.children), task.depth + 1)
        payloads, problems = [document.payload], list[PageProblem]()
        parts = deque(iri for iri in links.parts if not is_described(document.graph, iri))
        while parts:
            found = self._documents.child(self._tasks.address(parts.popleft()), counts_as_record=False)
            if isinstance(found, PageProblem):
                problems.append(found)
            elif found is not None:
                payloads.append(found.payload)
                parts.extend(related(found.graph, (DCAT.accessService,)))
        return Page(task.url, task.url, tuple(payloads), problems=tuple(problems))


def _chained(pages: Iterator[Page]) -> Iterator[Page]:
    """The pages, each with the cursor of the one after it: which one comes is known when it is there."""
    held: Page | None = None
    try:
        for page in pages:
            if held is not None:
                yield replace(held, next_cursor=page.cursor)
            held = page
    except HarvestError:
        if held is not None:
            yield held
        raise
    if held is not None:
        yield held
