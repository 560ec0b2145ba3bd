"""`pharos runs`: what came of harvests."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click

from catalogue.bootstrap import open_ledger
from catalogue.cli.context import Invocation, common, common_group
from catalogue.cli.output import note, print_json, print_table
from catalogue.cli.workbench import bring_up
from catalogue.feeds.run_sheet import as_csv, as_json
from catalogue.harvesting.publication import choose
from catalogue.model.harvest import HarvestRun, RunState
from catalogue.model.records import RecordOutcome
from catalogue.model.wording import counted
from catalogue.ports import Ledger

NOT_TAKEN = ("skipped", "failed", "duplicate", "remark")
COUNTS = ("found", "created", "updated", "unchanged", "skipped", "failed")
PORTION = 1000
PATIENCE = 15.0
"""Seconds that a command waits for a run that was asked to stop."""
LOOK = 0.2


@click.group()
@common_group
def runs() -> None:
    """Look at runs and their outcomes."""


@runs.command("list")
@click.argument("source", required=False)
@click.option("--limit", type=click.IntRange(1, 10_000), default=30, show_default=True)
@common
def list_(invocation: Invocation, source: str | None, limit: int) -> None:
    """List runs, newest first."""
    with open_ledger(invocation.settings()) as ledger:
        if source is not None:
            ledger.source(source)
        found = ledger.runs(source, limit)
    if invocation.json:
        print_json([run_summary(run) for run in found])
    elif found:
        print_table([_row(run) for run in found], ["run", "source", "state", "code", "queued", *COUNTS])
    else:
        note("No runs yet: pharos harvest URL|SOURCE")


def _row(run: HarvestRun) -> dict[str, Any]:
    named = {"run": run.run_id, "source": run.source, "state": run.state.value, "code": run.code.value}
    return {**named, "queued": run.queued_at, **asdict(run.counts)}


@runs.command()
@click.argument("run_id", metavar="RUN")
@click.option("--csv", "as_table", is_flag=True, help="The balance sheet and every line as CSV.")
@click.option(
    "--all", "everything", is_flag=True, help="With --json: every line, not only what was not taken."
)
@common
def show(invocation: Invocation, run_id: str, as_table: bool, everything: bool) -> None:
    """Show one run: its balance sheet and a line for everything that was not taken."""
    with open_ledger(invocation.settings()) as ledger:
        run = ledger.run(run_id)
        if as_table or everything:
            for piece in (as_csv if as_table else as_json)(ledger, run):
                click.echo(piece, nl=False)
            return
        if invocation.json:
            print_json(
                {**run_summary(run), "outcomes": [asdict(line) for line in _not_taken(ledger, run_id)]}
            )
            return
        for name, value in run_summary(run).items():
            if name not in ("id", "counts") and value not in (None, "", False):
                click.echo(f"{name:12} {value}")
        click.echo("counts       " + ", ".join(f"{v} {k}" for k, v in asdict(run.counts).items()))
        for line in _not_taken(ledger, run_id):
            click.echo(_outcome_text(line))


def _not_taken(ledger: Ledger, run_id: str) -> Iterator[RecordOutcome]:
    offset = 0
    while lines := ledger.outcomes(run_id, NOT_TAKEN, PORTION, offset):
        yield from lines
        offset += len(lines)


def run_summary(run: HarvestRun) -> dict[str, Any]:
    """The run as commands print it; `counts` holds the balance sheet."""
    return {
        "run": run.run_id,
        "id": run.run_id,
        "source": run.source,
        "state": run.state.value,
        "counts": asdict(run.counts),
        "complete": run.complete,
        "evidence": run.evidence,
        "code": run.code.value,
        "reason": run.reason,
        "advice": run.advice,
        "queued_at": run.queued_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "resolution": run.resolution,
    }


def _outcome_text(line: RecordOutcome) -> str:
    where = ", ".join(part for part in (line.page_url, line.position) if part)
    text = f"\n{line.kind.value}: {line.subject or where or 'this run'}\n  why   {line.reason}"
    if line.subject and where:
        text += f"\n  where {where}"
    if line.snippet:
        text += f"\n  text  {line.snippet}"
    if line.advice:
        text += f"\n  do    {line.advice}"
    return text


@runs.command()
@click.argument("run_id", metavar="RUN")
@common
def cancel(invocation: Invocation, run_id: str) -> None:
    """Stop a run that waits or is under way; what it has committed stands."""
    with open_ledger(invocation.settings()) as ledger:
        run = ledger.cancel(run_id, by="cli")
        until = time.monotonic() + PATIENCE
        while not run.state.is_final and time.monotonic() < until:
            time.sleep(LOOK)
            run = ledger.run(run_id)
    if invocation.json:
        print_json(run_summary(run))
    elif run.state is RunState.CANCELLED:
        note(f"The run {run.run_id} of {run.source} is cancelled.")
    elif run.state.is_final:
        note(f"The run {run.run_id} of {run.source} had just ended: {run.state.value}.")
    else:
        note(f"The run {run.run_id} of {run.source} was asked to stop; its worker has not said so yet.")


@runs.command()
@click.argument("run_id", metavar="RUN")
@common
def release(invocation: Invocation, run_id: str) -> None:
    """Let the withdrawals that a held run waits with happen."""
    _resolve(invocation, run_id, release=True)


@runs.command()
@click.argument("run_id", metavar="RUN")
@common
def discard(invocation: Invocation, run_id: str) -> None:
    """Keep the records that a held run would withdraw; their grace begins anew."""
    _resolve(invocation, run_id, release=False)


def _resolve(invocation: Invocation, run_id: str, *, release: bool) -> None:
    with open_ledger(invocation.settings()) as ledger:
        run = ledger.resolve(run_id, release, choose, by="cli")
    if release:
        bring_up(invocation)
    if invocation.json:
        print_json(run_summary(run))
    elif release:
        count = run.counts.withdrawn
        note(f"{counted(count, 'record')} of {run.source} {'is' if count == 1 else 'are'} withdrawn.")
    else:
        note(f"The records of {run.source} stay.")
