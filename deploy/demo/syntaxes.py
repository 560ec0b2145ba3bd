"""Graphs to bytes, the same bytes each time: triples are sorted before a serialiser sees them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pyoxigraph
from rdflib import Graph, URIRef

from deploy.demo.terms import PREFIXES

MEDIA_TYPES = {
    "turtle": "text/turtle",
    "rdf-xml": "application/rdf+xml",
    "json-ld": "application/ld+json",
    "n-triples": "application/n-triples",
    "trig": "application/trig",
    "n-quads": "application/n-quads",
}

_FORMATS = {
    "turtle": pyoxigraph.RdfFormat.TURTLE,
    "rdf-xml": pyoxigraph.RdfFormat.RDF_XML,
    "trig": pyoxigraph.RdfFormat.TRIG,
    "n-quads": pyoxigraph.RdfFormat.N_QUADS,
}


def serialise(graphs: Mapping[URIRef | None, Graph], syntax: str) -> bytes:
    """Named graphs (None is the default graph) in one document; syntaxes of triples merge them."""
    if syntax in ("trig", "n-quads"):
        return _write(_quads(graphs), syntax)
    merged = Graph()
    for graph in graphs.values():
        merged += graph
    if syntax == "n-triples":
        return "".join(_sorted_lines(merged)).encode()
    if syntax == "json-ld":
        return _json_ld(merged)
    return _write(_quads({None: merged}), syntax)


def _sorted_lines(graph: Graph) -> list[str]:
    return sorted(set(graph.serialize(format="nt").splitlines(keepends=True)) - {"\n"})


def _quads(graphs: Mapping[URIRef | None, Graph]) -> list[pyoxigraph.Quad]:
    quads = []
    for name, graph in graphs.items():
        home = pyoxigraph.NamedNode(str(name)) if name else pyoxigraph.DefaultGraph()
        lines = "".join(_sorted_lines(graph)).encode()
        for quad in pyoxigraph.parse(lines, format=pyoxigraph.RdfFormat.N_TRIPLES):
            quads.append(pyoxigraph.Quad(quad.subject, quad.predicate, quad.object, home))
    return quads


def _write(quads: list[pyoxigraph.Quad], syntax: str) -> bytes:
    form = _FORMATS[syntax]
    if syntax == "n-quads":
        return pyoxigraph.serialize(quads, format=form) or b""
    if syntax == "trig":
        return pyoxigraph.serialize(quads, format=form, prefixes=PREFIXES) or b""
    triples = [quad.triple for quad in quads]
    return pyoxigraph.serialize(triples, format=form, prefixes=PREFIXES) or b""


def _json_ld(graph: Graph) -> bytes:
    """JSON-LD with the context written into the document, so that nobody has to fetch one."""
    context: dict[str, Any] = dict(PREFIXES)
    written = json.loads(graph.serialize(format="json-ld", context=context, auto_compact=False))
    return json.dumps(_in_order(written), ensure_ascii=False, indent=1).encode()


def _in_order(value: Any) -> Any:
    """Arrays and keys in a fixed order; no array of ours is an RDF list, so order carries no meaning."""
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return sorted((_in_order(one) for one in value), key=lambda one: json.dumps(one, sort_keys=True))
    return value
