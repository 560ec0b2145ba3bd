"""Triples as RDF/XML that every XML parser reads. Some triples have no such form; the document says how many."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.parsers import expat

from pyoxigraph import RdfFormat

from catalogue.rdf.graphs import serialise
from catalogue.rdf.terms import Literal, Triple

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no Char of XML 1.0 (https://www.w3.org/TR/xml/#charsets)."""
REPLACEMENT = "\ufffd"


def is_well_formed(document: bytes) -> bool:
    """Whether XML parsers read it. The serialiser writes what XML cannot hold without a word."""
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(document, True)
    except expat.ExpatError:
        return False
    return True


def to_rdf_xml(triples: Iterable[Triple], prefixes: dict[str, str] | None = None) -> bytes:
    """The triples as RDF/XML. Characters that XML cannot hold become U+FFFD; a triple whose predicate has no local name
    that XML knows (https://www.w3.org/TR/rdf-syntax-grammar/#section-Serialising) is left out. A comment at the end
    tells of both."""
    listed = list(triples)
    document = serialise(listed, RdfFormat.RDF_XML, prefixes)
    if is_well_formed(document):
        return document
    kept: list[Triple] = []
    replaced = left_out = 0
    for triple in listed:
        fit = _with_characters_of_xml(triple)
        replaced += fit is not triple
        if is_well_formed(serialise([fit], RdfFormat.RDF_XML, prefixes)):
            kept.append(fit)
        else:
            left_out += 1
    return serialise(kept, RdfFormat.RDF_XML, prefixes) + _told(replaced, left_out)


def _with_characters_of_xml(triple: Triple) -> Triple:
    value = triple.object
    if not isinstance(value, Literal) or not _NOT_IN_XML.search(value.value):
        return triple
    text = _NOT_IN_XML.sub(REPLACEMENT, value.value)
    fit = Literal(text, language=value.language) if value.language else Literal(text, datatype=value.datatype)
    return Triple(triple.subject, triple.predicate, fit)


def _told(replaced: int, left_out: int) -> bytes:
    return (
        f"\n<!-- Not all of this can be written in RDF/XML: values with replaced characters: {replaced}; statements "
        f"left out: {left_out}. Turtle, N-Triples and JSON-LD hold all of it. -->\n"
    ).encode()
