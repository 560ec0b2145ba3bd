"""The moments at which a worker is killed, and collaborators that die there. Nothing of this is in the application."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

PLACES = ("fetch", "commit", "projection", "position")
POINTS = tuple(f"{side}-{place}" for place in PLACES for side in ("before", "after"))
ANY_MOMENT = "any-moment"


def die() -> None:
    """What the kernel does to a process that takes too much memory: no handler, no goodbye."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Points:
    """Kills this process when `point` is reached for the `count`-th time; `note` writes down that it was."""

    point: str = ""
    count: int = 1
    delay: float = 0.0
    note: Callable[[str], None] = lambda _: None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def reach(self, point: str) -> None:
        with self._lock:
            if point != self.point:
                return
            self.count -= 1
            if self.count <= 0:
                self.note(point)
                die()

    @contextmanager
    def around(self, place: str) -> Iterator[None]:
        self.reach(f"before-{place}")
        yield
        self.reach(f"after-{place}")

    def wrap(self, place: str, call: Callable[..., Any]) -> Callable[..., Any]:
        around = self.within if place == "position" else self.around

        def wrapped(*arguments: Any, **named: Any) -> Any:
            with around(place):
                return call(*arguments, **named)

        return wrapped

    @contextmanager
    def within(self, place: str) -> Iterator[None]:
        """Before the place has been passed: `delay` seconds after it was entered, while the work in it goes on."""
        threads = []
        if self.delay and self.point == f"before-{place}":
            threads.append(threading.Thread(target=self._late, args=(self.point,), daemon=True))
            threads[0].start()
        else:
            self.reach(f"before-{place}")
        yield
        for thread in threads:
            thread.join()
        self.reach(f"after-{place}")

    def _late(self, point: str) -> None:
        with self._lock:
            is_last = self.count <= 1
        if is_last:
            time.sleep(self.delay)
        self.reach(point)


class Mortal:
    """Anything, some of whose methods are `place`s where the process may die."""

    def __init__(self, inner: Any, points: Points, place: str, *methods: str) -> None:
        self._inner = inner
        self._calls = {name: points.wrap(place, getattr(inner, name)) for name in methods}

    def __getattr__(self, name: str) -> Any:
        return self._calls.get(name) or getattr(self._inner, name)


class MortalHttp:
    """HttpClients whose requests are places to die."""

    def __init__(self, inner: Any, points: Points) -> None:
        self._inner, self._points = inner, points

    @contextmanager
    def for_source(self, *arguments: Any) -> Iterator[Any]:
        with self._inner.for_source(*arguments) as client:
            yield Mortal(client, self._points, "fetch", "get")
