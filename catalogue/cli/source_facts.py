"""A source as commands print it: its settings, and how it is doing."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from catalogue.harvesting.schedule import ScheduleRules
from catalogue.harvesting.status import status_of
from catalogue.model.conditions import SourceCondition
from catalogue.model.harvest import HarvestRun, HarvestSource
from catalogue.model.status import Standing, rough
from catalogue.model.wording import counted


def source_summary(source: HarvestSource) -> dict[str, Any]:
    """The settings: credentials by reference only."""
    return {
        "slug": source.slug,
        "url": source.url,
        "harvester": source.harvester,
        "title": source.title,
        "country": source.country,
        "profile": source.profile,
        "options": dict(source.options),
        "credentials": dict(source.credentials),
        "policy": source.policy.value,
        "priority": source.priority,
        "switched_off": list(source.switched_off),
        "schedule": source.schedule,
        "time_zone": source.time_zone,
        "time_budget": source.time_budget,
        "notices": [asdict(target) for target in source.notices],
        "paused_at": source.paused_at,
    }


def condition_summary(
    source: HarvestSource, condition: SourceCondition, rules: ScheduleRules, now: datetime
) -> dict[str, Any]:
    """How the source is doing. `last_complete_at`: since when at the latest what is shown may be out of date, and
    `staleness_seconds` how long ago that is."""
    status = status_of(source, condition, rules, now)
    return {
        "status": status.standing.value,
        "statuses": [standing.value for standing in status.standings],
        "health": condition.health.value,
        "failures": status.failures,
        "flagged": Standing.FLAGGED in status.standings,
        "last_run": status.last_run,
        "last_ended_at": status.last_ended_at,
        "last_complete_at": status.last_complete_at,
        "staleness_seconds": status.staleness_seconds,
        "left_alone_until": status.left_alone_until,
        "next_run_at": status.next_run_at,
    }


def run_strip(run: HarvestRun) -> dict[str, Any]:
    """A run in the row of a source's last ones."""
    counts = run.counts
    return {
        "run": run.run_id,
        "state": run.state.value,
        "code": run.code.value,
        "at": run.started_at or run.queued_at,
        "found": counts.found,
        "created": counts.created,
        "updated": counts.updated,
        "not_taken": counts.skipped + counts.failed,
        "withdrawn": counts.withdrawn,
    }


def state_words(facts: dict[str, Any]) -> str:
    """Everything that is true of a source, for a list."""
    words = ", ".join(facts["statuses"])
    return f"{words} ({counted(facts['failures'], 'failure')})" if facts["failures"] else words


def span_words(seconds: int | None) -> str:
    """How long that is, for a list; empty for None."""
    return "" if seconds is None else counted(*rough(timedelta(seconds=seconds)))
