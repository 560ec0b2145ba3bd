"""`pharos serve`: everything on one machine. `web` and `worker` are its parts, each able to run alone."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack
from dataclasses import replace

import click
from granian import Granian
from granian.constants import Interfaces

from catalogue.bootstrap import (
    embedded_store,
    harvesting_of,
    open_ledger,
    open_services,
    projections_of,
    recorded_base,
)
from catalogue.cli.context import Invocation, common
from catalogue.cli.output import note
from catalogue.cli.rebuild import serve_requests
from catalogue.cli.supervisor import Part, command, own_environment, supervise, until_stopped
from catalogue.errors import ConfigurationError
from catalogue.harvesting.worker import Worker
from catalogue.logs import configure_logging


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the web server; 0 takes a free one.")
@click.option("--host", help="Address the web server listens on.")
@common
def serve(invocation: Invocation, port: int | None, host: str | None) -> None:
    """Run the catalogue: web server, worker and SPARQL server, until SIGTERM or Ctrl-C."""
    settings, folder = invocation.settings(), invocation.folder()
    configure_logging(settings.log_level, "supervisor")
    settings = replace(settings, host=host or settings.host)
    settings = replace(settings, port=_port(settings.host, settings.port if port is None else port))
    with ExitStack() as stack:
        stack.enter_context(folder.lock())
        address = f"http://{settings.host}:{settings.port}"
        base = recorded_base(settings, stack.enter_context(open_ledger(settings)))
        stack.enter_context(embedded_store(settings, folder, "serve", web=address))
        stop = until_stopped()
        note(f"Pharos serves {base} at {address} (Ctrl-C stops it).")
        environment = own_environment(
            PHAROS_DATA=str(folder.path), PHAROS_HOST=settings.host, PHAROS_PORT=str(settings.port)
        )
        parts = [
            Part("web", command("web"), environment),
            Part("worker", command("worker"), environment, grace=30.0),
        ]
        supervise(parts, stop)
    note("Pharos has stopped.")


@click.command(hidden=True)
@common
def worker(invocation: Invocation) -> None:
    """Run the worker alone: harvests and projections."""
    settings, folder = invocation.settings(), invocation.folder()
    configure_logging(settings.log_level, "worker")
    stop = until_stopped()
    with open_services(settings, folder, invocation.secrets(), writer=True) as services:
        projections = projections_of(services)
        Worker(
            f"worker-{socket.gethostname()}-{os.getpid()}",
            services.ledger,
            harvesting_of(services),
            projections,
            chores=lambda: serve_requests(services, folder, projections),
        ).run(stop)


@click.command(hidden=True)
@common
def web(invocation: Invocation) -> None:
    """Run the web server alone."""
    settings = invocation.settings()
    configure_logging(settings.log_level, "web")
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


def _port(host: str, port: int) -> int:
    """The port itself if it is free, or a free one for 0. ConfigurationError when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigurationError(
                f"Port {port} of {host} cannot be used: {error.strerror}.",
                advice="Name another with --port or PHAROS_PORT; --port 0 takes a free one.",
            ) from error
        return int(probe.getsockname()[1])
