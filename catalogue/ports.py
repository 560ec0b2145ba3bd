"""The Protocols between rooms: what the application needs of harvesters, networks, databases and engines.

Contract suites in `tests/contract` say in tests what the docstrings say in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from catalogue.model.harvest import (
    Absences,
    Batch,
    Claim,
    Completeness,
    FencingToken,
    HarvestRun,
    HarvestSource,
    Option,
    Page,
    PageMark,
    ProbeResult,
    RememberedPage,
    RunRequest,
    RunState,
    ServerAdded,
    Validators,
)
from catalogue.model.http import HttpResponse
from catalogue.model.records import (
    Change,
    Payload,
    PublishedState,
    RecordOutcome,
    RecordState,
    StoredRecord,
    StoredVersion,
)
from catalogue.model.search import SearchDocument, SearchPage, SearchQuery
from catalogue.model.validation import ShapesProfile, ValidationResult, Verdict
from catalogue.ports_operations import Outbox, Timetable
from catalogue.rdf.graphs import Graph
from catalogue.rdf.terms import Quad


class Clock(Protocol):
    def now(self) -> datetime:
        """The time now, aware, UTC."""


class HttpClient(Protocol):
    """The only way to the network. Raises RetryableError (after its own back-off), AccessRefused (401, 403),
    SourceGone (404, 410), ProtocolViolation (other 4xx), LimitExceeded, AddressForbidden, RunCancelled."""

    def get(
        self,
        url: str,
        *,
        accept: str | None = None,
        validators: Validators | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpResponse: ...

    def head(self, url: str, *, headers: Mapping[str, str] | None = None) -> HttpResponse: ...

    def post(
        self,
        url: str,
        body: bytes,
        *,
        content_type: str,
        accept: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpResponse: ...


class HttpClients(Protocol):
    """Makes clients: with a source's credentials and allowances, or bare for URLs that visitors give."""

    def for_source(
        self, source: HarvestSource, cancelled: Callable[[], bool] = ...
    ) -> AbstractContextManager[HttpClient]: ...

    def for_visitor(self) -> AbstractContextManager[HttpClient]: ...


class FetchContext(Protocol):
    """What the engine tells a harvester about this run."""

    @property
    def since(self) -> datetime | None:
        """Start of the last complete run, for protocols that have increments; None asks for everything."""

    @property
    def resume_cursor(self) -> str | None:
        """Cursor to begin at when an earlier worker committed pages of this run; None begins at the beginning."""

    def remembered(self, url: str) -> RememberedPage | None:
        """What is kept of this page, or None (also when shortcuts are off)."""


class Harvester(Protocol):
    """One protocol. `fetch` yields pages and, as its last item, one Completeness. It raises HarvestErrors and
    never retries by itself; a page that was yielded is never taken back."""

    name: str
    title: str
    options: tuple[Option, ...]
    server_added: tuple[ServerAdded, ...]

    def probe(self, url: str, http: HttpClient) -> ProbeResult | None:
        """What is at the URL if it speaks this protocol, else None. Few, small requests."""

    def fetch(
        self, source: HarvestSource, http: HttpClient, context: FetchContext
    ) -> Iterator[Page | Completeness]: ...


class ShapeEngine(Protocol):
    """Judges one record's graph. Raises EngineFailed when it cannot judge; findings are never an exception."""

    name: str
    version: str

    def validate(
        self, graph: Graph, profile: ShapesProfile, variant: str | None = None
    ) -> tuple[ValidationResult, ...]:
        """Findings of `graph` (already with the concepts it names) under the profile's shapes. `variant` is a key of
        `profile.variants`; unknown or None uses the default shapes."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One live record that could be shown for a dataset."""

    record_id: str
    version_id: int
    source: str
    source_url: str
    subject: str
    priority: int
    policy: str
    verdict: Verdict
    first_harvested_at: datetime


PublicationRule = Callable[[Sequence[Candidate]], Candidate | None]
"""Chooses which record of a dataset is published; None publishes none (quarantine)."""


class Ledger(Timetable, Outbox, Protocol):
    """The only truth. Every write is one transaction; commit order is change order."""

    def close(self) -> None: ...

    # -- catalogue --------------------------------------------------------------------------------
    def base(self) -> str | None:
        """The base URL recorded at first use, or None before it."""

    def record_base(self, base: str) -> None: ...

    def move_base(self, base: str, by: str) -> None:
        """Replaces the recorded base URL. The graph must be rebuilt: its IRIs are made of the base."""

    # -- sources ----------------------------------------------------------------------------------
    def add_source(self, source: HarvestSource, by: str) -> HarvestSource:
        """Registers a source. Conflict when the slug was ever used for another URL; the same slug and URL again
        revives a removed source or replaces the settings of a live one."""

    def source(self, slug: str) -> HarvestSource: ...

    def sources(self, include_removed: bool = False) -> list[HarvestSource]: ...

    def remove_source(self, slug: str, rule: PublicationRule, by: str) -> int:
        """Takes the source's records out of publication (change rows) and returns how many. Versions stay."""

    def republish(self, slug: str, rule: PublicationRule) -> int:
        """Asks the rule again about every dataset of the source (its priority or policy changed; see `add_source`)
        and returns how many changes followed."""

    def source_description(self, slug: str) -> str | None:
        """Latest canonical N-Triples of the root catalogue's own description."""

    # -- runs -------------------------------------------------------------------------------------
    def enqueue(self, slug: str, request: RunRequest) -> HarvestRun:
        """Queues a run; if the source has a queued or running run already, that one is returned."""

    def claim(self, worker: str, lease: timedelta, run_id: str | None = None) -> Claim | None:
        """Takes the oldest queued run (or this one), or a running one whose lease has ended, with a new token."""

    def heartbeat(self, token: FencingToken, lease: timedelta) -> HarvestRun:
        """Extends the lease and returns the run (see `cancel_requested`). LeaseLost when the token is void."""

    def end_leases(self) -> int:
        """Lets every running run be claimed at once and returns how many; for those who know that whoever ran them
        is gone. One who lives after all meets LeaseLost."""

    def commit(self, token: FencingToken, batch: Batch, rule: PublicationRule) -> int:
        """Writes the batch in one transaction and returns the position. LeaseLost when the token is void."""

    def finish(
        self,
        token: FencingToken,
        state: RunState,
        *,
        reason: str = "",
        advice: str = "",
        complete: bool = False,
        evidence: str = "",
        retry_at: datetime | None = None,
    ) -> HarvestRun:
        """Ends the run and notes how its source is doing. `retry_at`: the source asked not to be asked before."""

    def absences(self, token: FencingToken, window: timedelta) -> Absences:
        """What the run has not met of its source's live records. LeaseLost when the token is void."""

    def resolve(self, run_id: str, release: bool, rule: PublicationRule, by: str) -> HarvestRun:
        """A person's word on a held run: release withdraws what is still missing, discard begins its grace anew.
        Conflict when it is not held, was resolved, or a newer complete run has spoken."""

    def cancel(self, run_id: str, by: str) -> HarvestRun:
        """A queued run becomes cancelled; a running one is asked to stop."""

    def run(self, run_id: str) -> HarvestRun: ...

    def runs(self, slug: str | None = None, limit: int = 50, offset: int = 0) -> list[HarvestRun]:
        """Newest first."""

    def outcomes(
        self, run_id: str, kinds: Sequence[str] = (), limit: int = 1000, offset: int = 0
    ) -> list[RecordOutcome]: ...

    # -- pages and payloads -----------------------------------------------------------------------
    def remembered_page(self, slug: str, url: str) -> RememberedPage | None: ...

    def pages_of_run(self, run_id: str) -> list[PageMark]:
        """The pages that the run has committed so far, in order."""

    def payload(self, payload_hash: str) -> Payload: ...

    # -- records ----------------------------------------------------------------------------------
    def states(self, record_ids: Sequence[str]) -> dict[str, RecordState]: ...

    def record(self, record_id: str) -> StoredRecord: ...

    def records_of_dataset(self, dataset_id: str) -> list[StoredRecord]:
        """Every source's record of the dataset, the published one first; empty when unknown."""

    def records_of_source(self, slug: str, limit: int = 1000, offset: int = 0) -> list[StoredRecord]: ...

    def version(self, record_id: str, number: int | None = None) -> StoredVersion:
        """One version of a record (None: the current one)."""

    def versions(self, version_ids: Sequence[int]) -> dict[int, StoredVersion]: ...

    def find_dataset(self, *, iri: str | None = None, identifier: str | None = None) -> list[str]:
        """dataset_ids of records whose subject, or one of whose dct:identifier values, equals the text."""

    # -- changes ----------------------------------------------------------------------------------
    def position(self) -> int:
        """The last change's number, 0 before the first."""

    def changes(self, after: int, limit: int) -> list[Change]: ...

    def published_states(self, states: Sequence[PublishedState]) -> dict[PublishedState, StoredVersion]:
        """Versions, each with the report that a change row names; what was erased since is missing."""

    def published(self, after: str | None, limit: int) -> list[StoredVersion]:
        """Published versions in order of dataset_id, beginning after the given one."""

    def published_count(self) -> int: ...

    def published_version(self, dataset_id: str) -> StoredVersion:
        """NotFound when nothing is published under the id; Gone when it was and is withdrawn."""

    # -- events -----------------------------------------------------------------------------------
    def add_event(self, kind: str, by: str, subject: str, detail: str = "") -> None:
        """Notes what a person or part did (append only)."""

    def events(self, limit: int = 100) -> list[tuple[datetime, str, str, str, str]]:
        """(when, kind, by, subject, detail), newest first."""


class GraphStore(Protocol):
    """A SPARQL 1.1 server's side of us. Raises StoreUnavailable, QueryTimeout, LimitExceeded."""

    def position(self) -> int:
        """The position triple in the catalogue graph, 0 when there is none."""

    def apply(self, removed: Iterable[Quad], added: Iterable[Quad], expected: int, position: int) -> None:
        """One atomic operation, a no-op unless the store stands at `expected`; StaleProjection when it did not."""

    def rebuild(self, quads: Iterable[Quad], position: int) -> None:
        """Replaces everything."""

    def query(self, text: str, accept: str, *, timeout: float, max_bytes: int) -> bytes:
        """The server's whole answer to a query that was already judged harmless. A hard limit restarts the child."""


class SearchIndex(Protocol):
    """Finds documents. Raises IndexUnavailable."""

    def position(self) -> int: ...

    def apply(
        self, documents: Sequence[SearchDocument], removed: Sequence[str], expected: int, position: int
    ) -> None:
        """Replaces, adds and removes (by dataset_id), and moves the position, in one commit; StaleProjection if the
        index does not stand at `expected`."""

    def rebuild(self, documents: Iterable[SearchDocument], position: int) -> None: ...

    def search(self, query: SearchQuery) -> SearchPage: ...

    def document(self, dataset_id: str) -> SearchDocument | None: ...

    def close(self) -> None: ...
