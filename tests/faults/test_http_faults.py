"""What the network does to us: slow, broken, hostile. Each has its outcome, in time and in little memory."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from loopback import Answer, Loopback, Raw

from catalogue.adapters.http import HttpClientsOnRequests
from catalogue.adapters.http.guard import SocketAddress
from catalogue.errors import (
    AddressForbidden,
    LeaseLost,
    LimitExceeded,
    ProtocolViolation,
    RetryableError,
    RunCancelled,
)
from catalogue.model.harvest import HarvestSource
from catalogue.settings import Settings


class FixedClock:
    def now(self):
        return datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def server():
    with Loopback() as running:
        yield running


@pytest.fixture
def connect():
    """A client for a source; keywords are settings, `cancelled`, `resolver`."""
    opened = []

    def make(cancelled=lambda: False, resolver=None, **settings):
        given = {"allow_hosts": ("127.0.0.1",), "retries": 0, **settings}
        more = {"resolver": resolver} if resolver else {}
        clients = HttpClientsOnRequests(Settings(**given), FixedClock(), sleep=lambda _: None, **more)
        context = clients.for_source(HarvestSource("s", "http://127.0.0.1/", "dcat_rdf"), cancelled)
        opened.append(context)
        return context.__enter__()

    yield make
    for context in opened:
        context.__exit__(None, None, None)


class Stopwatch:
    def __enter__(self):
        self.started = time.monotonic()
        return self

    def __exit__(self, *_):
        self.seconds = time.monotonic() - self.started


OK = b"HTTP/1.1 200 OK\r\n"
DRIPS = {
    "status line": Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nxx", drip=0.1),
    "headers": Raw(OK + b"X-A: " + b"a" * 1000 + b"\r\n\r\n", drip=0.05),
    "body with length": Raw(OK + b"Content-Length: 100000\r\n\r\n" + b"x" * 1000, drip=0.03),
    "body without length": Raw(OK + b"Connection: close\r\n\r\n" + b"x" * 1000, drip=0.03),
    "chunks": Raw(OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 200, drip=0.03),
}


@pytest.mark.parametrize("drip", DRIPS.values(), ids=DRIPS.keys())
def test_an_answer_that_drips_is_stopped_at_the_total_deadline(server, connect, drip):
    server.on("/", drip)
    client = connect(total_timeout=1.0, read_timeout=10.0)
    with Stopwatch() as watch, pytest.raises(RetryableError, match="in all"):
        client.get(server.url("/"))
    assert 0.9 < watch.seconds < 2.5


def test_a_request_that_used_up_its_time_is_not_repeated(server, connect):
    server.on("/", DRIPS["headers"])
    client = connect(total_timeout=0.6, retries=3)
    with pytest.raises(RetryableError):
        client.get(server.url("/"))
    assert len(server.asked) == 1


def test_redirects_share_one_deadline(server, connect):
    server.on("/", Answer(status=302, headers={"Location": "/b"}, delay=0.6))
    server.on("/b", Answer(status=302, headers={"Location": "/c"}, delay=0.6))
    server.on("/c", Answer(b"x", delay=5))
    client = connect(total_timeout=1.0)
    with Stopwatch() as watch, pytest.raises(RetryableError, match="in all"):
        client.get(server.url("/"))
    assert watch.seconds < 2.0


def test_the_client_works_on_after_it_was_stopped(server, connect):
    server.on("/slow", Raw(OK, hold=10))
    server.on("/", Answer(b"x"))
    client = connect(total_timeout=0.6)
    client.get(server.url("/"))
    with pytest.raises(RetryableError):
        client.get(server.url("/slow"))
    assert client.get(server.url("/")).body == b"x"


def test_silence_ends_at_the_read_timeout(server, connect):
    server.on("/", Raw(b"", hold=10))
    client = connect(read_timeout=0.4)
    with Stopwatch() as watch, pytest.raises(RetryableError, match="in time"):
        client.get(server.url("/"))
    assert watch.seconds < 2


@pytest.mark.parametrize("drip", [DRIPS["headers"], DRIPS["body without length"], Raw(OK, hold=30)])
def test_a_stopped_run_leaves_a_slow_answer_within_five_seconds(server, connect, drip):
    server.on("/", drip)
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    client = connect(cancelled=stop.is_set, total_timeout=60.0)
    with Stopwatch() as watch, pytest.raises(RunCancelled):
        client.get(server.url("/"))
    assert watch.seconds < 3


def test_what_the_question_for_cancelling_raises_comes_out(server, connect):
    """The engine may learn from it that another worker holds the run."""
    server.on("/", Raw(OK, hold=30))
    asked = []

    def cancelled():
        asked.append(1)
        if len(asked) > 1:
            raise LeaseLost("another worker holds the run")
        return False

    client = connect(cancelled=cancelled)
    with pytest.raises(LeaseLost):
        client.get(server.url("/"))


def full_listener():
    """A socket that answers no further connection: its queue is full (Linux drops what comes then)."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    fillers = []
    for _ in range(4):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(listener.getsockname())
        fillers.append(filler)
    time.sleep(0.1)
    return listener, fillers


@pytest.mark.parametrize("how", ["deadline", "cancelled", "connect timeout"])
def test_a_host_that_does_not_accept_is_given_up(connect, how):
    listener, fillers = full_listener()
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    settings = {
        "deadline": {"connect_timeout": 20.0, "total_timeout": 0.8},
        "cancelled": {"connect_timeout": 20.0, "cancelled": stop.is_set},
        "connect timeout": {"connect_timeout": 0.8},
    }[how]
    client = connect(**settings)
    try:
        with Stopwatch() as watch, pytest.raises(RunCancelled if how == "cancelled" else RetryableError):
            client.get(f"http://127.0.0.1:{listener.getsockname()[1]}/")
    finally:
        for sock in (listener, *fillers):
            sock.close()
    assert watch.seconds < 3


BROKEN = {
    "nothing": Raw(b""),
    "half a header": Raw(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "header without its end": Raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\n"),
    "no HTTP": Raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "short body": Raw(OK + b"Content-Length: 100\r\n\r\nshort"),
    "chunk cut": Raw(OK + b"Transfer-Encoding: chunked\r\n\r\n64\r\nshort"),
    "no last chunk": Raw(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n"),
    "bad chunk": Raw(OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\nshort\r\n0\r\n\r\n"),
    "gzip cut": Raw(
        OK + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(b"abc" * 99)[:-6]
    ),
    "header too long": Raw(OK + b"X-A: " + b"a" * 70_000 + b"\r\n\r\n"),
    "too many headers": Raw(OK + b"X-A: a\r\n" * 200 + b"\r\n"),
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_answer_is_tried_again_and_then_given_up(server, connect, answer):
    server.on("/", answer)
    with pytest.raises(RetryableError) as caught:
        connect(retries=1).get(server.url("/"))
    assert len(server.asked) == 2
    assert server.url("/") in caught.value.detail and caught.value.advice


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_answer_is_made_good_by_a_whole_one(server, connect, answer):
    server.on("/", answer, Answer(b"whole"))
    assert connect(retries=1).get(server.url("/")).body == b"whole"


def test_a_refused_connection_is_worth_another_run(connect):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(RetryableError, match="connected"):
        connect().get(f"http://127.0.0.1:{port}/")


def test_a_server_that_speaks_no_tls_is_a_violation(server, connect):
    with pytest.raises(ProtocolViolation, match="TLS"):
        connect().get(server.url("/").replace("http:", "https:"))


def test_a_handshake_that_drips_is_stopped(connect):
    """The TLS library detaches the socket it was given: the watchdog has to reach it all the same."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def drip():
            peer, _ = listener.accept()
            with peer:
                for byte in b"\x16\x03\x03\x10\x00" + b"\x02" * 500:
                    try:
                        peer.send(bytes([byte]))
                    except OSError:
                        return
                    time.sleep(0.05)

        thread = threading.Thread(target=drip)
        thread.start()
        with Stopwatch() as watch, pytest.raises(RetryableError, match="in all"):
            connect(total_timeout=1.0).get(f"https://127.0.0.1:{listener.getsockname()[1]}/")
        thread.join()
    assert watch.seconds < 2.5


@pytest.mark.parametrize("ratio", [200, 10**9])
def test_a_gzip_bomb_over_the_wire_stops_early(server, connect, ratio):
    bomb = gzip.compress(b"\0" * 100_000_000, 9)
    server.on("/", Answer(bomb, headers={"Content-Encoding": "gzip"}))
    client = connect(max_document=10_000_000, max_ratio=ratio)
    with Stopwatch() as watch, pytest.raises(LimitExceeded):
        client.get(server.url("/"))
    assert watch.seconds < 3


def test_a_body_without_end_stops_at_the_limit(server, connect):
    server.on("/", Raw(OK + b"Connection: close\r\n\r\n" + b"x" * 3_000_000))
    with pytest.raises(LimitExceeded):
        connect(max_document=1_000_000).get(server.url("/"))


# -- names ------------------------------------------------------------------------------------------


def resolver_for(*texts, port=None):
    def resolver(host, asked_port):
        found = []
        for text in texts:
            address = ip_address(text)
            family = socket.AF_INET if address.version == 4 else socket.AF_INET6
            found.append(SocketAddress(family, address, (text, port or asked_port)))
        return found

    return resolver


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["8.8.8.8", "127.0.0.1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:127.0.0.1"],
    ],
    ids=str,
)
def test_a_name_that_leads_to_a_forbidden_address_is_refused(server, connect, addresses):
    client = connect(resolver=resolver_for(*addresses, port=server.port), allow_hosts=())
    with pytest.raises(AddressForbidden) as caught:
        client.get("http://catalogue.example/")
    assert server.asked == []
    assert not any(address in caught.value.detail + caught.value.advice for address in addresses)


def test_an_allowed_name_is_connected_at_the_address_that_was_judged(server, connect):
    """The request still names the host: the address is chosen below it."""
    client = connect(resolver=resolver_for("127.0.0.1", port=server.port), allow_hosts=("catalogue.example",))
    server.on("/", Answer(b"x"))
    assert client.get("http://catalogue.example/").url == "http://catalogue.example/"
    assert server.asked[0].headers["host"] == "catalogue.example"


def test_link_local_addresses_stay_closed_though_their_host_is_allowed(connect):
    client = connect(resolver=resolver_for("169.254.169.254"), allow_hosts=("catalogue.example",))
    with pytest.raises(AddressForbidden, match="metadata"):
        client.get("http://catalogue.example/")


def test_a_redirect_to_a_private_name_is_refused(server, connect):
    def resolver(host, port):
        return resolver_for("127.0.0.1" if host == "127.0.0.1" else "10.0.0.1")(host, port)

    server.on("/", Answer(status=302, headers={"Location": "http://intern.example/"}))
    with pytest.raises(AddressForbidden, match=r"intern\.example"):
        connect(resolver=resolver).get(server.url("/"))


def test_an_unknown_name_is_said_so_and_not_asked_again(connect):
    asked = []

    def resolver(host, port):
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    with pytest.raises(RetryableError, match="not known"):
        connect(resolver=resolver, retries=3).get("http://catalogue.example/")
    assert len(asked) == 1


def test_a_resolver_that_hangs_is_given_up(connect):
    over = threading.Event()

    def resolver(host, port):
        over.wait(20)
        return []

    try:
        with Stopwatch() as watch, pytest.raises(RetryableError):
            connect(resolver=resolver, connect_timeout=0.5).get("http://catalogue.example/")
    finally:
        over.set()
    assert watch.seconds < 2


def test_the_next_address_of_a_name_is_tried(server, connect):
    client = connect(
        resolver=resolver_for("127.0.0.77", "127.0.0.1", port=server.port), allow_hosts=("catalogue.example",)
    )
    server.on("/", Answer(b"x"))
    assert client.get("http://catalogue.example/").body == b"x"
