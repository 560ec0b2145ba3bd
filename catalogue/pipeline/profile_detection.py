"""Which shapes profile a record is meant for: by what it says it conforms to, by its terms, by what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable

from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import (
    CSVW,
    CV,
    DCAT,
    DCATAP,
    DCT,
    EU_AUTHORITY,
    EUCAIM,
    FOAF,
    GEODCATAP,
    HEALTHDCATAP,
)
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject

EUCAIM_PROFILE = "eucaim-2.0"
HEALTH_PROFILE = "healthdcat-ap-r8"
OLDER_HEALTH_PROFILE = "healthdcat-ap-r5"
HIGH_VALUE_PROFILE = "dcat-ap-hvd-3.0.0"
GENERAL_PROFILE = "dcat-ap-3.0.1"

EHDS = NamedNode("http://data.europa.eu/eli/reg/2025/327/oj")
HIGH_VALUE_REGULATION = NamedNode("http://data.europa.eu/eli/reg_impl/2023/138/oj")
HEALTH_THEME = NamedNode(EU_AUTHORITY + "data-theme/HEAL")

_HEALTH_NAMESPACES = (HEALTHDCATAP.iri, "https://w3id.org/healthdcat-ap#", "http://w3id.org/healthdcat-ap#")

# The most special first. Addresses of the specifications, with and without a release in them, and our own IRIs.
_PROFILE_IRIS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        (EUCAIM_PROFILE, r"eucaim[-_]dcat[-_]ap(/|$)|/profiles/eucaim([-/]|$)"),
        (OLDER_HEALTH_PROFILE, r"healthdcat-ap(/releases)?/(release-|r)5(/|$)|/profiles/healthdcat-ap-r5$"),
        (HEALTH_PROFILE, r"//healthdcat-ap\.github\.io(/|$)|healthdcat-ap(/|$)|/profiles/healthdcat-ap"),
        (
            HIGH_VALUE_PROFILE,
            r"dcat-ap/releases/[0-9.]+-hvd(/|$)|data\.europa\.eu/r5r/hvd|/profiles/dcat-ap-hvd",
        ),
        (
            GENERAL_PROFILE,
            r"//semiceu\.github\.io/dcat-ap(/|$)|//data\.europa\.eu/r5r/?$|/profiles/dcat-ap-[0-9]",
        ),
    )
)

_ONLY_RELEASE_5 = frozenset(("publisherType", "publisherNote", "trustedDataHolder"))
_ONLY_LATER = frozenset(("hasStructuredData", "hasVariables", "hdabCoordinator"))


def detect_profile(graph: Graph, subject: str) -> str:
    """The name of the profile for the record with the IRI `subject`.

    What it conforms to by its own word decides, then its terms, then the laws, category and theme of the resource; a
    record that gives no sign is judged by DCAT-AP.
    """
    resource = NamedNode(subject.removeprefix("<").removesuffix(">"))
    return _by_its_word(graph, resource) or _by_its_terms(graph) or _by_its_subject(graph, resource)


def _by_its_word(graph: Graph, resource: NamedNode) -> str | None:
    """By dct:conformsTo of the resource and of the CatalogRecords about it; the most special profile wins."""
    records = [t.subject for t in graph.pointing_to(resource) if t.predicate == FOAF.primaryTopic]
    about: list[Subject] = [resource, *(r for r in records if isinstance(r, NamedNode | BlankNode))]
    named = [
        o.value for node in about for o in graph.objects(node, DCT.conformsTo) if isinstance(o, NamedNode)
    ]
    for profile, pattern in _PROFILE_IRIS:
        if any(pattern.search(iri.partition("#")[0]) for iri in named):
            return profile
    return None


def _by_its_terms(graph: Graph) -> str | None:
    predicates = {t.predicate for t in graph}
    if any(p.value.startswith(EUCAIM.iri) for p in predicates):
        return EUCAIM_PROFILE
    terms = {local for p in predicates if (local := _health_term(p)) is not None}
    if not terms:
        return None
    later = terms & _ONLY_LATER or {CV.contactPoint, GEODCATAP.custodian} & predicates
    older = terms & _ONLY_RELEASE_5 or CSVW.titles in predicates or _has_coded_values(graph)
    return OLDER_HEALTH_PROFILE if older and not later else HEALTH_PROFILE


def _health_term(predicate: NamedNode) -> str | None:
    for namespace in _HEALTH_NAMESPACES:
        if predicate.value.startswith(namespace):
            return predicate.value.removeprefix(namespace)
    return None


def _has_coded_values(graph: Graph) -> bool:
    """Whether code values are concepts, as until Release 5, and not text."""
    values = [t.object for t in graph if _health_term(t.predicate) == "hasCodeValues"]
    return any(not isinstance(value, Literal) for value in values)


def _by_its_subject(graph: Graph, resource: NamedNode) -> str:
    laws: Iterable[object] = graph.objects(resource, DCATAP.applicableLegislation)
    if HIGH_VALUE_REGULATION in laws or graph.objects(resource, DCATAP.hvdCategory):
        return HIGH_VALUE_PROFILE
    if EHDS in laws or HEALTH_THEME in graph.objects(resource, DCAT.theme):
        return HEALTH_PROFILE
    return GENERAL_PROFILE
