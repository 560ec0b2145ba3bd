"""A graph store in memory, and what a projection must agree with: one that was made anew."""

from __future__ import annotations

import pyoxigraph

from catalogue.adapters.graph.updates import PositionGuard
from catalogue.adapters.ledger import SqlLedger
from catalogue.projections.catalogue_graph import CatalogueGraphs
from catalogue.projections.follow import rebuild_projection
from catalogue.projections.graph import GraphProjection

BASE = "https://catalogue.example"


class Store:
    """A GraphStore in memory that runs the very operations which the server is sent."""

    def __init__(self) -> None:
        self.store = pyoxigraph.Store()
        self._guard = PositionGuard(f"{BASE}/catalog")

    def position(self) -> int:
        rows = list(self.store.query(self._guard.question()))  # type: ignore[call-overload]
        return int(rows[0]["position"].value) if rows else 0

    def apply(self, removed, added, expected, position) -> None:  # type: ignore[no-untyped-def]
        for operation in self._guard.operations(removed, added, expected, position):
            self.store.update(operation)

    def rebuild(self, quads, position, settle) -> None:  # type: ignore[no-untyped-def]
        self.store.clear()
        self.store.extend([*quads, *([self._guard.quad(position)] if position else [])])
        settle(self)

    def query(self, text: str, accept: str, *, timeout: float, max_bytes: int) -> bytes:
        found = self.store.query(text, use_default_graph_as_union=True)
        is_graph = accept == "application/n-triples"
        form = pyoxigraph.RdfFormat.N_TRIPLES if is_graph else pyoxigraph.QueryResultsFormat.JSON
        return bytes(found.serialize(format=form) or b"")  # type: ignore[arg-type]

    def facts(self) -> set[str]:
        return {str(quad) for quad in self.store}


def graph(store: Store) -> GraphProjection:
    return GraphProjection(store, BASE, CatalogueGraphs(BASE, "T", "D", "P"))  # type: ignore[arg-type]


def assert_like_a_rebuild(ledger: SqlLedger, store: Store) -> None:
    fresh = Store()
    rebuild_projection(ledger, graph(fresh))
    assert store.facts() == fresh.facts()
