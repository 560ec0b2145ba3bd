"""What a harvester is, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from catalogue.model.harvest import (
    Completeness,
    HarvestSource,
    Option,
    Page,
    ProbeResult,
    RememberedPage,
    ServerAdded,
    Validators,
)
from catalogue.model.http import HttpResponse


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
