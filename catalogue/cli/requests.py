"""What commands ask of a running server: only its worker writes the index and the graph.

A command leaves a request in the data folder and waits for its answer; the worker serves it between two batches.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from catalogue.adapters.data_folder import DataFolder
from catalogue.bootstrap import Services
from catalogue.cli.workbench import is_served
from catalogue.errors import CatalogueError, StoreUnavailable
from catalogue.projections.follow import rebuild_projection
from catalogue.projections.verify import Checkable, mend

log = logging.getLogger(__name__)


def ask(folder: DataFolder, content: Mapping[str, object]) -> dict[str, Any]:
    """Asks the running server's worker and waits for its answer. StoreUnavailable when it goes away, or cannot."""
    name = uuid.uuid4().hex
    request, answer = folder.requests / f"{name}.request", folder.requests / f"{name}.answer"
    _write(request, content)
    try:
        while not answer.exists():
            if not is_served(folder):
                raise StoreUnavailable(
                    "The server went away before it had done this.", advice="Run the command again."
                )
            time.sleep(0.1)
        result: dict[str, Any] = json.loads(answer.read_text())
    finally:
        request.unlink(missing_ok=True)
        answer.unlink(missing_ok=True)
    if "error" in result:
        raise StoreUnavailable(result["error"], advice=result.get("advice", ""))
    return result


def serve_requests(services: Services, folder: DataFolder, projections: Sequence[Checkable]) -> None:
    """Serves what commands have asked of the worker; a request that fails gets its reason."""
    for request in sorted(folder.requests.glob("*.request")):
        try:
            answer = carry_out(services, projections, json.loads(request.read_text()))
        except CatalogueError as error:
            answer = {"error": error.detail, "advice": error.advice}
        except FileNotFoundError:
            # Whoever asked has gone.
            continue
        except (ValueError, KeyError, TypeError):
            log.warning("request not understood", extra={"request": request.stem})
            answer = {"error": "The request could not be read."}
        log.info("request served", extra={"request": request.stem, **answer})
        if request.exists():
            _write(request.with_suffix(".answer"), answer)
            request.unlink(missing_ok=True)


def carry_out(
    services: Services, projections: Sequence[Checkable], content: Mapping[str, Any]
) -> dict[str, object]:
    """Does `{"rebuild": NAME}` or `{"mend": NAME, "datasets": [...]}`, for whoever may write the projections."""
    name = content["rebuild"] if "rebuild" in content else content["mend"]
    chosen = {projection.name: projection for projection in projections}[name]
    others = [projection for projection in projections if projection is not chosen]
    if "rebuild" in content:
        return {"position": rebuild_projection(services.ledger, chosen, others)}
    return {"position": mend(services.ledger, chosen, content["datasets"], others)}


def _write(path: Path, content: Mapping[str, object]) -> None:
    """In one step: a reader sees the whole content or no file."""
    draft = path.with_suffix(f"{path.suffix}.draft")
    draft.write_text(json.dumps(content))
    draft.replace(path)
