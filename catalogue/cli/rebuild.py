"""`pharos rebuild` and `pharos rebase`: projections made anew from the ledger.

Beside a running server the command leaves a request in the data folder, which the worker serves: only the worker
writes the index and the graph.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from catalogue.adapters.data_folder import DataFolder
from catalogue.bootstrap import Services, projections_of
from catalogue.cli.context import Invocation, common
from catalogue.cli.output import note, print_json
from catalogue.cli.workbench import beside_or_alone, is_served, working
from catalogue.errors import CatalogueError, FolderBusy, StoreUnavailable
from catalogue.projections.follow import Projection, rebuild_projection
from catalogue.settings import Settings

log = logging.getLogger(__name__)


@click.command()
@click.argument("what", type=click.Choice(["graph", "search"]))
@common
def rebuild(invocation: Invocation, what: str) -> None:
    """Make the graph store or the search index anew from the ledger."""
    folder = invocation.folder()

    def alone() -> int:
        with working(invocation, "rebuild") as bench:
            return _rebuild(bench.services, projections_of(bench.services), what)

    position = beside_or_alone(folder, beside=lambda: _request(folder, what), alone=alone)
    if invocation.json:
        print_json({"projection": what, "position": position})
    else:
        note(f"Rebuilt {what} up to change {position}.")


@click.command()
@click.argument("base", metavar="URL")
@common
def rebase(invocation: Invocation, base: str) -> None:
    """Move the catalogue to another public base URL, and make the graph anew with it."""
    checked = Settings.from_env({"PHAROS_BASE": base}).public_base
    set_before = invocation.settings().base
    before, position = beside_or_alone(
        invocation.folder(), beside=_refuse_to_move, alone=lambda: _move(invocation, checked)
    )
    if invocation.json:
        print_json({"base": checked, "before": before, "position": position})
    else:
        note(f"The catalogue is now {checked} (before: {before}).")
    if set_before and set_before.rstrip("/") != checked:
        note(f"PHAROS_BASE is still {set_before}: set it to {checked} before the next command.")


def _refuse_to_move() -> tuple[str, int]:
    raise FolderBusy("A catalogue moves only while nothing runs.", advice="Stop `pharos serve` first.")


def _move(invocation: Invocation, base: str) -> tuple[str, int]:
    """Records the new base and makes the graph with it; returns the old base and the graph's position."""
    settings = replace(invocation.settings(), base="")
    with working(invocation, "rebase", settings=settings) as bench:
        before = bench.services.base
        bench.services.ledger.move_base(base, by="cli")
    # Opened again: the services of before would make the graph with the old base.
    with working(invocation, "rebase", settings=settings) as bench:
        return before, _rebuild(bench.services, projections_of(bench.services), "graph")


def _rebuild(services: Services, projections: Sequence[Projection], what: str) -> int:
    projection = next(p for p in projections if p.name == what)
    others = [p for p in projections if p.name != what]
    return rebuild_projection(services.ledger, projection, others)


def _request(folder: DataFolder, what: str) -> int:
    """Asks the running server's worker and waits for its answer."""
    name = uuid.uuid4().hex
    request, answer = folder.requests / f"{name}.request", folder.requests / f"{name}.answer"
    _write(request, {"rebuild": what})
    note(f"The server on this data folder rebuilds {what}.")
    try:
        while not answer.exists():
            if not is_served(folder):
                raise StoreUnavailable(
                    "The server went away before it had rebuilt.", advice="Run the command again."
                )
            time.sleep(0.1)
        result = json.loads(answer.read_text())
    finally:
        request.unlink(missing_ok=True)
        answer.unlink(missing_ok=True)
    if "error" in result:
        raise StoreUnavailable(result["error"], advice=result.get("advice", ""))
    return int(result["position"])


def serve_requests(services: Services, folder: DataFolder, projections: Sequence[Projection]) -> None:
    """Serves what commands have asked of the worker; a request that fails gets its reason."""
    for request in sorted(folder.requests.glob("*.request")):
        try:
            what = json.loads(request.read_text())["rebuild"]
            answer: dict[str, object] = {"position": _rebuild(services, projections, what)}
        except CatalogueError as error:
            answer = {"error": error.detail, "advice": error.advice}
        except FileNotFoundError:
            # Whoever asked has gone.
            continue
        except (ValueError, KeyError, StopIteration):
            answer = {"error": "The request could not be read."}
        log.info("request served", extra={"request": request.stem, **answer})
        if request.exists():
            _write(request.with_suffix(".answer"), answer)
            request.unlink(missing_ok=True)


def _write(path: Path, content: dict[str, object]) -> None:
    """In one step: a reader sees the whole content or no file."""
    draft = path.with_suffix(f"{path.suffix}.draft")
    draft.write_text(json.dumps(content))
    draft.replace(path)
