"""`pharos rebuild` and `pharos rebase`: projections made anew from the ledger.

Beside a running server the command leaves a request in the data folder, which the worker serves between two runs:
only the worker writes the index and the graph.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

import click

from catalogue.adapters.data_folder import DataFolder
from catalogue.bootstrap import Services, open_ledger, projections_of
from catalogue.cli.context import Invocation, common
from catalogue.cli.output import note, print_json
from catalogue.cli.workbench import working
from catalogue.errors import CatalogueError, Conflict, InvalidQuery, StoreUnavailable
from catalogue.projections.follow import Projection, rebuild_projection

log = logging.getLogger(__name__)


@click.command()
@click.argument("what", type=click.Choice(["graph", "search"]))
@common
def rebuild(invocation: Invocation, what: str) -> None:
    """Make the graph store or the search index anew from the ledger."""
    folder = invocation.folder()
    runtime = folder.runtime()
    if runtime and runtime.role == "serve":
        position = _request(folder, what)
    else:
        with working(invocation, "rebuild") as bench:
            position = _rebuild(bench.services, projections_of(bench.services), what)
    if invocation.json:
        print_json({"projection": what, "position": position})
    else:
        note(f"Rebuilt {what} up to change {position}.")


@click.command()
@click.argument("base")
@common
def rebase(invocation: Invocation, base: str) -> None:
    """Move the catalogue to another public base URL: records it and rebuilds the graph."""
    from catalogue.settings import Settings

    checked = Settings.from_env({"PHAROS_BASE": base}).public_base
    if invocation.folder().runtime():
        raise Conflict("A catalogue moves only while nothing runs.", advice="Stop `pharos serve` first.")
    with open_ledger(invocation.settings()) as ledger:
        before = ledger.base()
        ledger.record_base(checked)
        ledger.add_event("rebase", "cli", checked, f"from {before}")
    with working(invocation, "rebase") as bench:
        position = _rebuild(bench.services, projections_of(bench.services), "graph")
    if invocation.json:
        print_json({"base": checked, "before": before, "position": position})
    else:
        note(f"The catalogue is now {checked} (before: {before}).")


def _rebuild(services: Services, projections: Sequence[Projection], what: str) -> int:
    projection = next(p for p in projections if p.name == what)
    return rebuild_projection(services.ledger, projection)


def _request(folder: DataFolder, what: str) -> int:
    """Asks the running server's worker and waits for its answer."""
    if what not in ("graph", "search"):
        raise InvalidQuery(f"There is no projection {what!r}.", parameter="what")
    name = uuid.uuid4().hex
    request, answer = folder.requests / f"{name}.request", folder.requests / f"{name}.answer"
    draft = folder.requests / f"{name}.draft"
    draft.write_text(json.dumps({"rebuild": what}))
    draft.replace(request)
    note(f"The server on this data folder rebuilds {what}.")
    while not answer.exists():
        if folder.runtime() is None:
            request.unlink(missing_ok=True)
            raise StoreUnavailable(
                "The server stopped before it had rebuilt.", advice="Run the command again."
            )
        time.sleep(0.1)
    result = json.loads(answer.read_text())
    answer.unlink()
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
        except (ValueError, KeyError, StopIteration):
            answer = {"error": "The request could not be read."}
        log.info("request served", extra={"request": request.stem, **answer})
        _answer(request, answer)


def _answer(request: Path, answer: dict[str, object]) -> None:
    draft = request.with_suffix(".answering")
    draft.write_text(json.dumps(answer))
    draft.replace(request.with_suffix(".answer"))
    request.unlink()
