"""The worker: takes queued runs one after another, and keeps the projections up with the ledger meanwhile."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from catalogue.errors import BackendError, CatalogueError, LeaseLost
from catalogue.harvesting.execute import Harvesting
from catalogue.harvesting.lease import LEASE
from catalogue.model.harvest import Claim, RunRequest, RunState
from catalogue.ports import Ledger
from catalogue.projections.follow import Projection, follow

log = logging.getLogger(__name__)

IDLE = 0.5
"""Seconds between two looks at an idle queue."""


class Projector:
    """A thread that follows the ledger with every projection; a projection that fails is tried again later.

    The only writer of the projections: `chores` (rebuilds that a command asked for) are done here too.
    """

    def __init__(
        self,
        ledger: Ledger,
        projections: Sequence[Projection],
        chores: Callable[[], None] = lambda: None,
        idle: float = IDLE,
    ) -> None:
        self._ledger = ledger
        self._chores = chores
        self._projections = projections
        self._idle = idle
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="projector", daemon=True)
        self._behind: dict[str, int] = {}

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the batch in hand."""
        self._end.set()
        self._thread.join(timeout=30)

    def _loop(self) -> None:
        wait = self._idle
        while not self._end.is_set():
            self._chores()
            failed = [p for p in self._projections if not self._follow(p)]
            # A projection that is down is asked ever more rarely, up to half a minute.
            wait = min(wait * 2, 30.0) if failed else self._idle
            self._end.wait(wait)

    def _follow(self, projection: Projection) -> bool:
        try:
            if self._behind.get(projection.name) == self._ledger.position():
                return True
            self._behind[projection.name] = follow(self._ledger, projection, stop=self._end.is_set)
        except BackendError as error:
            log.warning("projection waits", extra={"projection": projection.name, "reason": error.detail})
            return False
        except CatalogueError as error:
            log.error("projection stopped", extra={"projection": projection.name, "reason": error.detail})
            return False
        except Exception:
            # A fault of ours in one projection must not stop the others, nor the harvests.
            log.exception("projection failed", extra={"projection": projection.name})
            return False
        return True


class Worker:
    """Claims and executes runs; `chores` are handed to its projector."""

    def __init__(
        self,
        name: str,
        ledger: Ledger,
        harvesting: Harvesting,
        projections: Sequence[Projection],
        chores: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = name
        self._ledger = ledger
        self._harvesting = harvesting
        self._projections = projections
        self._chores = chores

    def run(self, stop: threading.Event) -> None:
        """Works until `stop` is set; a run in hand then ends as cancelled at its next page."""
        projector = Projector(self._ledger, self._projections, self._chores)
        projector.start()
        try:
            while not stop.is_set():
                if not self._one(stop):
                    stop.wait(IDLE)
        finally:
            projector.stop()

    def _one(self, stop: threading.Event) -> bool:
        try:
            claim = self._ledger.claim(self._name, LEASE)
            if claim is None:
                return False
            if claim.run.started_at and claim.token.token > 1:
                self._bury(claim)
                return True
            self._harvesting.execute(claim, stop=stop.is_set)
        except LeaseLost:
            log.warning("lease lost", extra={"worker": self._name})
        except BackendError as error:
            log.warning("worker waits", extra={"reason": error.detail})
            return False
        return True

    def _bury(self, claim: Claim) -> None:
        """A run whose worker died ends with its reason, and its source is queued again."""
        self._ledger.finish(
            claim.token,
            RunState.FAILED,
            reason="The worker that ran this stopped without a word; a new run was queued.",
            advice="What the run had committed stands. Nothing to do unless this happens again.",
        )
        request = claim.run.request
        self._ledger.enqueue(
            claim.source.slug, RunRequest("worker", request.profile, request.limit, request.full)
        )
