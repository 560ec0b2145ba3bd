"""Everything that is published, record by record, in one stream: nobody has to page to leave with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import pyoxigraph
from pyoxigraph import RdfFormat

from catalogue.model.curation import harvested_part
from catalogue.model.records import StoredVersion
from catalogue.ports import Ledger
from catalogue.projections.follow import published
from catalogue.projections.record_graphs import curation_facts, curation_graph, quads, record_iri
from catalogue.rdf.graphs import from_ntriples
from catalogue.rdf.labels import relabel
from catalogue.rdf.namespaces import PREFIXES
from catalogue.rdf.terms import BlankNode, Quad


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
    """What is shown of each published record, in order of dataset_id: its own triples and, in a graph of their own where
    the syntax has graphs, those of the operator. Blank node labels are unique over the whole."""
    for version in published(ledger):
        yield _record(version, base, syntax)


def quads_of(version: StoredVersion, base: str) -> list[Quad]:
    """What is shown of a version: the harvested part in the graph of its record IRI, the operator's in that of the
    curation, which also names the graph."""
    name = record_iri(base, version.record_id)
    curation = version.curation
    if curation is None:
        return quads(name, from_ntriples(version.content))
    graph = curation_graph(base, version.dataset_id)
    harvested = harvested_part(version.content, version.subject, curation.replaced)
    said = curation.graph() | curation_facts(curation, base)
    return [*quads(name, harvested), *quads(graph, said)]


def _record(version: StoredVersion, base: str, syntax: ExportSyntax) -> bytes:
    rows = _own_labels(quads_of(version, base), version.record_id)
    prefixes = PREFIXES if syntax.rdf_format in (RdfFormat.TURTLE, RdfFormat.TRIG) else None
    listed = rows if syntax.named else [row.triple for row in rows]
    return bytes(pyoxigraph.serialize(listed, format=syntax.rdf_format, prefixes=prefixes) or b"")


def _own_labels(rows: list[Quad], record_id: str) -> list[Quad]:
    nodes = (node for row in rows for node in (row.subject, row.object))
    labels = {node.value for node in nodes if isinstance(node, BlankNode)}
    own = {label: f"{record_id}-{label}" for label in labels}
    found: list[Quad] = []
    for name, listed in groupby(rows, key=lambda row: row.graph_name):
        found += quads(name, relabel([row.triple for row in listed], own))
    return found
