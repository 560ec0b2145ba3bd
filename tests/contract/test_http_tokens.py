"""OpenID Connect client credentials towards a source, over real sockets."""

from __future__ import annotations

import base64
import json
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from loopback import Answer, Asked, Loopback, Script

from catalogue.adapters.http import HttpClientsOnRequests
from catalogue.errors import (
    AccessRefused,
    ConfigurationError,
    HarvestError,
    ProtocolViolation,
    RetryableError,
)
from catalogue.model.harvest import HarvestSource
from catalogue.settings import Settings

SECRET = "p@ss word+ü".encode("ascii", "replace").decode()
Clients = Callable[..., HttpClientsOnRequests]


class MovingClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 24, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def provider() -> Iterator[Loopback]:
    with Loopback() as running:
        yield running


@pytest.fixture
def issuer() -> Iterator[Loopback]:
    with Loopback() as running:
        yield running


@pytest.fixture
def clients(clock: MovingClock) -> HttpClientsOnRequests:
    settings = Settings(allow_hosts=("127.0.0.1",), retries=1)
    return HttpClientsOnRequests(settings, clock, secrets={"HOOK": SECRET}, sleep=lambda _: None)


def numbered(**more: object) -> Script:
    """Tokens t1, t2, ... that hold for an hour."""
    numbers = iter(range(1, 100))

    def answer(asked: Asked) -> Answer:
        del asked
        said = {"access_token": f"t{next(numbers)}", "token_type": "Bearer", "expires_in": 3600, **more}
        return Answer(json.dumps(said).encode(), media_type="application/json")

    return answer


def guarded(*good: str) -> Script:
    """Answers who comes with one of these tokens, and with which: an answer that repeats the header is not read."""

    def answer(asked: Asked) -> Answer:
        sent = asked.headers.get("authorization", "")
        scheme, _, token = sent.partition(" ")
        is_good = scheme == "Bearer" and token in good
        return Answer(f"came with {token}".encode()) if is_good else Answer(status=401)

    return answer


def source(provider: Loopback, issuer: Loopback, **more: str) -> HarvestSource:
    credentials = {
        "scheme": "oidc",
        "token_url": issuer.url("/token"),
        "client": "pharos:eu",
        "secret": "env:HOOK",
        **more,
    }
    return HarvestSource("clinic", provider.url("/"), "dcat_rdf", credentials=credentials)


def test_a_token_is_fetched_once_and_sent_as_bearer(
    clients: HttpClientsOnRequests, provider: Loopback, issuer: Loopback
) -> None:
    issuer.on("/token", numbered())
    provider.on("/", guarded("t1"))
    for _ in range(2):
        with clients.for_source(source(provider, issuer, scope="catalog read")) as client:
            assert client.get(provider.url("/")).body == b"came with t1"
            client.get(provider.url("/"))
    assert issuer.paths == ["/token"]
    (asked,) = issuer.asked
    assert parse_qs(asked.body.decode()) == {"grant_type": ["client_credentials"], "scope": ["catalog read"]}
    login = base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
    # Both parts form-encoded (RFC 6749, 2.3.1), so that a colon in the id splits nothing.
    assert login == "pharos%3Aeu:p%40ss+word%2B%3F"


def test_nothing_is_fetched_before_it_is_needed(
    clients: HttpClientsOnRequests, provider: Loopback, issuer: Loopback
) -> None:
    with clients.for_source(source(provider, issuer)):
        pass
    assert issuer.asked == []


def test_a_token_is_used_until_shortly_before_its_end(
    clients: HttpClientsOnRequests, provider: Loopback, issuer: Loopback, clock: MovingClock
) -> None:
    issuer.on("/token", numbered(expires_in=300))
    provider.on("/", guarded("t1", "t2"))
    sent = []
    with clients.for_source(source(provider, issuer)) as client:
        for seconds in (0, 269, 2):
            clock.time += timedelta(seconds=seconds)
            sent.append(client.get(provider.url("/")).body)
    assert sent == [b"came with t1", b"came with t1", b"came with t2"]


def test_a_token_that_is_refused_is_fetched_anew_once(
    clients: HttpClientsOnRequests, provider: Loopback, issuer: Loopback
) -> None:
    issuer.on("/token", numbered())
    provider.on("/", guarded("t2"))
    with clients.for_source(source(provider, issuer)) as client:
        assert client.get(provider.url("/")).body == b"came with t2"
    assert (len(issuer.asked), len(provider.asked)) == (2, 2)
    provider.on("/", guarded())
    with clients.for_source(source(provider, issuer)) as client, pytest.raises(AccessRefused):
        client.get(provider.url("/"))
    assert (len(issuer.asked), len(provider.asked)) == (3, 4)


def test_a_403_is_no_reason_for_another_token(
    clients: HttpClientsOnRequests, provider: Loopback, issuer: Loopback
) -> None:
    issuer.on("/token", numbered())
    provider.on("/", Answer(status=403))
    with clients.for_source(source(provider, issuer)) as client, pytest.raises(AccessRefused):
        client.get(provider.url("/"))
    assert len(issuer.asked) == 1


def test_a_token_goes_to_the_source_only(
    clients: HttpClientsOnRequests, provider: Loopback, issuer: Loopback
) -> None:
    issuer.on("/token", numbered())
    with Loopback() as other:
        other.on("/", Answer(b"x"))
        provider.on("/away", Answer(status=302, headers={"Location": other.url("/")}))
        with clients.for_source(source(provider, issuer)) as client:
            client.get(other.url("/"))
            client.get(provider.url("/away"))
        assert [asked.headers.get("authorization") for asked in other.asked] == [None, None]


def test_a_token_server_that_is_down_is_asked_again_and_then_it_is_for_later(
    clients: HttpClientsOnRequests, provider: Loopback, issuer: Loopback
) -> None:
    issuer.on("/token", Answer(status=503), numbered())
    provider.on("/", guarded("t1"))
    with clients.for_source(source(provider, issuer)) as client:
        assert client.get(provider.url("/")).status == 200
    issuer.on("/token", Answer(status=503))
    with (
        clients.for_source(source(provider, issuer, scope="other")) as client,
        pytest.raises(RetryableError),
    ):
        client.get(provider.url("/"))


BAD = {
    "invalid-client": (Answer(b'{"error": "invalid_client"}', status=401), AccessRefused, "gives no token"),
    "invalid-scope": (Answer(b'{"error": "invalid_scope"}', status=400), AccessRefused, "gives no token"),
    "not-json": (Answer(b"<html>Log in</html>"), ProtocolViolation, "without a usable access token"),
    "no-token": (Answer(b'{"token": "SEEN"}'), ProtocolViolation, "without a usable access token"),
    "list": (Answer(b'["SEEN"]'), ProtocolViolation, "without a usable access token"),
    "line-break": (Answer(rb'{"access_token": "SEEN\r\nX: 1"}'), ProtocolViolation, "without a usable"),
    "mac": (Answer(b'{"access_token": "SEEN", "token_type": "mac"}'), ProtocolViolation, "only Bearer"),
    "redirect": (Answer(status=307, headers={"Location": "/elsewhere"}), HarvestError, "redirects"),
}


@pytest.mark.parametrize("case", BAD)
def test_an_answer_without_a_token_is_told_without_showing_it(
    clients: HttpClientsOnRequests, provider: Loopback, issuer: Loopback, case: str
) -> None:
    answer, kind, said = BAD[case]
    issuer.on("/token", answer)
    with clients.for_source(source(provider, issuer)) as client, pytest.raises(kind) as caught:
        client.get(provider.url("/"))
    assert said in caught.value.detail
    assert "SEEN" not in caught.value.detail + caught.value.advice
    assert provider.asked == []
    assert "/elsewhere" not in issuer.paths


@pytest.mark.parametrize("name", ["token_url", "client", "secret"])
def test_what_is_missing_is_named(clients: HttpClientsOnRequests, name: str) -> None:
    whole = {"scheme": "oidc", "token_url": "https://i.example/", "client": "c", "secret": "env:HOOK"}
    part = {key: value for key, value in whole.items() if key != name}
    one = HarvestSource("clinic", "https://clinic.example/", "dcat_rdf", credentials=part)
    with pytest.raises(ConfigurationError, match=name), clients.for_source(one):
        pass


def test_a_secret_is_not_sent_over_http_for_a_source_on_https(clients: HttpClientsOnRequests) -> None:
    whole = {"scheme": "oidc", "token_url": "http://i.example/", "client": "c", "secret": "env:HOOK"}
    one = HarvestSource("clinic", "https://clinic.example/", "dcat_rdf", credentials=whole)
    with pytest.raises(ConfigurationError, match="over http"), clients.for_source(one):
        pass


def test_neither_secret_nor_token_is_logged(
    clients: HttpClientsOnRequests, provider: Loopback, issuer: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    issuer.on("/token", numbered(access_token="T0KEN-T0KEN"))
    provider.on("/", guarded())
    with clients.for_source(source(provider, issuer)) as client, pytest.raises(AccessRefused) as caught:
        client.get(provider.url("/"))
    told = caplog.text + str([vars(record) for record in caplog.records]) + caught.value.detail
    assert "token fetched" in told
    for secret in (SECRET, "T0KEN", "p%40ss", base64.b64encode(SECRET.encode()).decode()[:8]):
        assert secret not in told


def test_threads_share_a_token(clients: HttpClientsOnRequests, provider: Loopback, issuer: Loopback) -> None:
    issuer.on("/token", numbered())
    provider.on("/", guarded(*(f"t{n}" for n in range(1, 9))))
    with clients.for_source(source(provider, issuer)) as client:
        client.get(provider.url("/"))
    seen: list[bytes] = []

    def ask() -> None:
        with clients.for_source(source(provider, issuer)) as own:
            seen.append(own.get(provider.url("/")).body)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [b"came with t1"] * 6
