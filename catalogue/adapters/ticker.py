"""APScheduler ticks, and does nothing else: what is due is decided elsewhere, by whoever is called."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

# It tells of every tick, and of each one that is still busy when the next one comes.
logging.getLogger("apscheduler").setLevel(logging.ERROR)


class Ticker:
    """While it is entered, calls each function at once and then every so many seconds, each in a thread, none twice at
    a time.

    What a function raises is logged and does not end its ticking.
    """

    def __init__(self, calls: Mapping[str, tuple[float, Callable[[], None]]]) -> None:
        self._scheduler = BackgroundScheduler(
            timezone=UTC, executors={"default": ThreadPoolExecutor(max(len(calls), 1))}
        )
        for name, (seconds, call) in calls.items():
            self._scheduler.add_job(
                call,
                IntervalTrigger(seconds=seconds, timezone=UTC),
                id=name,
                name=name,
                next_run_time=datetime.now(UTC),
                max_instances=1,
                coalesce=True,
                # A machine that slept ticks on.
                misfire_grace_time=None,
            )

    def __enter__(self) -> Ticker:
        self._scheduler.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends after the calls in hand."""
        self._scheduler.shutdown(wait=True)
