"""`pharos harvest`: one source, now; here, or by the server that runs on the same data folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from threading import Event
from typing import Any

import click

from catalogue.adapters.profiles import ProfilesOnDemand
from catalogue.bootstrap import Services, SystemClock, harvesting_of, open_ledger
from catalogue.bootstrap_operations import schedule_rules
from catalogue.cli.context import Invocation, founding
from catalogue.cli.entry import EXIT_INTERRUPTED, EXIT_UNAVAILABLE
from catalogue.cli.output import note, print_json, progress_bar
from catalogue.cli.runs import run_summary
from catalogue.cli.sources import as_url
from catalogue.cli.workbench import beside_or_alone, is_served, reading, working
from catalogue.errors import BackendError, InvalidQuery, NotFound, RunCancelled, StoreUnavailable
from catalogue.harvesting.judge import check_profile
from catalogue.harvesting.lease import LEASE
from catalogue.harvesting.registry import load_harvesters
from catalogue.harvesting.run import RunEnd
from catalogue.harvesting.schedule import needs_full
from catalogue.harvesting.sources import check_source, suggest_slug
from catalogue.harvesting.worker import take
from catalogue.logs import facts
from catalogue.model.harvest import HarvestRun, HarvestSource, RunRequest, RunState
from catalogue.model.wording import counted
from catalogue.ports import Ledger
from catalogue.signals import stopped_by_signals

EXIT_CODES = {
    RunState.COMPLETED: 0,
    RunState.WITH_ERRORS: 1,
    RunState.HELD: 1,
    RunState.FAILED: EXIT_UNAVAILABLE,
    RunState.CANCELLED: EXIT_UNAVAILABLE,
    # Left to the server that does it.
    RunState.QUEUED: EXIT_INTERRUPTED,
    RunState.RUNNING: EXIT_INTERRUPTED,
}
BY = "cli"
LOOK = 0.2
"""Seconds between two looks at a run that the server does."""


@click.command()
@click.argument("target", metavar="URL|SOURCE")
@click.option("--harvester", help="Protocol, if the URL is new here.  [default: dcat_rdf]")
@click.option("--profile", help="Judge by this profile in this run.")
@click.option("--limit", type=click.IntRange(min=1), help="Stop after so many records.")
@click.option("--full", is_flag=True, help="Read every page, also those that stand as they did.")
@click.option("--dry-run", is_flag=True, help="Fetch and judge, write nothing.")
@click.option("--no-wait", is_flag=True, help="Only queue the run and print its id.")
@founding
def harvest(
    invocation: Invocation,
    target: str,
    *,
    harvester: str | None,
    profile: str | None,
    limit: int | None,
    full: bool,
    dry_run: bool,
    no_wait: bool,
) -> None:
    """Harvest a source now, by its name or its URL; a file or folder may stand in place of a URL.

    Exit code 0: completed; 1: with errors, or held; 2: usage; 3: failed or cancelled.
    """
    if profile:
        check_profile(profile, ProfilesOnDemand(invocation.folder().profiles))
    request = RunRequest(BY, profile, limit, full)
    with open_ledger(invocation.settings()) as ledger:
        source = _find(ledger, target, harvester)
        is_new = source.added_at is None
        if not dry_run:
            if is_new:
                source = ledger.add_source(replace(source, added_at=SystemClock().now()), by=BY)
                note(f"Registered {source.slug} for {source.url}.")
            request = _in_full_if_due(invocation, ledger, source, request)
            queued = ledger.enqueue(source.slug, request)
    if dry_run:
        end = _rehearse(invocation, source, request)
        _finish(invocation, _end_summary(source, end), end.state)
    if queued.request != request:
        note(
            f"{source.slug} has a run already, asked for by {queued.request.requested_by}: this is that one."
        )
    if no_wait:
        print_json(run_summary(queued)) if invocation.json else click.echo(queued.run_id)
        return
    run = do_run(invocation, queued)
    _offer_removal(run, is_new)
    _finish(invocation, run_summary(run), run.state)


def _offer_removal(run: HarvestRun, is_new: bool) -> None:
    """Whoever mistyped an address has a source now that will never give anything."""
    if is_new and run.state is RunState.FAILED and not (run.counts.pages or run.counts.found):
        note(f"{run.source} stays registered. If its address is wrong: pharos sources remove {run.source}")


def _in_full_if_due(
    invocation: Invocation, ledger: Ledger, source: HarvestSource, request: RunRequest
) -> RunRequest:
    """Also where somebody else's clock calls the command, every page is read again from time to time."""
    rules, now = schedule_rules(invocation.settings()), SystemClock().now()
    is_due = request.limit is None and needs_full(ledger.condition(source.slug), rules, now)
    return replace(request, full=request.full or is_due)


def _find(ledger: Ledger, target: str, harvester: str | None) -> HarvestSource:
    """The source of that name or URL; for a new URL one that is not registered yet (`added_at` is None)."""
    url = as_url(target)
    for source in ledger.sources():
        if target == source.slug or url == source.url:
            if harvester in (None, source.harvester):
                return source
            raise InvalidQuery(
                f"{source.slug} is harvested by {source.harvester}, not by {harvester}.",
                advice=f"Change that with: pharos sources add {source.url} --harvester {harvester}",
                parameter="harvester",
            )
    if "://" not in url:
        raise NotFound(
            f"There is no source, file or folder {target!r}.",
            advice="`pharos sources list` shows the sources; a URL begins with http:// or https://.",
        )
    taken = {s.slug for s in ledger.sources(include_removed=True)}
    source = HarvestSource(suggest_slug(url, taken), url, harvester or "dcat_rdf")
    check_source(source, load_harvesters(), ())
    return source


def _rehearse(invocation: Invocation, source: HarvestSource, request: RunRequest) -> RunEnd:
    with reading(invocation) as services, progress_bar(source.slug) as progress:
        harvesting = harvesting_of(services)
        # Not in the data folder: what lies there belongs to its worker, who clears it up.
        limits = replace(harvesting.limits, workspace=None)
        return replace(harvesting, limits=limits).rehearse(source, request, progress)


def do_run(invocation: Invocation, queued: HarvestRun) -> HarvestRun:
    """Has the run done by the server on this data folder, or does it here."""

    def told() -> None:
        note("Stopping; once more to stop at once.")

    with stopped_by_signals(told) as stop:
        return beside_or_alone(
            invocation.folder(),
            beside=lambda: _follow(invocation, queued, stop),
            alone=lambda: _work(invocation, queued, stop),
        )


def _follow(invocation: Invocation, queued: HarvestRun, stop: Event) -> HarvestRun:
    """Watches a run that the server's worker does; a signal ends the watching, not the run."""
    note(f"The server on this data folder does run {queued.run_id}.")
    folder = invocation.folder()

    def still() -> None:
        if not is_served(folder):
            raise StoreUnavailable(
                f"The server went away before run {queued.run_id} had ended.", advice="Harvest again."
            )

    with open_ledger(invocation.settings()) as ledger:
        run = _watch(ledger, queued, stop, still)
    if not run.state.is_final:
        note(f"The server goes on with it: pharos runs show {run.run_id}")
    return run


def _watch(ledger: Ledger, queued: HarvestRun, stop: Event, still: Callable[[], None]) -> HarvestRun:
    """Looks at a run that somebody else does until it has ended; `still` may raise when nobody does it any more."""
    with progress_bar(queued.source) as progress:
        while True:
            run = ledger.run(queued.run_id)
            progress(run.counts, "", None)
            if run.state.is_final:
                return run
            if stop.wait(LOOK):
                return ledger.run(queued.run_id)
            still()


def _work(invocation: Invocation, queued: HarvestRun, stop: Event) -> HarvestRun:
    """Does the run here, with the data folder to ourselves, and brings the projections up to it."""
    try:
        with working(invocation, "harvest", stop=stop.is_set) as bench:
            run = _execute(bench.services, queued, stop)
            try:
                bench.project()
            except BackendError:
                note(f"{run.source}: {run.state}. {run.reason} {run.advice}".rstrip())
                note("What the run committed is safe in the ledger, but search or SPARQL could not follow.")
                raise
            return run
    except RunCancelled:
        with open_ledger(invocation.settings()) as ledger:
            return ledger.cancel(queued.run_id, by=BY)


def _execute(services: Services, queued: HarvestRun, stop: Event) -> HarvestRun:
    ledger, worker = services.ledger, f"cli-{queued.run_id}"
    claim = ledger.claim(worker, LEASE, queued.run_id)
    if claim is None:
        # Another command did it while this one waited for the folder, or another machine does it.
        return _watch(ledger, queued, stop, lambda: None)
    with facts(run=claim.run.run_id, source=claim.source.slug), progress_bar(queued.source) as progress:
        if claim.token.token > 1:
            note("An earlier process died during this run; going on where it stood.")
        execute = partial(harvesting_of(services).execute, progress=progress, stop=stop.is_set)
        return take(ledger, claim, execute)


def _end_summary(source: HarvestSource, end: RunEnd) -> dict[str, Any]:
    return {
        "run": None,
        "id": None,
        "source": source.slug,
        "state": end.state.value,
        "counts": asdict(end.counts),
        "complete": end.complete,
        "evidence": end.evidence,
        "code": end.code.value,
        "reason": end.reason,
        "advice": end.advice,
    }


def _finish(invocation: Invocation, summary: dict[str, Any], state: RunState) -> None:
    if invocation.json:
        print_json(summary)
    else:
        counts = ", ".join(_count(name, value) for name, value in summary["counts"].items() if value)
        found = counts if summary["counts"]["found"] else ", ".join(filter(None, ("nothing found", counts)))
        click.echo(f"{summary['source']}: {state.value} ({found})")
        for text in (summary["reason"], summary["advice"]):
            if text:
                note(f"  {text}")
        if state is RunState.WITH_ERRORS and summary["run"]:
            note(f"  pharos runs show {summary['run']}")
    raise click.exceptions.Exit(EXIT_CODES[state])


def _count(name: str, value: int) -> str:
    """One count of a run in words."""
    if name == "pages":
        return counted(value, "page")
    if name == "triples_outside":
        return f"{counted(value, 'triple')} outside"
    return f"{value:,} {name}"
