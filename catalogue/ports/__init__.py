"""The Protocols between rooms: what the application needs of harvesters, networks, databases and engines.

Contract suites in `tests/contract` say in tests what the docstrings say in words.
"""

from __future__ import annotations

from catalogue.ports.engines import (
    Clock,
    GraphStore,
    GraphWriter,
    SearchIndex,
    SearchWriter,
    ShapeEngine,
)
from catalogue.ports.harvesting import FetchContext, Harvester, HttpClient, HttpClients
from catalogue.ports.ledger import Candidate, Ledger, PublicationRule
from catalogue.ports.operations import NoticeSender, Outbox, Timetable

__all__ = [
    "Candidate",
    "Clock",
    "FetchContext",
    "GraphStore",
    "GraphWriter",
    "Harvester",
    "HttpClient",
    "HttpClients",
    "Ledger",
    "NoticeSender",
    "Outbox",
    "PublicationRule",
    "SearchIndex",
    "SearchWriter",
    "ShapeEngine",
    "Timetable",
]
