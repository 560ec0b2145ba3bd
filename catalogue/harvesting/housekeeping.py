"""What the leading worker does at every tick: queue what is due, write notices, send them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from catalogue.errors import BackendError, CatalogueError
from catalogue.harvesting.notices import NoticeRules, announce, deliver, forget
from catalogue.harvesting.pruning import prune
from catalogue.harvesting.schedule import ScheduleRules, enqueue_due
from catalogue.model.retention import Retention
from catalogue.ports import Clock, Ledger
from catalogue.ports.operations import NoticeSender

log = logging.getLogger(__name__)

LEAD = timedelta(seconds=60)
"""After this long without a word from the leader another worker leads."""
TICK = 5.0
"""Seconds between two ticks."""
PRUNING = 3600.0
"""Seconds between two looks for what is old."""


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """The work of the one worker that leads. Should two believe that they do, nothing happens twice all the same.

    `stop` tells that the process is to end.
    """

    holder: str
    ledger: Ledger
    clock: Clock
    schedule: ScheduleRules
    notices: NoticeRules
    senders: Mapping[str, NoticeSender]
    stop: Callable[[], bool] = lambda: False
    retention: Retention = Retention()

    def calls(self) -> dict[str, tuple[float, Callable[[], None]]]:
        """What a ticker calls, by name, with the seconds between two calls. Sending may take long: it ticks apart."""
        return {
            "schedule": (TICK, self.queue),
            "notices": (TICK, self.tell),
            "retention": (PRUNING, self.prune),
            "totals": (PRUNING, self.count),
        }

    def queue(self) -> None:
        """Queues what is due, if this worker leads."""
        self._if_leading("schedule", lambda: enqueue_due(self.ledger, self.clock, self.schedule))

    def tell(self) -> None:
        """Writes and sends notices, if this worker leads."""
        self._if_leading("notices", self._tell)

    def prune(self) -> None:
        """Forgets what is older than it need be, if this worker leads."""
        self._if_leading("retention", lambda: prune(self.ledger, self.clock, self.retention, stop=self.stop))

    def count(self) -> None:
        """Counts the records of every source again, if this worker leads: what changed them apart from runs is counted
        then."""
        self._if_leading("totals", self._count)

    def close(self) -> None:
        """Lets another worker lead at once."""
        try:
            self.ledger.resign(self.holder)
        except BackendError as error:
            log.warning("lead not given back", extra={"reason": error.detail})

    def _count(self) -> None:
        for source in self.ledger.sources(include_removed=True):
            if self.stop():
                return
            self.ledger.count_records(source.slug)

    def _tell(self) -> None:
        announce(self.ledger, self.notices)
        deliver(self.ledger, self.senders, self.clock, self.stop)
        forget(self.ledger, self.clock)

    def _if_leading(self, name: str, work: Callable[[], object]) -> None:
        try:
            if self.ledger.lead(self.holder, LEAD):
                work()
        except BackendError as error:
            log.warning("tick waits", extra={"tick": name, "reason": error.detail})
        except CatalogueError as error:
            log.error("tick failed", extra={"tick": name, "reason": error.detail, "do": error.advice})
        except Exception:
            # A fault of ours in one tick must not end the ticking.
            log.exception("tick failed", extra={"tick": name})
