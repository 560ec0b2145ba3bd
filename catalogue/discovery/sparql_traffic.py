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

from catalogue.errors import InvalidQuery, StoreUnavailable
from catalogue.ports import GraphStore

MEMORY = 900.0
"""Seconds that a query which brought the store down is remembered."""
MAX_REMEMBERED = 1_000
STRIKES = 2
SETTLING = 3.0
"""Seconds after the store's death in which another loss says little about who is to blame."""
PERMITS = 4
QUEUE = 5.0


@dataclass(slots=True)
class _Suspect:
    strikes: int
    at: float
    reason: str


class Traffic:
    """Lets a bounded number of queries through and remembers those that the store died of.

    The store dies for everybody who waits for it: a query that ran alone is to blame; one of several when it was
    there twice and was not answered between.
    """

    def __init__(self, permits: int = PERMITS, queue: float = QUEUE) -> None:
        self._permits = threading.BoundedSemaphore(permits)
        self._queue = queue
        self._lock = threading.Lock()
        self._running: dict[int, str] = {}
        self._number = 0
        self._stopped_at = -math.inf
        self._lost_at = -math.inf
        self._suspects: OrderedDict[str, _Suspect] = OrderedDict()

    def check(self, key: str) -> None:
        """InvalidQuery when the query is known to bring the store down."""
        with self._lock:
            suspect = self._suspects.get(key)
            if suspect and time.monotonic() - suspect.at > MEMORY:
                del self._suspects[key]
                suspect = None
        if suspect and suspect.strikes >= STRIKES:
            raise InvalidQuery(
                f"This query is not asked again for now: {suspect.reason}",
                advice="Sort by one key or write STR(?key) for each, name the graph, join the patterns by shared variables, "
                "add a LIMIT.",
                parameter="query",
            )

    @contextmanager
    def passage(self, key: str) -> Iterator[Passage]:
        """Waits for a turn; StoreUnavailable when none comes in time."""
        if not self._permits.acquire(timeout=self._queue):
            raise StoreUnavailable("Too many queries are being answered.", advice="Try again in a moment.")
        with self._lock:
            self._number += 1
            number = self._number
            self._running[number] = key
        try:
            yield Passage(self, key, time.monotonic())
        finally:
            with self._lock:
                del self._running[number]
            self._permits.release()

    def stopped(self, key: str, reason: str) -> None:
        """The store was stopped because of this query."""
        with self._lock:
            self._stopped_at = time.monotonic()
            self._remember(key, STRIKES, reason)

    def lost(self, key: str, since: float, reason: str) -> bool:
        """The store went away under this query, which began at `since`. True when the query is to blame."""
        with self._lock:
            # A dying server still takes connections for a moment: who comes just then has no part in it.
            if self._stopped_at + SETTLING > since:
                return False
            alone = len(self._running) == 1 and self._lost_at + SETTLING < since
            self._lost_at = time.monotonic()
            return self._remember(key, STRIKES if alone else 1, reason) >= STRIKES

    def answered(self, key: str) -> None:
        """The store has answered this query: it does not die of it."""
        with self._lock:
            self._suspects.pop(key, None)

    def _remember(self, key: str, strikes: int, reason: str) -> int:
        known = self._suspects.pop(key, None)
        total = strikes + (known.strikes if known else 0)
        self._suspects[key] = _Suspect(total, time.monotonic(), reason)
        while len(self._suspects) > MAX_REMEMBERED:
            self._suspects.popitem(last=False)
        return total


@dataclass(frozen=True, slots=True)
class Passage:
    """One query's turn."""

    traffic: Traffic
    key: str
    began: float

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def stopped(self, reason: str) -> None:
        self.traffic.stopped(self.key, reason)

    def answered(self) -> None:
        self.traffic.answered(self.key)

    def lost(self, reason: str) -> bool:
        return self.traffic.lost(self.key, self.began, reason)


_traffic: weakref.WeakKeyDictionary[GraphStore, Traffic] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def traffic_of(graph: GraphStore) -> Traffic:
    """The one traffic of a store: gateways may be made per request, what they know must not be."""
    with _lock:
        return _traffic.setdefault(graph, Traffic())
