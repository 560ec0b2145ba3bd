"""FAIR Data Points: from the root to catalogues, to datasets, services and series, to their distributions.

Navigation is by LDP containers and by the known relations; children come in bulk where the server has that route.
Facts of the reference implementation that shape this file: ldp:contains lists drafts too, whose documents answer
403; the bulk route `{record}/page/{child type}` gives published children only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
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
from harvesters._fdp_notes import Notes, Offer
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
        Option("max_resources", "int", MAX_RESOURCES, "Most documents that one run asks for.", at_least=1),
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
        walk = _Walk(source, http, context)
        yield from _chained(walk.pages())
        yield walk.completeness()


class _Walk:
    """One run over one FAIR Data Point."""

    def __init__(self, source: HarvestSource, http: HttpClient, context: FetchContext) -> None:
        self._url = source.url
        self._context = context
        self._resume = context.resume_cursor
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
            self._begin_page()
            page = self._single(task) if task.awaited is None else self._bulk(task, dict(task.awaited))
            if page is not None:
                yield page

    def completeness(self) -> Completeness:
        cut = f"below {MAX_DEPTH} levels nothing was read" if self._tasks.is_cut else ""
        if self._is_rest:
            cut = "the run was resumed, and what only the documents before it name was not followed"
        return self._documents.completeness(len(self._tasks.elsewhere), cut)

    # -- pages that stand as they did ---------------------------------------------------------------

    def _begin_page(self) -> None:
        self._documents.begin_page()
        self._tasks.offers = []

    def _remembered(self, url: str) -> Notes | None:
        remembered = self._context.remembered(url)
        return Notes.read(remembered.notes) if remembered else None

    def _passed(self, url: str, notes: Notes, depth: int) -> Page:
        """A page that was not read; what it leads to is known."""
        for offer in notes.offers:
            self._tasks.plan(offer, depth)
        self._tasks.elsewhere.update(notes.elsewhere)
        return Page(url, url, unchanged=True, notes=notes.text())

    def _notes(self, elsewhere: set[str]) -> Notes:
        """What is noted of the page in hand. `elsewhere`: what was known to be on other servers before it."""
        documents, tasks = self._documents, self._tasks
        return Notes(
            tuple(documents.known),
            tuple(documents.refused),
            tuple(tasks.offers),
            tuple(sorted(tasks.elsewhere - elsewhere)),
        )

    # -- the top: root and catalogues ---------------------------------------------------------------

    def _top(self) -> Page:
        self._begin_page()
        noted = self._remembered(self._url)
        standing = self._documents.stand(noted) if noted else None
        if standing is not None:
            self._settle(Mirror(standing.point, standing.documents[0].final))
            return self._passed(self._url, standing, 0)
        root = self._root()
        payloads, problems = [root.payload], list[PageProblem]()
        self._tasks.plan(Offer.of(root.graph, root.links, root.links.children), 0)
        waiting = deque((iri, 1) for iri in root.links.catalogues if not is_described(root.graph, iri))
        while waiting:
            iri, depth = waiting.popleft()
            found = self._documents.child(self._tasks.address(iri), counts_as_record=False)
            if isinstance(found, PageProblem):
                problems.append(found)
            elif found is not None:
                payloads.append(found.payload)
                self._tasks.plan(Offer.of(found.graph, found.links, found.links.children, depth + 1), 0)
                if found.links.catalogues and not self._tasks.is_too_deep(depth + 1):
                    waiting.extend((iri, depth + 1) for iri in found.links.catalogues)
        notes = replace(self._notes(set()), point=self._mirror.iri)
        return Page(self._url, self._url, tuple(payloads), problems=tuple(problems), notes=notes.text())

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
        self._settle(Mirror(point or root.payload.url, root.payload.url))
        return root

    def _settle(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self._tasks = Tasks(mirror, self._may_bulk)
        self._documents.visited(mirror.address(mirror.iri))

    # -- pages --------------------------------------------------------------------------------------

    def _single(self, task: Task) -> Page | None:
        noted = self._remembered(task.url)
        standing = self._documents.stand(noted) if noted else None
        if standing is not None:
            return self._passed(task.url, standing, task.depth)
        found = self._documents.child(task.url)
        if isinstance(found, PageProblem):
            return Page(task.url, task.url, problems=(found,))
        return self._page(task, found) if found is not None else None

    def _bulk(self, task: Task, awaited: dict[str, bool]) -> Page | None:
        """One page of children; None where the server has no such route: then each is asked for by itself."""
        noted = self._remembered(task.url)
        if noted is not None and self._is_usable(noted, task, awaited):
            standing = self._documents.stand(noted)
            if standing is not None:
                self._bulk_bodies.add(standing.documents[0].payload_hash)
                self._given(
                    task, [iri for iri in standing.given if iri in awaited], awaited, standing.following
                )
                return self._passed(task.url, standing, task.depth)
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
        self._given(task, given, awaited, document.next_url)
        return self._page(task, document, tuple(given))

    def _is_usable(self, noted: Notes, task: Task, awaited: Mapping[str, bool]) -> bool:
        """Whether a page of children may be passed over if it stands as it did: it is another than those before it, and
        has some of those that are awaited."""
        is_new = noted.documents[0].payload_hash not in self._bulk_bodies
        return is_new and (not task.is_first or not awaited or any(iri in awaited for iri in noted.given))

    def _given(
        self, task: Task, given: Sequence[str], awaited: dict[str, bool], next_url: str | None
    ) -> None:
        """Takes what a page of children has off the awaited ones, and plans how the rest is had."""
        for iri in given:
            self._documents.visited(self._mirror.address(iri))
            del awaited[iri]
        following = self._tasks.address(next_url) if next_url else None
        if following is not None and not self._documents.was_visited(following):
            self._tasks.go_on(task, following, awaited)
        else:
            # The end of the chain: who is named but was not given may have come too late or have failed there.
            self._documents.listed_only += sum(not named for named in awaited.values())
            self._tasks.singly([iri for iri, named in awaited.items() if named], task.depth)

    def _without_bulk(self, task: Task, awaited: dict[str, bool], error: HarvestError | None) -> Page | None:
        self._tasks.singly(awaited, task.depth)
        if task.is_first and not isinstance(error, RetryableError):
            self._tasks.give_up_bulk()
        if awaited or error is None:
            return None
        self._documents.lost += 1
        return Page(task.url, task.url, problems=(PageProblem.of(task.url, error, counts_as_record=False),))

    def _page(self, task: Task, document: FdpDocument, given: tuple[str, ...] = ()) -> Page:
        """The document with its parts (distributions, their access services), as far as they stand elsewhere. `given`:
        the awaited ones that it describes."""
        links, elsewhere = document.links, set(self._tasks.elsewhere)
        self._tasks.plan(Offer.of(document.graph, links, (*links.catalogues, *links.children)), task.depth)
        payloads, problems = [document.payload], list[PageProblem]()
        parts = deque(iri for iri in links.parts if not is_described(document.graph, iri))
        while parts:
            found = self._documents.child(self._tasks.address(parts.popleft()), counts_as_record=False)
            if isinstance(found, PageProblem):
                problems.append(found)
            elif found is not None:
                payloads.append(found.payload)
                parts.extend(related(found.graph, (DCAT.accessService,)))
        notes = replace(self._notes(elsewhere), given=given, following=document.next_url)
        return Page(task.url, task.url, tuple(payloads), problems=tuple(problems), notes=notes.text())


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
