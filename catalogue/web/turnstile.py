"""Lets a few requests through at a time, lets a few wait, and turns the rest away: for doors that cost much to open."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from catalogue.errors import TooManyRequests

PATIENCE = 10.0
"""Seconds that one who waits is let wait."""
RETRY_AFTER = 15


class Turnstile:
    """`passages` at once; `waiting` more hold a thread of the server meanwhile, so that others keep theirs."""

    def __init__(self, passages: int, waiting: int, patience: float = PATIENCE) -> None:
        self._passages = threading.BoundedSemaphore(passages)
        self._places = threading.BoundedSemaphore(passages + waiting)
        self._patience = patience

    @contextmanager
    def passage(self) -> Iterator[None]:
        """TooManyRequests when nobody else may wait, or no turn comes in time."""
        if not self._places.acquire(blocking=False):
            raise _full()
        try:
            if not self._passages.acquire(timeout=self._patience):
                raise _full()
            try:
                yield
            finally:
                self._passages.release()
        finally:
            self._places.release()


def _full() -> TooManyRequests:
    return TooManyRequests(
        "Too many documents are being validated now.",
        advice="Try again in a moment, or use the command: pharos validate FILE",
        retry_after=RETRY_AFTER,
    )
