"""The ticker calls at once and again, never twice at a time, and survives what it calls."""

from __future__ import annotations

import threading
import time

from catalogue.adapters.ticker import Ticker


def test_a_call_comes_at_once_and_again() -> None:
    calls: list[float] = []
    third = threading.Event()

    def call() -> None:
        calls.append(time.monotonic())
        if len(calls) == 3:
            third.set()

    begun = time.monotonic()
    with Ticker({"look": (0.2, call)}):
        assert third.wait(10)
    assert calls[0] - begun < 0.2
    count = len(calls)
    time.sleep(0.5)
    assert len(calls) == count, "it ticked on after its end"


def test_a_call_that_lasts_is_not_made_twice_at_a_time_and_holds_no_other_up() -> None:
    inside, most, others = 0, 0, threading.Semaphore(0)
    lock, over = threading.Lock(), threading.Event()

    def slow() -> None:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        over.wait(10)
        with lock:
            inside -= 1

    with Ticker({"slow": (0.05, slow), "quick": (0.05, others.release)}):
        for _ in range(10):
            assert others.acquire(timeout=10)
        over.set()
    assert (inside, most) == (0, 1)


def test_a_call_that_fails_is_made_again() -> None:
    calls = threading.Semaphore(0)

    def fail() -> None:
        calls.release()
        raise ValueError("no")

    with Ticker({"fail": (0.05, fail)}):
        for _ in range(3):
            assert calls.acquire(timeout=10)
