"""`pharos sources schedule`, `pause`, `resume`: when a source is harvested by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from catalogue.bootstrap import SystemClock, open_ledger
from catalogue.bootstrap_operations import schedule_rules
from catalogue.cli.context import Invocation, common
from catalogue.cli.output import note, print_json
from catalogue.cli.source_facts import condition_summary, source_summary
from catalogue.harvesting.source_checks import check_running
from catalogue.model.harvest import HarvestSource
from catalogue.ports import Ledger

BY = "cli"


@click.command()
@click.argument("slug")
@click.argument("schedule", required=False)
@click.option("--time-zone", help="Time zone of the schedule, such as Europe/Rome.")
@click.option("--never", is_flag=True, help="Harvest it by hand only.")
@common
def schedule(
    invocation: Invocation, slug: str, *, schedule: str | None, time_zone: str | None, never: bool
) -> None:
    """Say when a source is harvested: `0 3 * * *` or `every 6 hours`. Without a schedule: show it.

    Five fields of cron (minute, hour, day of month, month, day of week; 0 and 7 are Sunday), or an interval.
    """
    if never and schedule:
        raise click.UsageError("Give either a schedule or --never.")
    with open_ledger(invocation.settings()) as ledger:
        source = ledger.source(slug)
        if never or schedule is not None or time_zone:
            wanted = "" if never else schedule if schedule is not None else source.schedule
            source = replace(source, schedule=wanted, time_zone=time_zone or source.time_zone)
            check_running(source)
            source = ledger.add_source(source, by=BY)
        _answer(invocation, ledger, source)


@click.command()
@click.argument("slug")
@common
def pause(invocation: Invocation, slug: str) -> None:
    """Harvest a source no more until it is resumed; its run in hand is cancelled at its next page."""
    with open_ledger(invocation.settings()) as ledger:
        source = ledger.pause_source(slug, by=BY)
        _answer(invocation, ledger, source)


@click.command()
@click.argument("slug")
@common
def resume(invocation: Invocation, slug: str) -> None:
    """Harvest a paused source again, from its next scheduled time on."""
    with open_ledger(invocation.settings()) as ledger:
        source = ledger.resume_source(slug, by=BY)
        _answer(invocation, ledger, source)


def _answer(invocation: Invocation, ledger: Ledger, source: HarvestSource) -> None:
    rules, now = schedule_rules(invocation.settings()), SystemClock().now()
    facts = condition_summary(source, ledger.condition(source.slug), rules, now)
    if invocation.json:
        print_json({**source_summary(source), **facts})
    else:
        note(_sentence(source, facts))


def _sentence(source: HarvestSource, facts: dict[str, Any]) -> str:
    if source.removed_at is not None:
        return f"{source.slug} was removed and is not harvested."
    if source.paused_at is not None:
        return f"{source.slug} is paused and is not harvested until: pharos sources resume {source.slug}"
    if not source.schedule:
        return f"{source.slug} has no schedule: it is harvested by hand, with: pharos harvest {source.slug}"
    when = facts["next_run_at"]
    told = f", next on {when:%Y-%m-%d at %H:%M} UTC" if when else ""
    return (
        f"{source.slug} is harvested at `{source.schedule}` ({source.time_zone}){told}, while a server runs."
    )
