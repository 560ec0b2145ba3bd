"""The syntaxes we read and write, under the names that servers really give them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from pyoxigraph import RdfFormat

from catalogue.errors import ParseError
from catalogue.rdf.documents import DocumentProblem
from catalogue.rdf.sniffing import HTML, sniff

__all__ = [
    "ACCEPT",
    "HTML",
    "OUTPUTS",
    "SYNTAXES",
    "Output",
    "Syntax",
    "choose_syntax",
    "sniff",
    "syntax_named",
]


@dataclass(frozen=True, slots=True)
class Syntax:
    """One RDF syntax. `name` is what an operator may force; `media_type` the registered one; `family` says which
    syntaxes look alike (text, xml, json); `extensions` without the dot."""

    name: str
    format: RdfFormat
    family: str
    media_type: str
    also: tuple[str, ...]
    extensions: tuple[str, ...]


TURTLE = Syntax(
    "turtle", RdfFormat.TURTLE, "text", "text/turtle",
    ("application/x-turtle", "application/turtle", "text/x-turtle", "text/ttl", "application/ttl", "text/rdf+turtle",
     "application/rdf+turtle", "application/x-ttl", "text/n3", "text/rdf+n3", "application/n3"),
    ("ttl", "turtle", "n3"),
)  # fmt: skip
RDF_XML = Syntax(
    "rdf-xml", RdfFormat.RDF_XML, "xml", "application/rdf+xml",
    ("application/rdf", "text/rdf", "text/rdf+xml", "application/x-rdf+xml", "application/xml+rdf", "application/owl+xml"),
    ("rdf", "rdfxml", "owl"),
)  # fmt: skip
JSON_LD = Syntax(
    "json-ld", RdfFormat.JSON_LD, "json", "application/ld+json",
    ("application/json-ld", "application/jsonld", "application/x-json+ld", "application/ld-json", "text/ld+json",
     "application/json+ld", "application/vnd.api+ld+json"),
    ("jsonld", "json-ld"),
)  # fmt: skip
N_TRIPLES = Syntax(
    "n-triples", RdfFormat.N_TRIPLES, "text", "application/n-triples",
    ("text/n-triples", "application/ntriples", "text/ntriples", "application/x-n-triples", "text/nt", "application/nt"),
    ("nt", "ntriples"),
)  # fmt: skip
N_QUADS = Syntax(
    "n-quads", RdfFormat.N_QUADS, "text", "application/n-quads",
    ("text/n-quads", "application/nquads", "text/nquads", "text/x-nquads", "application/x-n-quads"),
    ("nq", "nquads"),
)  # fmt: skip
TRIG = Syntax(
    "trig", RdfFormat.TRIG, "text", "application/trig",
    ("application/x-trig", "text/trig", "text/x-trig"),
    ("trig",),
)  # fmt: skip

SYNTAXES: dict[str, Syntax] = {s.name: s for s in (TURTLE, RDF_XML, JSON_LD, N_TRIPLES, N_QUADS, TRIG)}
"""By name: what the option of a source may be."""

ACCEPT = (
    "text/turtle, application/n-triples;q=0.9, application/rdf+xml;q=0.8, application/ld+json;q=0.7, "
    "application/trig;q=0.6, application/n-quads;q=0.6, */*;q=0.1"
)
"""What a harvester asks for: what parses fastest first."""

_BY_MEDIA_TYPE = {name: s for s in SYNTAXES.values() for name in (s.media_type, *s.also)}
_BY_EXTENSION = {extension: s for s in SYNTAXES.values() for extension in s.extensions}
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_PACKED = re.compile(r"\.(gz|gzip)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Output:
    """A syntax that we serve: `suffix` with the dot, as in `/datasets/{id}.ttl`; `label` for pages."""

    name: str
    format: RdfFormat
    media_type: str
    suffix: str
    label: str


OUTPUTS: dict[str, Output] = {
    output.media_type: output
    for output in (
        Output("turtle", RdfFormat.TURTLE, "text/turtle", ".ttl", "Turtle"),
        Output("rdf-xml", RdfFormat.RDF_XML, "application/rdf+xml", ".rdf", "RDF/XML"),
        Output("n-triples", RdfFormat.N_TRIPLES, "application/n-triples", ".nt", "N-Triples"),
        Output("json-ld", RdfFormat.JSON_LD, "application/ld+json", ".jsonld", "JSON-LD"),
    )
}
"""By media type, in the order of our preference: the table for content negotiation of our own output."""


def syntax_named(name: str) -> Syntax | None:
    """The syntax an operator means by a name, a media type or a file extension; None when unknown."""
    key = name.strip().lower()
    return SYNTAXES.get(key) or _BY_MEDIA_TYPE.get(key) or _BY_EXTENSION.get(key.lstrip("."))


def choose_syntax(
    body: bytes, url: str, media_type: str | None = None, forced: str | None = None
) -> tuple[Syntax, tuple[DocumentProblem, ...]]:
    """How to read a body: as forced, else as its media type says, else by the path's extension, else by its look.

    A body that clearly is something else than its media type says is read as what it is, with a problem
    `media-type-wrong`. Raises ParseError for HTML, for an empty body and for what is no RDF at all.
    """
    seen = sniff(body)
    if seen == HTML:
        raise html_error(url, media_type)
    if not body.strip():
        what = "address is that of" if is_web_address(url) else "document is the one with"
        raise ParseError("The document is empty.", advice=f"Check that the {what} the metadata.")
    if forced is not None:
        syntax = syntax_named(forced)
        if syntax is None:
            raise ParseError(f"Unknown syntax {forced!r}.", advice=f"Use one of: {', '.join(SYNTAXES)}.")
        return syntax, ()
    found = SYNTAXES[seen] if seen is not None else None
    declared = _BY_MEDIA_TYPE.get((media_type or "").split(";")[0].strip().lower())
    if declared is not None:
        return _reconcile(declared, found)
    problems = (_wrong(str(media_type), found),) if found is not None and _claims_html(media_type) else ()
    named = _by_extension(url)
    if named is not None and (found is None or _agree(named, found)):
        return named, problems
    if found is not None:
        return found, problems
    raise ParseError(
        "The document is in none of the RDF syntaxes that Pharos reads.",
        advice=f"Offer one of {', '.join(s.media_type for s in SYNTAXES.values())}, or set the source's syntax.",
        media_type=media_type or "",
        snippet=body[:200].decode("utf-8", "replace"),
    )


def _reconcile(declared: Syntax, found: Syntax | None) -> tuple[Syntax, tuple[DocumentProblem, ...]]:
    if found is None or _agree(declared, found):
        return declared, ()
    return found, (_wrong(declared.media_type, found),)


def _agree(named: Syntax, found: Syntax) -> bool:
    """Whether a body that looks like `found` may be read as `named`."""
    readable = {
        "turtle": ("turtle", "n-triples"),
        "trig": ("trig", "turtle", "n-triples"),
        "n-quads": ("n-quads", "n-triples"),
    }
    return found.name in readable.get(named.name, (named.name,))


def _by_extension(url: str) -> Syntax | None:
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    suffix = PurePosixPath(_PACKED.sub("", path)).suffix
    return _BY_EXTENSION.get(suffix[1:].lower())


def _claims_html(media_type: str | None) -> bool:
    return (media_type or "").split(";")[0].strip().lower() in _HTML_TYPES


def _wrong(declared: str, found: Syntax) -> DocumentProblem:
    return DocumentProblem(
        "media-type-wrong",
        f"The server calls the document {declared}, but it is {found.media_type}: read as that.",
    )


def html_error(url: str, media_type: str | None = None) -> ParseError:
    """A page in place of metadata; a file and what is given without an address are told in words of their own."""
    if is_web_address(url):
        what, advice = (
            "The address gives an HTML page, not RDF.",
            "Use the address of the metadata itself (often with an ending such as .ttl or .rdf), or the harvester "
            "that reads metadata embedded in pages.",
        )
    else:
        what, advice = (
            "The document is an HTML page, not RDF.",
            "Give the file that holds the metadata itself, in one of the syntaxes of RDF (often with an ending such as "
            ".ttl, .rdf or .jsonld).",
        )
    return ParseError(what, advice=advice, media_type=media_type or "", html=True)


def is_web_address(url: str) -> bool:
    """Whether a document came from a server, not from a file or from somebody's hand."""
    return url.startswith(("http:", "https:"))
