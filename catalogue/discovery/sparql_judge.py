"""Which queries are harmless: what rdflib's parser reads as one SELECT, ASK, CONSTRUCT or DESCRIBE without SERVICE."""

from __future__ import annotations

import logging
import sys
import threading
from dataclasses import dataclass
from enum import StrEnum

from pyparsing import ParseBaseException, ParseResults
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from catalogue.discovery.sparql_text import PlainQuery, place
from catalogue.errors import InvalidQuery

log = logging.getLogger(__name__)

RECURSION = 4_000
"""The parser recurses once a triple: Python's usual 1,000 end at 80 triples in one group."""


class QueryKind(StrEnum):
    SELECT = "SELECT"
    ASK = "ASK"
    CONSTRUCT = "CONSTRUCT"
    DESCRIBE = "DESCRIBE"

    @property
    def gives_graph(self) -> bool:
        return self in (QueryKind.CONSTRUCT, QueryKind.DESCRIBE)


# The parser's memory of partial results is one for all threads.
_parser = threading.Lock()
_KINDS = {
    "SelectQuery": QueryKind.SELECT,
    "AskQuery": QueryKind.ASK,
    "ConstructQuery": QueryKind.CONSTRUCT,
    "DescribeQuery": QueryKind.DESCRIBE,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A harmless query: its kind, and the parser's tree of it."""

    kind: QueryKind
    tree: ParseResults


def judge(query: PlainQuery) -> QueryKind:
    """The query's kind; raises as `read` does."""
    return read(query).kind


def read(query: PlainQuery) -> Reading:
    """InvalidQuery for all that the parser does not read, or reads as a call to another server."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION))
    try:
        with _parser:
            tree = parseQuery(query.text)
    except ParseBaseException as error:
        where = place(query.text, error.loc)
        raise InvalidQuery(
            f"The query does not parse at {where}.",
            advice="This endpoint takes standard SPARQL 1.1 queries, without extensions.",
            parameter="query",
            line=error.lineno,
            column=error.col,
        ) from error
    except RecursionError as error:
        raise InvalidQuery(
            "The query has too many triples in one group.",
            advice="Ask in several queries.",
            parameter="query",
        ) from error
    except Exception as error:
        # The parser's actions raise what they like. What we have not understood is not asked.
        log.warning("query parser failed", extra={"error": repr(error)[:200]})
        raise InvalidQuery("The query cannot be read.", parameter="query") from error
    kind = _KINDS.get(getattr(tree[1], "name", "")) if len(tree) == 2 else None
    if kind is None:
        raise InvalidQuery("Only SELECT, ASK, CONSTRUCT and DESCRIBE are answered.", parameter="query")
    if _calls_out(tree):
        raise InvalidQuery("SERVICE is refused: this endpoint asks no other server.", parameter="query")
    return Reading(kind, tree)


def _calls_out(tree: ParseResults) -> bool:
    waiting: list[object] = list(tree)
    while waiting:
        node = waiting.pop()
        if isinstance(node, CompValue):
            if "Service" in node.name:
                return True
            waiting.extend(node.values())
        elif isinstance(node, ParseResults | list | tuple):
            waiting.extend(node)
    return False
