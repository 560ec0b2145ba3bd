"""Documents of a FAIR Data Point, asked for one by one, and the account of what was had and what was not."""

from __future__ import annotations

from dataclasses import dataclass, field

from catalogue.errors import AccessRefused, ParseError, RetryableError, SourceError, SourceGone
from catalogue.model.harvest import Completeness, PageProblem
from catalogue.model.http import HttpResponse
from catalogue.model.records import Payload
from catalogue.model.wording import counted
from catalogue.ports import HttpClient
from catalogue.rdf.containers import DocumentLinks, document_links
from catalogue.rdf.graphs import Graph
from catalogue.rdf.media_types import ACCEPT
from catalogue.rdf.paging import link_header_target
from catalogue.rdf.parse import parse_document

SILENCE = 5
"""Children in a row that do not answer: then it is the server."""


@dataclass(frozen=True, slots=True)
class FdpDocument:
    """One document, read. `next_url`: the page after it, where the server sent a Link header (bulk pages)."""

    payload: Payload
    graph: Graph
    links: DocumentLinks
    next_url: str | None = None


def read(answer: HttpResponse) -> FdpDocument:
    """Raises ParseError."""
    parsed = parse_document(answer.body, answer.url, media_type=answer.media_type, charset=answer.charset)
    following = link_header_target(answer.headers.get("link", ""), "next", answer.url)
    return FdpDocument(
        answer.as_payload(parsed=parsed), parsed.graph, document_links(parsed.graph), following
    )


@dataclass(slots=True)
class Documents:
    """Asks for each address once, for at most `most` documents, and keeps account."""

    http: HttpClient
    most: int
    asked: int = 0
    had: int = 0
    not_public: int = 0
    listed_only: int = 0
    silent: int = 0
    lost: int = 0
    _visited: set[int] = field(default_factory=set)
    _silence: int = 0

    @property
    def is_enough(self) -> bool:
        return self.asked >= self.most

    def was_visited(self, url: str) -> bool:
        return hash(url) in self._visited

    def visited(self, *urls: str | None) -> None:
        """These need not be asked for any more."""
        self._visited.update(hash(url) for url in urls if url is not None)

    def get(self, url: str) -> FdpDocument:
        """The document, counted when it was had. Raises HarvestErrors."""
        document = read(self.http.get(url, accept=ACCEPT))
        self.visited(url, document.payload.url)
        self.asked += 1
        self.had += 1
        return document

    def child(self, url: str | None, counts_as_record: bool = True) -> FdpDocument | PageProblem | None:
        """The document; None when it was read before, is elsewhere, or is not public (a draft answers 403)."""
        if url is None or self.was_visited(url) or self.is_enough:
            return None
        self.visited(url)
        self.asked += 1
        try:
            document = read(self.http.get(url, accept=ACCEPT))
        except (AccessRefused, SourceGone):
            self.not_public += 1
            self._silence = 0
            return None
        except RetryableError as error:
            return self._silent(url, error, counts_as_record)
        except (ParseError, SourceError) as error:
            self.lost += 1
            return PageProblem.of(url, error, counts_as_record)
        self.had += 1
        self._silence = 0
        return document

    def _silent(self, url: str, error: RetryableError, counts_as_record: bool) -> PageProblem:
        """A draft may also time out, so that silence is no failed record; but it is never taken for completeness."""
        self._silence += 1
        if self._silence >= SILENCE:
            raise error
        has_answered = "status" in error.context
        self.lost += has_answered
        self.silent += not has_answered
        return PageProblem.of(url, error, counts_as_record and has_answered)

    def completeness(self, elsewhere: int, stopped: str) -> Completeness:
        """The last word. `elsewhere`: links to other servers; `stopped`: why not everything was asked for, or ""."""
        reasons = (
            (self.not_public, "not public (401, 403, 404)"),
            (self.listed_only, "listed in a container but not published"),
            (self.silent, "did not answer"),
            (self.lost, "could not be read"),
            (elsewhere, "on other servers, not followed"),
        )
        stopped = stopped or (f"max_resources ({self.most:,}) was reached" if self.is_enough else "")
        parts = [f"{count} {why}" for count, why in reasons if count] + ([stopped] if stopped else [])
        # The root alone is no catalogue: where everything below is refused, nothing is known of what is there.
        is_blind = self.had <= 1 and self.not_public > 0
        whole = not (self.silent or self.lost or stopped or is_blind)
        return Completeness(
            whole, "; ".join([f"Read {self.had:,} of {counted(self.asked, 'document')}", *parts]) + "."
        )
