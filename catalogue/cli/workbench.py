"""The two ways a command uses the data folder: reading beside whoever works, or working with it to itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from catalogue.adapters.data_folder import DataFolder, Runtime
from catalogue.bootstrap import Services, embedded_store, open_services, projections_of
from catalogue.cli.context import Invocation
from catalogue.cli.output import note
from catalogue.projections.follow import follow


@dataclass(frozen=True, slots=True)
class Workbench:
    """Services with the folder's lock held and the SPARQL child running."""

    services: Services
    folder: DataFolder

    def project(self) -> None:
        """Brings graph and search up to the ledger."""
        for projection in projections_of(self.services):
            follow(self.services.ledger, projection)


@contextmanager
def reading(invocation: Invocation) -> Iterator[Services]:
    """Services without the lock: the ledger as it stands, search read-only, SPARQL if somebody serves it."""
    with open_services(
        invocation.settings(), invocation.folder(), invocation.secrets(), writer=False
    ) as services:
        yield services


@contextmanager
def working(invocation: Invocation, role: str) -> Iterator[Workbench]:
    """Takes the folder (waiting for another command, saying so) and starts the SPARQL child; stops it at the end."""
    settings, folder = invocation.settings(), invocation.folder()
    with (
        folder.lock(wait=True, waiting=_tell),
        embedded_store(settings, folder, role),
        open_services(settings, folder, invocation.secrets(), writer=True) as services,
    ):
        yield Workbench(services, folder)


def _tell(holder: Runtime | None) -> None:
    who = f"pharos {holder.role} (process {holder.pid})" if holder else "another pharos command"
    note(f"Waiting: {who} is working on this data folder.")
