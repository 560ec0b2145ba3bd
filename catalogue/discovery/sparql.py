"""The gateway for queries of strangers: refuses what could do harm, bounds the rest, answers in the form asked for.

Every query, of the page, the API and the command line, comes through here; `GraphStore.query` is for our own.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass

from catalogue.discovery.sparql_judge import QueryKind, judge
from catalogue.discovery.sparql_results import (
    JSON,
    N_TRIPLES,
    SUPPORTED,
    IncompleteError,
    choose,
    write_rows,
    write_triples,
)
from catalogue.discovery.sparql_text import PlainQuery, plain_query
from catalogue.discovery.sparql_traffic import Passage, Traffic, traffic_of
from catalogue.errors import InvalidQuery, LimitExceeded, QueryTimeout, StoreUnavailable
from catalogue.ports import GraphStore

__all__ = ["SUPPORTED", "SparqlAnswer", "SparqlGateway"]

log = logging.getLogger(__name__)

GRACE = 1.25
ADVICE = "Name the dataset or graph, join the patterns by shared variables, add a LIMIT."
CRASH = "it makes the engine of the graph store fail, as sorting by several keys does where one holds mixed types."


@dataclass(frozen=True, slots=True)
class SparqlAnswer:
    """A whole answer in the form asked for (UTF-8). `kind`: which of the four kinds of query it answers."""

    media_type: str
    body: bytes
    kind: QueryKind


class SparqlGateway:
    """`timeout`: seconds after which the engine is asked to end a query (its soft limit, set where it is started);
    a quarter later it is restarted. `max_rows`: rows or triples; `max_bytes`: of the engine's answer."""

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
        self._timeout = timeout
        # The engine counts its limit in whole seconds.
        self._hard = math.ceil(timeout) * GRACE + 1
        self._max_rows = max_rows
        self._max_bytes = max_bytes
        self._traffic = traffic or traffic_of(graph)

    def answer(self, text: str, accept: str | None = None) -> SparqlAnswer:
        """The answer to a query; `accept` is an Accept header or a media type, None for our preference.

        Raises InvalidQuery (not SPARQL 1.1, an update, SERVICE, an answer above the caps, a query that is known to
        bring the store down), NotAcceptable, QueryTimeout, StoreUnavailable.
        """
        query = plain_query(text)
        kind = judge(query)
        form = choose(kind, accept)
        self._traffic.check(query.key)
        write, asked = (write_triples, N_TRIPLES) if kind.gives_graph else (write_rows, JSON)
        with self._traffic.passage(query.key) as passage:
            body = self._ask(query, asked, passage)
            seconds = passage.seconds
            passage.answered()
        try:
            return SparqlAnswer(form.media_type, write(body, form, self._max_rows), kind)
        except IncompleteError as error:
            raise self._incomplete(seconds) from error

    def _ask(self, query: PlainQuery, accept: str, passage: Passage) -> bytes:
        try:
            return self._graph.query(query.text, accept, timeout=self._hard, max_bytes=self._max_bytes)
        except LimitExceeded as error:
            raise InvalidQuery(
                f"The answer has more than {self._max_bytes:,} bytes.",
                advice="Add a LIMIT, or ask for fewer variables.",
                parameter="query",
            ) from error
        except QueryTimeout as error:
            if error.context.get("killed"):
                log.warning("query stopped with its engine", extra={"query": query.key})
                passage.stopped(
                    f"it ran longer than {self._timeout:g} seconds and could not be stopped alone."
                )
            raise self._late() from error
        except StoreUnavailable as error:
            if not error.context.get("lost"):
                raise
            log.warning("engine lost during a query", extra={"query": query.key})
            if passage.lost(CRASH):
                raise InvalidQuery(
                    f"This query cannot be answered: {CRASH}",
                    advice="Sort by one key, or write STR(?key) for each.",
                    parameter="query",
                ) from error
            raise

    def _late(self) -> QueryTimeout:
        return QueryTimeout(f"The query was stopped after {self._timeout:g} seconds.", advice=ADVICE)

    def _incomplete(self, seconds: float) -> QueryTimeout | StoreUnavailable:
        # At its limit the engine ends the text in the middle, with status 200.
        if seconds >= self._timeout:
            return self._late()
        return StoreUnavailable("The graph store broke off its answer.", advice="Try again in a moment.")
