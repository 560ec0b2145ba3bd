"""What changes between two versions of a graph, fit for a store that rewrites literals."""

from __future__ import annotations

from catalogue.rdf.graphs import Graph
from catalogue.rdf.terms import Literal, Triple


def difference(before: Graph, after: Graph) -> tuple[list[Triple], list[Triple]]:
    """The triples to remove and the triples to add that turn `before` into `after` (blank nodes by label).

    A store may keep `"1.50"` and `"1.5"` as one value, so that removing one removes the other. Therefore the added
    triples also hold every literal of `after` that shares subject and predicate with a removed literal.
    """
    if not len(before):
        return [], list(after)
    removed = [triple for triple in before if triple not in after]
    touched = {(t.subject, t.predicate) for t in removed if isinstance(t.object, Literal)}
    if not touched:
        return removed, [triple for triple in after if triple not in before]
    added = [
        t
        for t in after
        if t not in before or (isinstance(t.object, Literal) and (t.subject, t.predicate) in touched)
    ]
    return removed, added
