"""`pharos prune`: forgets old runs and payloads now, or says what it would forget."""

from __future__ import annotations

from dataclasses import asdict

import click

from catalogue.bootstrap import SystemClock, open_ledger
from catalogue.bootstrap_operations import retention_of
from catalogue.cli.context import Invocation, common
from catalogue.cli.output import note, print_json
from catalogue.harvesting.pruning import prune as forget
from catalogue.model.wording import counted
from catalogue.signals import stopped_by_signals


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be forgotten.")
@common
def prune(invocation: Invocation, dry_run: bool) -> None:
    """Forget runs and payloads that are older than the settings keep them. Versions are never forgotten."""
    settings = invocation.settings()
    retention = retention_of(settings)
    with open_ledger(settings) as ledger, stopped_by_signals(lambda: note("Stopping.")) as stop:
        done = forget(ledger, SystemClock(), retention, dry_run=dry_run, stop=stop.is_set)
    if invocation.json:
        kept = {"keep_runs_days": settings.keep_runs_days, "keep_payloads_days": settings.keep_payloads_days}
        print_json({**asdict(done), "dry_run": dry_run, **kept})
    else:
        what = "Would forget" if dry_run else "Forgot"
        note(
            f"{what} {counted(done.runs, 'run')} and {counted(done.payloads, 'payload')} ({counted(done.size, 'byte')})."
        )
