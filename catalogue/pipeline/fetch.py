"""Stage 1: one source to pages, by its harvester; the one place that holds every harvester to its limits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator
from dataclasses import replace

from catalogue.errors import CatalogueError, RunCancelled, SourceError
from catalogue.model.harvest import Completeness, HarvestSource, Page
from catalogue.model.places import address_for_others
from catalogue.model.records import Payload
from catalogue.ports import FetchContext, Harvester, HttpClient


def fetch(
    harvester: Harvester,
    source: HarvestSource,
    http: HttpClient,
    context: FetchContext,
    *,
    max_pages: int,
    before: Collection[str] = (),
    cancelled: Callable[[], bool] = lambda: False,
    heartbeat: Callable[[], object] = lambda: None,
) -> Iterator[Page | Completeness]:
    """The source's pages and, always last, one Completeness.

    It is incomplete, with the reason as its evidence, when the harvester went in a circle (a cursor, address or body
    met before), asked for more than `max_pages`, or ended without a statement. `before`: addresses of the pages that an
    earlier worker of the run has read, which count as well; those among them at which the harvester begins anew, to
    find its way to where it goes on, are not handed on again. `cancelled` and `heartbeat` are called before each page is
    asked for. Raises RunCancelled, what the harvester raises of ours, and SourceError for whatever else comes out of it.
    """
    guard = _Guard(max_pages, before)
    told = _for_others(source)
    items = _items(told, harvester.name, lambda: harvester.fetch(told, http, context), cancelled, heartbeat)
    try:
        for item in items:
            if isinstance(item, Completeness):
                yield _last_word(item, items)
                return
            if guard.is_on_its_way(item):
                continue
            reason = guard.reason_to_refuse(item)
            if not reason:
                yield item
                reason = guard.reason_to_stop(item)
            if reason:
                yield Completeness(complete=False, evidence=reason)
                return
        yield Completeness(complete=False, evidence=_SILENT)
    finally:
        items.close()


def _for_others(source: HarvestSource) -> HarvestSource:
    """The source as a harvester may know it: it writes addresses into pages, evidence and messages that strangers read."""
    return replace(source, url=address_for_others(source.slug, source.url))


_SILENT = "The harvester ended without saying whether it saw everything."


def _items(
    source: HarvestSource,
    name: str,
    start: Callable[[], Iterator[Page | Completeness]],
    cancelled: Callable[[], bool],
    heartbeat: Callable[[], object],
) -> Generator[Page | Completeness, None, None]:
    """What the harvester yields; whatever foreign comes out of it becomes a SourceError."""
    pages: Iterator[Page | Completeness] = iter(())
    try:
        _go_on(cancelled, heartbeat)
        pages = start()
        for item in pages:
            if not isinstance(item, Page | Completeness):
                raise TypeError(f"it yielded {type(item).__name__}, which is no page")
            yield item
            _go_on(cancelled, heartbeat)
    except CatalogueError:
        raise
    except Exception as error:
        raise SourceError(
            f"The harvester {name} failed while reading {source.url} ({type(error).__name__}).",
            advice="This is a fault of the harvester, not of the source: report it with the address of the source.",
            harvester=name,
        ) from error
    finally:
        if isinstance(pages, Generator):
            pages.close()


def _go_on(cancelled: Callable[[], bool], heartbeat: Callable[[], object]) -> None:
    if cancelled():
        raise RunCancelled("The run was cancelled.")
    heartbeat()


def _last_word(statement: Completeness, rest: Iterator[Page | Completeness]) -> Completeness:
    """The statement, unless the harvester goes on after it: then it did not know what it said."""
    if next(rest, None) is None:
        return statement
    return Completeness(
        complete=False,
        evidence=f"The harvester went on after its last word (“{statement.evidence}”).",
        total_claimed=statement.total_claimed,
    )


class _Guard:
    """Knows a circle when it sees one."""

    def __init__(self, max_pages: int, before: Collection[str]) -> None:
        self._max_pages = max_pages
        self._pages = len(before)
        self._cursors: set[str] = set()
        self._urls = set(before)
        self._way = frozenset(before)
        self._bodies: dict[tuple[str, ...], str] = {}

    def is_on_its_way(self, page: Page) -> bool:
        """Whether a harvester that goes on has not yet met a page that is new in this run."""
        if page.url not in self._way:
            self._way = frozenset()
        return page.url in self._way

    def reason_to_refuse(self, page: Page) -> str:
        """Why this page is not handed on; "" when it is."""
        if self._pages >= self._max_pages:
            return f"Stopped after {self._max_pages:,} pages, the most that a run may ask for: {page.url} was not read."
        if page.cursor and page.cursor in self._cursors:
            return f"The pages go in a circle: the page {page.cursor} came twice."
        if page.url in self._urls:
            return f"The pages go in a circle: {page.url} came twice."
        body = _body(page)
        if body and body in self._bodies:
            return (
                f"{page.url} has the very content of {self._bodies[body]}: the server seems to ignore which page "
                "is asked for."
            )
        self._remember(page, body)
        return ""

    def _remember(self, page: Page, body: tuple[str, ...]) -> None:
        self._pages += 1
        self._urls.add(page.url)
        if page.cursor:
            self._cursors.add(page.cursor)
        if body:
            self._bodies[body] = page.url

    def reason_to_stop(self, page: Page) -> str:
        """Why the next page need not be asked for; "" when it is to be."""
        if page.next_cursor and page.next_cursor in self._cursors:
            return f"The pages go in a circle: {page.url} names {page.next_cursor} as the next one, which was read before."
        return ""


def _body(page: Page) -> tuple[str, ...]:
    """What the page says, by hashes. Empty documents are alike without being one page, and so are copied files."""
    if not page.url.lower().startswith(("http://", "https://")):
        return ()
    return tuple(payload.payload_hash for payload in page.payloads if not _is_empty(payload))


def _is_empty(payload: Payload) -> bool:
    return not payload.body.strip() or (payload.parsed is not None and len(payload.parsed.graph) == 0)
