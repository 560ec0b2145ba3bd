"""What a catalogue that runs by itself needs of its ledger and of who delivers its notices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from catalogue.model.conditions import SourceCondition
from catalogue.model.harvest import HarvestRun, HarvestSource, RunRequest
from catalogue.model.notices import Notice, OutboxEntry
from catalogue.model.statistics import LedgerStatistics


class Timetable(Protocol):
    """The side of the ledger that schedules."""

    def sources(self, include_removed: bool = False) -> list[HarvestSource]: ...

    def enqueue_scheduled(self, slug: str, request: RunRequest, scheduled_at: datetime) -> HarvestRun | None:
        """Uses up a scheduled time and queues a run for it. None, whoever asks and however often, when the time (or a
        later one) was used before, when a run of the source is under way, or when it is paused or removed."""

    def lead(self, holder: str, lease: timedelta) -> bool:
        """Takes or keeps the leader's lease; False while another holder has it."""

    def resign(self, holder: str) -> None:
        """Gives the lease back, if this holder has it."""

    def pause_source(self, slug: str, by: str) -> HarvestSource:
        """From now on the source is not harvested; its queued run is cancelled, its running one asked to stop."""

    def resume_source(self, slug: str, by: str) -> HarvestSource: ...

    def condition(self, slug: str) -> SourceCondition:
        """How the source is doing. NotFound when there never was one of this name."""

    def conditions(self) -> dict[str, SourceCondition]:
        """Of every source ever registered, by its name."""


class Statistics(Protocol):
    """What the ledger says of itself, in a moment, however much it holds."""

    def statistics(self) -> LedgerStatistics: ...

    def count_records(self, slug: str) -> None:
        """Counts the source's records by state. Done when a run ends and when a person withdraws; whoever else changes
        states may ask for it."""


class Outbox(Protocol):
    """The side of the ledger that keeps notices: written with the change they speak of, sent at least once."""

    def sources(self, include_removed: bool = False) -> list[HarvestSource]: ...

    def conditions(self) -> dict[str, SourceCondition]: ...

    def run(self, run_id: str) -> HarvestRun: ...

    def verdict_counts(self, slug: str) -> dict[str, int]:
        """Live records of the source by the value of their verdict."""

    def announce(self, before: SourceCondition, after: SourceCondition, notices: Sequence[Notice]) -> bool:
        """Writes the notices and the condition that they lead to in one transaction; False, and nothing, when the
        condition is no longer `before`."""

    def add_notices(self, notices: Sequence[Notice]) -> None:
        """Writes notices that speak of no change (a test)."""

    def take_due_notices(self, limit: int, hold: timedelta) -> list[OutboxEntry]:
        """Notices to be sent now, each counted as one more try; nobody else gets them within `hold`."""

    def notice_delivered(self, key: str) -> None: ...

    def notice_postponed(self, key: str, until: datetime | None, reason: str) -> None:
        """To be tried again then, or given up (None)."""

    def notices(self, slug: str | None = None, limit: int = 50) -> list[OutboxEntry]:
        """Newest first."""

    def prune_notices(self, before: datetime) -> int:
        """Forgets what was delivered or given up before then."""


class NoticeSender(Protocol):
    """One way to deliver. Raises RetryableError (try later), SourceError (the receiver refuses for good), and
    ConfigurationError (a setting or secret is missing)."""

    def send(self, notice: Notice) -> None: ...
