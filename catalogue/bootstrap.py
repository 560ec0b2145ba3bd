"""Settings → Services: the only place that chooses adapters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalogue.model.validation import ShapesProfile
from catalogue.model.vocabularies import Vocabularies
from catalogue.ports import Clock, GraphStore, Harvester, HttpClients, Ledger, SearchIndex, ShapeEngine
from catalogue.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """What web and cli work with. `base` is the recorded base URL without a trailing slash."""

    settings: Settings
    base: str
    clock: Clock
    ledger: Ledger
    http: HttpClients
    graph: GraphStore
    search: SearchIndex
    engine: ShapeEngine
    profiles: Mapping[str, ShapesProfile]
    vocabularies: Vocabularies
    harvesters: Mapping[str, Harvester]
