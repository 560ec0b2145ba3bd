"""Clock, validation engine, graph store and search index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from catalogue.model.query_dataset import QueryDataset
from catalogue.model.search import SearchDocument, SearchPage, SearchQuery
from catalogue.model.validation import ShapesProfile, ValidationResult
from catalogue.rdf.graphs import Graph
from catalogue.rdf.terms import Quad


class Clock(Protocol):
    def now(self) -> datetime:
        """The time now, aware, UTC."""


class ShapeEngine(Protocol):
    """Judges one record's graph. Raises EngineFailed when it cannot judge; findings are never an exception."""

    name: str
    version: str

    def validate(
        self, graph: Graph, profile: ShapesProfile, variant: str | None = None
    ) -> tuple[ValidationResult, ...]:
        """Findings of `graph` (already with the concepts it names) under the profile's shapes. `variant` is a key of
        `profile.variants`; unknown or None uses the default shapes."""


class GraphWriter(Protocol):
    """The side of a graph store that follows the ledger, and is asked what it holds. Raises StoreUnavailable."""

    def position(self) -> int:
        """The position triple in the catalogue graph, 0 when there is none."""

    def apply(self, removed: Iterable[Quad], added: Iterable[Quad], expected: int, position: int) -> None:
        """One atomic operation, a no-op unless the store stands at `expected`; StaleProjection when it did not."""

    def query(
        self, text: str, accept: str, *, timeout: float, max_bytes: int, dataset: QueryDataset | None = None
    ) -> bytes:
        """The server's whole answer to a query that was already judged harmless. A hard limit restarts the child.
        `dataset`: instead of what FROM says in the text, which a server may overlook; None: all graphs."""


class GraphStore(GraphWriter, Protocol):
    """A SPARQL 1.1 server's side of us. Raises StoreUnavailable, QueryTimeout, LimitExceeded."""

    def rebuild(
        self, quads: Iterable[Quad], position: int, settle: Callable[[GraphWriter], None] = ...
    ) -> None:
        """Replaces everything: built beside what is served, handed to `settle` (which brings it up to the ledger),
        then served in one step. A store that cannot build beside itself stands at -1 meanwhile, where it takes no
        batch, and does not call `settle`."""


class SearchWriter(Protocol):
    """The side of a search index that follows the ledger. Raises IndexUnavailable."""

    def position(self) -> int: ...

    def apply(
        self, documents: Sequence[SearchDocument], removed: Sequence[str], expected: int, position: int
    ) -> None:
        """Replaces, adds and removes (by dataset_id), and moves the position, in one commit; StaleProjection if the
        index does not stand at `expected`."""


class SearchIndex(SearchWriter, Protocol):
    """Finds documents. Raises IndexUnavailable."""

    def rebuild(
        self,
        documents: Iterable[SearchDocument],
        position: int,
        settle: Callable[[SearchWriter], None] = ...,
    ) -> None:
        """Replaces everything: built beside what is served, handed to `settle` (which brings it up to the ledger),
        then served in one step."""

    def ids(self) -> Iterator[str]:
        """The dataset_id of every document, in any order; an id twice when two documents bear it."""

    def documents(self, dataset_ids: Sequence[str]) -> list[SearchDocument]:
        """Every document under these ids, in any order; also both of two under one id."""

    def search(self, query: SearchQuery) -> SearchPage: ...

    def document(self, dataset_id: str) -> SearchDocument | None: ...

    def close(self) -> None: ...
