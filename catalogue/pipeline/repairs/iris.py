"""Rules about names: IRIs that stores refuse, namespaces and vocabularies under other addresses than their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from catalogue.model.resources import HEALTHDCATAP_EARLY
from catalogue.rdf import namespaces as ns
from catalogue.rdf.iris import is_valid_iri, repair_iri
from catalogue.rdf.namespaces import (
    EU_AUTHORITY,
    FDP,
    FDP_OLD,
    HEALTH_AUTHORITY,
    HEALTHDCATAP,
    RDF,
    Namespace,
)
from catalogue.rdf.terms import Literal, NamedNode, Term, Triple

REMEMBERED = 4_096
"""Distinct IRIs whose repair is remembered between records: predicates, classes and codes recur."""

MOVED_NAMESPACES: dict[str, str] = {
    HEALTHDCATAP_EARLY.iri: HEALTHDCATAP.iri,
    "http://w3id.org/healthdcat-ap#": HEALTHDCATAP.iri,
    FDP_OLD.iri: FDP.iri,
}
"""Namespaces that became another one, wherever their names stand."""

_TWINS: dict[str, str] = {
    space.iri.replace("http://", "https://", 1) if space.iri.startswith("http://") else space.iri.replace("https://", "http://", 1): space.iri
    for space in vars(ns).values()
    if isinstance(space, Namespace) and space is not FDP_OLD
}  # fmt: skip
"""http and https twins of the namespaces we know. Only names of properties, classes and datatypes are mended: as a
value, `https://schema.org/` may be a link to the page."""

VOCABULARY_HOSTS: dict[str, str] = {
    "https://publications.europa.eu": EU_AUTHORITY,
    "http://hdeu-dcat.data.health.europa.eu": HEALTH_AUTHORITY,
    "https://hdeu-dcat.acceptance.data.health.europa.eu": HEALTH_AUTHORITY,
    "http://hdeu-dcat.acceptance.data.health.europa.eu": HEALTH_AUTHORITY,
    "https://healthdataportal.eu": HEALTH_AUTHORITY,
    "http://healthdataportal.eu": HEALTH_AUTHORITY,
    "http://13.81.34.152:1101": HEALTH_AUTHORITY,
}
"""Hosts of copies of the authority tables (acceptance, development, earlier, other scheme) → production."""

_TYPE = RDF.type
_AUTHORITY_PATH = "/resource/authority/"


def valid_iris(triple: Triple, base: str) -> Triple | None:  # noqa: ARG001
    """IRIs that stores refuse: characters encoded, letters of the scheme mended. A value that is no IRI at all
    becomes its text; a triple whose subject or property is none goes."""
    subject, predicate, value = triple.subject, triple.predicate, triple.object
    new_subject = _valid(subject.value) if isinstance(subject, NamedNode) else subject
    new_predicate = _valid(predicate.value)
    if new_subject is None or new_predicate is None:
        return None
    new_value = value
    if isinstance(value, NamedNode):
        new_value = _valid(value.value) or Literal(value.value)
    if new_subject == subject and new_predicate == predicate and new_value == value:
        return triple
    return Triple(new_subject, new_predicate, new_value)


@lru_cache(REMEMBERED)
def _valid(iri: str) -> NamedNode | None:
    repaired = repair_iri(iri) or (iri if is_valid_iri(iri) else None)
    return NamedNode(repaired) if repaired is not None else None


def known_namespaces(triple: Triple, base: str) -> Triple:  # noqa: ARG001
    """Properties, classes and datatypes by their namespace's own address."""
    predicate = _in_own_namespace(triple.predicate)
    subject, value = triple.subject, triple.object
    if isinstance(value, Literal):
        value = _with_datatype(value)
    elif isinstance(value, NamedNode):
        value = _in_own_namespace(value) if predicate == _TYPE else in_new_namespace(value)
    if predicate == triple.predicate and value == triple.object:
        return triple
    return Triple(subject, predicate, value)


@lru_cache(REMEMBERED)
def _in_own_namespace(node: NamedNode) -> NamedNode:
    space, local = _parts(node.value)
    own = MOVED_NAMESPACES.get(space) or _TWINS.get(space)
    return NamedNode(own + local) if own is not None else node


@lru_cache(REMEMBERED)
def in_new_namespace(node: NamedNode) -> NamedNode:
    space, local = _parts(node.value)
    return NamedNode(MOVED_NAMESPACES[space] + local) if space in MOVED_NAMESPACES else node


def _with_datatype(literal: Literal) -> Literal:
    if literal.language is not None:
        return literal
    own = _in_own_namespace(literal.datatype)
    return literal if own == literal.datatype else Literal(literal.value, datatype=own)


def _parts(iri: str) -> tuple[str, str]:
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    return iri[:cut], iri[cut:]


def official_vocabularies(triple: Triple, base: str) -> Triple:  # noqa: ARG001
    """Concepts of the European authority tables by the production address."""
    subject = _mapped(triple.subject, _at_official_host)
    value = _mapped(triple.object, _at_official_host)
    if subject == triple.subject and value == triple.object:
        return triple
    return Triple(subject, triple.predicate, value)  # type: ignore[arg-type]


def _mapped(term: object, change: Callable[[NamedNode], NamedNode]) -> Term:
    return change(term) if isinstance(term, NamedNode) else term  # type: ignore[return-value]


@lru_cache(REMEMBERED)
def _at_official_host(node: NamedNode) -> NamedNode:
    host, path, code = node.value.partition(_AUTHORITY_PATH)
    if not path or host not in VOCABULARY_HOSTS:
        return node
    return NamedNode(VOCABULARY_HOSTS[host] + code)
