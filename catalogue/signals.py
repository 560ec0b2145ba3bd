"""SIGTERM and Ctrl-C as an event that work in hand looks at; parts that end with whoever started them."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

STOPPING = (signal.SIGTERM, signal.SIGINT)
PR_SET_PDEATHSIG = 1


@contextmanager
def stopped_by_signals(told: Callable[[], None]) -> Iterator[threading.Event]:
    """An event that the first signal sets, saying so; a second signal does what it always does."""
    stop = threading.Event()
    before: dict[int, Any] = {}

    def ask(number: int, frame: FrameType | None) -> None:
        del frame
        signal.signal(number, before[number])
        stop.set()
        told()

    for asked in STOPPING:
        before[asked] = signal.signal(asked, ask)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def until_stopped(grace: float | None = None) -> threading.Event:
    """An event that the signals set, for the life of the process, which is ended when it has not `grace` seconds later."""
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        del number, frame
        if grace and not stop.is_set():
            backstop = threading.Timer(grace, os._exit, (1,))
            backstop.daemon = True
            backstop.start()
        stop.set()

    for number in STOPPING:
        signal.signal(number, ask)
    return stop


def end_with(parent: int, number: int = signal.SIGTERM) -> None:
    """Has the system send this process the signal when its parent (a process id) ends, however it ends.

    Exits at once when the parent has gone already. Elsewhere than on Linux only that is done.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(0)
