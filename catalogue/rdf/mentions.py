"""Whether a document speaks of a resource, however it writes its IRI."""

from __future__ import annotations

from collections.abc import Collection

from catalogue.errors import ParseError
from catalogue.rdf.parse import parse_document
from catalogue.rdf.terms import NamedNode


def mentions(
    body: bytes,
    base: str,
    iris: Collection[str],
    *,
    media_type: str | None = None,
    charset: str | None = None,
    syntax: str | None = None,
) -> bool:
    """Whether one of the IRIs stands in the document: as it is, or relative, prefixed or escaped where it is RDF."""
    if any(iri.encode() in body for iri in iris):
        return True
    try:
        graph = parse_document(body, base, media_type=media_type, charset=charset, syntax=syntax).graph
    except ParseError:
        return False
    nodes = [NamedNode(iri) for iri in iris]
    return any(graph.about(node) or graph.pointing_to(node) for node in nodes)
