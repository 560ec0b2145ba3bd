"""The gateway for queries of strangers: refuses what could do harm, bounds the rest, answers in the form asked for.

Every query, of the page, the API and the command line, comes through here; `GraphStore.query` is for our own.
"""

from __future__ import annotations

import logging
import time
from contextlib import nullcontext
from dataclasses import dataclass

from catalogue.discovery.sparql_dataset import dataset_of
from catalogue.discovery.sparql_failures import (
    fatal,
    in_words,
    is_serving,
    judged,
    last_words,
    late,
    late_and_remembered,
)
from catalogue.discovery.sparql_judge import QueryKind, Reading, read
from catalogue.discovery.sparql_products import ENOUGH, refuse_products
from catalogue.discovery.sparql_results import (
    JSON,
    N_TRIPLES,
    SUPPORTED,
    IncompleteError,
    choose,
    number_in,
    write_rows,
    write_triples,
)
from catalogue.discovery.sparql_text import PlainQuery, plain_query
from catalogue.discovery.sparql_traffic import MEMORY, Passage, Traffic, traffic_of
from catalogue.errors import InvalidQuery, LimitExceeded, QueryTimeout, StoreUnavailable
from catalogue.model.query_dataset import QueryDataset
from catalogue.ports import GraphStore

__all__ = ["SUPPORTED", "SparqlAnswer", "SparqlGateway"]

log = logging.getLogger(__name__)

SHORTEST = 2.0
"""The engine counts its own limit in whole seconds, from one: less than this it could never keep."""
RETURNING = 8.0
"""Seconds that a query waits for an engine that is being restarted."""
POLL = 0.05


@dataclass(frozen=True, slots=True)
class SparqlAnswer:
    """A whole answer in the form asked for (UTF-8). `kind`: which of the four kinds of query it answers."""

    media_type: str
    body: bytes
    kind: QueryKind


class SparqlGateway:
    """`timeout`: seconds after which a query is cut off, and with it the engine that did not end it by itself (its own
    limit is shorter). `max_rows`: rows or triples; `max_bytes`: of the engine's answer."""

    def __init__(
        self,
        graph: GraphStore,
        *,
        timeout: float,
        max_rows: int,
        max_bytes: int,
        traffic: Traffic | None = None,
    ) -> None:
        self._graph = graph
        self._limit = max(timeout, SHORTEST)
        self._max_rows = max_rows
        self._max_bytes = max_bytes
        self._traffic = traffic or traffic_of(graph)

    def answer(
        self, text: str, accept: str | None = None, dataset: QueryDataset | None = None
    ) -> SparqlAnswer:
        """The answer to a query; `accept` is an Accept header or a media type, None for our preference. `dataset`:
        graphs named beside the query, which come before its own FROM.

        Raises InvalidQuery (not SPARQL 1.1, an update, SERVICE, an answer above the caps, what the engine cannot
        evaluate or does not survive), NotAcceptable, QueryTimeout, StoreUnavailable.
        """
        query = plain_query(text)
        reading = read(query)
        kind = reading.kind
        form = choose(kind, accept)
        dataset = dataset_of(reading, dataset)
        self._traffic.check(query.key)
        write, asked = (write_triples, N_TRIPLES) if kind.gives_graph else (write_rows, JSON)
        with self._traffic.passage(query.key) as passage:
            if dataset is None:
                self._refuse_products(reading)
            body = self._ask(query, asked, passage, dataset)
            seconds = passage.seconds
            passage.answered()
        try:
            return SparqlAnswer(form.media_type, write(body, form, self._max_rows), kind)
        except IncompleteError as error:
            raise self._incomplete(body, seconds) from error

    def _refuse_products(self, reading: Reading) -> None:
        try:
            refuse_products(reading, self._count)
        except QueryTimeout as error:
            raise late(self._limit) from error
        except StoreUnavailable as error:
            # The query itself meets the same, and knows how to wait.
            log.info("patterns were not counted: %s", error.detail)

    def _count(self, pattern: str) -> int:
        text = f"SELECT (COUNT(*) AS ?n) {{ SELECT * {{ {pattern} }} LIMIT {ENOUGH} }}"
        body = self._graph.query(text, JSON, timeout=self._limit, max_bytes=self._max_bytes)
        return number_in(body)

    def _ask(self, query: PlainQuery, accept: str, passage: Passage, dataset: QueryDataset | None) -> bytes:
        """The engine's answer. A query under which the engine went away is asked again, for it may be another's fault,
        unless it has used half of its time."""
        trial = False
        while True:
            patience = self._limit - passage.seconds
            with self._traffic.trial(query.key, patience) if trial else nullcontext():
                since = time.monotonic()
                try:
                    return self._ask_once(query, accept, passage, dataset)
                except StoreUnavailable as error:
                    gone = error
            if not (gone.context.get("lost") or gone.context.get("away")):
                raise judged(gone, self._serves, self._limit) from gone
            if gone.context.get("lost"):
                trial = True
                log.warning("engine lost during a query", extra={"query": query.key})
                if passage.lost(since):
                    raise fatal(MEMORY) from gone
            if passage.seconds > self._limit / 2 or not self._is_back():
                raise gone

    def _ask_once(
        self, query: PlainQuery, accept: str, passage: Passage, dataset: QueryDataset | None
    ) -> bytes:
        try:
            return self._graph.query(
                query.text, accept, timeout=self._limit, max_bytes=self._max_bytes, dataset=dataset
            )
        except LimitExceeded as error:
            raise InvalidQuery(
                f"The answer has more than {self._max_bytes:,} bytes.",
                advice="Add a LIMIT, or ask for fewer variables.",
                parameter="query",
            ) from error
        except QueryTimeout as error:
            if not error.context.get("killed"):
                raise late(self._limit) from error
            log.warning("query stopped with its engine", extra={"query": query.key})
            passage.stopped(self._limit)
            raise late_and_remembered(self._limit, MEMORY) from error

    def _serves(self) -> bool:
        return is_serving(self._graph.position)

    def _is_back(self) -> bool:
        until = time.monotonic() + RETURNING
        while not self._serves():
            if time.monotonic() > until:
                return False
            time.sleep(POLL)
        return True

    def _incomplete(self, body: bytes, seconds: float) -> InvalidQuery | QueryTimeout | StoreUnavailable:
        # At its limit, and where evaluating fails late, the engine ends the text in the middle, with status 200.
        failure = in_words(last_words(body), self._serves, self._limit)
        if failure is None:
            return StoreUnavailable("The graph store broke off its answer.", advice="Try again in a moment.")
        return late(self._limit) if seconds >= self._limit / 2 else failure
