"""Everything that is published, record by record, in one stream: nobody has to page to leave with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph
from pyoxigraph import RdfFormat

from catalogue.model.records import StoredVersion
from catalogue.ports import Ledger
from catalogue.projections.follow import published
from catalogue.rdf.graphs import Graph, from_ntriples
from catalogue.rdf.labels import relabel
from catalogue.rdf.namespaces import PREFIXES
from catalogue.rdf.terms import BlankNode, NamedNode, Quad


@dataclass(frozen=True, slots=True)
class ExportSyntax:
    """A syntax whose documents may be joined end to end. `named`: each record in the graph of its record IRI."""

    rdf_format: RdfFormat
    named: bool


SYNTAXES = {
    "n-quads": ExportSyntax(RdfFormat.N_QUADS, named=True),
    "n-triples": ExportSyntax(RdfFormat.N_TRIPLES, named=False),
    "trig": ExportSyntax(RdfFormat.TRIG, named=True),
    "turtle": ExportSyntax(RdfFormat.TURTLE, named=False),
}


def export(ledger: Ledger, base: str, syntax: ExportSyntax) -> Iterator[bytes]:
    """Each published record's own triples, in order of dataset_id. Blank node labels are unique over the whole."""
    for version in published(ledger):
        yield _record(version, base, syntax)


def _record(version: StoredVersion, base: str, syntax: ExportSyntax) -> bytes:
    graph = _own_labels(from_ntriples(version.content), version.record_id)
    prefixes = PREFIXES if syntax.rdf_format in (RdfFormat.TURTLE, RdfFormat.TRIG) else None
    name = NamedNode(f"{base}/records/{version.record_id}")
    rows = [Quad(t.subject, t.predicate, t.object, name) for t in graph] if syntax.named else list(graph)
    data = pyoxigraph.serialize(rows, format=syntax.rdf_format, prefixes=prefixes)
    return bytes(data or b"")


def _own_labels(graph: Graph, record_id: str) -> Graph:
    nodes = (node for triple in graph for node in (triple.subject, triple.object))
    labels = {node.value for node in nodes if isinstance(node, BlankNode)}
    return Graph(relabel(graph, {label: f"{record_id}-{label}" for label in labels}))
