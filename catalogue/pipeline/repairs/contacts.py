"""Rule about e-mail addresses: vcard:hasEmail and foaf:mbox have resources as values, not texts."""

from __future__ import annotations

import re
from urllib.parse import unquote, urljoin

from catalogue.rdf.iris import is_valid_iri
from catalogue.rdf.namespaces import FOAF, VCARD
from catalogue.rdf.terms import Literal, NamedNode, Triple

EMAIL_PROPERTIES: frozenset[NamedNode] = frozenset({VCARD.hasEmail, FOAF.mbox})
_ADDRESS = re.compile(r"[^\s@<>\"(),;:/\\%]+@[^\s@<>\"(),;:/\\%]+\.[^\s@<>\"(),;:/\\%.]+")
_SCHEME = re.compile(r"mailto:(//)?", re.IGNORECASE)


def mailto_addresses(triple: Triple, base: str) -> Triple:
    """E-mail addresses as mailto: IRIs (RFC 6068), whether they came as text or as a relative reference."""
    if triple.predicate not in EMAIL_PROPERTIES:
        return triple
    value = triple.object
    if isinstance(value, Literal):
        address = address_of(value.value)
    elif isinstance(value, NamedNode):
        address = _address_of_iri(value.value, base)
    else:
        return triple
    iri = f"mailto:{address}"
    if not address or not is_valid_iri(iri) or value == NamedNode(iri):
        return triple
    return Triple(triple.subject, triple.predicate, NamedNode(iri))


def address_of(text: str) -> str:
    """The one address that the text is, `mailto:` left out; "" when it is none or several."""
    text = _SCHEME.sub("", text.strip(), count=1).strip()
    return text if _ADDRESS.fullmatch(text) else ""


def _address_of_iri(iri: str, base: str) -> str:
    if _SCHEME.match(iri):
        return address_of(unquote(iri)) if "?" not in iri else ""
    if "@" not in iri:
        return ""
    # `<info@example.org>` in a document is a relative reference: the parser put the page's folder before it.
    written = iri.rsplit("/", 1)[-1]
    return address_of(written) if base and urljoin(base, written) == iri else ""
