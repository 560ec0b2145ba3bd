"""`pharos harvest`: one source, now; here, or by the server that runs on the same data folder."""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import asdict, replace
from types import FrameType
from typing import Any

import click

from catalogue.bootstrap import Services, harvesting_of
from catalogue.cli.context import EXIT_UNAVAILABLE, Invocation, common
from catalogue.cli.output import note, print_json, progress_bar
from catalogue.cli.runs import run_summary
from catalogue.cli.sources import as_url
from catalogue.cli.workbench import reading, working
from catalogue.errors import BackendError, NotFound
from catalogue.harvesting.lease import LEASE
from catalogue.harvesting.intake import Progress
from catalogue.harvesting.run import RunEnd
from catalogue.harvesting.sources import check_source, suggest_slug
from catalogue.model.harvest import HarvestRun, HarvestSource, RunRequest, RunState

EXIT_CODES = {
    RunState.COMPLETED: 0,
    RunState.WITH_ERRORS: 1,
    RunState.HELD: 1,
    RunState.FAILED: EXIT_UNAVAILABLE,
    RunState.CANCELLED: EXIT_UNAVAILABLE,
}


@click.command()
@click.argument("target", metavar="URL|SOURCE")
@click.option("--harvester", help="Protocol, if the URL is new here.  [default: dcat_rdf]")
@click.option("--profile", help="Judge by this profile in this run.")
@click.option("--limit", type=click.IntRange(min=1), help="Stop after so many records.")
@click.option("--dry-run", is_flag=True, help="Fetch and judge, write nothing.")
@click.option("--no-wait", is_flag=True, help="Only queue the run and print its id.")
@common
def harvest(
    invocation: Invocation,
    target: str,
    harvester: str | None,
    profile: str | None,
    limit: int | None,
    dry_run: bool,
    no_wait: bool,
) -> None:
    """Harvest a registered source by its name, or a URL, file or folder.

    Exit code 0: completed; 1: with errors, or held; 2: usage; 3: the source or a part of Pharos is unavailable.
    """
    request = RunRequest("cli", profile, limit)
    with reading(invocation) as services:
        source = _find(services, target, harvester, register=not dry_run)
        if request.profile:
            check_source(replace(source, profile=request.profile), services.harvesters, services.profiles)
        if dry_run:
            with progress_bar(source.slug) as progress:
                end = harvesting_of(services).rehearse(source, request, progress)
            _finish(invocation, _end_summary(source, end), end.state)
        queued = services.ledger.enqueue(source.slug, request)
        if no_wait:
            print_json(run_summary(queued)) if invocation.json else click.echo(queued.run_id)
            return
        runtime = invocation.folder().runtime()
        if runtime and runtime.role == "serve":
            run = _follow(services, queued)
            _finish(invocation, run_summary(run), run.state)
    run = _work(invocation, queued)
    _finish(invocation, run_summary(run), run.state)


def _find(services: Services, target: str, harvester: str | None, *, register: bool) -> HarvestSource:
    """The source of that name or URL; a new URL is registered under a suggested name."""
    url = as_url(target)
    known = services.ledger.sources()
    for source in known:
        if target == source.slug or url == source.url:
            return replace(source, harvester=harvester) if harvester else source
    if "://" not in url:
        raise NotFound(
            f"There is no source, file or folder {target!r}.",
            advice="`pharos sources list` shows the sources; a URL begins with http:// or https://.",
        )
    taken = {s.slug for s in services.ledger.sources(include_removed=True)}
    source = HarvestSource(
        suggest_slug(url, taken), url, harvester or "dcat_rdf", added_at=services.clock.now()
    )
    check_source(source, services.harvesters, services.profiles)
    if not register:
        return source
    note(f"Registered {source.slug} for {url}.")
    return services.ledger.add_source(source, by="cli")


def _follow(services: Services, queued: HarvestRun) -> HarvestRun:
    """Watches a run that the server's worker does."""
    note(f"The server on this data folder does run {queued.run_id}.")
    with progress_bar(queued.source) as progress:
        while True:
            run = services.ledger.run(queued.run_id)
            progress(run.counts, "", None)
            if run.state.is_final:
                return run
            time.sleep(0.2)


def _work(invocation: Invocation, queued: HarvestRun) -> HarvestRun:
    """Does the run here, with the data folder to ourselves, and brings the projections up to it."""
    with working(invocation, "harvest") as bench:
        ledger = bench.services.ledger
        claim = ledger.claim(f"cli-{queued.run_id}", LEASE, queued.run_id)
        if claim is None:
            # Another command did it while this one waited for the folder.
            return ledger.run(queued.run_id)
        stop = threading.Event()
        with _interrupt(stop), progress_bar(queued.source) as progress:
            run = _execute(bench.services, claim, progress, stop)
        try:
            bench.project()
        except BackendError as error:
            note(f"The records are safe, but search or SPARQL could not follow: {error.detail}")
            raise
        return run


def _execute(services: Services, claim: Any, progress: Progress, stop: threading.Event) -> HarvestRun:
    return harvesting_of(services).execute(claim, progress, stop.is_set)


class _interrupt:  # noqa: N801 - reads as a verb at its place
    """Ctrl-C and SIGTERM ask the run to stop; a second one stops the process."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        del frame
        note("Stopping after this page; once more to stop at once.")
        self._stop.set()
        signal.signal(number, self._before[number])

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def _end_summary(source: HarvestSource, end: RunEnd) -> dict[str, Any]:
    return {
        "run": None,
        "source": source.slug,
        "state": end.state.value,
        "counts": asdict(end.counts),
        "complete": end.complete,
        "evidence": end.evidence,
        "reason": end.reason,
        "advice": end.advice,
    }


def _finish(invocation: Invocation, summary: dict[str, Any], state: RunState) -> None:
    if invocation.json:
        print_json(summary)
    else:
        counts = ", ".join(f"{value} {name}" for name, value in summary["counts"].items() if value)
        click.echo(f"{summary['source']}: {state.value} ({counts or 'nothing found'})")
        for text in (summary["reason"], summary["advice"]):
            if text:
                note(f"  {text}")
        if state is RunState.WITH_ERRORS and summary["run"]:
            note(f"  pharos runs show {summary['run']}")
    raise SystemExit(EXIT_CODES[state])
