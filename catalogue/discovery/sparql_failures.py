"""What a failed query is called: the query's own fault (400), out of time (503 `QueryTimeout`), or ours (503).

Decided by what the engine does. One that answers with an error and goes on serving could not evaluate *this* query; one
that is gone, or no longer answers a question of our own, is a part that is away.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable

from catalogue.errors import BackendError, InvalidQuery, QueryTimeout, StoreUnavailable

log = logging.getLogger(__name__)

HEAVY = 60
"""Seconds after which a query that was stopped alone may be tried again (Retry-After)."""
TIME_ADVICE = (
    "Join the patterns by shared variables, name the dataset or graph, or add a LIMIT. "
    "Counts by facet are quicker from the search API."
)
CRASH = "it makes the engine of the graph store fail, as sorting by several keys does where one holds mixed types."
CRASH_ADVICE = "Sort by one key, or write STR(?key) for each."
CANCELLED = "operation has been cancelled"
LONGEST_SAID = 300
_EVALUATION = (500, 501)
"""Statuses by which a server says that it failed at this request. 502 to 504, 401 and the like speak of the server."""
_UNSUPPORTED = re.compile(r"The (?:custom (?:aggregate )?function|service) <[^<>\s]{1,200}> is not supported")


def late(limit: float) -> QueryTimeout:
    """The query was stopped and its engine lives."""
    return _timeout(f"The query took too long and was stopped: the limit is {limit:g} seconds.", HEAVY)


def late_and_remembered(limit: float, left: float) -> QueryTimeout:
    """Only the end of its engine stopped the query: it is not asked again for `left` seconds."""
    return _timeout(
        f"The query took too long: the limit is {limit:g} seconds, and it ended only together with its engine. "
        f"It is not asked again for {minutes(left)}.",
        left,
    )


def fatal(left: float) -> InvalidQuery:
    """The engine does not survive the query: it is not asked again for `left` seconds."""
    return InvalidQuery(
        f"This query cannot be answered: {CRASH} It is not asked again for {minutes(left)}.",
        advice=CRASH_ADVICE,
        parameter="query",
    )


def judged(
    error: StoreUnavailable, lives: Callable[[], bool], limit: float
) -> InvalidQuery | QueryTimeout | StoreUnavailable:
    """What an error that the engine answered with (`context["status"]`, `["said"]`) is to the asker; `error` itself
    where it says nothing about the query."""
    if error.context.get("status") not in _EVALUATION:
        return error
    return in_words(str(error.context.get("said", "")), lives, limit) or error


def in_words(said: str, lives: Callable[[], bool], limit: float) -> InvalidQuery | QueryTimeout | None:
    """The same for the words alone, which may stand at the end of an answer; None where the engine is at fault.

    Only words that we know are repeated: others may name files of the store."""
    if CANCELLED in said:
        return late(limit)
    known = _UNSUPPORTED.search(said)
    if known is None and not lives():
        return None
    log.warning("engine cannot evaluate a query: %s", " ".join(said.split())[:LONGEST_SAID])
    return InvalidQuery(
        f"The query cannot be evaluated: {known[0]}." if known else "The engine cannot evaluate this query.",
        advice="Use what SPARQL 1.1 itself defines; functions of other engines are not known here."
        if known
        else "Ask for its parts alone to find which of them it is.",
        parameter="query",
    )


def last_words(body: bytes) -> str:
    """What the engine wrote where its answer breaks off."""
    tail = body[-LONGEST_SAID:].decode(errors="replace")
    return re.split(r"[}\[\n]", tail)[-1]


def minutes(seconds: float) -> str:
    number = max(1, math.ceil(seconds / 60))
    return f"{number} minutes" if number > 1 else "a minute"


def _timeout(detail: str, retry_after: float) -> QueryTimeout:
    error = QueryTimeout(detail, advice=TIME_ADVICE)
    error.retry_after = math.ceil(retry_after)
    return error


def is_serving(position: Callable[[], int]) -> bool:
    """Whether the store answers a question of our own."""
    try:
        position()
    except BackendError:
        return False
    return True
