"""What failures mean: no exception of the libraries is left without a meaning."""

from __future__ import annotations

import http.client
import socket
import ssl

import pytest
import requests.exceptions
import urllib3.exceptions

from catalogue.adapters.http.translation import EXCEPTIONS, FOREIGN, Kind, judge_status, kind_of, translate
from catalogue.errors import AccessRefused, ProtocolViolation, RetryableError, SourceGone


def public_exceptions(module):
    for name, value in vars(module).items():
        is_own = (
            isinstance(value, type) and issubclass(value, Exception) and value.__module__ == module.__name__
        )
        if is_own and not issubclass(value, Warning) and not name.startswith("_"):
            yield value


LIBRARIES = [*public_exceptions(requests.exceptions), *public_exceptions(urllib3.exceptions)]


def test_the_lists_of_library_exceptions_are_not_empty():
    assert len(LIBRARIES) > 40


@pytest.mark.parametrize("exception", LIBRARIES, ids=lambda e: f"{e.__module__}.{e.__name__}")
def test_every_exception_of_requests_and_urllib3_has_a_meaning_and_is_caught(exception):
    assert exception in EXCEPTIONS
    assert issubclass(exception, FOREIGN)


def wrapped(reason):
    return requests.exceptions.ConnectionError(urllib3.exceptions.MaxRetryError(None, "/", reason))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (wrapped(urllib3.exceptions.NameResolutionError("a", None, socket.gaierror(-2, "x"))), Kind.NAME),
        (wrapped(urllib3.exceptions.NewConnectionError(None, "refused")), Kind.CONNECT),
        (wrapped(urllib3.exceptions.ConnectTimeoutError(None, "slow")), Kind.TIMEOUT),
        (wrapped(urllib3.exceptions.ReadTimeoutError(None, "/", "slow")), Kind.TIMEOUT),
        (wrapped(urllib3.exceptions.ProtocolError("gone")), Kind.BROKEN),
        (
            requests.exceptions.SSLError(urllib3.exceptions.MaxRetryError(None, "/", ssl.SSLError("bad"))),
            Kind.TLS,
        ),
        (
            requests.exceptions.ProxyError(wrapped(urllib3.exceptions.NewConnectionError(None, "x"))),
            Kind.PROXY,
        ),
        (urllib3.exceptions.IncompleteRead(3, 5), Kind.BROKEN),
        (http.client.LineTooLong("header"), Kind.BROKEN),
        (ConnectionResetError(), Kind.CONNECT),
        (TimeoutError(), Kind.TIMEOUT),
    ],
)
def test_the_innermost_cause_counts(error, kind):
    assert kind_of(error) is kind


def test_a_message_shows_nothing_of_the_library():
    failed = translate(
        wrapped(urllib3.exceptions.NewConnectionError(None, "10.0.0.7 refused")), "https://a.example/"
    )
    assert failed.error.detail == "https://a.example/ could not be connected to."
    assert failed.error.advice


@pytest.mark.parametrize(
    ("status", "error", "again"),
    [
        (401, AccessRefused, False),
        (403, AccessRefused, False),
        (404, SourceGone, False),
        (410, SourceGone, False),
        (400, ProtocolViolation, False),
        (406, ProtocolViolation, False),
        (300, ProtocolViolation, False),
        (408, RetryableError, True),
        (429, RetryableError, True),
        (500, RetryableError, True),
        (503, RetryableError, True),
        (501, RetryableError, False),
    ],
)
def test_each_status_is_classified(status, error, again):
    failed = judge_status(status, "https://a.example/", 7.0)
    assert failed is not None
    assert type(failed.error) is error and failed.again is again
    assert str(status) in failed.error.detail and failed.error.advice


def test_a_wait_that_was_asked_for_is_handed_on():
    failed = judge_status(503, "https://a.example/", 7.0)
    assert failed is not None and failed.error.retry_after == 7.0


@pytest.mark.parametrize("status", [200, 204, 206, 304])
def test_answers_that_can_be_used_are_no_failure(status):
    assert judge_status(status, "https://a.example/", None) is None
