"""What is due: a pure function of the ledger's facts and the clock. Whoever asks, and how often, gets the same."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from catalogue.errors import InvalidQuery
from catalogue.harvesting.timetable import read_schedule
from catalogue.model.conditions import SourceCondition
from catalogue.model.harvest import HarvestRun, HarvestSource, RunRequest
from catalogue.ports import Clock
from catalogue.ports.operations import Timetable

log = logging.getLogger(__name__)

BY = "schedule"


@dataclass(frozen=True, slots=True)
class ScheduleRules:
    """`jitter`: longest delay after a scheduled time. `longest_backoff`: how long a failing source is left alone at
    most. `full_every`: age of the last full run at which the next one is full. `flag_after`: failures in a row.
    `stale_after`: periods of its schedule without a complete run after which what a source says is called stale."""

    jitter: timedelta = timedelta(minutes=5)
    longest_backoff: timedelta = timedelta(days=7)
    full_every: timedelta = timedelta(days=7)
    flag_after: int = 7
    stale_after: int = 3

    def is_flagged(self, condition: SourceCondition) -> bool:
        """Whether the source has failed so often in a row that a person should look."""
        return condition.failures >= self.flag_after


@dataclass(frozen=True, slots=True)
class Due:
    """A source whose scheduled time has come."""

    source: str
    scheduled_at: datetime
    full: bool


def due(
    sources: Iterable[HarvestSource],
    conditions: Mapping[str, SourceCondition],
    rules: ScheduleRules,
    now: datetime,
) -> list[Due]:
    """Sources to be queued now, in the order of their times. Of the times that passed unused only the last counts:
    after a downtime each source runs once."""
    found = []
    for source in sources:
        condition = conditions.get(source.slug, SourceCondition(source.slug))
        try:
            moment = _due_time(source, condition, rules, now)
        except InvalidQuery as error:
            # A time zone that this machine does not know costs its source, not the others.
            log.error("schedule not understood", extra={"source": source.slug, "reason": error.detail})
            continue
        if moment is not None:
            found.append(Due(source.slug, moment, needs_full(condition, rules, now)))
    return sorted(found, key=lambda item: (item.scheduled_at, item.source))


def next_run_at(
    source: HarvestSource, condition: SourceCondition, rules: ScheduleRules, now: datetime
) -> datetime | None:
    """When the source is harvested next if nothing else happens; None when it is not."""
    if not _is_scheduled(source):
        return None
    timetable, since = read_schedule(source.schedule, source.time_zone), _since(source)
    moment = timetable.latest(since, now)
    if moment is None or not _is_open(source, condition, rules, moment):
        # A time at which the rest ends is one of those that are used.
        rested = _rested_at(source, condition, rules) - timedelta(microseconds=1)
        moment = timetable.following(since, max(now, rested))
    if moment is None:
        return None
    started = moment + jitter(source, moment, rules)
    return max(started, _asked_until(condition, rules) or started, now)


def left_alone_until(
    source: HarvestSource, condition: SourceCondition, rules: ScheduleRules, now: datetime
) -> datetime | None:
    """Until when the schedule leaves a failing source alone; None when it does not."""
    if not _is_scheduled(source) or not condition.failures:
        return None
    rested, asked = _rested_at(source, condition, rules), _asked_until(condition, rules)
    until = max(rested, asked) if asked else rested
    return until if until > now else None


def is_stale(source: HarvestSource, condition: SourceCondition, rules: ScheduleRules, now: datetime) -> bool:
    """Whether a source with a schedule was not read completely for so long that what is shown of it may be wrong."""
    if not _is_scheduled(source):
        return False
    since = max(condition.last_complete_at or _since(source), _since(source))
    period = _period(source, since)
    return period is not None and now - since > period * rules.stale_after + rules.jitter


def needs_full(condition: SourceCondition, rules: ScheduleRules, now: datetime) -> bool:
    """Whether it is time to read every page again, also those that say they stand as they did."""
    return condition.last_full_at is not None and now - condition.last_full_at >= rules.full_every


def jitter(source: HarvestSource, moment: datetime, rules: ScheduleRules) -> timedelta:
    """How long after its scheduled time this source begins: always the same for one source and time, and less than
    half of the time to the next one."""
    digest = hashlib.sha256(f"{source.slug}@{moment.isoformat()}".encode()).digest()
    share = int.from_bytes(digest[:8]) / (1 << 64)
    period = _period(source, moment)
    return min(rules.jitter, period / 2 if period else rules.jitter) * share


def enqueue_due(ledger: Timetable, clock: Clock, rules: ScheduleRules) -> list[HarvestRun]:
    """Queues what is due. Several at once do no harm: a scheduled time is used up once."""
    queued = []
    for item in due(ledger.sources(), ledger.conditions(), rules, clock.now()):
        run = ledger.enqueue_scheduled(
            item.source, RunRequest(requested_by=BY, full=item.full), item.scheduled_at
        )
        if run is not None:
            log.info("run queued", extra={"run": run.run_id, "source": item.source, "full": item.full})
            queued.append(run)
    return queued


def _due_time(
    source: HarvestSource, condition: SourceCondition, rules: ScheduleRules, now: datetime
) -> datetime | None:
    asked_until = _asked_until(condition, rules)
    if not _is_scheduled(source) or (asked_until is not None and now < asked_until):
        return None
    moment = read_schedule(source.schedule, source.time_zone).latest(_since(source), now)
    if moment is None or not _is_open(source, condition, rules, moment):
        return None
    return moment if moment + jitter(source, moment, rules) <= now else None


def _is_scheduled(source: HarvestSource) -> bool:
    return bool(source.schedule) and source.paused_at is None and source.removed_at is None


def _is_open(
    source: HarvestSource, condition: SourceCondition, rules: ScheduleRules, moment: datetime
) -> bool:
    """Whether the time was not used, and the source may be asked again by then."""
    used = condition.scheduled_at is not None and condition.scheduled_at >= moment
    return not used and moment >= _rested_at(source, condition, rules)


def _rested_at(source: HarvestSource, condition: SourceCondition, rules: ScheduleRules) -> datetime:
    """Until when a failing source is left alone. The gap between its runs doubles with each failure: the first time
    it is asked again when it would have been anyway, then every second time, every fourth and so on."""
    since = _since(source)
    if not condition.failures or condition.failed_at is None:
        return since
    period = _period(source, condition.failed_at)
    if period is None:
        return since
    skipped = period * ((1 << min(condition.failures - 1, 20)) - 1)
    return max(since, condition.failed_at + min(skipped, rules.longest_backoff))


def _asked_until(condition: SourceCondition, rules: ScheduleRules) -> datetime | None:
    """Until when the source asked not to be asked (Retry-After), within reason."""
    if condition.retry_at is None or condition.failed_at is None:
        return None
    return min(condition.retry_at, condition.failed_at + rules.longest_backoff)


def _period(source: HarvestSource, moment: datetime) -> timedelta | None:
    """From the first scheduled time after `moment` to the one after it."""
    timetable, since = read_schedule(source.schedule, source.time_zone), _since(source)
    first = timetable.following(since, moment)
    second = timetable.following(since, first) if first else None
    return second - first if first and second else None


def _since(source: HarvestSource) -> datetime:
    moment = source.scheduled_from or source.added_at
    assert moment is not None, "a source of the ledger has its moments"
    return moment
