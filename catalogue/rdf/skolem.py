"""Blank nodes as IRIs, for stores where a deletion cannot name a blank node (RDF 1.1 Concepts, section 3.5)."""

from __future__ import annotations

from urllib.parse import quote

from catalogue.rdf.graphs import Graph
from catalogue.rdf.terms import BlankNode, NamedNode, Triple

GENID = "/.well-known/genid/"


def skolemise(graph: Graph, base: str, record_id: str) -> Graph:
    """The graph with every blank node replaced by `{base}/.well-known/genid/{record_id}/{label}`."""
    prefix = f"{base.rstrip('/')}{GENID}{quote(record_id, safe='')}/"
    named: dict[BlankNode, NamedNode] = {}

    def name(node: BlankNode) -> NamedNode:
        if node not in named:
            named[node] = NamedNode(prefix + quote(node.value, safe=""))
        return named[node]

    def triples() -> list[Triple]:
        found = []
        for triple in graph:
            subject, value = triple.subject, triple.object
            blank_subject, blank_object = isinstance(subject, BlankNode), isinstance(value, BlankNode)
            if blank_subject or blank_object:
                triple = Triple(
                    name(subject) if isinstance(subject, BlankNode) else subject,
                    triple.predicate,
                    name(value) if isinstance(value, BlankNode) else value,
                )
            found.append(triple)
        return found

    return Graph(triples())


def is_genid(iri: str, base: str) -> bool:
    """Whether the IRI is one that `skolemise` makes under this base."""
    return iri.startswith(base.rstrip("/") + GENID)
