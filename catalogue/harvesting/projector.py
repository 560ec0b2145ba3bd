"""Keeps the projections up with the ledger, in turns: none waits until another one has reached the end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from catalogue.errors import BackendError, CatalogueError
from catalogue.model.records import Change, PublishedState, StoredVersion
from catalogue.ports import Ledger
from catalogue.projections.follow import Projection, follow

log = logging.getLogger(__name__)

IDLE = 0.25
"""Seconds between two looks at an idle ledger."""
MAX_PAUSE = 30.0
"""Seconds after which a projection that is down is tried again at the latest."""


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
        self._round = Round(ledger)
        self._followers = [Follower(self._round, projection) for projection in projections]
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
            behind = [follower.follow(self._end.is_set) for follower in self._followers]
            self._round.forget()
            if not any(behind):
                self._end.wait(self._idle)


class Round:
    """The ledger as the projections of one turn see it: a version that several of them need is loaded once."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._states: dict[PublishedState, StoredVersion] = {}

    def position(self) -> int:
        return self._ledger.position()

    def changes(self, after: int, limit: int) -> list[Change]:
        return self._ledger.changes(after, limit)

    def published_states(self, states: Sequence[PublishedState]) -> dict[PublishedState, StoredVersion]:
        missing = [state for state in states if state not in self._states]
        if missing:
            self._states.update(self._ledger.published_states(missing))
        return {state: self._states[state] for state in states if state in self._states}

    def forget(self) -> None:
        self._states.clear()


class Follower:
    """One projection, and when it is next to be followed."""

    def __init__(self, ledger: Round, projection: Projection) -> None:
        self._ledger = ledger
        self._projection = projection
        self._reached = -1
        self._failures = 0
        self._not_before = 0.0

    def follow(self, stop: Callable[[], bool]) -> bool:
        """Takes one batch if there is something new, and says whether there is more; after a failure ever more rarely,
        up to half a minute."""
        if time.monotonic() < self._not_before:
            return False
        name = self._projection.name
        try:
            end = self._ledger.position()
            if self._reached != end:
                self._reached = follow(self._ledger, self._projection, stop=stop, batches=1)
            self._failures = 0
            return self._reached < end
        except BackendError as error:
            log.warning("projection waits", extra={"projection": name, "reason": error.detail})
        except CatalogueError as error:
            log.error(
                "projection stopped", extra={"projection": name, "reason": error.detail, "do": error.advice}
            )
        except Exception:
            # A fault of ours in one projection must not stop the others, nor the harvests.
            log.exception("projection failed", extra={"projection": name})
        self._not_before = time.monotonic() + min(IDLE * 2**self._failures, MAX_PAUSE)
        self._failures += 1
        return False
