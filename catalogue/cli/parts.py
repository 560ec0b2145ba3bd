"""`pharos worker` and `pharos web`: the parts of `pharos serve`, each able to run alone."""

from __future__ import annotations

import functools
import gc
import logging
import os
import socket
from collections.abc import Callable
from contextlib import closing

import click

from catalogue.cli.context import Invocation, founding
from catalogue.cli.entry import exit_code
from catalogue.errors import CatalogueError
from catalogue.logs import configure_logging
from catalogue.signals import end_with, until_stopped

log = logging.getLogger(__name__)

WORKER_GRACE = 40.0
"""Seconds after SIGTERM at which a worker ends itself: whoever asked it to stop may have died before it could kill."""


def part(name: str) -> Callable[[Callable[[Invocation], None]], click.Command]:
    """A hidden command that logs JSON, tells errors there, and ends with the process `--parent` names."""

    def make(work: Callable[[Invocation], None]) -> click.Command:
        @click.command(name, hidden=True, help=work.__doc__)
        @click.option("--parent", type=int, help="Process whose end is the end of this one.")
        @founding
        @functools.wraps(work)
        def command(invocation: Invocation, parent: int | None) -> None:
            configure_logging(invocation.settings().log_level, name)
            if parent is not None:
                end_with(parent)
            try:
                work(invocation)
            except CatalogueError as error:
                log.error(error.detail, extra={"error": error.code, "do": error.advice})
                raise click.exceptions.Exit(exit_code(error)) from error
            except Exception as error:
                log.exception("part failed")
                raise click.exceptions.Exit(1) from error

        return command

    return make


@part("worker")
def worker(invocation: Invocation) -> None:
    """Run the worker alone: harvests and projections."""
    stop = until_stopped(WORKER_GRACE)
    from catalogue.adapters.ticker import Ticker
    from catalogue.bootstrap import harvesting_of, open_services, projections_of
    from catalogue.bootstrap_operations import housekeeping_of
    from catalogue.cli.requests import serve_requests
    from catalogue.cli.workbench import inherit
    from catalogue.harvesting.worker import Worker

    settings, folder = invocation.settings(), invocation.folder()
    with (
        folder.only_worker(),
        open_services(settings, folder, invocation.secrets(), writer=True) as services,
    ):
        inherit(services, folder)
        projections = projections_of(services)
        # Vocabularies and profiles stay to the end: the collector of cycles need not walk over them again and again.
        list(services.profiles.values())
        gc.collect()
        gc.freeze()
        log.info("worker works")
        name = f"worker-{socket.gethostname()}-{os.getpid()}"
        housekeeping = housekeeping_of(services, folder, invocation.secrets(), name, stop.is_set)
        with closing(housekeeping), Ticker(housekeeping.calls()):
            Worker(
                name,
                services.ledger,
                harvesting_of(services),
                projections,
                chores=lambda: serve_requests(services, folder, projections),
                parallel=settings.parallel_runs,
            ).run(stop)
    log.info("worker stopped")


@part("web")
def web(invocation: Invocation) -> None:
    """Run the web server alone."""
    from granian import Granian
    from granian.constants import Interfaces

    settings = invocation.settings()
    # The application is made in a process of the server's own, which knows only the environment.
    os.environ["PHAROS_DATA"] = str(settings.data.absolute())
    Granian(
        "catalogue.wsgi:create",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.web_workers,
        blocking_threads=settings.web_threads,
        websockets=False,
        log_enabled=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()
