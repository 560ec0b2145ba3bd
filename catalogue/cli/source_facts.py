"""A source as commands print it: its settings, and how it is doing."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from catalogue.harvesting.schedule import ScheduleRules, next_run_at
from catalogue.model.conditions import SourceCondition
from catalogue.model.harvest import HarvestRun, HarvestSource


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
    """How the source is doing. `last_complete_at`: since when at the latest what is shown may be out of date."""
    return {
        "health": condition.health.value,
        "failures": condition.failures,
        "flagged": rules.is_flagged(condition),
        "last_run": condition.ended_run,
        "last_ended_at": condition.ended_at,
        "last_complete_at": condition.last_complete_at,
        "next_run_at": next_run_at(source, condition, rules, now),
    }


def run_strip(run: HarvestRun) -> dict[str, Any]:
    """A run in the row of a source's last ones."""
    counts = run.counts
    return {
        "run": run.run_id,
        "state": run.state.value,
        "at": run.started_at or run.queued_at,
        "found": counts.found,
        "created": counts.created,
        "updated": counts.updated,
        "not_taken": counts.skipped + counts.failed,
        "withdrawn": counts.withdrawn,
    }


def state_word(source: HarvestSource, facts: dict[str, Any]) -> str:
    """The one word of a list."""
    if source.paused_at is not None:
        return "paused"
    return f"flagged ({facts['failures']} failures)" if facts["flagged"] else str(facts["health"])
