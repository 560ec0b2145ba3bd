"""Rules about values of the wrong kind: addresses given as text, texts given as addresses, addresses without scheme."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote, urljoin

from catalogue.pipeline.repairs.contacts import address_of
from catalogue.pipeline.repairs.iris import in_new_namespace
from catalogue.rdf.iris import is_valid_iri, is_web_link
from catalogue.rdf.namespaces import (
    ADMS,
    CV,
    DCAT,
    DCATAP,
    DCT,
    DPV,
    FOAF,
    HEALTHDCATAP,
    ODRL,
    OWL,
    PROV,
    RDFS,
    SCHEMA,
    SKOS,
    VCARD,
    XSD,
)
from catalogue.rdf.terms import Literal, NamedNode, Triple

PAGES: frozenset[NamedNode] = frozenset({
    CV.contactPage, DCAT.accessURL, DCAT.downloadURL, DCAT.endpointDescription, DCAT.endpointURL, DCAT.landingPage,
    FOAF.homepage, FOAF.page, SCHEMA.url, VCARD.hasURL,
})  # fmt: skip
"""Properties whose value is an address on the web."""

RESOURCES: frozenset[NamedNode] = PAGES | frozenset({
    ADMS.sample, ADMS.status, DCAT.accessService, DCAT.contactPoint, DCAT.distribution, DCAT.inSeries, DCAT.mediaType,
    DCAT.servesDataset, DCAT.theme, DCAT.themeTaxonomy, DCATAP.applicableLegislation, DCATAP.availability,
    DCATAP.hvdCategory, DCT.accessRights, DCT.accrualPeriodicity, DCT.conformsTo, DCT.creator, DCT.format, DCT.hasPart,
    DCT.hasVersion, DCT.isPartOf, DCT.isReferencedBy, DCT.isReplacedBy, DCT.isVersionOf, DCT.language, DCT.license,
    DCT.publisher, DCT.relation, DCT.replaces, DCT.requires, DCT.rights, DCT.rightsHolder, DCT.source, DCT.spatial,
    DCT.type, DPV.hasLegalBasis, DPV.hasPersonalData, DPV.hasPurpose, HEALTHDCATAP.hasCodingSystem,
    HEALTHDCATAP.healthCategory, HEALTHDCATAP.healthTheme, ODRL.hasPolicy, OWL.sameAs, PROV.wasDerivedFrom,
    PROV.wasGeneratedBy,
})  # fmt: skip
"""Properties whose value is a resource, never a text (DCAT-AP 3.0.1, HealthDCAT-AP)."""

TEXTS: frozenset[NamedNode] = frozenset({
    ADMS.versionNotes, DCAT.version, DCT.description, DCT.identifier, DCT.title, FOAF.name, OWL.versionInfo,
    RDFS.label, SKOS.notation, SKOS.prefLabel, VCARD.fn,
})  # fmt: skip
"""Properties whose value is a text, never a resource."""

CONTACTS = frozenset({CV.email, CV.telephone})
TEXTS_AND_CONTACTS = TEXTS | CONTACTS

LONGEST = 2_000
"""Longer texts are no address that anybody leaves the scheme out of."""

_WITHOUT_SCHEME = re.compile(
    r"(?i)www\.(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?::\d+)?(?:[/?#]\S*)?"
)
_TEXT_TYPES = frozenset(
    {XSD.string, XSD.anyURI, NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#langString")}
)


def with_scheme(triple: Triple, base: str) -> Triple:
    """`www.example.org` where a resource is expected, as text or as a reference that the parser resolved: with http."""
    if triple.predicate not in RESOURCES:
        return triple
    value = triple.object
    if isinstance(value, Literal):
        text = value.value.strip()
        iri = _completed(text) if len(text) <= LONGEST and value.datatype in _TEXT_TYPES else None
    elif isinstance(value, NamedNode):
        iri = _undone(value.value, base)
    else:
        return triple
    return triple if iri is None else Triple(triple.subject, triple.predicate, NamedNode(iri))


@lru_cache(1024)
def _completed(text: str) -> str | None:
    iri = "http://" + text
    return iri if _WITHOUT_SCHEME.fullmatch(text) and is_valid_iri(iri) else None


@lru_cache(4096)
def _undone(iri: str, base: str) -> str | None:
    """`<www.example.org/x>` in a document is a relative reference: the parser put the page's folder before it."""
    start = iri.find("/www.")
    if start < 0 or not base:
        return None
    written = iri[start + 1 :]
    return _completed(written) if urljoin(base, written) == iri else None


def links_as_iris(triple: Triple, base: str) -> Triple:  # noqa: ARG001
    """An address of the web, given as text where a resource is expected, as the IRI that it is."""
    value = triple.object
    if (
        triple.predicate not in RESOURCES
        or not isinstance(value, Literal)
        or value.datatype not in _TEXT_TYPES
    ):
        return triple
    text = value.value.strip()
    if not is_web_link(text):
        return triple
    # Of a namespace that moved: a rule that looked at names has passed already.
    return Triple(triple.subject, triple.predicate, in_new_namespace(NamedNode(text)))


def texts_as_literals(triple: Triple, base: str) -> Triple:  # noqa: ARG001
    """An IRI where a text is expected, as the text that it is; cv:email and cv:telephone without their scheme."""
    predicate, value = triple.predicate, triple.object
    if predicate in CONTACTS:
        text = _contact_text(value, "mailto:" if predicate == CV.email else "tel:")
        return triple if text is None else Triple(triple.subject, predicate, Literal(text))
    if predicate not in TEXTS or not isinstance(value, NamedNode):
        return triple
    # DCAT-AP 3.0.1 and HealthDCAT-AP Release 5 ask for identifiers of this type.
    datatype = XSD.anyURI if predicate == DCT.identifier else XSD.string
    return Triple(triple.subject, predicate, Literal(value.value, datatype=datatype))


def _contact_text(value: object, scheme: str) -> str | None:
    """The address or number of a mailto: or tel: value; None when it has no such scheme, or says more."""
    if not isinstance(value, NamedNode | Literal) or not value.value.lower().startswith(scheme):
        return None
    if isinstance(value, Literal) and value.language is not None:
        return None
    text = value.value[len(scheme) :]
    if scheme == "mailto:":
        return None if "?" in text else address_of(text) or None
    return unquote(text) if re.fullmatch(r"\+?[0-9().\- ]+", unquote(text)) else None
