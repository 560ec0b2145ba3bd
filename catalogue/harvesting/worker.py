"""The worker: takes queued runs one after another, and keeps the projections up with the ledger meanwhile."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial

from catalogue.errors import BackendError, LeaseLost
from catalogue.harvesting.execute import Harvesting
from catalogue.harvesting.lease import LEASE
from catalogue.harvesting.projector import IDLE, Projector
from catalogue.logs import facts
from catalogue.model.harvest import Claim, HarvestRun, RunState
from catalogue.model.run_codes import RunCode
from catalogue.ports import Ledger
from catalogue.projections.follow import Projection

log = logging.getLogger(__name__)

DEATHS = 3
"""Workers that may die during one run before it is given up."""

_GIVEN_UP = (
    "What the run had committed stands. Look at the log, at the machine's memory and at the room on its disks, then "
    "harvest again."
)


def take(ledger: Ledger, claim: Claim, execute: Callable[[Claim], HarvestRun]) -> HarvestRun:
    """Does a claimed run, also one that a dead worker left behind: that one goes on where it stood.

    A run that several workers died of ends as failed: what ended them would end the next.
    """
    run = claim.run
    deaths = claim.token.token - 1
    if deaths and run.cancel_requested:
        reason = "It was cancelled; its worker ended before it could stop."
        return ledger.finish(
            claim.token, RunState.CANCELLED, reason=reason, code=run.code or RunCode.CANCELLED
        )
    if deaths >= DEATHS:
        log.error("run given up", extra={"run": run.run_id, "source": claim.source.slug, "deaths": deaths})
        reason = f"{deaths} workers stopped without a word during this run; it was given up."
        return ledger.finish(
            claim.token, RunState.FAILED, reason=reason, advice=_GIVEN_UP, code=RunCode.LOST_LEASE
        )
    return execute(claim)


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
