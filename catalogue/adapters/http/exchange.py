"""One request and its answer over guarded connections: send, judge the status, read the body under the limits."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import requests
from requests import PreparedRequest, Response

from catalogue.adapters.http import urls
from catalogue.adapters.http.connection import GuardedAdapter, Opener
from catalogue.adapters.http.decoding import ACCEPTED_CODINGS, GZIP_MEDIA_TYPES, PIECE, BodyLimits, read_body
from catalogue.adapters.http.guard import Guard
from catalogue.adapters.http.politeness import retry_after
from catalogue.adapters.http.translation import FOREIGN, TryFailedError, judge_status, translate
from catalogue.adapters.http.watchdog import Stop, Watchdog, Wire
from catalogue.errors import HarvestError, LimitExceeded, ProtocolViolation, RetryableError, RunCancelled
from catalogue.model.http import HttpResponse
from catalogue.model.run_codes import RunCode
from catalogue.ports import Clock

REDIRECTS = (301, 302, 303, 307, 308)
_DRAINED = 64 * 1024
_SHORTEST_SECRET = 8
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which terms a client asks. Times in seconds; `retries` are further tries after the first."""

    user_agent: str
    connect_timeout: float
    read_timeout: float
    total_timeout: float
    limits: BodyLimits
    retries: int
    proxy: str = ""
    ca_bundle: str = ""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Redirect:
    """The answer points elsewhere. `url` is absolute and not yet judged."""

    status: int
    url: str


class Exchange:
    """The wire side of one client. Used by one thread at a time."""

    def __init__(self, terms: Terms, guard: Guard, clock: Clock, cancelled: Callable[[], bool]) -> None:
        self._terms = terms
        self._guard = guard
        self._clock = clock
        self._cancelled = cancelled
        self._wire = Wire()
        self._watchdog = Watchdog(self._wire, cancelled)
        self._adapter = GuardedAdapter(Opener(guard, self._wire))

    def close(self) -> None:
        self._adapter.close()
        self._wire.close()

    def send(
        self, request: HttpRequest, secret: Mapping[str, str], deadline: float
    ) -> HttpResponse | Redirect:
        """The answer, read to its end, before `deadline` (monotonic). `secret`: headers that are never logged.

        Raises TryFailedError for what the client may try again, HarvestErrors for what is final, RunCancelled.
        """
        where = urls.redact(request.url)
        started = time.monotonic()
        try:
            with self._watchdog.guarding(max(deadline - started, 0.01)):
                answer = self._exchange(self._prepared(request, secret), where)
                _refuse_echo(answer, secret, where)
        except (HarvestError, TryFailedError) as error:
            self._raise_if_stopped(where, error)
            raise
        except FOREIGN as error:
            self._raise_if_stopped(where, error)
            raise translate(error, where) from error
        # A socket that was shut down looks like the regular end of a body without a length.
        self._raise_if_stopped(where, None)
        log.debug("%s %s: %s in %.3f s", request.method, where, answer.status, time.monotonic() - started)
        return answer

    def _prepared(self, request: HttpRequest, secret: Mapping[str, str]) -> PreparedRequest:
        headers = {
            "User-Agent": self._terms.user_agent,
            "Accept": "*/*",
            "Accept-Encoding": ACCEPTED_CODINGS,
            **request.headers,
            **secret,
        }
        return requests.Request(request.method, request.url, headers=headers, data=request.body).prepare()

    def _exchange(self, request: PreparedRequest, where: str) -> HttpResponse | Redirect:
        if self._terms.proxy:
            self._judge_behind_proxy(str(request.url))
        response = self._adapter.send(
            request,
            stream=True,
            timeout=(self._terms.connect_timeout, self._terms.read_timeout),
            verify=self._terms.ca_bundle or True,
            proxies={"http": self._terms.proxy, "https": self._terms.proxy} if self._terms.proxy else None,
        )
        try:
            return self._answer(response, where)
        finally:
            response.close()

    def _judge_behind_proxy(self, url: str) -> None:
        """With a proxy the target is resolved by the proxy; what can be resolved here is judged all the same."""
        place = urls.origin(url)
        try:
            self._guard.addresses(place.host, place.port, self._terms.connect_timeout, self._cancelled)
        except (OSError, UnicodeError) as error:
            log.debug("%s is not resolved here: %s", place.host, type(error).__name__)

    def _answer(self, response: Response, where: str) -> HttpResponse | Redirect:
        url = str(response.url)
        if response.status_code in REDIRECTS:
            location = response.headers.get("location")
            _drain(response)
            if not location:
                raise ProtocolViolation(
                    f"{where} redirects without saying where to.", advice="Tell the provider."
                )
            return Redirect(response.status_code, urls.join(url, location))
        wait = retry_after(response.headers.get("retry-after"), self._clock.now())
        failed = judge_status(response.status_code, where, wait)
        if failed is not None:
            _drain(response)
            raise failed
        body = self._body(response, where)
        headers = {name.lower(): value for name, value in response.headers.items()}
        if headers.get("content-type", "").split(";")[0].strip().lower() in GZIP_MEDIA_TYPES:
            # The body is unpacked; what is in it, its name or its first bytes say.
            del headers["content-type"]
        return HttpResponse(url, response.status_code, headers, body)

    def _body(self, response: Response, where: str) -> bytes:
        limits = self._terms.limits
        length = response.headers.get("content-length", "")
        if length.isdecimal() and int(length) > limits.max_bytes and response.request.method != "HEAD":
            raise LimitExceeded(
                f"{where} sends {int(length):,} bytes, and at most {limits.max_bytes:,} are read.",
                advice="Ask the provider for paging, or raise PHAROS_MAX_DOCUMENT.",
            )
        try:
            return read_body(_pieces(response), response.headers.get("content-encoding", ""), limits, where)
        except RetryableError as error:
            raise TryFailedError(error, again=True) from error.__cause__

    def _raise_if_stopped(self, where: str, cause: BaseException | None) -> None:
        if self._watchdog.failure is not None:
            raise self._watchdog.failure
        if self._watchdog.stopped_by is Stop.CANCELLED:
            raise RunCancelled(f"The run was stopped while {where} was read.") from cause
        if self._watchdog.stopped_by is Stop.DEADLINE:
            raise RetryableError(
                f"{where} took longer than {self._terms.total_timeout:g} seconds in all.",
                advice="Ask the provider for smaller pages, or raise PHAROS_TOTAL_TIMEOUT.",
                failure=RunCode.TIMEOUT.value,
            ) from cause


def _refuse_echo(answer: HttpResponse | Redirect, secret: Mapping[str, str], where: str) -> None:
    """An answer that repeats the credentials it was asked with is not read: it would be kept, and shown."""
    if isinstance(answer, HttpResponse) and any(word in answer.body for word in _words(secret)):
        raise ProtocolViolation(
            f"The answer of {where} repeats the credentials of the request, and was not read.",
            advice="Tell the provider: what it sends to others must not hold what identifies them.",
        )


def _words(secret: Mapping[str, str]) -> set[bytes]:
    """The values of the headers, and the credentials in them; what is shorter than a secret is found in any text."""
    values = {part for value in secret.values() for part in (value, value.rpartition(" ")[2])}
    return {value.encode() for value in values if len(value) >= _SHORTEST_SECRET}


def _pieces(response: Response) -> Iterator[bytes]:
    # Not decoded by urllib3: it takes a gzip stream that ends too early for a whole one.
    yield from response.raw.stream(PIECE, decode_content=False)


def _drain(response: Response) -> None:
    """Reads a small rest, so that the connection can be used again."""
    read = 0
    for piece in _pieces(response):
        read += len(piece)
        if read > _DRAINED:
            return
