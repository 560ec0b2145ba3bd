"""HTTP around a site: conditional requests, HEAD, delays; one thread for each connection."""

from __future__ import annotations

import socket
import threading
import time
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from deploy.demo.site import Answer, Site

Connection = socket.socket | tuple[bytes, socket.socket]
"""As socketserver types it; the second form is for datagrams and does not occur here."""


class ProviderServer(ThreadingHTTPServer):
    """A server whose site is given after binding, because the site needs to know its port."""

    daemon_threads = False
    site: Site
    delay: float = 0.0

    def __init__(self, address: tuple[str, int]) -> None:
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def process_request(self, request: Connection, client_address: tuple[str, int]) -> None:
        if isinstance(request, socket.socket):
            with self._lock:
                self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Connection) -> None:
        if isinstance(request, socket.socket):
            with self._lock:
                self._connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End connections that a client keeps alive; otherwise closing would wait for the client."""
        with self._lock:
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "DemoProvider/1"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    server: ProviderServer

    def do_GET(self) -> None:
        self._respond(with_body=True)

    def do_HEAD(self) -> None:
        self._respond(with_body=False)

    def _respond(self, with_body: bool) -> None:
        time.sleep(self.server.delay)
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query))
        answer = self.server.site.answer(url.path, query, self.headers.get("Accept", ""))
        fresh = answer.status == 200 and self._has_current(answer)
        self.send_response(304 if fresh else answer.status)
        self._send_validators(answer)
        if not fresh:
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if with_body and not fresh:
            self.wfile.write(answer.body)

    def _send_validators(self, answer: Answer) -> None:
        if answer.status == 200:
            self.send_header("ETag", answer.etag)
            if answer.modified:
                self.send_header("Last-Modified", format_datetime(_moment(answer.modified), usegmt=True))

    def _has_current(self, answer: Answer) -> bool:
        """If-None-Match wins over If-Modified-Since when both are sent (RFC 9110, 13.2.2)."""
        known = self.headers.get("If-None-Match")
        if known is not None:
            tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
            return "*" in tags or answer.etag in tags
        since = self.headers.get("If-Modified-Since")
        if since is None or answer.modified is None:
            return False
        try:
            return _moment(answer.modified) <= parsedate_to_datetime(since)
        except (ValueError, TypeError):
            return False

    def log_message(self, format: str, *args: object) -> None:
        """Silent: the demo prints its list of sources and nothing else."""


def _moment(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)
