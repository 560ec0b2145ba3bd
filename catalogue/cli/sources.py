"""`pharos sources`: the registered remotes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from catalogue.adapters.profiles import ProfilesOnDemand
from catalogue.bootstrap import SystemClock, open_ledger
from catalogue.bootstrap_operations import schedule_rules
from catalogue.cli.context import Invocation, common, common_group, founding
from catalogue.cli.output import note, print_json, print_table
from catalogue.cli.source_facts import condition_summary, run_strip, source_summary, span_words, state_words
from catalogue.cli.source_files import apply, export
from catalogue.cli.source_options import changed, source_options
from catalogue.cli.source_schedule import pause, resume, schedule
from catalogue.cli.workbench import bring_up
from catalogue.harvesting.publication import choose
from catalogue.harvesting.registry import load_harvesters
from catalogue.harvesting.sources import check_source, suggest_slug
from catalogue.model.harvest import HarvestSource
from catalogue.model.wording import counted
from catalogue.ports import Ledger

BY = "cli"
STRIP = 30
"""Runs that a source is shown with."""


@click.group()
@common_group
def sources() -> None:
    """Register, schedule, list and remove sources."""


@sources.command()
@click.argument("url")
@source_options
@founding
def add(invocation: Invocation, url: str, **given: Any) -> None:
    """Register a source; the same URL again changes the settings that are named."""
    harvesters, url = load_harvesters(), as_url(url)
    with open_ledger(invocation.settings()) as ledger:
        known = next((s for s in ledger.sources() if s.url == url and given["slug"] in (None, s.slug)), None)
        source = changed(known or _new(ledger, url, given["slug"]), harvesters, given)
        check_source(source, harvesters, ProfilesOnDemand(invocation.folder().profiles))
        before = ledger.position()
        added = ledger.add_source(source, by=BY)
        if known:
            ledger.republish(added.slug, choose)
        is_shown_otherwise = ledger.position() != before
    if is_shown_otherwise:
        bring_up(invocation)
    if invocation.json:
        print_json(source_summary(added))
    else:
        note(
            f"{'Changed' if known else 'Registered'} {added.slug}. Harvest it with: pharos harvest {added.slug}"
        )
        click.echo(added.slug)


@sources.command("list")
@common
def list_(invocation: Invocation) -> None:
    """List the registered sources."""
    settings, now = invocation.settings(), SystemClock().now()
    rules = schedule_rules(settings)
    with open_ledger(settings) as ledger:
        conditions = ledger.conditions()
        rows = [
            {**source_summary(s), **condition_summary(s, conditions[s.slug], rules, now)}
            for s in ledger.sources()
        ]
    if invocation.json:
        print_json(rows)
    elif rows:
        told = [
            {
                **row,
                "state": state_words(row),
                "complete": row["last_complete_at"],
                "ago": span_words(row["staleness_seconds"]),
                "next": row["next_run_at"],
            }
            for row in rows
        ]
        print_table(told, ["slug", "harvester", "country", "state", "complete", "ago", "next", "url"])
    else:
        note("No sources yet: pharos sources add URL")


@sources.command()
@click.argument("slug")
@common
def show(invocation: Invocation, slug: str) -> None:
    """Show one source with its last runs."""
    settings = invocation.settings()
    with open_ledger(settings) as ledger:
        source, last = ledger.source(slug), ledger.runs(slug, limit=STRIP)
        condition = ledger.condition(slug)
    facts = condition_summary(source, condition, schedule_rules(settings), SystemClock().now())
    summary = {**source_summary(source), **facts}
    if invocation.json:
        print_json({**summary, "runs": [run_strip(run) for run in last]})
        return
    for name, text in _told(summary).items():
        click.echo(f"{name:16} {text}")
    for run in last[:5]:
        code = f", {run.code.value}" if run.code else ""
        click.echo(f"{'run':16} {run.run_id} {run.state.value}{code} ({run.counts.found} found)")


def _told(summary: dict[str, Any]) -> dict[str, str]:
    """What there is to tell, in words."""
    words = {
        **summary,
        "status": state_words(summary),
        "last_complete_at": summary["last_complete_at"] or "never: no run has read everything yet",
        "staleness": span_words(summary["staleness_seconds"]),
    }
    told = {name: value for name, value in words.items() if value not in ("", {}, [], None, False, 0)}
    for name in ("statuses", "staleness_seconds", "flagged", "failures"):
        told.pop(name, None)
    return {
        name: f"{value:%Y-%m-%d %H:%M:%S} UTC" if isinstance(value, datetime) else str(value)
        for name, value in told.items()
    }


@sources.command()
@click.argument("slug")
@common
def remove(invocation: Invocation, slug: str) -> None:
    """Remove a source: its records leave the catalogue, their versions stay."""
    with open_ledger(invocation.settings()) as ledger:
        count = ledger.remove_source(slug, choose, by=BY)
    if count:
        bring_up(invocation)
    if invocation.json:
        print_json({"slug": slug, "withdrawn": count})
    else:
        note(f"Removed {slug}; {counted(count, 'record')} left the catalogue.")


def _new(ledger: Ledger, url: str, slug: str | None) -> HarvestSource:
    taken = {s.slug for s in ledger.sources(include_removed=True)}
    return HarvestSource(slug or suggest_slug(url, taken), url, "dcat_rdf", added_at=SystemClock().now())


def as_url(text: str) -> str:
    """The URL itself, or the file: URL of an existing path."""
    if "://" not in text and Path(text).exists():
        path = Path(text).resolve()
        return path.as_uri() + ("/" if path.is_dir() else "")
    return text


for command in (schedule, pause, resume, apply, export):
    sources.add_command(command)
