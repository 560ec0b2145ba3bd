"""How a source is doing now: a function of its condition, its schedule and the clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from catalogue.errors import InvalidQuery
from catalogue.harvesting.schedule import ScheduleRules, is_stale, left_alone_until, next_run_at
from catalogue.model.conditions import Health, SourceCondition
from catalogue.model.harvest import HarvestSource
from catalogue.model.status import SourceStatus, Standing


def status_of(
    source: HarvestSource, condition: SourceCondition, rules: ScheduleRules, now: datetime
) -> SourceStatus:
    """A schedule that this machine cannot read (its time zone) has no next time; the rest is told all the same."""
    try:
        upcoming = next_run_at(source, condition, rules, now)
        alone = left_alone_until(source, condition, rules, now)
        stale = is_stale(source, condition, rules, now)
    except InvalidQuery:
        upcoming, alone, stale = None, None, False
    complete = condition.last_complete_at
    return SourceStatus(
        standings=_standings(source, condition, rules, stale),
        failures=condition.failures,
        last_run=condition.ended_run,
        last_ended_at=condition.ended_at,
        last_complete_at=complete,
        staleness=None if complete is None else max(now - complete, timedelta()),
        left_alone_until=alone,
        next_run_at=upcoming,
    )


def _standings(
    source: HarvestSource, condition: SourceCondition, rules: ScheduleRules, stale: bool
) -> tuple[Standing, ...]:
    health = {
        Health.NEW: Standing.NEW,
        Health.OK: Standing.OK,
        Health.FAILING: Standing.FAILING,
        Health.HELD: Standing.HELD,
    }[condition.health]
    true = {
        Standing.REMOVED: source.removed_at is not None,
        Standing.PAUSED: source.paused_at is not None,
        Standing.FLAGGED: rules.is_flagged(condition),
        Standing.STALE: stale,
        health: True,
    }
    found = [standing for standing in Standing if true.get(standing)]
    # A source that is stale is not well, though its last run may have been.
    if len(found) > 1 and Standing.OK in found:
        found.remove(Standing.OK)
    return tuple(found)
