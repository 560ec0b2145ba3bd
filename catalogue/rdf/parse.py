"""One document's bytes to its triples: strict and fast where the document is sound, patient where it is not.

    bytes ─unpack, decode─▶ UTF-8 ─choose syntax─▶ strict parser ─sound─▶ Graph
                                                     │ not sound
                                                     ▼
                              lenient parser, IRIs repaired or triples dropped, lines skipped ─▶ Graph + problems

After parsing every IRI and language tag is one that strict parsers and stores accept.
"""

from __future__ import annotations

import hashlib

from catalogue.errors import ParseError
from catalogue.rdf.decoding import MAX_DECODED, to_utf8, unpack
from catalogue.rdf.documents import Document
from catalogue.rdf.media_types import choose_syntax
from catalogue.rdf.problems import Problems
from catalogue.rdf.reading import Reader, read_json_ld, read_lines, read_rdf_xml, read_turtle

MAX_TRIPLES = 5_000_000
"""Triples that one document may hold, unless the caller says otherwise."""


def parse_document(
    body: bytes,
    base: str,
    *,
    media_type: str | None = None,
    charset: str | None = None,
    syntax: str | None = None,
    max_triples: int = MAX_TRIPLES,
    max_bytes: int = MAX_DECODED,
) -> Document:
    """The triples of a document whose (final) address is `base`, named graphs merged into one set.

    `media_type` and `charset` are what the server said, `syntax` a name of `media_types.SYNTAXES` that overrules
    everything. Blank node labels are unique to these bytes at this address, and the same each time. What was repaired
    or lost stands in `problems`. Raises ParseError (context: syntax, and where known line, column, snippet) when the
    document cannot be read as a whole, or is larger than `max_triples` or, unpacked, `max_bytes`.
    """
    body = unpack(body, max_bytes)
    if len(body) > max_bytes:
        raise ParseError(f"The document is larger than {max_bytes:,} bytes.", advice="Publish it in pages.")
    problems = Problems()
    chosen, about_type = choose_syntax(body, base, media_type, syntax)
    problems.extend(about_type)
    body, about_encoding = to_utf8(body, charset)
    problems.extend(about_encoding)
    prefix = "d" + hashlib.sha256(base.encode("utf-8", "replace") + b"\n" + body).hexdigest()[:16]
    reader = Reader(base, chosen, prefix, max_triples, problems)
    graph = _READERS[chosen.name](body, reader)
    return Document(graph, base, chosen.media_type, problems.all())


_READERS = {
    "turtle": read_turtle,
    "trig": read_turtle,
    "n-triples": read_lines,
    "n-quads": read_lines,
    "rdf-xml": read_rdf_xml,
    "json-ld": read_json_ld,
}
