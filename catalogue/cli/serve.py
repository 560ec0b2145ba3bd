"""`pharos serve`: everything on one machine."""

from __future__ import annotations

import logging
import os
import socket
from dataclasses import replace

import click

from catalogue.adapters.secret_references import read_secret
from catalogue.bootstrap import embedded_store, open_ledger
from catalogue.bootstrap_base import leads_elsewhere, served_base
from catalogue.cli.context import Invocation, founding
from catalogue.cli.output import note, print_json
from catalogue.cli.supervisor import Part, part_command, supervise
from catalogue.cli.workbench import SERVER
from catalogue.errors import ConfigurationError
from catalogue.logs import configure_logging
from catalogue.settings import Settings
from catalogue.signals import until_stopped

log = logging.getLogger(__name__)

FEW_HOLES = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "524288"}
"""For glibc: two heaps for all threads of a part, and large blocks outside of them. As it comes, with a heap for each
thread, a worker's memory was more than half holes."""


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the web server; 0 takes a free one.")
@click.option("--host", help="Address the web server listens on.")
@founding
def serve(invocation: Invocation, port: int | None, host: str | None) -> None:
    """Run the catalogue: web server, worker and SPARQL server, until SIGTERM or Ctrl-C."""
    settings, folder = invocation.settings(), invocation.folder()
    settings = replace(settings, host=host or settings.host)
    if settings.metrics_token:
        read_secret(settings.metrics_token, invocation.secrets())
    with folder.lock(SERVER):
        settings = replace(settings, port=_port(settings.host, settings.port if port is None else port))
        address = _address(settings)
        with open_ledger(settings) as ledger:
            base = served_base(settings, ledger)
        configure_logging(settings.log_level, "supervisor")
        with embedded_store(settings, folder, SERVER, web=address):
            stop = until_stopped()
            _say(invocation, base, address)
            if leads_elsewhere(settings, base):
                _warn(invocation, base, address)
            environment = _environment(settings)
            worker = Part("worker", part_command("worker"), environment, grace=30.0)
            supervise([Part("web", part_command("web"), environment), worker], stop)
    log.info("stopped")


def _say(invocation: Invocation, base: str, address: str) -> None:
    log.info("serving", extra={"base": base, "address": address})
    if invocation.json:
        print_json({"base": base, "address": address})
    else:
        click.echo(f"Pharos serves {base} at {address} (Ctrl-C stops it).")


def _warn(invocation: Invocation, base: str, address: str) -> None:
    """Every link that the catalogue gives leads to its base: where that is not here, a reader ends up elsewhere."""
    problem = f"This catalogue was first used as {base}, and its links and IRIs lead there, not to {address}."
    advice = f"If {base} no longer leads here: stop the server and run `pharos rebase {address}`."
    log.warning(problem, extra={"do": advice})
    if not invocation.json:
        note(f"WARNING: {problem} {advice}")


def _address(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def _environment(settings: Settings) -> dict[str, str]:
    """What the parts get: our own environment, with what the options of this command changed.

    What the operator says of the C library's memory comes before `FEW_HOLES`.
    """
    changes = {
        "PHAROS_DATA": str(settings.data.absolute()),
        "PHAROS_HOST": settings.host,
        "PHAROS_PORT": str(settings.port),
    }
    return {**FEW_HOLES, **os.environ, **changes}


def _port(host: str, port: int) -> int:
    """The port itself if it is free, or a free one for 0. ConfigurationError when it is taken."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as error:
        raise ConfigurationError(
            f"Port {port} of {host} cannot be used: {error.strerror}.",
            advice="Name another with --port or PHAROS_PORT; --port 0 takes a free one.",
        ) from error
