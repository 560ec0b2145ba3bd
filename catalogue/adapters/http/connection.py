"""urllib3 connections that connect to addresses a Guard has judged, and the requests adapter that uses them.

The URL and the TLS server name stay as they are: only the address behind the name is chosen here.
"""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Mapping
from functools import partial
from io import BufferedIOBase
from typing import Any

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from catalogue.adapters.http.addresses import literal_address
from catalogue.adapters.http.guard import Guard, SocketAddress
from catalogue.adapters.http.watchdog import Wire
from catalogue.errors import AddressForbidden


class Opener:
    """Opens the sockets of one client's connections. The operator's proxy is not judged, everything else is."""

    def __init__(self, guard: Guard, wire: Wire) -> None:
        self._guard = guard
        self._wire = wire

    def open(self, connection: HTTPConnection, host: str, judged: bool) -> socket.socket:
        """A connected socket. AddressForbidden, or urllib3's own errors for what fails."""
        seconds = float(connection.timeout or 10)
        try:
            addresses = self._addresses(host, connection.port, seconds, judged)
        except TimeoutError as error:
            raise ConnectTimeoutError(connection, f"{host} was not resolved in time") from error
        except (socket.gaierror, UnicodeError) as error:
            reason = (
                error
                if isinstance(error, socket.gaierror)
                else socket.gaierror(socket.EAI_NONAME, "not a name")
            )
            raise NameResolutionError(host, connection, reason) from error
        return self._first_that_connects(connection, host, addresses, seconds, judged)

    def _addresses(self, host: str, port: int, seconds: float, judged: bool) -> list[SocketAddress]:
        if judged:
            return self._guard.addresses(host, port, seconds, lambda: self._wire.is_cut)
        return self._guard.unjudged(host, port, seconds, lambda: self._wire.is_cut)

    def _first_that_connects(
        self,
        connection: HTTPConnection,
        host: str,
        addresses: list[SocketAddress],
        seconds: float,
        judged: bool,
    ) -> socket.socket:
        deadline = time.monotonic() + seconds
        last: OSError = OSError("the name has no address")
        for position, address in enumerate(addresses):
            share = max(deadline - time.monotonic(), 0.1) / (len(addresses) - position)
            try:
                sock = self._connect(connection, address, share)
            except OSError as error:
                last = error
                if self._wire.is_cut:
                    break
                continue
            if judged:
                self._judge_peer(sock, host, connection.port)
            sock.settimeout(seconds)
            return sock
        if isinstance(last, TimeoutError):
            raise ConnectTimeoutError(connection, f"{host} did not accept a connection") from last
        raise NewConnectionError(connection, f"{host} could not be connected to: {last}") from last

    def _connect(self, connection: HTTPConnection, address: SocketAddress, seconds: float) -> socket.socket:
        sock = socket.socket(address.family, socket.SOCK_STREAM)
        try:
            for option in connection.socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(seconds)
            self._wire.opened(connection, sock)
            sock.connect(address.sockaddr)
        except BaseException:
            sock.close()
            raise
        return sock

    def _judge_peer(self, sock: socket.socket, host: str, port: int) -> None:
        peer = literal_address(str(sock.getpeername()[0]))
        try:
            if peer is None:
                raise AddressForbidden(f"{host} was connected to without an address.")
            self._guard.judge(host, peer, port)
        except AddressForbidden:
            sock.close()
            raise


class _LineReader:
    """Reads lines from a file and remembers the last one; everything else is the file's."""

    def __init__(self, file: BufferedIOBase) -> None:
        self.file = file
        self.last = b""

    def readline(self, limit: int = -1) -> bytes:
        self.last = self.file.readline(limit)
        return self.last

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


class WholeHeaderResponse(http.client.HTTPResponse):
    """An answer whose header came to its end. http.client takes the end of the connection for the end of the header,
    so that an answer which breaks off there would be a success without a body."""

    fp: Any

    def begin(self) -> None:
        lines = _LineReader(self.fp)
        self.fp = lines
        super().begin()
        if self.fp is lines:
            self.fp = lines.file
        if lines.last not in (b"\r\n", b"\n"):
            raise http.client.IncompleteRead(lines.last)


class GuardedHTTPConnection(HTTPConnection):
    response_class = WholeHeaderResponse

    def __init__(self, *args: Any, opener: Opener, judged: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._opener = opener
        self._judged = judged

    def _new_conn(self) -> socket.socket:
        return self._opener.open(self, self._dns_host, self._judged)


class GuardedHTTPSConnection(HTTPSConnection):
    response_class = WholeHeaderResponse

    def __init__(self, *args: Any, opener: Opener, judged: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._opener = opener
        self._judged = judged

    def _new_conn(self) -> socket.socket:
        return self._opener.open(self, self._dns_host, self._judged)


class GuardedAdapter(HTTPAdapter):
    """requests' transport with guarded connections; no retries of its own."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        super().__init__(pool_connections=4, pool_maxsize=1, max_retries=0)

    def get_connection_with_tls_context(
        self,
        request: PreparedRequest,
        verify: bool | str | None,
        proxies: Mapping[str, str] | None = None,
        cert: tuple[str, str] | str | None = None,
    ) -> HTTPConnectionPool:
        pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
        assert isinstance(pool, HTTPConnectionPool)
        cls = GuardedHTTPSConnection if pool.scheme == "https" else GuardedHTTPConnection
        # A pool makes its connections by calling ConnectionCls with keywords: a bound class is enough.
        pool.ConnectionCls = partial(cls, opener=self._opener, judged=pool.proxy is None)  # type: ignore[assignment]
        return pool
