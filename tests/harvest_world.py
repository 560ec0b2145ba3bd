"""The real engine over a folder: real ledger, index, client and harvesters, filled by harvests over loopback HTTP.

    with harvest_world(tmp_path) as world:
        run = world.harvest("clinic", server.url("/catalogue.ttl"))
        world.project()
        world.client().get(f"/runs/{run.run_id}")

What a test needs otherwise (a resolver, a graph store in memory) it hands in by name.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from web_world import MemoryGraph
from werkzeug.serving import WSGIRequestHandler, make_server

from catalogue.adapters.data_folder import DataFolder
from catalogue.adapters.http import HttpClientsOnRequests
from catalogue.adapters.http.guard import Resolver
from catalogue.bootstrap import (
    Services,
    embedded_store,
    harvesting_of,
    open_services,
    own_addresses,
    projections_of,
)
from catalogue.harvesting.lease import LEASE
from catalogue.model.harvest import HarvestRun, HarvestSource, RunRequest
from catalogue.model.records import RecordOutcome
from catalogue.projections.follow import follow
from catalogue.settings import Settings
from catalogue.web.app import create_app

PUBLIC = "https://pharos.example"


class FailureLog(logging.Handler):
    """Notes every record that the engine writes as an error: a fault of ours, whatever the run says."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.failures: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        cause = f" ({record.exc_info[1]!r})" if record.exc_info else ""
        self.failures.append(f"{record.name}: {record.getMessage()}{cause}")


@dataclass
class HarvestWorld:
    """Services and the verbs by which a test fills them."""

    services: Services
    log: FailureLog

    def harvest(self, slug: str, url: str, profile: str | None = None, **source: Any) -> HarvestRun:
        """Registers the source (once) and executes one run of it, as the worker does."""
        known = {one.slug for one in self.services.ledger.sources()}
        if slug not in known or source:
            self.services.ledger.add_source(HarvestSource(slug, url, "dcat_rdf", **source), "test")
        return self.run_again(slug, profile)

    def run_again(self, slug: str, profile: str | None = None) -> HarvestRun:
        queued = self.services.ledger.enqueue(slug, RunRequest("test", profile))
        claim = self.services.ledger.claim("worker", LEASE, queued.run_id)
        assert claim is not None
        return harvesting_of(self.services).execute(claim)

    def lines(self, run: HarvestRun, *kinds: str) -> list[RecordOutcome]:
        """The run's outcomes of these kinds (none named: all)."""
        return self.services.ledger.outcomes(run.run_id, kinds, limit=1_000_000)

    def project(self) -> None:
        """Brings graph and index up to the ledger."""
        for projection in projections_of(self.services):
            follow(self.services.ledger, projection)

    def client(self) -> FlaskClient:
        return create_app(self.services).test_client()


@contextmanager
def harvest_world(
    folder: Path,
    *,
    base: str = PUBLIC,
    child: bool = False,
    resolver: Resolver | None = None,
    **settings: Any,
) -> Iterator[HarvestWorld]:
    """A world over the folder, closed at the end. `child`: with a real SPARQL server instead of one in memory."""
    given: dict[str, Any] = {"allow_hosts": ("127.0.0.1",), "retries": 0, "port": 9, **settings}
    made = Settings(data=folder, base=base, title="Pharos of Tests", **given)
    log = FailureLog()
    with ExitStack() as stack:
        logging.getLogger("catalogue").addHandler(log)
        stack.callback(logging.getLogger("catalogue").removeHandler, log)
        home = DataFolder(folder)
        stack.enter_context(home.lock())
        if child:
            stack.enter_context(embedded_store(made, home, "command"))
        services = stack.enter_context(open_services(made, home, {}, writer=True))
        if not child:
            services = replace(services, graph=MemoryGraph())
        if resolver is not None:
            http = HttpClientsOnRequests(
                made, services.clock, own_addresses=lambda: own_addresses(made, home, base), resolver=resolver
            )
            services = replace(services, http=http)
        yield HarvestWorld(services, log)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Tests look at answers."""


class SiteServer:
    """A site over real HTTP on a free port of 127.0.0.1, whose address is known before its world is made."""

    def __init__(self) -> None:
        self.app: Any = None
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self.app(environ, start_response)

    def __enter__(self) -> SiteServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
