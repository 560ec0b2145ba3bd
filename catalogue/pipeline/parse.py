"""Stage 2: one payload to one document."""

from __future__ import annotations

from catalogue.model.records import Payload
from catalogue.rdf.documents import Document
from catalogue.rdf.parse import MAX_TRIPLES, parse_document


def parse(payload: Payload, *, max_triples: int = MAX_TRIPLES) -> Document:
    """The payload's document: the harvester's own reading of it, or a new one. Raises ParseError."""
    if payload.parsed is not None:
        return payload.parsed
    return parse_document(
        payload.body,
        payload.url,
        media_type=payload.media_type,
        charset=payload.charset,
        syntax=payload.syntax,
        max_triples=max_triples,
    )
