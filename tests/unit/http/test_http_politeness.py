"""Turns, pauses and waits."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest

from catalogue.adapters.http.politeness import LONGEST_WAIT, Turns, backoff, pause, retry_after
from catalogue.errors import RetryableError, RunCancelled

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("7", 7),
        (" 7 ", 7),
        ("0", 0),
        ("Tue, 24 Nov 2026 12:00:30 GMT", 30),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0),
        ("Tuesday, 24-Nov-26 12:00:10 GMT", 10),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value, seconds):
    assert retry_after(value, NOW) == seconds


def test_waits_double_with_jitter_up_to_a_limit():
    assert [backoff(n, lambda: 1.0) for n in range(4)] == [0.5, 1.0, 2.0, 4.0]
    assert [backoff(n, lambda: 0.0) for n in range(4)] == [0.25, 0.5, 1.0, 2.0]
    assert backoff(40, lambda: 1.0) == LONGEST_WAIT


def test_a_pause_ends_when_the_run_is_stopped():
    slept = []
    with pytest.raises(RunCancelled):
        pause(60, slept.append, lambda: len(slept) > 3)
    assert sum(slept) < 3


def test_a_pause_sleeps_its_whole_length():
    slept = []
    pause(1.7, slept.append, lambda: False)
    assert sum(slept) == pytest.approx(1.7)


def test_one_request_at_a_time_goes_to_a_host():
    turns, inside, most = Turns(), [], []

    def work():
        for _ in range(20):
            with turns.at("a.example", 10, time.sleep, lambda: False):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1 and len(most) == 80


def test_two_hosts_do_not_wait_for_each_other():
    turns = Turns()
    with (
        turns.at("a.example", 0, time.sleep, lambda: False),
        turns.at("b.example", 0, time.sleep, lambda: False),
    ):
        pass


def test_a_turn_that_does_not_come_is_not_waited_for_without_end():
    turns = Turns()
    failures = []

    def second():
        try:
            with turns.at("a.example", 0, time.sleep, lambda: False):
                pass
        except RetryableError as error:
            failures.append(error)

    with turns.at("a.example", 0, time.sleep, lambda: False):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert "one at a time" in failures[0].detail


def test_the_pause_between_two_requests_is_kept_and_the_first_does_not_wait():
    now, slept = [100.0], []
    turns = Turns(delay=0.4, monotonic=lambda: now[0])
    with turns.at("a.example", 1, slept.append, lambda: False):
        pass
    assert slept == []
    now[0] += 0.1
    with turns.at("a.example", 1, slept.append, lambda: False):
        pass
    assert sum(slept) == pytest.approx(0.3)


def test_hosts_that_nobody_waits_for_are_forgotten():
    turns = Turns()
    for number in range(100):
        with turns.at(f"{number}.example", 1, time.sleep, lambda: False):
            pass
    assert turns._turns == {}
