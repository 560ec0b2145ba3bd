"""The GraphStore port on any SPARQL 1.1 server, the embedded child or one of the operator's."""

from __future__ import annotations

import itertools
import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol
from urllib.parse import urlencode

import pyoxigraph
from pyoxigraph import RdfFormat

from catalogue.adapters.graph.protocol import Endpoint, Request, send
from catalogue.adapters.graph.updates import PositionGuard, named_graph
from catalogue.errors import BackendError, InvalidQuery, QueryTimeout, StaleProjection, StoreUnavailable
from catalogue.model.query_dataset import QueryDataset
from catalogue.ports import GraphWriter
from catalogue.rdf.terms import Quad

RESULTS = "application/sparql-results+json"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
UPDATE_TIMEOUT = 600.0
OWN_QUERY_TIMEOUT = 30.0
SMALL = 1024 * 1024
PORTION = 10_000
REOPENING = 180.0
FULL = "No space left on device"
"""How the engine's words end when its disk is full."""


class Bulk(Protocol):
    """Replaces a whole store by N-Quads; see `catalogue.adapters.graph.bulk`."""

    def __call__(self, pieces: Iterable[bytes], settle: Callable[[str], None] | None = None) -> None: ...


def nothing_to_stop(reason: str) -> None:
    """The `abort` of a server that is not ours to stop: the query is cut off at our end only."""


class SparqlGraphStore:
    """`base`: the catalogue's base URL, whose `/catalog` names the graph with the position.

    `endpoint` is asked before each request, since the child's address may change. `abort(reason)` stops a server
    that a query or a full disk has made useless; `has_room` says whether its disk has room for it to start again.
    `bulk` replaces the whole store by N-Quads; without it `rebuild` uses updates, is not atomic for readers, and
    leaves position -1 behind when it is broken off.
    """

    def __init__(
        self,
        base: str,
        endpoint: Callable[[], Endpoint],
        *,
        abort: Callable[[str], None] = nothing_to_stop,
        bulk: Bulk | None = None,
        has_room: Callable[[], bool] = lambda: False,
    ) -> None:
        self._base = base
        self._guard = PositionGuard(f"{base.rstrip('/')}/catalog")
        self._endpoint = endpoint
        self._abort = abort
        self._bulk = bulk
        self._has_room = has_room
        self._aborting = threading.Lock()
        self._aborted_at = 0.0

    def position(self) -> int:
        """The position triple's value: 0 when there is none, -1 when a rebuild was broken off."""
        try:
            body = self._ask(self._guard.question(), RESULTS, OWN_QUERY_TIMEOUT, SMALL, lambda: False)
        except (QueryTimeout, InvalidQuery) as error:
            raise StoreUnavailable("The graph store does not tell its position.") from error
        return _position(body)

    def apply(self, removed: Iterable[Quad], added: Iterable[Quad], expected: int, position: int) -> None:
        for operation in self._guard.operations(removed, added, expected, position):
            self._update(operation)
        actual = self.position()
        if actual != position:
            raise StaleProjection(
                f"The graph store stands at change {actual}, not at {expected}.",
                expected=expected,
                actual=actual,
            )

    def rebuild(
        self, quads: Iterable[Quad], position: int, settle: Callable[[GraphWriter], None] | None = None
    ) -> None:
        if self._bulk:
            self._rebuild_beside(self._bulk, quads, position, settle)
            return
        self._update("DROP ALL")
        # Whoever follows meanwhile sees that there is nothing to follow into.
        self.apply([], [], 0, -1)
        for portion in _portions(quads):
            self.apply([], portion, -1, -1)
        self.apply([], [], -1, position)

    def _rebuild_beside(
        self, bulk: Bulk, quads: Iterable[Quad], position: int, settle: Callable[[GraphWriter], None] | None
    ) -> None:
        end = [self._guard.quad(position)] if position else []
        reached = position

        def bring_up(address: str) -> None:
            nonlocal reached
            beside = SparqlGraphStore(self._base, lambda: Endpoint.of_child(address))
            if settle:
                settle(beside)
            reached = beside.position()

        bulk(_nquads(itertools.chain(quads, end)), bring_up if settle else None)
        self._wait_for(reached)

    def query(
        self, text: str, accept: str, *, timeout: float, max_bytes: int, dataset: QueryDataset | None = None
    ) -> bytes:
        """Relative IRIs are relative to `{base}/sparql`, never to the server's own address.

        QueryTimeout when the whole answer was not there in `timeout` seconds (`context["killed"]`: the server was
        stopped for it), LimitExceeded, InvalidQuery (the server does not understand it), StoreUnavailable as `send` does.
        """
        began = time.monotonic()
        # On the first line, so that places in the query keep their lines.
        prologue = f"BASE <{self._base.rstrip('/')}/sparql> "
        try:
            return self._ask(
                prologue + text, accept, timeout, max_bytes, lambda: self._stop(began, timeout), dataset
            )
        except InvalidQuery as error:
            raise _without_prologue(error, len(prologue)) from error

    def _ask(
        self,
        text: str,
        accept: str,
        timeout: float,
        max_bytes: int,
        on_deadline: Callable[[], bool],
        dataset: QueryDataset | None = None,
    ) -> bytes:
        url = _about(dataset, self._endpoint().query_url)
        return send(Request(url, text.encode(), QUERY, accept, timeout, max_bytes), on_deadline)

    def _update(self, text: str) -> None:
        request = Request(self._endpoint().update_url, text.encode(), UPDATE, "*/*", UPDATE_TIMEOUT, SMALL)
        try:
            send(request, lambda: False)
        except InvalidQuery as error:
            raise StoreUnavailable("The graph store refused an update.", said=error.detail) from error
        except QueryTimeout as error:
            raise StoreUnavailable("The graph store did not finish an update.") from error
        except StoreUnavailable as error:
            if FULL not in str(error.context.get("said")):
                raise
            raise self._full() from error

    def _full(self) -> StoreUnavailable:
        """The embedded engine refuses every write after its disk was full, until it is started again; without room it
        would not even start, and now it answers queries."""
        if self._abort is nothing_to_stop or not self._has_room():
            return StoreUnavailable(
                "The disk of the graph store is full; it holds what it held before.",
                advice="Free some space where its data is: it then goes on by itself.",
            )
        self._abort("its disk was full")
        return StoreUnavailable(
            "The disk of the graph store was full; it is started again.", advice="Try again in a moment."
        )

    def _stop(self, began: float, timeout: float) -> bool:
        """Has the server stopped, unless another query already had since this one began."""
        if self._abort is nothing_to_stop:
            return False
        with self._aborting:
            if self._aborted_at < began:
                self._aborted_at = time.monotonic()
                self._abort(f"a query ran longer than {timeout:g} seconds")
        return True

    def _wait_for(self, position: int) -> None:
        """Returns when the server has come back with the new store."""
        until = time.monotonic() + REOPENING
        while True:
            try:
                if self.position() == position:
                    return
                late: BackendError | None = None
            except BackendError as error:
                late = error
            if time.monotonic() > until:
                raise StoreUnavailable("The rebuilt graph store does not answer.") from late
            time.sleep(0.05)


def _without_prologue(error: InvalidQuery, length: int) -> InvalidQuery:
    """The same words about the query as it was asked: `error at 1:50` counts the prologue."""

    def place(match: re.Match[str]) -> str:
        return f"at 1:{max(1, int(match[1]) - length)}"

    return InvalidQuery(
        re.sub(r"\bat 1:(\d+)", place, error.detail, count=1), advice=error.advice, **error.context
    )


def _position(body: bytes) -> int:
    try:
        found = [int(row["position"]["value"]) for row in json.loads(body)["results"]["bindings"]]
    except (ValueError, KeyError, TypeError) as error:
        raise StoreUnavailable("The graph store's answer about its position is damaged.") from error
    if len(found) > 1:
        raise StoreUnavailable(
            "The graph store holds more than one position.", advice="Run `pharos rebuild graph`."
        )
    return found[0] if found else 0


def _portions(quads: Iterable[Quad]) -> Iterator[list[Quad]]:
    iterator = iter(quads)
    while portion := list(itertools.islice(iterator, PORTION)):
        yield portion


def _nquads(quads: Iterable[Quad]) -> Iterator[bytes]:
    for portion in _portions(quads):
        for quad in portion:
            named_graph(quad)
        text = pyoxigraph.serialize(portion, format=RdfFormat.N_QUADS)
        assert text is not None
        yield text


def _about(dataset: QueryDataset | None, url: str) -> str:
    """The address with the dataset in the protocol's parameters (SPARQL 1.1 Protocol, 2.1.4)."""
    if not dataset:
        return url
    chosen = [("default-graph-uri", iri) for iri in dataset.default]
    chosen += [("named-graph-uri", iri) for iri in dataset.named]
    return f"{url}{'&' if '?' in url else '?'}{urlencode(chosen)}"
