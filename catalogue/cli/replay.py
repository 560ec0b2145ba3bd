"""`pharos replay`: what is stored of sources, through today's pipeline."""

from __future__ import annotations

import click

from catalogue.bootstrap import open_ledger
from catalogue.cli.context import Invocation, common
from catalogue.cli.harvest import BY, EXIT_CODES, do_run
from catalogue.cli.output import note, print_json, print_table
from catalogue.cli.runs import run_summary
from catalogue.model.harvest import HarvestRun, RunRequest


@click.command()
@click.argument("source", required=False)
@click.option("--no-wait", is_flag=True, help="Only queue the runs and print their ids.")
@common
def replay(invocation: Invocation, source: str | None, no_wait: bool) -> None:
    """Put the stored payloads of a source (or of all) through today's pipeline, without asking any provider.

    Exit code 0: completed; 1: with errors; 2: usage; 3: failed or cancelled.
    """
    request = RunRequest(BY, replay=True)
    with open_ledger(invocation.settings()) as ledger:
        slugs = [ledger.source(source).slug] if source else [known.slug for known in ledger.sources()]
        queued = [ledger.enqueue(slug, request) for slug in slugs]
    runs = [run for run in queued if run.request.replay]
    for other in queued:
        if not other.request.replay:
            note(f"{other.source} is being harvested: run {other.run_id}; replay it afterwards.")
    if not no_wait:
        runs = [do_run(invocation, run) for run in runs]
    _tell(invocation, runs)
    busy = 1 if len(runs) < len(queued) else 0
    if not no_wait:
        raise click.exceptions.Exit(max([busy, *(EXIT_CODES[run.state] for run in runs)]))
    raise click.exceptions.Exit(busy)


def _tell(invocation: Invocation, runs: list[HarvestRun]) -> None:
    if invocation.json:
        print_json([run_summary(run) for run in runs])
        return
    if not runs:
        note("Nothing to replay.")
        return
    rows = [
        {
            "run": run.run_id,
            "source": run.source,
            "state": run.state.value,
            "records": run.counts.found,
            "reprocessed": run.counts.reprocessed,
            "created": run.counts.created,
            "reason": run.reason,
        }
        for run in runs
    ]
    print_table(rows, ["run", "source", "state", "records", "reprocessed", "created", "reason"])
