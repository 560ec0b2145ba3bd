"""Blank nodes as IRIs, for stores where a deletion cannot name a blank node (RDF 1.1 Concepts, section 3.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import quote

from catalogue.rdf.graphs import Graph
from catalogue.rdf.terms import BlankNode, NamedNode, Triple

GENID = "/.well-known/genid/"


def skolemise(graph: Iterable[Triple], base: str, record_id: str) -> Graph:
    """The graph with every blank node replaced by `{base}/.well-known/genid/{record_id}/{label}`."""
    prefix = genid_prefix(base, record_id)
    named: dict[BlankNode, NamedNode] = {}

    def name(node: BlankNode) -> NamedNode:
        if node not in named:
            named[node] = NamedNode(prefix + quote(node.value, safe=""))
        return named[node]

    return Graph(_named(triple, name) for triple in graph)


def genid_prefix(base: str, record_id: str) -> str:
    """What the IRIs of a record's blank nodes begin with; the (percent-encoded) label follows."""
    return f"{base.rstrip('/')}{GENID}{quote(record_id, safe='')}/"


def _named(triple: Triple, name: Callable[[BlankNode], NamedNode]) -> Triple:
    subject, value = triple.subject, triple.object
    if not isinstance(subject, BlankNode) and not isinstance(value, BlankNode):
        return triple
    return Triple(
        name(subject) if isinstance(subject, BlankNode) else subject,
        triple.predicate,
        name(value) if isinstance(value, BlankNode) else value,
    )


def is_genid(iri: str, base: str) -> bool:
    """Whether the IRI is one that `skolemise` makes under this base."""
    return iri.startswith(base.rstrip("/") + GENID)
