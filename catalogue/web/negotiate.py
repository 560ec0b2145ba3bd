"""Which representation a request gets: by suffix, else by Accept (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyoxigraph
from flask import request
from pyoxigraph import RdfFormat
from werkzeug.datastructures import MIMEAccept

from catalogue.errors import NotAcceptable, NotFound
from catalogue.rdf.graphs import serialise
from catalogue.rdf.media_types import OUTPUTS
from catalogue.rdf.namespaces import PREFIXES
from catalogue.rdf.rdf_xml_output import to_rdf_xml
from catalogue.rdf.terms import Literal, NamedNode, Quad, Triple


@dataclass(frozen=True, slots=True)
class Representation:
    """One form of a resource. `syntax` is None for HTML."""

    suffix: str
    media_type: str
    label: str
    syntax: RdfFormat | None = None


HTML = Representation("html", "text/html", "HTML")
TURTLE, RDF_XML, N_TRIPLES, JSON_LD = (
    Representation(output.suffix.lstrip("."), output.media_type, output.label, output.format)
    for output in (
        OUTPUTS[m]
        for m in ("text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json")
    )
)

_NAMESPACE_END = re.compile(r"[^/#]*$")

RDF_REPRESENTATIONS = (TURTLE, JSON_LD, RDF_XML, N_TRIPLES)
PAGE_REPRESENTATIONS = (HTML, *RDF_REPRESENTATIONS)
QUAD_REPRESENTATIONS = (
    Representation("trig", "application/trig", "TriG", RdfFormat.TRIG),
    Representation("nq", "application/n-quads", "N-Quads", RdfFormat.N_QUADS),
)
"""Of single records and datasets: what the catalogue says of its own stands in a graph apart."""


def representation(offers: Sequence[Representation], suffix: str | None = None) -> Representation:
    """What to answer with. A suffix decides alone; without Accept the first offer is taken.

    NotFound for an unknown suffix, NotAcceptable (listing what there is) when nothing fits.
    """
    if suffix is not None:
        for offer in offers:
            if offer.suffix == suffix:
                return offer
        raise NotFound(
            f"There is no representation with the suffix .{suffix[:20]}.",
            advice="There are " + _listing(f".{offer.suffix}" for offer in offers) + ".",
        )
    chosen = best(request.accept_mimetypes, [offer.media_type for offer in offers])
    if chosen is None:
        raise NotAcceptable(
            "This resource does not exist in a media type that the Accept header allows.",
            advice="There are " + _listing(offer.media_type for offer in offers) + ".",
            available=[offer.media_type for offer in offers],
        )
    return next(offer for offer in offers if offer.media_type == chosen)


def best(accept: MIMEAccept, media_types: Sequence[str]) -> str | None:
    """The media type with the highest quality, the first of equals; None when all have quality 0."""
    if not accept:
        return media_types[0]
    chosen = max(media_types, key=accept.quality)
    return chosen if accept.quality(chosen) > 0 else None


def prefers_html() -> bool:
    """Whether the client names HTML and does not like JSON better: a browser."""
    accept = request.accept_mimetypes
    named = any(value in ("text/html", "application/xhtml+xml") and quality > 0 for value, quality in accept)
    machine = ("application/json", "application/problem+json", "application/ld+json")
    html = max(accept.quality("text/html"), accept.quality("application/xhtml+xml"))
    return named and all(html >= accept.quality(media_type) for media_type in machine)


def rdf_body(triples: Iterable[Triple], form: Representation) -> bytes:
    """The triples in the representation's syntax, with the prefixes that they use. Equal triples in equal order give
    equal bytes in Turtle, N-Triples and JSON-LD."""
    assert form.syntax is not None
    listed = list(triples)
    prefixes = _prefixes_of(listed)
    if form is RDF_XML:
        return to_rdf_xml(listed, prefixes)
    body = serialise(listed, form.syntax, prefixes)
    return _sorted_prefixes(body) if form is TURTLE else body


def quads_body(quads: Iterable[Quad], form: Representation) -> bytes:
    """The same for quads, graph by graph."""
    assert form.syntax is not None
    listed = list(quads)
    prefixes = _prefixes_of(quad.triple for quad in listed) if form.syntax is RdfFormat.TRIG else None
    body = pyoxigraph.serialize(listed, format=form.syntax, prefixes=prefixes)
    assert body is not None
    return _sorted_prefixes(body) if prefixes is not None else body


def _prefixes_of(triples: Iterable[Triple]) -> dict[str, str]:
    used: set[str] = set()
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            iri = term.datatype if isinstance(term, Literal) else term
            if isinstance(iri, NamedNode):
                used.add(_NAMESPACE_END.sub("", iri.value))
    return {prefix: iri for prefix, iri in PREFIXES.items() if iri in used}


def _sorted_prefixes(turtle: bytes) -> bytes:
    # The serialiser writes them in an order that differs from call to call.
    lines = turtle.split(b"\n", len(PREFIXES))
    count = next((n for n, line in enumerate(lines) if not line.startswith(b"@prefix ")), len(lines))
    return b"\n".join([*sorted(lines[:count]), *lines[count:]])


def _listing(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
