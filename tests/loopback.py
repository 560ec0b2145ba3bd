"""A scripted HTTP server on 127.0.0.1 for tests that need real sockets.

    with Loopback() as server:
        server.on("/catalogue.ttl", Answer(b"...", media_type="text/turtle"))
        server.on("/flaky", Answer(status=503), Answer(b"ok"))       # one after the other, the last one stays
        server.on("/slow", Raw(b"HTTP/1.1 200 OK\\r\\n", drip=0.1))    # bytes as given, one at a time
        server.on("/any", lambda asked: Answer(asked.headers["user-agent"].encode()))
        client.get(server.url("/catalogue.ttl"))
    assert server.paths == ["/catalogue.ttl"]

Every request is noted in `asked`. Nothing is guessed: a path without a script answers 404.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it came: `path` with its query, header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float


@dataclass(frozen=True)
class Answer:
    """A regular answer. `delay`: seconds before its first byte. Headers given here replace the usual ones."""

    body: bytes = b""
    status: int = 200
    media_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0


@dataclass(frozen=True)
class Raw:
    """Bytes on the wire instead of an answer, then the end of the connection. `drip`: seconds between two bytes;
    `hold`: seconds that the connection stays open afterwards; `reset`: it ends as a crash of the server ends it."""

    data: bytes = b""
    drip: float = 0.0
    hold: float = 0.0
    reset: bool = False


Step = Answer | Raw
Script = Step | Callable[[Asked], Step]


class Loopback:
    """Starts on entry, on a free port; ended, with all its connections, on exit. `tls`: context of a TLS server."""

    def __init__(self, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.asked: list[Asked] = []
        self._scripts: dict[str, list[Script]] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._server = _Server((host, 0), self)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._scheme = "https" if tls else "http"
        self.host = host
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Loopback:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.end_connections()
        self._server.server_close()

    def url(self, path: str = "/", host: str | None = None) -> str:
        return f"{self._scheme}://{host or self.host}:{self.port}{path}"

    @property
    def authority(self) -> str:
        """`host:port`, as PHAROS_ALLOW_HOSTS wants it."""
        return f"{self.host}:{self.port}"

    @property
    def paths(self) -> list[str]:
        """Paths asked so far, in order."""
        return [asked.path for asked in self.asked]

    @property
    def connections(self) -> int:
        """How many connections were opened."""
        return self._server.opened

    def on(self, path: str, *steps: Script) -> None:
        """What `path` answers, from now on: each step once, the last one for ever. A path without a query answers
        for every query that has no script of its own."""
        with self._lock:
            self._scripts[path] = list(steps)

    def clear(self) -> None:
        """Forgets scripts and requests."""
        with self._lock:
            self._scripts.clear()
            self.asked.clear()

    def step_for(self, asked: Asked) -> Step:
        with self._lock:
            self.asked.append(asked)
            steps = self._scripts.get(asked.path) or self._scripts.get(urlsplit(asked.path).path)
            if not steps:
                return Answer(b"no such page", status=404, media_type="text/plain")
            step = steps.pop(0) if len(steps) > 1 else steps[0]
        return step(asked) if callable(step) else step

    def wait(self, seconds: float) -> bool:
        """Sleeps, but not longer than the server lives. True when it is over."""
        return self._over.wait(seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], owner: Loopback) -> None:
        self.owner = owner
        self._connections: set[socket.socket] = set()
        self.opened = 0
        super().__init__(address, _Handler)

    def process_request(self, request, client_address):  # type: ignore[no-untyped-def]
        self.opened += 1
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):  # type: ignore[no-untyped-def]
        self._connections.discard(request)
        super().shutdown_request(request)

    def abandon(self, request: socket.socket) -> None:
        """Closes the connection without the farewell that `shutdown_request` would send first."""
        self._connections.discard(request)
        request.close()

    def end_connections(self) -> None:
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request, client_address) -> None:  # type: ignore[no-untyped-def]
        """Clients that leave in the middle are what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Header and body are two writes: with Nagle's algorithm each answer would take 40 ms.
    disable_nagle_algorithm = True
    server: _Server

    def _serve(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, self.rfile.read(length), time.monotonic())
        step = self.server.owner.step_for(asked)
        if isinstance(step, Raw):
            self._send_raw(step)
        else:
            self._send_answer(step)

    do_GET = do_HEAD = do_POST = _serve

    def _send_answer(self, answer: Answer) -> None:
        if answer.delay and self.server.owner.wait(answer.delay):
            return
        given = {name.lower() for name in answer.headers}
        self.send_response(answer.status)
        if answer.media_type and "content-type" not in given:
            self.send_header("Content-Type", answer.media_type)
        if "content-length" not in given and "transfer-encoding" not in given and answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _send_raw(self, raw: Raw) -> None:
        self.close_connection = True
        if not raw.drip:
            self.wfile.write(raw.data)
        for byte in raw.data if raw.drip else b"":
            self.wfile.write(bytes([byte]))
            if self.server.owner.wait(raw.drip):
                return
        if raw.hold:
            self.server.owner.wait(raw.hold)
        if raw.reset:
            # With no time to linger, closing sends RST instead of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.server.abandon(self.connection)

    def log_message(self, format: str, *args: object) -> None:
        """Tests read `asked`."""
