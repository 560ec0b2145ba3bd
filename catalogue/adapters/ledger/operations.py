"""The part of `SqlLedger` that a catalogue needs to run by itself: schedule, lead, pauses, conditions, notices."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from catalogue.adapters.ledger import conditions, outbox, scheduled, statistics, totals
from catalogue.adapters.ledger.engine import Database
from catalogue.errors import LedgerUnavailable
from catalogue.model.conditions import SourceCondition
from catalogue.model.harvest import HarvestRun, HarvestSource, RunRequest
from catalogue.model.notices import Notice, OutboxEntry
from catalogue.model.statistics import LedgerStatistics
from catalogue.ports import Clock

log = logging.getLogger(__name__)


class SqlOperations:
    """Timetable and Outbox of `catalogue.ports.operations` on a database."""

    _database: Database
    _clock: Clock

    # -- schedule ---------------------------------------------------------------------------------
    def enqueue_scheduled(self, slug: str, request: RunRequest, scheduled_at: datetime) -> HarvestRun | None:
        with self._database.write(ordered=True) as connection:
            return scheduled.enqueue(connection, slug, request, scheduled_at, self._clock.now())

    def lead(self, holder: str, lease: timedelta) -> bool:
        now = self._clock.now()
        with self._database.read() as connection:
            until = scheduled.leads_until(connection, holder)
        # Renewed when half of it is over: a ledger that is idle is not written to at every tick.
        if until is not None and until - now > lease / 2:
            return True
        with self._database.write() as connection:
            return scheduled.lead(connection, holder, lease, now)

    def resign(self, holder: str) -> None:
        with self._database.write() as connection:
            scheduled.resign(connection, holder)

    def pause_source(self, slug: str, by: str) -> HarvestSource:
        with self._database.write() as connection:
            return scheduled.pause(connection, slug, by, self._clock.now())

    def resume_source(self, slug: str, by: str) -> HarvestSource:
        with self._database.write() as connection:
            return scheduled.resume(connection, slug, by, self._clock.now())

    # -- conditions -------------------------------------------------------------------------------
    def condition(self, slug: str) -> SourceCondition:
        with self._database.read() as connection:
            return conditions.get(connection, slug)

    def conditions(self) -> dict[str, SourceCondition]:
        with self._database.read() as connection:
            return conditions.all_of(connection)

    # -- statistics -------------------------------------------------------------------------------
    def statistics(self) -> LedgerStatistics:
        with self._database.read() as connection:
            return statistics.read(connection)

    def count_records(self, slug: str) -> None:
        with self._database.read() as connection:
            counts = totals.count_records(connection, slug)
        with self._database.write() as connection:
            totals.put_records(connection, slug, counts)

    def _recount(self, slug: str) -> None:
        """After something that has happened whether or not it can be counted now; housekeeping counts again."""
        try:
            self.count_records(slug)
        except LedgerUnavailable as error:
            log.warning("records not counted", extra={"source": slug, "reason": error.detail})

    def verdict_counts(self, slug: str) -> dict[str, int]:
        with self._database.read() as connection:
            return conditions.verdicts(connection, slug)

    # -- notices ----------------------------------------------------------------------------------
    def announce(self, before: SourceCondition, after: SourceCondition, notices: Sequence[Notice]) -> bool:
        with self._database.write() as connection:
            return outbox.announce(connection, before, after, notices, self._clock.now())

    def add_notices(self, notices: Sequence[Notice]) -> None:
        with self._database.write() as connection:
            outbox.add(connection, notices, self._clock.now())

    def take_due_notices(self, limit: int, hold: timedelta) -> list[OutboxEntry]:
        with self._database.read() as connection:
            if not outbox.is_due(connection, self._clock.now()):
                return []
        with self._database.write() as connection:
            return outbox.take_due(connection, limit, hold, self._clock.now())

    def notice_delivered(self, key: str) -> None:
        with self._database.write() as connection:
            outbox.delivered(connection, key, self._clock.now())

    def notice_postponed(self, key: str, until: datetime | None, reason: str) -> None:
        with self._database.write() as connection:
            outbox.postponed(connection, key, until, reason, self._clock.now())

    def notices(self, slug: str | None = None, limit: int = 50) -> list[OutboxEntry]:
        with self._database.read() as connection:
            return outbox.latest(connection, slug, limit)

    def prune_notices(self, before: datetime) -> int:
        with self._database.write() as connection:
            return outbox.prune(connection, before)
