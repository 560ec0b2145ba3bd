"""A whole installation in a temporary folder: ledger, SPARQL child, search index, HTTP client."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from catalogue.adapters.data_folder import DataFolder
from catalogue.adapters.oxigraph_child import OxigraphChild
from catalogue.bootstrap import Services, embedded_store, open_services
from catalogue.harvesting.lease import LEASE
from catalogue.model.harvest import Claim, HarvestSource, RunRequest
from catalogue.settings import Settings

SLUG = "generated"
LEASE_OWNER = "benchmark"


@dataclass(frozen=True, slots=True)
class Installed:
    """Services, and the graph store's server where it was asked for."""

    services: Services
    child: OxigraphChild | None

    @property
    def child_pid(self) -> int:
        assert self.child is not None
        return self.child.pid

    def claim(self) -> Claim:
        """A run of the generated source, queued and claimed."""
        run = self.services.ledger.enqueue(SLUG, RunRequest(LEASE_OWNER))
        claim = self.services.ledger.claim(LEASE_OWNER, LEASE, run.run_id)
        assert claim is not None
        return claim


def source_at(url: str, profile: str = "none") -> HarvestSource:
    return HarvestSource(SLUG, url, "dcat_rdf", title="Generated images", country="DEU", profile=profile)


@contextmanager
def installed(url: str, profile: str = "none", *, graph: bool = True) -> Iterator[Installed]:
    """With the source registered; everything goes at the end."""
    settings = Settings(
        base="https://catalogue.example.org",
        allow_hosts=(urlsplit(url).netloc,),
        log_level="ERROR",
    )
    with ExitStack() as stack:
        folder = DataFolder(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pharos-bench-"))))
        stack.enter_context(folder.lock())
        child = stack.enter_context(embedded_store(settings, folder, "benchmark")) if graph else None
        services = stack.enter_context(open_services(_at(settings, folder), folder, {}, writer=True))
        services.ledger.add_source(source_at(url, profile), by=LEASE_OWNER)
        yield Installed(services, child)


def _at(settings: Settings, folder: DataFolder) -> Settings:
    return replace(settings, data=folder.path)
