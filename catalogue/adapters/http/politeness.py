"""How Pharos behaves towards a host: one request at a time, a pause between two, waits that grow after failures."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from catalogue.errors import RetryableError, RunCancelled

LONGEST_WAIT = 60.0
"""Seconds a worker waits between two tries. A server that asks for more is left to the next run."""
_SLICE = 0.5
_FIRST_BACKOFF = 0.5


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3: seconds or a date), or None."""
    if not value:
        return None
    text = value.strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((aware - now).total_seconds(), 0.0)


def backoff(attempt: int, chance: Callable[[], float] = random.random) -> float:
    """Seconds before try number `attempt` + 1: doubling, with jitter of half its length, at most LONGEST_WAIT."""
    full = min(_FIRST_BACKOFF * 2.0**attempt, LONGEST_WAIT)
    return full / 2 + full / 2 * chance()


def pause(seconds: float, sleep: Callable[[float], None], cancelled: Callable[[], bool]) -> None:
    """Sleeps in short pieces. RunCancelled as soon as a person stops the run."""
    left = seconds
    while left > 0:
        if cancelled():
            raise RunCancelled("The run was stopped while it waited for the source.")
        sleep(min(left, _SLICE))
        left -= _SLICE


@dataclass(slots=True)
class _Turn:
    lock: threading.Lock = field(default_factory=threading.Lock)
    users: int = 0
    free_at: float = 0.0


class Turns:
    """One request at a time per host name, for all clients of the process. `delay`: seconds between two requests."""

    def __init__(self, delay: float = 0.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._delay = delay
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._turns: dict[str, _Turn] = {}

    @contextlib.contextmanager
    def at(
        self, host: str, patience: float, sleep: Callable[[float], None], cancelled: Callable[[], bool]
    ) -> Iterator[None]:
        """Within the block no other request goes to the host. RetryableError after `patience` seconds of waiting,
        RunCancelled when the run is stopped meanwhile."""
        turn = self._join(host)
        try:
            self._acquire(turn, host, patience, cancelled)
            try:
                pause(min(turn.free_at - self._monotonic(), self._delay), sleep, cancelled)
                yield
            finally:
                turn.free_at = self._monotonic() + self._delay
                turn.lock.release()
        finally:
            self._leave(host, turn)

    def _acquire(self, turn: _Turn, host: str, patience: float, cancelled: Callable[[], bool]) -> None:
        deadline = self._monotonic() + patience
        while not turn.lock.acquire(timeout=_SLICE):
            if cancelled():
                raise RunCancelled("The run was stopped while it waited for its turn.")
            if self._monotonic() > deadline:
                raise RetryableError(
                    f"Pharos is busy with another request to {host}, and sends one at a time.",
                    advice="Try again in some minutes.",
                    retry_after=LONGEST_WAIT,
                )

    def _join(self, host: str) -> _Turn:
        with self._guard:
            turn = self._turns.setdefault(host, _Turn())
            turn.users += 1
            return turn

    def _leave(self, host: str, turn: _Turn) -> None:
        with self._guard:
            turn.users -= 1
            # Visitors may name any number of hosts: what nobody uses and needs no pause is forgotten.
            if not turn.users and turn.free_at <= self._monotonic():
                self._turns.pop(host, None)
