"""Rule about media types: dcat:mediaType and its kin take IRIs of the IANA registry."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin

from catalogue.rdf.iris import is_valid_iri
from catalogue.rdf.namespaces import DCAT
from catalogue.rdf.terms import Literal, NamedNode, Triple

IANA_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
MEDIA_TYPE_PROPERTIES: frozenset[NamedNode] = frozenset(
    {DCAT.mediaType, DCAT.compressFormat, DCAT.packageFormat}
)
_OTHER_ADDRESSES = (
    "http://www.iana.org/assignments/media-types/",
    "http://purl.org/NET/mediatypes/",
    "https://purl.org/NET/mediatypes/",
)
_MEDIA_TYPE = re.compile(
    r"(?:application|audio|font|haptics|image|message|model|multipart|text|video)/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
)


def media_type_iris(triple: Triple, base: str) -> Triple:
    """Media types as IRIs of the IANA registry, whether they came as text, relative reference or other address.

    Other addresses of the registry are mended wherever they stand: a media type's own description moves with it.
    """
    triple = _at_registry(triple)
    value = triple.object
    if triple.predicate not in MEDIA_TYPE_PROPERTIES:
        return triple
    if isinstance(value, Literal):
        name = value.value.strip()
    elif isinstance(value, NamedNode):
        name = _name(value.value, base)
    else:
        return triple
    if not _MEDIA_TYPE.fullmatch(name) or not is_valid_iri(IANA_MEDIA_TYPES + name):
        return triple
    node = NamedNode(IANA_MEDIA_TYPES + name)
    return triple if node == value else Triple(triple.subject, triple.predicate, node)


def _at_registry(triple: Triple) -> Triple:
    subject, value = triple.subject, triple.object
    if isinstance(subject, NamedNode):
        subject = _registered(subject)
    if isinstance(value, NamedNode):
        value = _registered(value)
    if (subject, value) == (triple.subject, triple.object):
        return triple
    return Triple(subject, triple.predicate, value)


@lru_cache(1024)
def _registered(node: NamedNode) -> NamedNode:
    name = _name(node.value, "")
    return NamedNode(IANA_MEDIA_TYPES + name) if _MEDIA_TYPE.fullmatch(name) else node


@lru_cache(1024)
def _name(iri: str, base: str) -> str:
    for address in _OTHER_ADDRESSES:
        if iri.startswith(address):
            return iri.removeprefix(address)
    # `<text/csv>` in a document is a relative reference: the parser put the page's folder before it.
    written = "/".join(iri.rsplit("/", 2)[-2:])
    return written if base and urljoin(base, written) == iri else ""
