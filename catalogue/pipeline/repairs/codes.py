"""Rules about concepts: labels, codes and other addresses of a concept as the address that its vocabulary gives it.

Only what can be told for certain: a text that two concepts of a table share is left alone, and so is one that means
different things to different people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from urllib.parse import unquote, urljoin

from catalogue.model.vocabularies import Concept, Vocabularies
from catalogue.pipeline.repairs.described import Change, Described
from catalogue.pipeline.repairs.links import PAGES
from catalogue.pipeline.repairs.media_types import IANA_MEDIA_TYPES
from catalogue.rdf.namespaces import ADMS, DCAT, DCATAP, DCT, EU_AUTHORITY, RDF, RDFS
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject, Triple

IANA_SCHEME = "http://www.iana.org/assignments/media-types"
COUNTRY, FREQUENCY, LANGUAGE = (EU_AUTHORITY + name for name in ("country", "frequency", "language"))

TEXT_TABLES: dict[NamedNode, str] = {
    ADMS.status: EU_AUTHORITY + "distribution-status",
    DCAT.mediaType: IANA_SCHEME,
    DCAT.theme: EU_AUTHORITY + "data-theme",
    DCATAP.availability: EU_AUTHORITY + "planned-availability",
    DCT.accessRights: EU_AUTHORITY + "access-right",
    DCT.accrualPeriodicity: FREQUENCY,
    DCT.format: EU_AUTHORITY + "file-type",
    DCT.language: LANGUAGE,
    DCT.license: EU_AUTHORITY + "licence",
    DCT.spatial: COUNTRY,
}
"""Property → scheme of the table in which a text is looked up (DCAT-AP 3.0.1, section 11)."""

IRI_TABLES: dict[NamedNode, str] = {
    name: scheme
    for name, scheme in TEXT_TABLES.items()
    if name not in (DCT.license, DCAT.mediaType, DCAT.theme)
}
"""Where another vocabulary's address of the same concept is changed as well. The address of a licence says more than
the table's entry (it can be read there), and stays."""

AMBIGUOUS: dict[str, frozenset[str]] = {
    # Twice in the time, or once in two of it: people mean either.
    FREQUENCY: frozenset({"biannual", "bimensile", "bimensual", "bimensuel", "bimonthly", "biweekly"}),
    # Also a state, a province, a region or a city.
    COUNTRY: frozenset({
        "georgia", "géorgie", "luxembourg", "luxemburg", "luxemburgo", "lussemburgo", "méxico", "mexico", "mónaco",
        "monaco", "moldova", "macedonia", "singapore", "singapur", "singapour",
    }),
}  # fmt: skip
"""Labels that are not certain, without spaces and signs; codes of the same concepts are, as the table writes them."""

FREQUENCIES: dict[str, str] = {
    "annually": "ANNUAL", "yearly": "ANNUAL", "semiannually": "ANNUAL_2", "halfyearly": "ANNUAL_2", "continual": "CONT",
    "fortnightly": "BIWEEKLY", "rp10y": "DECENNIAL", "rp5y": "QUINQUENNIAL", "rp4y": "QUADRENNIAL", "rp3y": "TRIENNIAL",
    "rp2y": "BIENNIAL", "rp1y": "ANNUAL", "rp6m": "ANNUAL_2", "rp4m": "ANNUAL_3", "rp3m": "QUARTERLY",
    "rp2m": "BIMONTHLY", "rp1m": "MONTHLY", "rp2w": "BIWEEKLY", "rp1w": "WEEKLY", "rp7d": "WEEKLY", "rp1d": "DAILY",
    "rpt1h": "HOURLY",
}  # fmt: skip
"""Words of ISO 19115 and repeating intervals of ISO 8601 (`R/P1M`), without signs, → code of the table."""

OFFICIAL_SCHEMES: tuple[tuple[str, str], ...] = (
    ("https://data.europa.eu/bna/", "http://data.europa.eu/bna/"),
    ("https://data.europa.eu/eli/", "http://data.europa.eu/eli/"),
    ("https://inspire.ec.europa.eu/metadata-codelist/", "http://inspire.ec.europa.eu/metadata-codelist/"),
    ("https://spdx.org/rdf/terms#", "http://spdx.org/rdf/terms#"),
    ("http://w3id.org/dpv", "https://w3id.org/dpv"),
)
"""Start of names that are published under the other of http and https, beside our own vocabularies."""

LONGEST = 200
"""Longer texts are no label or code; they are not looked up, and not remembered."""

_SIGNS = re.compile(r"[\W_]+")
_PLAIN_TYPES = frozenset({"http://www.w3.org/2001/XMLSchema#string", "http://www.w3.org/2001/XMLSchema#language",
                          "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"})  # fmt: skip
_ONLY_A_LABEL = frozenset({RDF.type, RDF.value, RDFS.label})


class Tables:
    """The tables of the vocabularies, by what their concepts are called. Made once; asked for every record."""

    def __init__(self, vocabularies: Vocabularies) -> None:
        self._vocabularies = vocabularies
        self._by_text: dict[str, dict[str, NamedNode]] = {}
        self._by_code: dict[str, dict[str, NamedNode]] = {}
        own = {iri: concept for iri, concept in vocabularies.concepts.items() if concept.iri == iri}
        for scheme in set(TEXT_TABLES.values()):
            concepts = [concept for concept in own.values() if concept.scheme == scheme]
            self._by_text[scheme] = _certain(concepts, AMBIGUOUS.get(scheme, frozenset()))
            self._by_code[scheme] = {code: _node(c.iri) for c in concepts for code in _codes(c)}
        frequencies = self._by_text[FREQUENCY]
        for word, code in FREQUENCIES.items():
            if f"{FREQUENCY}/{code}" in own:
                frequencies.setdefault(word, NamedNode(f"{FREQUENCY}/{code}"))
        self._of_text = lru_cache(8_192)(self._look_up_text)
        self._of_iri = lru_cache(8_192)(self._look_up_iri)
        self._at_scheme = lru_cache(16_384)(self._other_scheme)

    def vocabulary_schemes(self, triple: Triple, base: str) -> Triple:  # noqa: ARG002
        """Names of concepts with http or https as their vocabulary has it; links to pages are left alone."""
        subject, value = triple.subject, triple.object
        new_subject = self._at_scheme(subject) if isinstance(subject, NamedNode) else None
        new_value = self._at_scheme(value) if isinstance(value, NamedNode) else None
        if new_subject is None and new_value is None:
            return triple
        if triple.predicate in PAGES or triple.predicate == RDFS.seeAlso:
            new_value = None
            if new_subject is None:
                return triple
        return Triple(new_subject or subject, triple.predicate, new_value or value)

    def _other_scheme(self, node: NamedNode) -> NamedNode | None:
        """The name with the other scheme, where that is its own; None where it is right or unknown."""
        iri = node.value
        for other, official in OFFICIAL_SCHEMES:
            if iri.startswith(other):
                return NamedNode(official + iri.removeprefix(other))
        concept = self._vocabularies.concepts.get(iri)
        if concept is None or iri == concept.iri or iri in concept.matches or concept.scheme == IANA_SCHEME:
            return None
        secure = iri.startswith("https:")
        twin = "http" + iri.removeprefix("https") if secure else "https" + iri.removeprefix("http")
        return NamedNode(twin) if twin == concept.iri or twin in concept.matches else None

    def vocabulary_codes(self, triple: Triple, base: str) -> Triple:  # noqa: ARG002
        """Labels and codes, given as text, as the concept of the table that the property asks for."""
        scheme = TEXT_TABLES.get(triple.predicate)
        value = triple.object
        if scheme is None or not isinstance(value, Literal) or value.datatype.value not in _PLAIN_TYPES:
            return triple
        text = value.value
        concept = self._of_text(scheme, text) if len(text) <= LONGEST else None
        return triple if concept is None else Triple(triple.subject, triple.predicate, concept)

    def vocabulary_matches(self, record: Described, base: str) -> Iterator[Change]:
        """Other addresses of a concept, and nodes that say no more than its label, as the concept of the table."""
        for predicate, scheme in IRI_TABLES.items():
            pointing: dict[NamedNode | BlankNode, list[Triple]] = {}
            for triple in record.with_predicate(predicate):
                if isinstance(triple.object, NamedNode | BlankNode):
                    pointing.setdefault(triple.object, []).append(triple)
            for value, triples in pointing.items():
                if isinstance(value, NamedNode):
                    concept = self._of_iri(scheme, value.value, base)
                else:
                    concept = self._of_labelled(scheme, value, record)
                if concept is not None and concept != value:
                    yield _renamed(triples, value, concept, scheme, record)

    def _look_up_text(self, scheme: str, text: str) -> NamedNode | None:
        text = text.strip()
        if scheme == COUNTRY and len(text) == 2 and not text.isupper():
            return None
        if scheme == IANA_SCHEME and "/" in text:
            # `text/csv` is for the rule `media-type-iris`, which may be switched off.
            return None
        exact = self._by_code[scheme].get(text)
        return exact or self._by_text[scheme].get(_squeezed(text))

    def _look_up_iri(self, scheme: str, iri: str, base: str) -> NamedNode | None:
        concept = self._vocabularies.concepts.get(iri)
        if concept is not None:
            return NamedNode(concept.iri) if concept.scheme == scheme else None
        if iri.startswith(scheme + "/"):
            code = unquote(iri.removeprefix(scheme + "/")).upper()
            return self._by_code[scheme].get(code) or self._look_up_text(scheme, code)
        # `<eng>` in a document is a relative reference: the parser put the page's folder before it.
        written = iri.rsplit("/", 1)[-1]
        if not written or not base or urljoin(base, written) != iri:
            return None
        return self._look_up_text(scheme, unquote(written))

    def _of_labelled(self, scheme: str, node: BlankNode, record: Described) -> NamedNode | None:
        """The concept that a blank node's only label names, when the node says nothing else."""
        said = record.about(node)
        if not all(t.predicate in _ONLY_A_LABEL for t in said) or not _is_only_this(scheme, node, record):
            return None
        labels = [t.object for t in said if t.predicate != RDF.type]
        found = {
            self._of_text(scheme, v.value) if isinstance(v, Literal) and len(v.value) <= LONGEST else None
            for v in labels
        }
        return found.pop() if len(found) == 1 else None


def _is_only_this(scheme: str, node: Subject, record: Described) -> bool:
    """Whether nothing calls for the node as anything else than a concept of the table."""
    return all(IRI_TABLES.get(t.predicate) == scheme for t in record.pointing_to(node))


def _renamed(
    triples: Sequence[Triple],
    value: NamedNode | BlankNode,
    concept: NamedNode,
    scheme: str,
    record: Described,
) -> Change:
    """The concept in the value's place; what an IRI says of itself goes with it, a node of a label only goes."""
    described = record.about(value)
    given = [Triple(triple.subject, triple.predicate, concept) for triple in triples]
    if isinstance(value, BlankNode):
        labels = ", ".join(sorted(str(t.object) for t in described if t.predicate != RDF.type))
        return Change((*triples, *described), tuple(given), f"[ {labels} ]", str(concept))
    if not _is_only_this(scheme, value, record):
        return Change(tuple(triples), tuple(given), str(value), str(concept))
    given += [Triple(concept, t.predicate, t.object) for t in described]
    return Change((*triples, *described), tuple(given), str(value), str(concept))


def _node(iri: str) -> NamedNode:
    """The concept's IRI; of a media type the address that DCAT-AP writes, which the registry answers at."""
    return NamedNode(iri.replace(IANA_SCHEME + "/", IANA_MEDIA_TYPES, 1))


def _codes(concept: Concept) -> set[str]:
    """The concept's codes: its notation, and the end of its IRI (which two media types may share)."""
    if concept.scheme == IANA_SCHEME:
        return {concept.notation} - {""}
    return {concept.notation, concept.iri.rsplit("/", 1)[-1]} - {""}


def _certain(concepts: Iterable[Concept], ambiguous: frozenset[str]) -> dict[str, NamedNode]:
    """What the concepts are called, where only one is called so."""
    found: dict[str, set[str]] = {}
    for concept in concepts:
        for text in (*_codes(concept), *concept.labels.values(), *concept.alternatives):
            found.setdefault(_squeezed(text), set()).add(concept.iri)
    return {
        text: _node(*iris)
        for text, iris in found.items()
        if text and text not in ambiguous and len(iris) == 1
    }


def _squeezed(text: str) -> str:
    """The text without case, spaces and signs: "non-public" and NON_PUBLIC, "RDF/XML" and RDF_XML."""
    return _SIGNS.sub("", text.casefold())
