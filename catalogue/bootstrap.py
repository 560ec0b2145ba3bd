"""Settings → Services: the only place that chooses adapters."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from catalogue.adapters.added_vocabularies import AddedVocabularies
from catalogue.adapters.data_folder import DataFolder, Runtime
from catalogue.adapters.files import FileClients
from catalogue.adapters.graph.bulk import BulkLoad
from catalogue.adapters.graph.protocol import Endpoint
from catalogue.adapters.graph_sparql import SparqlGraphStore
from catalogue.adapters.http import HttpClientsOnRequests
from catalogue.adapters.ledger import SqlLedger
from catalogue.adapters.ledger import open_ledger as open_sql_ledger
from catalogue.adapters.oxigraph_child import OxigraphChild
from catalogue.adapters.profiles import ProfilesOnDemand
from catalogue.adapters.room import has_room
from catalogue.adapters.shapes_fast import FastEngine, is_available
from catalogue.adapters.shapes_pyshacl import PySHACLEngine
from catalogue.adapters.tantivy_index import TantivyIndex
from catalogue.adapters.vocabularies import load_vocabularies
from catalogue.bootstrap_base import base_of, listening
from catalogue.discovery.sparql import SparqlGateway
from catalogue.harvesting.execute import Harvesting
from catalogue.harvesting.intake import Limits
from catalogue.harvesting.judge import Judge
from catalogue.harvesting.registry import load_harvesters
from catalogue.harvesting.second_opinion import SecondOpinion
from catalogue.model.records import NormalisedRecord
from catalogue.model.validation import ShapesProfile, ValidationReport
from catalogue.model.vocabularies import Vocabularies
from catalogue.pipeline.profile_detection import detect_profile
from catalogue.ports import Clock, GraphStore, Harvester, HttpClients, Ledger, SearchIndex, ShapeEngine
from catalogue.projections.catalogue_graph import CatalogueGraphs
from catalogue.projections.graph import GraphProjection
from catalogue.projections.search import SearchProjection
from catalogue.projections.verify import Checkable
from catalogue.settings import Settings

T = TypeVar("T")


class _Later(Mapping[str, T]):
    """A mapping that is made when it is first asked: reading profiles takes as long as many a command."""

    def __init__(self, make: Callable[[], Mapping[str, T]]) -> None:
        self._make = cache(make)

    def __getitem__(self, name: str) -> T:
        return self._make()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._make())

    def __len__(self) -> int:
        return len(self._make())


class SystemClock:
    """The machine's clock, UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Services:
    """What web and cli work with. `base` has no trailing slash; see `bootstrap_base`."""

    settings: Settings
    base: str
    clock: Clock
    ledger: Ledger
    http: HttpClients
    files: HttpClients
    graph: GraphStore
    search: SearchIndex
    engine: ShapeEngine
    profiles: Mapping[str, ShapesProfile]
    vocabularies: Vocabularies
    harvesters: Mapping[str, Harvester]
    spool: Path


@contextmanager
def open_ledger(settings: Settings) -> Iterator[SqlLedger]:
    """The ledger alone, for commands that need nothing else."""
    folder = DataFolder(settings.data)
    ledger = open_sql_ledger(settings.ledger or folder.ledger_url, SystemClock())
    try:
        yield ledger
    finally:
        ledger.close()


@contextmanager
def open_services(
    settings: Settings, folder: DataFolder, secrets: Mapping[str, str], *, writer: bool
) -> Iterator[Services]:
    """Everything, closed at the end. `writer` opens the search index for writing (one process at a time)."""
    with ExitStack() as stack:
        ledger = stack.enter_context(open_ledger(settings))
        base, recorded = base_of(settings, ledger), ledger.base()
        search = TantivyIndex(folder.search, writer=writer)
        stack.callback(search.close)
        clock = SystemClock()
        added = AddedVocabularies(folder.path)
        marks = added.marks()
        yield Services(
            settings=settings,
            base=base,
            clock=clock,
            ledger=ledger,
            http=HttpClientsOnRequests(
                settings,
                clock,
                own_addresses=lambda: own_addresses(settings, folder, recorded),
                secrets=secrets,
            ),
            files=FileClients(settings),
            graph=_graph_store(base, folder),
            search=search,
            engine=shape_engine(settings),
            profiles=_Later(lambda: ProfilesOnDemand(folder.profiles, marks)),
            vocabularies=load_vocabularies(added.files()),
            harvesters=_Later(load_harvesters),
            spool=folder.spool,
        )


@contextmanager
def embedded_store(
    settings: Settings, folder: DataFolder, role: str, web: str = ""
) -> Iterator[OxigraphChild]:
    """Runs the SPARQL child while the folder's lock is held, and tells other processes where it is."""

    def tell(address: str, pid: int) -> None:
        folder.write_runtime(Runtime(role, os.getpid(), address, pid, web))

    child = OxigraphChild(folder.graph, timeout=settings.sparql_timeout, on_start=tell)
    with child:
        yield child


def own_addresses(settings: Settings, folder: DataFolder, base: str | None) -> frozenset[tuple[str, int]]:
    """(host, port) of our own parts: never asked by a harvest, whatever is allowed. `base`: the recorded one."""
    ours = listening(settings, base)
    found = {ours} if ours else set()
    runtime = folder.glance()
    for address in (runtime.sparql, runtime.web) if runtime else ():
        parts = urlsplit(address)
        if parts.hostname and parts.port:
            found.add((parts.hostname, parts.port))
    return frozenset(found)


def projections_of(services: Services) -> list[Checkable]:
    """Graph and search, in that order."""
    settings = services.settings
    statics = CatalogueGraphs(
        services.base, settings.title, settings.description, settings.publisher, services.vocabularies.graphs
    )
    return [
        GraphProjection(services.graph, services.base, statics),
        SearchProjection(services.search, services.ledger, services.vocabularies),
    ]


def shape_engine(settings: Settings) -> ShapeEngine:
    """The engine that is set; "auto" is the fast one where it is installed."""
    return FastEngine() if settings.engine == "auto" and is_available() else PySHACLEngine()


def _second_opinion(services: Services) -> SecondOpinion | None:
    """The engine that does not judge, for a sample; None where there is no other or no sample is wanted."""
    engine, share = services.engine, services.settings.verify
    if not share:
        return None
    if isinstance(engine, FastEngine):
        return SecondOpinion(engine.reference, share)
    return SecondOpinion(FastEngine(), share) if is_available() else None


def _judging_threads(engine: ShapeEngine) -> int:
    """One a core for the fast engine; pySHACL holds the interpreter all the time."""
    if not isinstance(engine, FastEngine):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def harvesting_of(services: Services) -> Harvesting:
    """Everything a harvest works with."""
    settings = services.settings
    return Harvesting(
        ledger=services.ledger,
        clock=services.clock,
        http=services.http,
        files=services.files,
        engine=services.engine,
        profiles=services.profiles,
        vocabularies=services.vocabularies,
        harvesters=services.harvesters,
        detect=detect_profile,
        base=services.base,
        limits=Limits(
            settings.max_pages,
            settings.batch_size,
            workspace=services.spool,
            budget=timedelta(seconds=settings.run_budget),
        ),
    )


def sparql_gateway(services: Services) -> SparqlGateway:
    """The gateway for queries of strangers, with the limits that are set."""
    settings = services.settings
    return SparqlGateway(
        services.graph,
        timeout=settings.sparql_timeout,
        max_rows=settings.sparql_max_rows,
        max_bytes=settings.sparql_max_bytes,
    )


def _graph_store(base: str, folder: DataFolder) -> SparqlGraphStore:
    def endpoint() -> Endpoint:
        return Endpoint.of_child(folder.sparql_address())

    return SparqlGraphStore(
        base,
        endpoint,
        abort=folder.end_sparql,
        bulk=BulkLoad(folder.graph, folder.end_sparql),
        has_room=partial(has_room, folder.graph),
    )


@dataclass(frozen=True, slots=True)
class Judging:
    """What `pharos validate` works with: no data folder, no ledger."""

    http: HttpClients
    files: HttpClients
    clock: Clock
    engine: ShapeEngine
    profiles: Mapping[str, ShapesProfile]
    vocabularies: Vocabularies

    def judge(self, record: NormalisedRecord, profile: str) -> ValidationReport:
        """The record's report under the named profile, or the one it asks for ("auto")."""
        judge = Judge(profile, self.profiles, self.engine, self.vocabularies, self.clock, detect_profile)
        return judge.report(record)


def open_judging(settings: Settings, secrets: Mapping[str, str]) -> Judging:
    """The parts that judge a document given by hand."""
    clock = SystemClock()
    added = AddedVocabularies(settings.data)
    return Judging(
        http=HttpClientsOnRequests(settings, clock, secrets=secrets),
        files=FileClients(settings),
        clock=clock,
        engine=shape_engine(settings),
        profiles=ProfilesOnDemand(settings.data / "profiles", added.marks()),
        vocabularies=load_vocabularies(added.files()),
    )
