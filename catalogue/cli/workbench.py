"""How a command uses the data folder: reading beside whoever works on it, leaving the work to a running server, or
working with the folder to itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from catalogue.adapters.data_folder import DataFolder, Runtime, holder_name
from catalogue.bootstrap import Services, embedded_store, open_services, projections_of
from catalogue.cli.context import Invocation
from catalogue.cli.output import note
from catalogue.errors import RunCancelled
from catalogue.projections.follow import follow
from catalogue.settings import Settings

T = TypeVar("T")

SERVER = "serve"
"""The role under which `pharos serve` holds the folder."""


class ServerCame(Exception):
    """A server took the folder while a command waited for it."""


@dataclass(frozen=True, slots=True)
class Workbench:
    """Services with the folder's lock held and the SPARQL child running."""

    services: Services
    folder: DataFolder

    def project(self, *names: str) -> None:
        """Brings the named projections (none: graph and search) up to the ledger."""
        for projection in projections_of(self.services):
            if not names or projection.name in names:
                follow(self.services.ledger, projection)


def is_served(folder: DataFolder) -> bool:
    """Whether `pharos serve` runs on the folder."""
    runtime = folder.runtime()
    return runtime is not None and runtime.role == SERVER


def beside_or_alone(folder: DataFolder, beside: Callable[[], T], alone: Callable[[], T]) -> T:
    """`beside` while a server runs on the folder, else `alone`, which takes the folder (see `working`)."""
    while not is_served(folder):
        try:
            return alone()
        except ServerCame:
            continue
    return beside()


@contextmanager
def reading(invocation: Invocation) -> Iterator[Services]:
    """Services without the lock: the ledger as it stands, search read-only, SPARQL if somebody serves it."""
    with open_services(
        invocation.settings(), invocation.folder(), invocation.secrets(), writer=False
    ) as services:
        yield services


@contextmanager
def working(
    invocation: Invocation,
    role: str,
    *,
    settings: Settings | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Workbench]:
    """Takes the folder and starts the SPARQL child; stops it at the end.

    While another command has the folder it says so and waits; a server raises ServerCame, `stop` RunCancelled.
    """
    settings, folder = settings or invocation.settings(), invocation.folder()
    with (
        folder.lock(role, wait=True, waiting=_Waiting(stop)),
        folder.only_worker(),
        embedded_store(settings, folder, role),
        open_services(settings, folder, invocation.secrets(), writer=True) as services,
    ):
        inherit(services, folder)
        yield Workbench(services, folder)


def bring_up(invocation: Invocation) -> None:
    """Brings graph and index up to the ledger after a change of what is published; a server does so by itself."""

    def alone() -> None:
        with working(invocation, "update") as bench:
            bench.project()

    beside_or_alone(invocation.folder(), beside=lambda: None, alone=alone)


class _Waiting:
    """Says once whom the command waits for."""

    def __init__(self, stop: Callable[[], bool]) -> None:
        self._stop = stop
        self._said = False

    def __call__(self, holder: Runtime | None) -> None:
        if holder and holder.role == SERVER:
            raise ServerCame
        if self._stop():
            raise RunCancelled("Stopped while waiting for the data folder.")
        if not self._said:
            note(f"Waiting: {holder_name(holder)} is working on this data folder.")
            self._said = True


def inherit(services: Services, folder: DataFolder) -> None:
    """Clears up after workers that died on this folder; for the folder's only worker.

    Runs that they held can be claimed at once. A ledger on a server of its own is shared with other folders' workers:
    there the leases tell who is gone.
    """
    if not services.settings.ledger:
        services.ledger.end_leases()
    for left in folder.spool.glob("run-*"):
        shutil.rmtree(left, ignore_errors=True)
