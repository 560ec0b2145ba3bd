"""Documents of a FAIR Data Point, asked for one by one, and the account of what was had and what was not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from catalogue.errors import (
    AccessRefused,
    HarvestError,
    ParseError,
    RetryableError,
    SourceError,
    SourceGone,
)
from catalogue.model.harvest import Completeness, PageProblem, Validators
from catalogue.model.http import HttpResponse
from catalogue.model.records import Payload
from catalogue.model.wording import counted
from catalogue.ports import HttpClient
from catalogue.rdf.containers import DocumentLinks, document_links
from catalogue.rdf.graphs import Graph
from catalogue.rdf.media_types import ACCEPT
from catalogue.rdf.paging import link_header_target
from catalogue.rdf.parse import parse_document
from harvesters._fdp_notes import Known, Notes

SILENCE = 5
"""Children in a row that do not answer: then it is the server."""


@dataclass(frozen=True, slots=True)
class FdpDocument:
    """One document, read. `next_url`: the page after it, where the server sent a Link header (bulk pages)."""

    payload: Payload
    graph: Graph
    links: DocumentLinks
    validators: Validators
    next_url: str | None = None


def read(answer: HttpResponse) -> FdpDocument:
    """Raises ParseError."""
    parsed = parse_document(answer.body, answer.url, media_type=answer.media_type, charset=answer.charset)
    following = link_header_target(answer.headers.get("link", ""), "next", answer.url)
    return FdpDocument(
        answer.as_payload(parsed=parsed),
        parsed.graph,
        document_links(parsed.graph),
        answer.validators,
        following,
    )


@dataclass(slots=True)
class Documents:
    """Asks for each address once, for at most `most` documents, and keeps account. `known`, `refused`: what was had, and
    what was not public, since the page began."""

    http: HttpClient
    most: int
    asked: int = 0
    had: int = 0
    not_public: int = 0
    listed_only: int = 0
    silent: int = 0
    lost: int = 0
    known: list[Known] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    _visited: set[int] = field(default_factory=set)
    _answers: dict[str, HttpResponse | HarvestError] = field(default_factory=dict)
    _silence: int = 0

    @property
    def is_enough(self) -> bool:
        return self.asked >= self.most

    def was_visited(self, url: str) -> bool:
        return hash(url) in self._visited

    def visited(self, *urls: str | None) -> None:
        """These need not be asked for any more."""
        self._visited.update(hash(url) for url in urls if url is not None)

    def begin_page(self) -> None:
        self.known, self.refused = [], []
        self._answers.clear()

    def get(self, url: str) -> FdpDocument:
        """The document, counted when it was had. Raises HarvestErrors."""
        document = self._read(url)
        self.visited(url, document.payload.url)
        self.asked += 1
        self.had += 1
        return document

    def stand(self, notes: Notes) -> Notes | None:
        """The notes, with today's validators, when every document that they speak of stands as it did and what was not
        public is not yet: then all of it is counted as had, and none of it was read. None: the page is to be read; what
        was answered here is not asked for again."""
        addresses = [*(known.url for known in notes.documents), *notes.refused]
        if any(map(self.was_visited, addresses)) or self.asked + len(addresses) > self.most:
            return None
        standing = []
        for known in notes.documents:
            found = self._if_standing(known)
            if found is None:
                return None
            standing.append(found)
        if not all(map(self._is_refused, notes.refused)):
            return None
        self.visited(*addresses, *(known.final for known in notes.documents))
        self.asked += len(addresses)
        self.had += len(standing)
        self.not_public += len(notes.refused)
        self._silence = 0
        return replace(notes, documents=tuple(standing))

    def _if_standing(self, known: Known) -> Known | None:
        has_validators = known.validators != Validators()
        try:
            answer = self.http.get(
                known.url, accept=ACCEPT, validators=known.validators if has_validators else None
            )
        except HarvestError as error:
            self._answers[known.url] = error
            return None
        if answer.not_modified and has_validators:
            said = answer.validators
            return replace(known, validators=said if said != Validators() else known.validators)
        self._answers[known.url] = answer
        same = answer.as_payload().payload_hash == known.payload_hash and answer.url == known.final
        return replace(known, validators=answer.validators) if same else None

    def _is_refused(self, url: str) -> bool:
        try:
            self._answers[url] = self.http.get(url, accept=ACCEPT)
        except HarvestError as error:
            self._answers[url] = error
            return isinstance(error, AccessRefused | SourceGone)
        return False

    def _read(self, url: str) -> FdpDocument:
        answer = self._answers.pop(url, None) or self.http.get(url, accept=ACCEPT)
        if isinstance(answer, HarvestError):
            raise answer
        document = read(answer)
        self.known.append(Known(url, answer.url, document.validators, document.payload.payload_hash))
        return document

    def child(self, url: str | None, counts_as_record: bool = True) -> FdpDocument | PageProblem | None:
        """The document; None when it was read before, is elsewhere, or is not public (a draft answers 403)."""
        if url is None or self.was_visited(url) or self.is_enough:
            return None
        self.visited(url)
        self.asked += 1
        try:
            document = self._read(url)
        except (AccessRefused, SourceGone):
            self.refused.append(url)
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
