"""The worker: takes queued runs one after another, and keeps the projections up with the ledger meanwhile."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial

from catalogue.errors import BackendError, CatalogueError, LeaseLost
from catalogue.harvesting.execute import Harvesting
from catalogue.harvesting.lease import LEASE
from catalogue.logs import facts
from catalogue.model.harvest import Claim, HarvestRun, RunState
from catalogue.ports import Ledger
from catalogue.projections.follow import Projection, follow

log = logging.getLogger(__name__)

IDLE = 0.25
"""Seconds between two looks at an idle queue, and at an idle ledger."""
MAX_PAUSE = 30.0
"""Seconds after which a projection that is down is tried again at the latest."""
DEATHS = 3
"""Workers that may die during one run before it is given up."""

_GIVEN_UP = (
    "What the run had committed stands. Look at the log and at the machine's memory, then harvest again."
)


def take(ledger: Ledger, claim: Claim, execute: Callable[[Claim], HarvestRun]) -> HarvestRun:
    """Does a claimed run, also one that a dead worker left behind: that one goes on where it stood.

    A run that several workers died of ends as failed: what ended them would end the next.
    """
    run = claim.run
    deaths = claim.token.token - 1
    if deaths and run.cancel_requested:
        reason = "It was cancelled; its worker ended before it could stop."
        return ledger.finish(claim.token, RunState.CANCELLED, reason=reason)
    if deaths >= DEATHS:
        log.error("run given up", extra={"run": run.run_id, "source": claim.source.slug, "deaths": deaths})
        reason = f"{deaths} workers stopped without a word during this run; it was given up."
        return ledger.finish(claim.token, RunState.FAILED, reason=reason, advice=_GIVEN_UP)
    return execute(claim)


class Follower:
    """One projection, and when it is next to be followed."""

    def __init__(self, ledger: Ledger, projection: Projection) -> None:
        self._ledger = ledger
        self._projection = projection
        self._reached = -1
        self._failures = 0
        self._not_before = 0.0

    def follow(self, stop: Callable[[], bool]) -> None:
        """Follows the ledger if there is something new; after a failure ever more rarely, up to half a minute."""
        if time.monotonic() < self._not_before:
            return
        name = self._projection.name
        try:
            if self._reached != self._ledger.position():
                self._reached = follow(self._ledger, self._projection, stop=stop)
        except BackendError as error:
            log.warning("projection waits", extra={"projection": name, "reason": error.detail})
        except CatalogueError as error:
            log.error(
                "projection stopped", extra={"projection": name, "reason": error.detail, "do": error.advice}
            )
        except Exception:
            # A fault of ours in one projection must not stop the others, nor the harvests.
            log.exception("projection failed", extra={"projection": name})
        else:
            self._failures = 0
            return
        self._not_before = time.monotonic() + min(IDLE * 2**self._failures, MAX_PAUSE)
        self._failures += 1


class Projector:
    """A thread that follows the ledger with every projection; one that fails is tried again later.

    The only writer of the projections: `chores` (rebuilds that a command asked for) are done here too.
    """

    def __init__(
        self,
        ledger: Ledger,
        projections: Sequence[Projection],
        chores: Callable[[], None] = lambda: None,
        idle: float = IDLE,
    ) -> None:
        self._followers = [Follower(ledger, projection) for projection in projections]
        self._chores = chores
        self._idle = idle
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="projector", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the batch in hand."""
        self._end.set()
        self._thread.join(timeout=30)

    def _loop(self) -> None:
        while not self._end.is_set():
            try:
                self._chores()
            except Exception:
                # A request that cannot be served must not end the following.
                log.exception("chores failed")
            for follower in self._followers:
                follower.follow(self._end.is_set)
            self._end.wait(self._idle)


class Worker:
    """Claims and executes runs, up to `parallel` at a time; `chores` are handed to its projector."""

    def __init__(
        self,
        name: str,
        ledger: Ledger,
        harvesting: Harvesting,
        projections: Sequence[Projection],
        chores: Callable[[], None] = lambda: None,
        parallel: int = 1,
    ) -> None:
        self._parallel = parallel
        self._name = name
        self._ledger = ledger
        self._harvesting = harvesting
        self._projections = projections
        self._chores = chores

    def run(self, stop: threading.Event) -> None:
        """Works until `stop` is set; runs in hand then end as cancelled at their next page.

        A fault of ours in one of its threads ends the worker, which raises it.
        """
        projector = Projector(self._ledger, self._projections, self._chores)
        projector.start()
        try:
            with ThreadPoolExecutor(self._parallel, thread_name_prefix="harvest") as pool:
                loops = [pool.submit(self._loop, stop) for _ in range(self._parallel)]
                try:
                    for loop in as_completed(loops):
                        loop.result()
                finally:
                    stop.set()
        finally:
            projector.stop()

    def _loop(self, stop: threading.Event) -> None:
        while not stop.is_set():
            if not self._one(stop):
                stop.wait(IDLE)

    def _one(self, stop: threading.Event) -> bool:
        try:
            claim = self._ledger.claim(self._name, LEASE)
            if claim is None:
                return False
            with facts(run=claim.run.run_id, source=claim.source.slug):
                self._take(claim, stop)
        except LeaseLost:
            log.warning("lease lost", extra={"worker": self._name})
        except BackendError as error:
            log.warning("worker waits", extra={"reason": error.detail})
            return False
        return True

    def _take(self, claim: Claim, stop: threading.Event) -> None:
        take(self._ledger, claim, partial(self._harvesting.execute, stop=stop.is_set))
