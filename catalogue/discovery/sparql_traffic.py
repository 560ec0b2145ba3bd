"""Who asks the graph store now, and which queries have brought it down: shared by all gateways of a process."""

from __future__ import annotations

import math
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from catalogue.discovery.sparql_failures import fatal, late_and_remembered
from catalogue.errors import StoreUnavailable
from catalogue.ports import GraphStore

MEMORY = 900.0
"""Seconds that a query which brought the store down is remembered."""
MAX_REMEMBERED = 1_000
STRIKES = 2
SETTLING = 3.0
"""Seconds after we stopped the store in which its loss says nothing about a query."""
PERMITS = 4
QUEUE = 5.0


@dataclass(slots=True)
class _Suspect:
    """`limit`: the seconds that it was given, when it was time that ended it; None when the engine failed under it."""

    strikes: int
    at: float
    limit: float | None


class Traffic:
    """Lets a bounded number of queries through and remembers those that the store died of.

    The store dies for everybody who waits for it, and another process may have ended it (a rebuild, somebody else's
    slow query). So one loss is no proof: those that were there are asked again one after the other, and the
    query that loses the store a second time without an answer between is to blame.
    """

    def __init__(self, permits: int = PERMITS, queue: float = QUEUE) -> None:
        self._permits = threading.BoundedSemaphore(permits)
        self._queue = queue
        self._lock = threading.Lock()
        self._trial = threading.Lock()
        self._stopped_at = -math.inf
        self._suspects: OrderedDict[str, _Suspect] = OrderedDict()

    def check(self, key: str) -> None:
        """QueryTimeout or InvalidQuery when the query is known to bring the store down: by which of the two, it says."""
        with self._lock:
            suspect = self._suspects.get(key)
            left = suspect.at + MEMORY - time.monotonic() if suspect else 0.0
            if suspect and left <= 0:
                del self._suspects[key]
                suspect = None
        if suspect and suspect.strikes >= STRIKES:
            raise fatal(left) if suspect.limit is None else late_and_remembered(suspect.limit, left)

    @contextmanager
    def passage(self, key: str) -> Iterator[Passage]:
        """Waits for a turn; StoreUnavailable when none comes in time."""
        if not self._permits.acquire(timeout=self._queue):
            raise StoreUnavailable("Too many queries are being answered.", advice="Try again in a moment.")
        try:
            yield Passage(self, key, time.monotonic())
        finally:
            self._permits.release()

    @contextmanager
    def trial(self, key: str, patience: float) -> Iterator[None]:
        """Of the queries that lost the store one at a time; the errors of `check` when the query is known by then."""
        if not self._trial.acquire(timeout=max(0.0, patience)):
            raise StoreUnavailable("The graph store was restarted.", advice="Ask again.", lost=True)
        try:
            self.check(key)
            yield
        finally:
            self._trial.release()

    def stopped(self, key: str, limit: float) -> None:
        """The store was stopped because this query did not end within `limit` seconds."""
        with self._lock:
            self._stopped_at = time.monotonic()
            self._remember(key, STRIKES, limit)

    def lost(self, key: str, since: float) -> bool:
        """The store went away under this query, which was asked at `since`. True when the query is to blame."""
        with self._lock:
            # A dying server still takes connections for a moment: who comes just then has no part in it.
            if self._stopped_at + SETTLING > since:
                return False
            return self._remember(key, 1, None) >= STRIKES

    def answered(self, key: str) -> None:
        """The store has answered this query: it does not die of it."""
        with self._lock:
            self._suspects.pop(key, None)

    def _remember(self, key: str, strikes: int, limit: float | None) -> int:
        known = self._suspects.pop(key, None)
        total = strikes + (known.strikes if known else 0)
        self._suspects[key] = _Suspect(total, time.monotonic(), limit)
        while len(self._suspects) > MAX_REMEMBERED:
            self._suspects.popitem(last=False)
        return total


@dataclass(frozen=True, slots=True)
class Passage:
    """One query's turn. `began` at a time of `time.monotonic`."""

    traffic: Traffic
    key: str
    began: float

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def stopped(self, limit: float) -> None:
        self.traffic.stopped(self.key, limit)

    def answered(self) -> None:
        self.traffic.answered(self.key)

    def lost(self, since: float) -> bool:
        return self.traffic.lost(self.key, since)


_traffic: weakref.WeakKeyDictionary[GraphStore, Traffic] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def traffic_of(graph: GraphStore) -> Traffic:
    """The one traffic of a store: gateways may be made per request, what they know must not be."""
    with _lock:
        return _traffic.setdefault(graph, Traffic())
