"""One request to a SPARQL 1.1 server, under a byte cap and a deadline that holds. Not for other people's servers:
this is our own part, so it asks no proxy, follows no redirect and needs no address check."""

from __future__ import annotations

import base64
import http.client
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from catalogue.errors import InvalidQuery, LimitExceeded, QueryTimeout, StoreUnavailable

CONNECT = 5.0
PIECE = 256 * 1024
ERROR_TEXT = 500


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a SPARQL server takes queries and updates. URLs may hold `user:password@`."""

    query_url: str
    update_url: str

    @classmethod
    def of_child(cls, address: str) -> Endpoint:
        """The endpoint of `oxigraph serve` at an address like `http://127.0.0.1:7878`."""
        return cls(f"{address}/query", f"{address}/update")


@dataclass(frozen=True, slots=True)
class Request:
    """What to send, and how much of what comes back to take in how many seconds."""

    url: str
    body: bytes
    content_type: str
    accept: str
    timeout: float
    max_bytes: int


def send(request: Request, on_deadline: Callable[[], bool]) -> bytes:
    """Sends and reads the answer to its end.

    `on_deadline` is called once when time is up; it says whether it stopped the server. Raises QueryTimeout
    (`context["killed"]`: the server was stopped for it), LimitExceeded (more than `max_bytes`), InvalidQuery (400),
    StoreUnavailable (`context["lost"]`: the connection broke after the request had been taken; `context["away"]`: it was
    not taken; `context["status"]` and `["said"]`: the server lives and answered with another status and these words).
    """
    parts = urlsplit(request.url)
    connection = _connect(parts)
    watchdog = _Watchdog(connection, request.timeout, on_deadline)
    try:
        with watchdog:
            return _exchange(connection, parts, request)
    except (OSError, http.client.HTTPException) as error:
        if watchdog.barked:
            raise _too_slow(request.timeout, killed=watchdog.killed) from error
        raise StoreUnavailable(
            "The graph store broke off its answer.", advice="Try again in a moment.", lost=True
        ) from error
    finally:
        connection.close()


def _connect(parts: SplitResult) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=CONNECT)
    try:
        connection.connect()
    except OSError as error:
        connection.close()
        raise StoreUnavailable(
            "The graph store does not answer.",
            advice="It is started again by itself; try again in a moment.",
            away=True,
        ) from error
    return connection


def _exchange(connection: http.client.HTTPConnection, parts: SplitResult, request: Request) -> bytes:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    # The socket itself waits a little longer than the watchdog, which ends the wait.
    connection.sock.settimeout(request.timeout + CONNECT)
    connection.request("POST", path, request.body, _headers(parts, request))
    response = connection.getresponse()
    if response.status >= 300:
        raise _refused(response.status, response.read(ERROR_TEXT).decode("utf-8", "replace").strip())
    body = bytearray()
    while piece := response.read(PIECE):
        body += piece
        if len(body) > request.max_bytes:
            raise LimitExceeded(
                f"The answer has more than {request.max_bytes:,} bytes.", advice="Ask for less."
            )
    return bytes(body)


def _headers(parts: SplitResult, request: Request) -> dict[str, str]:
    headers = {"Content-Type": request.content_type, "Accept": request.accept, "Connection": "close"}
    if parts.username is not None:
        secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(secret.encode()).decode()
    return headers


def _refused(status: int, text: str) -> InvalidQuery | StoreUnavailable:
    if status == 400:
        return InvalidQuery(f"The graph store does not understand the query: {text}", parameter="query")
    return StoreUnavailable(f"The graph store answered with status {status}.", said=text, status=status)


def _too_slow(timeout: float, *, killed: bool) -> QueryTimeout:
    return QueryTimeout(
        f"The query was stopped after {timeout:g} seconds.",
        advice="Ask for less: add a LIMIT, name the graph or the dataset, avoid patterns that share no variable.",
        killed=killed,
    )


class _Watchdog:
    """Ends a wait that no socket timeout ends (each single read may be in time): cuts the connection at the deadline."""

    def __init__(
        self, connection: http.client.HTTPConnection, timeout: float, on_deadline: Callable[[], bool]
    ) -> None:
        self._socket: socket.socket = connection.sock
        self._on_deadline = on_deadline
        self._lock = threading.Lock()
        self._over = False
        self._timer = threading.Timer(timeout, self._bark)
        self._timer.daemon = True
        self.barked = False
        self.killed = False

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            self._over = True
            barked = self.barked
        if barked:
            # A cut connection may look like the end of a body without length.
            raise ConnectionAbortedError("deadline")

    def _bark(self) -> None:
        with self._lock:
            if self._over:
                return
            self.barked = True
            self.killed = self._on_deadline()
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                return
