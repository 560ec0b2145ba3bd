"""What the network's and the libraries' failures mean to us: one table for exceptions, one function for statuses."""

from __future__ import annotations

import http.client
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum

import requests.exceptions as r
import urllib3.exceptions as u

from catalogue.errors import (
    AccessRefused,
    BackendError,
    ConfigurationError,
    HarvestError,
    ProtocolViolation,
    RetryableError,
    SourceGone,
)
from catalogue.model.run_codes import RunCode


class TryFailedError(Exception):
    """One try failed. `again` says whether another one may succeed."""

    def __init__(self, error: HarvestError | ConfigurationError | BackendError, again: bool = False) -> None:
        super().__init__(error.detail)
        self.error = error
        self.again = again


class Kind(StrEnum):
    """Kinds of failure by what they tell the person."""

    CONNECT = "connect"
    TIMEOUT = "timeout"
    NAME = "name"
    TLS = "tls"
    BROKEN = "broken"
    PROXY = "proxy"
    URL = "url"
    HEADER = "header"
    BODY = "body"
    OURS = "ours"


EXCEPTIONS: dict[type[BaseException], Kind] = {
    r.RequestException: Kind.BROKEN,
    r.HTTPError: Kind.BROKEN,
    r.ConnectionError: Kind.CONNECT,
    r.ProxyError: Kind.PROXY,
    r.SSLError: Kind.TLS,
    r.Timeout: Kind.TIMEOUT,
    r.ConnectTimeout: Kind.TIMEOUT,
    r.ReadTimeout: Kind.TIMEOUT,
    r.URLRequired: Kind.URL,
    r.TooManyRedirects: Kind.OURS,
    r.MissingSchema: Kind.URL,
    r.InvalidSchema: Kind.URL,
    r.InvalidURL: Kind.URL,
    r.InvalidHeader: Kind.HEADER,
    r.InvalidProxyURL: Kind.PROXY,
    r.ChunkedEncodingError: Kind.BROKEN,
    r.ContentDecodingError: Kind.BODY,
    r.StreamConsumedError: Kind.OURS,
    r.RetryError: Kind.BROKEN,
    r.UnrewindableBodyError: Kind.OURS,
    r.InvalidJSONError: Kind.BODY,
    r.JSONDecodeError: Kind.BODY,
    u.HTTPError: Kind.BROKEN,
    u.PoolError: Kind.OURS,
    u.RequestError: Kind.BROKEN,
    u.SSLError: Kind.TLS,
    u.ProxyError: Kind.PROXY,
    u.DecodeError: Kind.BODY,
    u.ProtocolError: Kind.BROKEN,
    u.MaxRetryError: Kind.CONNECT,
    u.HostChangedError: Kind.OURS,
    u.TimeoutStateError: Kind.OURS,
    u.TimeoutError: Kind.TIMEOUT,
    u.ReadTimeoutError: Kind.TIMEOUT,
    u.ConnectTimeoutError: Kind.TIMEOUT,
    u.NewConnectionError: Kind.CONNECT,
    u.NameResolutionError: Kind.NAME,
    u.EmptyPoolError: Kind.OURS,
    u.FullPoolError: Kind.OURS,
    u.ClosedPoolError: Kind.OURS,
    u.LocationValueError: Kind.URL,
    u.LocationParseError: Kind.URL,
    u.URLSchemeUnknown: Kind.URL,
    u.ResponseError: Kind.BROKEN,
    u.ResponseNotChunked: Kind.BROKEN,
    u.BodyNotHttplibCompatible: Kind.OURS,
    u.IncompleteRead: Kind.BROKEN,
    u.InvalidChunkLength: Kind.BROKEN,
    u.InvalidHeader: Kind.BROKEN,
    u.ProxySchemeUnknown: Kind.PROXY,
    u.ProxySchemeUnsupported: Kind.PROXY,
    u.HeaderParsingError: Kind.BROKEN,
    u.UnrewindableBodyError: Kind.OURS,
    http.client.HTTPException: Kind.BROKEN,
    ssl.SSLError: Kind.TLS,
    socket.gaierror: Kind.NAME,
    TimeoutError: Kind.TIMEOUT,
    UnicodeError: Kind.URL,
    OSError: Kind.CONNECT,
}
FOREIGN = (
    r.RequestException,
    u.HTTPError,
    u.ProxySchemeUnsupported,
    http.client.HTTPException,
    OSError,
    UnicodeError,
)


@dataclass(frozen=True, slots=True)
class _Meaning:
    error: type[HarvestError] | type[ConfigurationError] | type[BackendError]
    detail: str
    advice: str
    again: bool = False
    code: RunCode = RunCode.NONE


_LATER = "Try again later; if it stays, ask the provider."
_MEANINGS: dict[Kind, _Meaning] = {
    Kind.CONNECT: _Meaning(
        RetryableError, "{where} could not be connected to.", _LATER, True, RunCode.UNREACHABLE
    ),
    Kind.TIMEOUT: _Meaning(RetryableError, "{where} did not answer in time.", _LATER, True, RunCode.TIMEOUT),
    Kind.NAME: _Meaning(
        RetryableError,
        "The host of {where} is not known.",
        "Check the spelling of the URL.",
        code=RunCode.UNKNOWN_HOST,
    ),
    Kind.TLS: _Meaning(
        ProtocolViolation,
        "{where} has no certificate that is trusted here, or does not speak TLS.",
        "The provider renews it, or the operator names its authority in PHAROS_CA_BUNDLE.",
        code=RunCode.TLS,
    ),
    Kind.BROKEN: _Meaning(
        RetryableError, "The answer of {where} broke off.", _LATER, True, RunCode.BROKEN_OFF
    ),
    Kind.PROXY: _Meaning(
        RetryableError,
        "The proxy did not pass on the request to {where}.",
        "Check PHAROS_PROXY.",
        True,
        RunCode.PROXY,
    ),
    Kind.URL: _Meaning(
        ProtocolViolation, "{where} is not a usable URL.", "Correct the URL.", code=RunCode.CONFIGURATION
    ),
    Kind.HEADER: _Meaning(
        ConfigurationError,
        "A header for {where} holds forbidden characters.",
        "Check PHAROS_CONTACT and the source's options.",
    ),
    Kind.BODY: _Meaning(ProtocolViolation, "The answer of {where} cannot be decoded.", "Tell the provider."),
    Kind.OURS: _Meaning(
        BackendError, "Pharos could not send the request to {where}.", "Report this as an error of Pharos."
    ),
}


def kind_of(error: BaseException) -> Kind:
    """The kind of a foreign failure. requests wraps urllib3, and urllib3 wraps the cause: the innermost known counts,
    but a proxy's failure stays the proxy's."""
    inner = _inner(error)
    kinds = [_own_kind(e) for e in (error, inner) if e is not None]
    if Kind.PROXY in kinds:
        return Kind.PROXY
    return kinds[-1]


def _own_kind(error: BaseException) -> Kind:
    return next((EXCEPTIONS[cls] for cls in type(error).__mro__ if cls in EXCEPTIONS), Kind.OURS)


def _inner(error: BaseException) -> BaseException | None:
    current: BaseException | None = error
    while isinstance(current, r.RequestException | u.MaxRetryError):
        reason = getattr(current, "reason", None) or (current.args[0] if current.args else None)
        if not isinstance(reason, BaseException):
            break
        current = reason
    return current if current is not error else None


def translate(error: BaseException, where: str) -> TryFailedError:
    """The failure as ours. `where` is the redacted URL."""
    meaning = _MEANINGS[kind_of(error)]
    return TryFailedError(
        meaning.error(meaning.detail.format(where=where), advice=meaning.advice, failure=meaning.code.value),
        meaning.again,
    )


def judge_status(status: int, where: str, asked_to_wait: float | None) -> TryFailedError | None:
    """None for an answer that can be used, else what its status means."""
    if 200 <= status < 300 or status == 304:
        return None
    if status in (401, 403):
        return TryFailedError(
            AccessRefused(
                f"{where} refuses access ({status}).",
                advice="Register credentials with the source, or ask the provider to open it.",
                status=status,
            )
        )
    if status in (404, 410):
        return TryFailedError(
            SourceGone(f"There is nothing at {where} ({status}).", advice="Check the URL.", status=status)
        )
    if status in (408, 425, 429) or status >= 500:
        detail = (
            f"{where} asks for fewer requests (429)."
            if status == 429
            else f"{where} has a failure of its own ({status})."
        )
        passing = RetryableError(
            detail, retry_after=asked_to_wait, advice=_LATER, status=status, failure=_passing_code(status)
        )
        return TryFailedError(passing, again=status not in (501, 505))
    return TryFailedError(
        ProtocolViolation(
            f"{where} does not accept the request ({status}).",
            advice="Check the URL and the kind of source.",
            status=status,
            failure=RunCode.HTTP_4XX.value if status >= 400 else RunCode.PROTOCOL.value,
        )
    )


def _passing_code(status: int) -> str:
    named = {408: RunCode.TIMEOUT, 429: RunCode.RATE_LIMITED}
    return named.get(status, RunCode.HTTP_5XX if status >= 500 else RunCode.HTTP_4XX).value
