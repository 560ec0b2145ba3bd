"""`pharos replay`: what is stored of sources, through today's pipeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial

import click

from catalogue.bootstrap import open_ledger
from catalogue.cli.context import Invocation, common
from catalogue.cli.harvest import BY, EXIT_CODES, do_run
from catalogue.cli.output import note, print_json, print_table
from catalogue.cli.runs import run_summary
from catalogue.discovery.replayed import ReplayedChange, changed_since
from catalogue.model.harvest import HarvestRun, RunRequest
from catalogue.model.run_codes import RunCode

SHOWN = 20


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
        position = ledger.position()
    runs = [run for run in queued if run.request.replay]
    for other in queued:
        if not other.request.replay:
            note(f"{other.source} is being harvested: run {other.run_id}; replay it afterwards.")
    if not no_wait:
        with open_ledger(invocation.settings()) as ledger:
            runs = do_all(runs, partial(do_run, invocation), ledger.cancel)
    _tell(invocation, runs, _changed(invocation, runs, position))
    busy = 1 if len(runs) < len(queued) else 0
    if not no_wait:
        raise click.exceptions.Exit(max([busy, *(EXIT_CODES[run.state] for run in runs)]))
    raise click.exceptions.Exit(busy)


def do_all(
    queued: list[HarvestRun],
    execute: Callable[[HarvestRun], HarvestRun],
    cancel: Callable[[str, str], HarvestRun],
) -> list[HarvestRun]:
    """One after the other. Who stops one of them here stops them all: what has not begun is cancelled."""
    done: list[HarvestRun] = []
    for number, run in enumerate(queued, 1):
        done.append(execute(run))
        if not done[-1].state.is_final:
            # The server's; it does the others too.
            return [*done, *queued[number:]]
        if done[-1].code in (RunCode.STOPPED, RunCode.CANCELLED):
            return [*done, *(cancel(left.run_id, BY) for left in queued[number:])]
    return done


def _changed(
    invocation: Invocation, runs: list[HarvestRun], position: int
) -> dict[str, list[ReplayedChange]]:
    """By source, what is shown otherwise than at that position."""
    with open_ledger(invocation.settings()) as ledger:
        return changed_since(ledger, position, {run.source for run in runs if run.state.is_final})


def _tell(invocation: Invocation, runs: list[HarvestRun], changed: dict[str, list[ReplayedChange]]) -> None:
    if invocation.json:
        print_json(
            [
                {**run_summary(run), "changed": [asdict(one) for one in changed.get(run.source, ())]}
                for run in runs
            ]
        )
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
    for listed in changed.values():
        for one in listed[:SHOWN]:
            click.echo(_line(one))
        if len(listed) > SHOWN:
            note(f"{len(listed) - SHOWN:,} more; --json lists all of them.")


def _line(one: ReplayedChange) -> str:
    if one.before is None or one.after is None:
        what = "is shown now" if one.before is None else "is no longer shown"
        return f"{one.record}  {one.iri}: {what}"
    if one.before == one.after:
        return f"{one.record}  {one.iri}: {one.verdict_before} → {one.verdict_after}"
    return f"{one.record}  {one.iri}: pharos records diff {one.record} {one.before} {one.after}"
