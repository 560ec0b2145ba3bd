"""One client for one run or one visitor's URL: tries and redirects. Used by one thread at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from catalogue.adapters.http import urls
from catalogue.adapters.http.credentials import Credentials
from catalogue.adapters.http.exchange import Exchange, HttpRequest, Redirect, Terms
from catalogue.adapters.http.guard import Guard
from catalogue.adapters.http.politeness import LONGEST_WAIT, Turns, backoff, pause
from catalogue.adapters.http.translation import TryFailedError
from catalogue.errors import (
    AccessRefused,
    AddressForbidden,
    LimitExceeded,
    ProtocolViolation,
    RetryableError,
    RunCancelled,
)
from catalogue.model.harvest import Validators
from catalogue.model.http import HttpResponse
from catalogue.ports import Clock

MAX_REDIRECTS = 5
log = logging.getLogger(__name__)


class RequestsHttpClient:
    """HttpClient on requests. Made by HttpClientsOnRequests; `close` frees its sockets."""

    def __init__(
        self,
        terms: Terms,
        guard: Guard,
        turns: Turns,
        clock: Clock,
        *,
        credentials: Credentials | None = None,
        max_redirects: int = MAX_REDIRECTS,
        cancelled: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._terms = terms
        self._turns = turns
        self._credentials = credentials
        self._max_redirects = max_redirects
        self._cancelled = cancelled
        self._sleep = sleep
        self._exchange = Exchange(terms, guard, clock, cancelled)

    def close(self) -> None:
        self._exchange.close()

    def get(
        self,
        url: str,
        *,
        accept: str | None = None,
        validators: Validators | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpResponse:
        conditions = {
            "If-None-Match": validators.etag if validators else None,
            "If-Modified-Since": validators.last_modified if validators else None,
        }
        return self._ask(
            HttpRequest("GET", url, _present({"Accept": accept, **conditions, **(headers or {})}))
        )

    def head(self, url: str, *, headers: Mapping[str, str] | None = None) -> HttpResponse:
        return self._ask(HttpRequest("HEAD", url, dict(headers or {})))

    def post(
        self,
        url: str,
        body: bytes,
        *,
        content_type: str,
        accept: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpResponse:
        own = {"Accept": accept, "Content-Type": content_type, **(headers or {})}
        return self._ask(HttpRequest("POST", url, _present(own), body))

    def _ask(self, request: HttpRequest) -> HttpResponse:
        """The answer after as many tries as the terms allow. A POST of ours only asks, so it is repeated too."""
        attempt, renewed = 0, False
        while True:
            if self._cancelled():
                raise RunCancelled("The run was stopped.")
            try:
                return self._try(request)
            except TryFailedError as failed:
                if not renewed and self._renewed(failed):
                    renewed = True
                    continue
                wait = self._wait_after(failed, attempt)
                if wait is None:
                    raise failed.error from failed.__cause__
                log.info("Waiting %.1f s: %s", wait, failed)
            pause(wait, self._sleep, self._cancelled)
            attempt += 1

    def _renewed(self, failed: TryFailedError) -> bool:
        """Whether the server did not take the credentials and there are others now."""
        refused = isinstance(failed.error, AccessRefused) and failed.error.context.get("status") == 401
        return refused and self._credentials is not None and self._credentials.renew()

    def _wait_after(self, failed: TryFailedError, attempt: int) -> float | None:
        """Seconds until the next try, or None when there is none."""
        if not failed.again or attempt >= self._terms.retries:
            return None
        asked = failed.error.retry_after if isinstance(failed.error, RetryableError) else None
        if asked is None:
            return backoff(attempt)
        return asked if asked <= LONGEST_WAIT else None

    def _try(self, request: HttpRequest) -> HttpResponse:
        """One try, with its redirects, under one deadline."""
        deadline = time.monotonic() + self._terms.total_timeout
        first = request.url
        seen = {(request.method, request.url)}
        for _ in range(self._max_redirects + 1):
            with _said_of(first, request.url):
                answer = self._hop(request, deadline)
            if isinstance(answer, HttpResponse):
                return answer
            with _said_of(first, answer.url):
                request = self._redirected(request, answer)
            if (request.method, request.url) in seen:
                raise ProtocolViolation(
                    f"{urls.redact(request.url)} redirects in a circle.", advice="Tell the provider."
                )
            seen.add((request.method, request.url))
        raise LimitExceeded(
            f"{urls.redact(request.url)} comes after more than {self._max_redirects} redirects.",
            advice="Give the URL where they end.",
        )

    def _hop(self, request: HttpRequest, deadline: float) -> HttpResponse | Redirect:
        place = urls.check(request.url)
        secret = self._credentials.at(request.url) if self._credentials else {}
        with self._turns.at(place.host, self._terms.total_timeout, self._sleep, self._cancelled):
            return self._exchange.send(request, secret, deadline)

    def _redirected(self, request: HttpRequest, answer: Redirect) -> HttpRequest:
        """The request that follows a redirect (RFC 9110, 15.4): only 307 and 308 repeat a body."""
        here, there = urls.check(request.url), urls.check(answer.url)
        if here.scheme == "https" and there.scheme == "http" and self._credentials:
            raise ProtocolViolation(
                f"{urls.redact(request.url)} redirects from https to http, where credentials would be readable.",
                advice="Give the https URL where it ends, or tell the provider.",
            )
        if request.method == "POST" and answer.status in (301, 302, 303):
            kept = {name: value for name, value in request.headers.items() if name.lower() != "content-type"}
            return HttpRequest("GET", answer.url, kept)
        return HttpRequest(request.method, answer.url, request.headers, request.body)


@contextmanager
def _said_of(first: str, url: str) -> Iterator[None]:
    """An address that may not be asked is told with the redirect that leads to it: nobody gave it."""
    try:
        yield
    except AddressForbidden as error:
        if url != first:
            there, detail = urls.redact(url), error.detail
            rest = detail.removeprefix(f"{there} ")
            said = f"{there}: {detail}" if rest == detail else f"{there}, which {rest}"
            error.detail = f"{urls.redact(first)} redirects to {said}"
        raise


def _present(headers: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if value is not None}
