"""Ends a request that takes too long or is no longer wanted, from outside: its sockets are shut down."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from enum import StrEnum
from http.client import HTTPConnection
from weakref import ReferenceType, ref

POLL_SECONDS = 0.5


class Stop(StrEnum):
    DEADLINE = "deadline"
    CANCELLED = "cancelled"


class Wire:
    """The open sockets of one client. A duplicate of each is kept: TLS wraps and detaches the first one, and
    http.client lets go of it while the body is still being read, but a shutdown reaches all duplicates."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: list[tuple[ReferenceType[HTTPConnection], socket.socket]] = []
        self._cut = False

    def begin(self) -> None:
        """A new request: what an earlier one left closed is forgotten."""
        with self._lock:
            self._cut = False
            self._sweep()

    def opened(self, connection: HTTPConnection, sock: socket.socket) -> None:
        """A socket that `cut` reaches from now on. OSError when the request was stopped meanwhile."""
        with self._lock:
            if self._cut:
                raise OSError("stopped before connecting")
            self._open.append((ref(connection), sock.dup()))

    @property
    def is_cut(self) -> bool:
        return self._cut

    def cut(self) -> None:
        """Shuts every socket down: whoever reads from one sees its end at once."""
        with self._lock:
            self._cut = True
            for _, sock in self._open:
                with contextlib.suppress(OSError):  # not connected, or the other side was first
                    sock.shutdown(socket.SHUT_RDWR)

    def sweep(self) -> None:
        """Lets go of sockets whose connection is closed."""
        with self._lock:
            self._sweep()

    def close(self) -> None:
        with self._lock:
            for _, sock in self._open:
                sock.close()
            self._open.clear()

    def _sweep(self) -> None:
        kept = []
        for reference, sock in self._open:
            connection = reference()
            if connection is not None and connection.sock is not None:
                kept.append((reference, sock))
            else:
                sock.close()
        self._open = kept


class Watchdog:
    """Watches one request at a time. `cancelled` is asked from the watching thread, twice a second."""

    def __init__(self, wire: Wire, cancelled: Callable[[], bool]) -> None:
        self._wire = wire
        self._cancelled = cancelled
        self.stopped_by: Stop | None = None
        self.failure: Exception | None = None

    @contextlib.contextmanager
    def guarding(self, seconds: float) -> Iterator[None]:
        """Within the block the wire is cut after `seconds`, when `cancelled` says so, or when it fails."""
        self.stopped_by = self.failure = None
        self._wire.begin()
        over = threading.Event()
        thread = threading.Thread(target=self._watch, args=(seconds, over), name="watchdog", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            self._wire.sweep()

    def _watch(self, seconds: float, over: threading.Event) -> None:
        deadline = time.monotonic() + seconds
        while not over.wait(min(POLL_SECONDS, max(deadline - time.monotonic(), 0))):
            if time.monotonic() >= deadline:
                self.stopped_by = Stop.DEADLINE
            elif self._is_cancelled():
                self.stopped_by = Stop.CANCELLED
            if self.stopped_by is not None:
                self._wire.cut()
                return

    def _is_cancelled(self) -> bool:
        try:
            return self._cancelled()
        except Exception as error:  # noqa: BLE001 - carried to the requesting thread, which raises it
            self.failure = error
            return True
