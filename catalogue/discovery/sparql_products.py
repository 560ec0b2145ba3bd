"""Patterns that share nothing: how many combinations a query must go through, before anybody goes through them.

Only what is certain counts: patterns of one triple, unconnected by variables, filters, values or graphs, all of whose
combinations are needed (for a count, a sort, an answer without LIMIT). What this reading does not see, the limit of
time ends.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from rdflib import BNode, URIRef, Variable
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parserutils import CompValue, Expr
from rdflib.term import Node

from catalogue.discovery.sparql_judge import QueryKind, Reading
from catalogue.errors import InvalidQuery

log = logging.getLogger(__name__)

MAX_COMBINATIONS = 250_000_000
"""More than an engine goes through in the time of a query."""
ENOUGH = 20_000
"""As far as the matches of one pattern are counted: two such patterns are too many."""
MAX_COUNTED = 8

Pattern = tuple[Node, Node, Node]
_PASSING = frozenset(
    ["Project", "Extend", "AggregateJoin", "Group", "Distinct", "Reduced", "OrderBy", "Slice"]
)
_NEEDS_ALL = frozenset(["AggregateJoin", "OrderBy"])


@dataclass(slots=True)
class _Region:
    """Triples that are matched together. `bound`: variables that something else has a say in."""

    triples: list[Pattern] = field(default_factory=list)
    bound: set[Variable] = field(default_factory=set)


def refuse_products(reading: Reading, count: Callable[[str], int]) -> None:
    """InvalidQuery when the query combines more than it can in its time.

    `count(pattern)`: how many matches a pattern has (SPARQL text), at most `ENOUGH`.
    """
    if reading.kind is QueryKind.ASK:
        return
    for patterns in unconnected(reading):
        counts = [count(pattern) for pattern in patterns[:MAX_COUNTED]]
        if math.prod(counts) > MAX_COMBINATIONS:
            raise InvalidQuery(
                f"The query combines {len(patterns)} patterns that share no variable: "
                f"more than {MAX_COMBINATIONS // 10**6} million combinations.",
                advice="Join the patterns by shared variables, or ask in several queries.",
                parameter="query",
            )


def unconnected(reading: Reading) -> list[list[str]]:
    """For each part of the query that needs every combination: its patterns that share nothing, as SPARQL text."""
    try:
        algebra = translateQuery(reading.tree).algebra
    except Exception as error:  # noqa: BLE001 - the translation raises what it likes
        # No lock, an early word: what the translation does not take (a prefix that is not declared, say), the
        # engine judges.
        log.debug("no algebra of a query", extra={"error": repr(error)[:200]})
        return []
    if algebra.datasetClause or not isinstance(algebra.p, CompValue):
        return []
    found = (_alone(region) for region in _regions(algebra.p, needs_all=False))
    return [patterns for patterns in found if len(patterns) > 1]


def _regions(node: CompValue, needs_all: bool) -> Iterator[_Region]:
    limited = False
    while node.name in _PASSING or _is_having(node):
        needs_all = needs_all or node.name in _NEEDS_ALL
        limited = limited or (node.name == "Slice" and node.length is not None)
        if not isinstance(node.p, CompValue):
            return
        node = node.p
    region = _Region()
    inner: list[CompValue] = []
    _gather(node, region, inner)
    if needs_all or not limited:
        yield region
    for part in inner:
        yield from _regions(part, needs_all=False)


def _is_having(node: CompValue) -> bool:
    inner = node.p
    while isinstance(inner, CompValue) and inner.name == "Extend":
        inner = inner.p
    return bool(node.name == "Filter" and isinstance(inner, CompValue) and inner.name == "AggregateJoin")


def _gather(node: CompValue, region: _Region, inner: list[CompValue]) -> None:
    """Takes what is joined into the region; of all else it takes the variables, and subqueries into `inner`."""
    if node.name == "BGP":
        region.triples.extend(node.triples)
    elif node.name in ("Join", "LeftJoin"):
        _gather(node.p1, region, inner)
        _gather(node.p2, region, inner)
        region.bound |= set(_variables(node.expr))
    elif node.name == "Filter":
        _gather(node.p, region, inner)
        region.bound |= set(_variables(node.expr))
    else:
        region.bound |= set(_variables(node))
        if node.name == "ToMultiSet" and isinstance(node.p, CompValue):
            inner.append(node.p)


def _variables(node: object) -> Iterator[Variable]:
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Variable):
            yield part
        elif isinstance(part, CompValue | Expr):
            waiting.extend(value for key, value in part.items() if key != "_vars")
        elif isinstance(part, dict):
            waiting.extend([*part.keys(), *part.values()])
        elif isinstance(part, list | tuple | set):
            waiting.extend(part)


def _alone(region: _Region) -> list[str]:
    """The region's patterns that stand alone: one triple whose variables occur nowhere else in it."""
    names = [{term for term in triple if isinstance(term, Variable | BNode)} for triple in region.triples]
    found = []
    for number, triple in enumerate(region.triples):
        others = set().union(region.bound, *(own for at, own in enumerate(names) if at != number))
        if names[number] and not names[number] & others and isinstance(triple[1], Variable | URIRef):
            found.append(_text(triple))
    return found


def _text(triple: Pattern) -> str:
    names: dict[Node, str] = {}
    return " ".join(
        names.setdefault(term, f"?v{len(names)}") if isinstance(term, Variable | BNode) else term.n3()
        for term in triple
    )
