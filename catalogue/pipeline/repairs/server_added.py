"""Rule about what a server adds to every record, whoever wrote it: that is no part of the description."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from catalogue.model.harvest import ServerAdded
from catalogue.model.records import Repair
from catalogue.rdf.graphs import Graph
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject, Term, Triple

SERVER_ADDED = "server-added"


def without_server_added(
    graph: Graph, subject: Subject, patterns: Sequence[ServerAdded], switched_off: Iterable[str]
) -> tuple[Graph, list[Repair]]:
    """The graph without the triples that match a pattern and without what only they led to; each as a repair.

    `{subject}` in a pattern is the IRI that the triple is about: a server adds to each resource it serves.
    """
    off = set(switched_off)
    active = [pattern for pattern in patterns if pattern.rule not in off and SERVER_ADDED not in off]
    if not active:
        return graph, []
    by_predicate: dict[str, list[ServerAdded]] = {}
    for pattern in active:
        by_predicate.setdefault(pattern.predicate, []).append(pattern)
    removed: dict[Triple, str] = {}
    for triple in graph:
        for pattern in by_predicate.get(triple.predicate.value, ()):
            if _matches(triple, pattern):
                removed[triple] = pattern.rule
                break
    if not removed:
        return graph, []
    _add_orphans(graph, subject, removed)
    repairs = sorted({(rule, _line(triple)) for triple, rule in removed.items()})
    return Graph(t for t in graph if t not in removed), [Repair(rule, line, "") for rule, line in repairs]


def _matches(triple: Triple, pattern: ServerAdded) -> bool:
    if pattern.object_pattern is None:
        return True
    text = pattern.object_pattern.replace("{subject}", re.escape(_text(triple.subject)))
    return isinstance(triple.object, NamedNode | Literal) and re.search(text, triple.object.value) is not None


def _add_orphans(graph: Graph, subject: Subject, removed: dict[Triple, str]) -> None:
    """Also what is said of nodes that nothing points to any more."""
    waiting: list[tuple[Term | Triple, str]] = [(triple.object, rule) for triple, rule in removed.items()]
    while waiting:
        node, rule = waiting.pop()
        if not isinstance(node, NamedNode | BlankNode) or node == subject:
            continue
        if any(t not in removed and t.subject != node for t in graph.pointing_to(node)):
            continue
        for triple in graph.about(node):
            if triple not in removed:
                removed[triple] = rule
                waiting.append((triple.object, rule))


def _text(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)


def _line(triple: Triple) -> str:
    return f"{triple.subject} {triple.predicate} {triple.object} ."
