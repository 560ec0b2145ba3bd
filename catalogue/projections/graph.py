"""The graph projection: what the graph store holds of a published version, and what a change takes away and adds.

Graphs (under the base URL): `/datasets/{dataset_id}` the description, blank nodes as IRIs; `/curation/{dataset_id}` what
the operator says; `/catalog` our catalogue, its CatalogRecords and the position; `/quality` what validation found;
`/vocabularies/{name}` one each.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from catalogue.model.records import Change, PublishedState, StoredVersion
from catalogue.ports import GraphStore, GraphWriter
from catalogue.projections.catalogue_graph import CatalogueGraphs, Settled
from catalogue.projections.follow import LedgerFollower
from catalogue.projections.graph_holdings import GraphHoldings
from catalogue.projections.record_graphs import graphs_of, quads, quads_of
from catalogue.projections.verify import Kind
from catalogue.rdf.difference import difference
from catalogue.rdf.graphs import Graph
from catalogue.rdf.stored_form import stored_form
from catalogue.rdf.terms import NamedNode, Quad, Triple

log = logging.getLogger(__name__)

NOTHING: Mapping[NamedNode, Graph] = {}
EMPTY = Graph()


class GraphFollower:
    """Writes changes into a graph store: the one that is served, or the next one that is built beside it."""

    name = "graph"

    def __init__(self, store: GraphWriter, base: str) -> None:
        self._writer = store
        self._base = base.rstrip("/")
        self._holdings = GraphHoldings(store, self._base)

    def position(self) -> int:
        return self._writer.position()

    def apply(
        self,
        changes: Sequence[Change],
        versions: Mapping[PublishedState, StoredVersion],
        expected: int,
        position: int,
    ) -> None:
        removed: list[Quad] = []
        added: list[Quad] = []
        unknown: dict[str, StoredVersion | None] = {}
        for change in changes:
            before = versions.get(change.before_state) if change.before_state else None
            after = versions.get(change.after_state) if change.after_state else None
            if before is None and change.before_state:
                unknown[change.dataset_id] = after
                continue
            take, give = operation(before, after, self._base)
            removed += take
            added += give
        if unknown:
            take, give = self._anew(unknown)
            removed += take
            added += give
        self._writer.apply(removed, added, expected, position)

    def _anew(self, wanted: Mapping[str, StoredVersion | None]) -> tuple[list[Quad], list[Quad]]:
        """What makes these datasets so, whatever the store holds of them: what it was given may be erased."""
        removed: list[Quad] = []
        added: list[Quad] = []
        for dataset_id, held in self._holdings.quads(wanted).items():
            version = wanted[dataset_id]
            take, give = changed(by_graph(held), graphs_of(version, self._base) if version else NOTHING)
            removed += take
            added += give
        return removed, added


class GraphProjection(GraphFollower):
    """The graph store that is served. `statics`: what depends on no change (our catalogue's words, vocabularies)."""

    def __init__(self, store: GraphStore, base: str, statics: CatalogueGraphs) -> None:
        super().__init__(store, base)
        self._store = store
        self._statics = statics
        self._settled = False

    def position(self) -> int:
        """The store's position. The first time in a process, vocabularies and the catalogue's description that
        differ from ours are brought up to date as well. A store that was made with another base URL is emptied: it
        follows from the beginning."""
        position = self._store.position()
        if not self._settled and position >= 0:
            if position == 0 and Settled.is_of_another(self._store, self._statics):
                log.warning("graph is made anew with another base URL", extra={"base": self._base})
                self._store.rebuild(self._everything(()), 0)
            self._settle(position)
        return position

    def rebuild(
        self, published: Iterable[StoredVersion], position: int, catch_up: Callable[[LedgerFollower], object]
    ) -> None:
        def settle(beside: GraphWriter) -> None:
            catch_up(GraphFollower(beside, self._base))

        # What is about to be replaced is not brought up to date first.
        before, self._settled = self._settled, True
        try:
            self._store.rebuild(self._everything(published), position, settle)
        except BaseException:
            self._settled = before
            raise

    def standing(self) -> int:
        return self._store.position()

    def holdings(self) -> Iterator[str]:
        return self._holdings.ids()

    def judge(self, wanted: Mapping[str, StoredVersion | None]) -> dict[str, Kind]:
        found: dict[str, Kind] = {}
        for dataset_id, held in self._holdings.quads(wanted).items():
            version = wanted[dataset_id]
            if version is None and held:
                found[dataset_id] = Kind.EXTRA
            elif version is not None and not held:
                found[dataset_id] = Kind.MISSING
            elif version is not None and stored_form(held) != stored_form(quads_of(version, self._base)):
                found[dataset_id] = Kind.DIFFERENT
        return found

    def mend(self, wanted: Mapping[str, StoredVersion | None], position: int) -> None:
        removed, added = self._anew(wanted)
        self._store.apply(removed, added, position, position)

    def _everything(self, published: Iterable[StoredVersion]) -> Iterator[Quad]:
        for graph, triples in self._statics.graphs().items():
            yield from quads(graph, triples)
        for version in published:
            yield from quads_of(version, self._base)

    def _settle(self, position: int) -> None:
        stored = Settled.read(self._store, self._statics)
        ours = self._statics.graphs()
        if stored.marks != self._statics.marks():
            removed, added = changed(stored.graphs(self._store, ours), ours)
            self._store.apply(removed, added, position, position)
        self._settled = True


def operation(
    before: StoredVersion | None, after: StoredVersion | None, base: str
) -> tuple[list[Quad], list[Quad]]:
    """What to remove from and to add to the store when a dataset's published version goes from one to the other."""
    if before is None:
        return [], quads_of(after, base) if after else []
    return changed(graphs_of(before, base), graphs_of(after, base) if after else NOTHING)


def by_graph(held: Iterable[Quad]) -> dict[NamedNode, Graph]:
    """Quads as graphs by name."""
    found: dict[NamedNode, list[Triple]] = {}
    for quad in held:
        found.setdefault(quad.graph_name, []).append(quad.triple)  # type: ignore[arg-type]
    return {name: Graph(triples) for name, triples in found.items()}


def changed(
    before: Mapping[NamedNode, Graph], after: Mapping[NamedNode, Graph]
) -> tuple[list[Quad], list[Quad]]:
    """The difference of two sets of graphs, graph by graph."""
    removed: list[Quad] = []
    added: list[Quad] = []
    for graph in {**before, **after}:
        take, give = difference(before.get(graph, EMPTY), after.get(graph, EMPTY))
        removed += quads(graph, take)
        added += quads(graph, give)
    return removed, added
