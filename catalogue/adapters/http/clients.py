"""Makes clients from settings: with a source's credentials and allowances, or bare for URLs that visitors give."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from catalogue import __version__
from catalogue.adapters.http import urls
from catalogue.adapters.http.addresses import Allowance
from catalogue.adapters.http.client import MAX_REDIRECTS, RequestsHttpClient
from catalogue.adapters.http.credentials import OIDC, Credentials, FixedCredentials, credential_headers
from catalogue.adapters.http.decoding import BodyLimits
from catalogue.adapters.http.exchange import Terms
from catalogue.adapters.http.guard import Guard, OwnAddresses, Resolver, resolve
from catalogue.adapters.http.politeness import Turns
from catalogue.adapters.http.tokens import TokenCredentials, TokenRequest, Tokens
from catalogue.errors import ConfigurationError
from catalogue.model.harvest import HarvestSource
from catalogue.ports import Clock, HttpClient
from catalogue.settings import MEBIBYTE, Settings

VISITOR_MAX_BYTES = 32 * MEBIBYTE
VISITOR_SECONDS = 30.0


class HttpClientsOnRequests:
    """HttpClients on requests. One object per process: it holds the turns at each host.

    `own_addresses` gives (host or address, port) of our own parts, asked anew at each connection; `secrets` answers
    `env:NAME` references; `resolver` replaces the system's in tests. ConfigurationError for settings that cannot work.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        *,
        own_addresses: OwnAddresses = frozenset,
        secrets: Mapping[str, str] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        resolver: Resolver = resolve,
    ) -> None:
        self._terms = _terms(settings)
        self._allowance = _allowance(settings)
        self._clock = clock
        self._own = own_addresses
        self._secrets = secrets or {}
        self._sleep = sleep
        self._resolver = resolver
        self._turns = Turns(settings.request_delay)
        self._tokens = Tokens(self._secrets, clock)

    @contextmanager
    def for_source(
        self, source: HarvestSource, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[RequestsHttpClient]:
        """A client for one run. `cancelled` is asked about twice a second, also from another thread."""
        with self._allowed(
            self._terms, cancelled, credentials=self._credentials(source, cancelled)
        ) as client:
            yield client

    @contextmanager
    def for_notices(self) -> Iterator[RequestsHttpClient]:
        """A client for webhooks that the operator named: with the allowances, one try, no redirects (they would turn
        what is sent into a question)."""
        terms = replace(self._terms, total_timeout=min(VISITOR_SECONDS, self._terms.total_timeout), retries=0)
        with self._allowed(terms, lambda: False, max_redirects=0) as client:
            yield client

    @contextmanager
    def _allowed(
        self,
        terms: Terms,
        cancelled: Callable[[], bool],
        credentials: Credentials | None = None,
        max_redirects: int = MAX_REDIRECTS,
    ) -> Iterator[RequestsHttpClient]:
        client = RequestsHttpClient(
            terms,
            Guard(self._allowance, self._own, self._resolver),
            self._turns,
            self._clock,
            credentials=credentials,
            cancelled=cancelled,
            sleep=self._sleep,
            max_redirects=max_redirects,
        )
        try:
            yield client
        finally:
            client.close()

    def _credentials(self, source: HarvestSource, cancelled: Callable[[], bool]) -> Credentials | None:
        if not source.credentials:
            return None
        origin = urls.check(source.url)
        if source.credentials.get("scheme") != OIDC:
            return FixedCredentials(credential_headers(source.credentials, self._secrets), origin)
        request = TokenRequest.of(source.credentials)
        if origin.scheme == "https" and urls.check(request.token_url).scheme != "https":
            raise ConfigurationError(
                f"The token server {urls.redact(request.token_url)} is asked over http, where secrets are readable.",
                advice="Give the https URL of its token endpoint.",
            )

        def client() -> AbstractContextManager[HttpClient]:
            # A redirect would carry the client's secret elsewhere.
            return self._allowed(self._terms, cancelled, max_redirects=0)

        return TokenCredentials(self._tokens, request, origin, client)

    @contextmanager
    def for_visitor(self) -> Iterator[RequestsHttpClient]:
        """A client without allowances, with one try and smaller limits: a person waits, and anyone may ask."""
        limits = replace(self._terms.limits, max_bytes=min(VISITOR_MAX_BYTES, self._terms.limits.max_bytes))
        seconds = min(VISITOR_SECONDS, self._terms.total_timeout)
        client = RequestsHttpClient(
            replace(self._terms, limits=limits, total_timeout=seconds, retries=0),
            Guard(None, self._own, self._resolver),
            self._turns,
            self._clock,
            sleep=self._sleep,
        )
        try:
            yield client
        finally:
            client.close()


def _terms(settings: Settings) -> Terms:
    if settings.ca_bundle and not Path(settings.ca_bundle).exists():
        raise ConfigurationError(
            "PHAROS_CA_BUNDLE names a file that does not exist.",
            advice="Give a PEM file of certificate authorities.",
        )
    if settings.proxy and (
        urlsplit(settings.proxy).scheme not in ("http", "https") or not urlsplit(settings.proxy).hostname
    ):
        raise ConfigurationError("PHAROS_PROXY is no proxy URL.", advice="Write http://host:port.")
    return Terms(
        user_agent=_user_agent(settings),
        connect_timeout=settings.connect_timeout,
        read_timeout=settings.read_timeout,
        total_timeout=settings.total_timeout,
        limits=BodyLimits(settings.max_document, settings.max_ratio),
        retries=settings.retries,
        proxy=settings.proxy,
        ca_bundle=settings.ca_bundle,
    )


def _allowance(settings: Settings) -> Allowance:
    try:
        return Allowance.read(settings.allow_hosts)
    except ValueError as error:
        raise ConfigurationError(
            f"PHAROS_ALLOW_HOSTS has the entry {str(error)!r}.",
            advice="Write host or host:port, with commas between.",
        ) from error


def _user_agent(settings: Settings) -> str:
    """Who asks, and where to complain (RFC 9110, 10.1.5)."""
    contact = settings.contact or settings.base
    printable = "".join(c for c in contact if c.isascii() and c.isprintable() and c not in "()\\")
    return f"Pharos/{__version__}" + (f" (+{printable})" if printable else "")
