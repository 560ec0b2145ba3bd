"""`pharos runs`: what came of harvests."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from catalogue.bootstrap import open_ledger
from catalogue.cli.context import Invocation, common
from catalogue.cli.output import print_json, print_table
from catalogue.model.harvest import HarvestRun
from catalogue.model.records import RecordOutcome


@click.group()
def runs() -> None:
    """Look at runs and their outcomes."""


@runs.command("list")
@click.argument("source", required=False)
@click.option("--limit", type=click.IntRange(1, 10_000), default=30, show_default=True)
@common
def list_(invocation: Invocation, source: str | None, limit: int) -> None:
    """List runs, newest first."""
    with open_ledger(invocation.settings()) as ledger:
        found = ledger.runs(source, limit)
    if invocation.json:
        print_json([run_summary(run) for run in found])
        return
    rows = [
        {
            "run": r.run_id,
            "source": r.source,
            "state": r.state.value,
            "queued": r.queued_at,
            **asdict(r.counts),
        }
        for r in found
    ]
    columns = [
        "run",
        "source",
        "state",
        "queued",
        "found",
        "created",
        "updated",
        "unchanged",
        "skipped",
        "failed",
    ]
    print_table(rows, columns)


@runs.command()
@click.argument("run_id")
@common
def show(invocation: Invocation, run_id: str) -> None:
    """Show one run: its balance sheet and a line for everything that was not taken."""
    with open_ledger(invocation.settings()) as ledger:
        run = ledger.run(run_id)
        lines = ledger.outcomes(run_id, kinds=("skipped", "failed", "duplicate"), limit=100_000)
    if invocation.json:
        print_json({**run_summary(run), "outcomes": [asdict(line) for line in lines]})
        return
    for name, value in run_summary(run).items():
        if name != "counts" and value not in (None, "", False):
            click.echo(f"{name:12} {value}")
    click.echo("counts       " + ", ".join(f"{v} {k}" for k, v in asdict(run.counts).items()))
    for line in lines:
        click.echo(_outcome_text(line))


def run_summary(run: HarvestRun) -> dict[str, Any]:
    """The run as commands print it; `counts` holds the balance sheet."""
    return {
        "run": run.run_id,
        "source": run.source,
        "state": run.state.value,
        "counts": asdict(run.counts),
        "complete": run.complete,
        "evidence": run.evidence,
        "reason": run.reason,
        "advice": run.advice,
        "queued_at": run.queued_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
    }


def _outcome_text(line: RecordOutcome) -> str:
    where = ", ".join(part for part in (line.page_url, line.position) if part)
    text = f"\n{line.kind.value}: {line.subject or where}\n  why   {line.reason}"
    if line.subject and where:
        text += f"\n  where {where}"
    if line.snippet:
        text += f"\n  text  {line.snippet}"
    if line.advice:
        text += f"\n  do    {line.advice}"
    return text
