"""An ontology file of any size and RDF syntax → its concepts as SKOS, in N-Triples. Read twice, never held whole.

Of OWL it takes what a catalogue asks of a vocabulary: labels, codes, hierarchy, equivalents. Axioms stay behind.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

import pyoxigraph
from pyoxigraph import RdfFormat

from catalogue.errors import ConfigurationError, ParseError
from catalogue.rdf.iris import is_valid_iri
from catalogue.rdf.media_types import Syntax, choose_syntax
from catalogue.rdf.namespaces import DCT, OWL, RDF, RDFS, SKOS, Namespace
from catalogue.rdf.terms import Literal, NamedNode, Term, Triple

DC = Namespace("http://purl.org/dc/elements/1.1/")
OBO = Namespace("http://purl.obolibrary.org/obo/")
OBO_IN_OWL = Namespace("http://www.geneontology.org/formats/oboInOwl#")

MAX_CONCEPTS = 200_000
"""More are not held: each process keeps every concept in memory, about five kilobytes each."""

_HEAD = 65_536
_GZIP = b"\x1f\x8b"
_CONCEPT_CLASSES = frozenset({SKOS.Concept, OWL.Class, RDFS.Class, OWL.NamedIndividual})
_SCHEME_CLASSES = frozenset({SKOS.ConceptScheme, OWL.Ontology})
_LABELS = frozenset({SKOS.prefLabel, RDFS.label})
_TITLES = _LABELS | {DCT.title, DC.title}
_VERSIONS = frozenset({OWL.versionInfo, NamedNode("http://www.w3.org/ns/dcat#version"), OWL.versionIRI})
_SAME = {
    name: name
    for name in (
        SKOS.altLabel, SKOS.broader, SKOS.definition, SKOS.exactMatch, SKOS.hiddenLabel, SKOS.inScheme, SKOS.narrower,
        SKOS.notation, SKOS.prefLabel,
    )
}  # fmt: skip
_AS_SKOS: dict[NamedNode, NamedNode] = {
    **_SAME,
    DC.identifier: SKOS.altLabel,
    DCT.identifier: SKOS.altLabel,
    OBO.IAO_0000118: SKOS.altLabel,
    OBO_IN_OWL.hasExactSynonym: SKOS.altLabel,
    OBO_IN_OWL.id: SKOS.altLabel,
    OWL.equivalentClass: SKOS.exactMatch,
    OWL.sameAs: SKOS.exactMatch,
    RDFS.label: SKOS.prefLabel,
    RDFS.subClassOf: SKOS.broader,
}
_TO_CONCEPTS = frozenset({SKOS.broader, SKOS.narrower})
_TO_IRIS = _TO_CONCEPTS | {SKOS.exactMatch, SKOS.inScheme}
_OTHER_OWL = re.compile(
    rb"\s*(?:Prefix\s*\(|Ontology\s*[(:]|Prefix:|format-version:|(?:<\?xml[^>]*>\s*)?(?:<!DOCTYPE\s+Ontology|<Ontology\b))"
)


@dataclass(slots=True)
class Overview:
    """What the first reading found. `nameless`: concepts without a label, which are left out."""

    concepts: set[str] = field(default_factory=set)
    schemes: dict[str, None] = field(default_factory=dict)
    with_preferred: set[str] = field(default_factory=set)
    languages: set[str] = field(default_factory=set)
    titles: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    nameless: int = 0

    @property
    def scheme(self) -> str | None:
        """The one scheme, or the ontology, that everything belongs to; None when there are none or several."""
        return next(iter(self.schemes)) if len(self.schemes) == 1 else None


class OntologyFile:
    """A file on disk, perhaps packed with gzip. `where`: how a person calls it (a path or a URL)."""

    def __init__(self, path: Path, where: str, media_type: str | None = None) -> None:
        self._path = path
        self._where = where
        self._base = where if "://" in where and is_valid_iri(where) else None
        self._syntax = self._recognised(media_type)

    def overview(self) -> Overview:
        """The first reading. ConfigurationError when the file does not parse or holds no concept that has a label."""
        found = Overview()
        typed: set[str] = set()
        labelled: set[str] = set()
        for triple in self._triples():
            if isinstance(triple.subject, NamedNode):
                _note(found, typed, labelled, triple)
        found.concepts = {iri for iri in typed & labelled if is_valid_iri(iri)} - found.schemes.keys()
        found.nameless = len(typed - labelled)
        if not found.concepts:
            raise self._without_concepts(len(typed))
        if len(found.concepts) > MAX_CONCEPTS:
            raise ConfigurationError(
                f"{self._where} holds {len(found.concepts):,} concepts; {MAX_CONCEPTS:,} are allowed.",
                advice="Add the part of it that your records name.",
            )
        return found

    def as_skos(self, found: Overview, fallback: str) -> Iterator[Triple]:
        """The second reading: the concepts as SKOS. `fallback`: the scheme of those that name none."""
        scheme = NamedNode(found.scheme or fallback)
        yield Triple(scheme, RDF.type, SKOS.ConceptScheme)
        for iri in sorted(found.concepts):
            yield Triple(NamedNode(iri), RDF.type, SKOS.Concept)
        placed: set[str] = set()
        for triple in self._triples():
            if not isinstance(triple.subject, NamedNode) or triple.subject.value not in found.concepts:
                continue
            told = _told(triple, found)
            if told is not None:
                if told.predicate == SKOS.inScheme:
                    placed.add(triple.subject.value)
                yield told
        for iri in sorted(found.concepts - placed):
            yield Triple(NamedNode(iri), SKOS.inScheme, scheme)

    def _triples(self) -> Iterator[Triple]:
        try:
            with _opened(self._path) as file:
                parser = pyoxigraph.parse(file, format=self._syntax.format, base_iri=self._base, lenient=True)
                for quad in parser:
                    yield quad.triple
        except (SyntaxError, ValueError, EOFError, OSError) as error:
            line = getattr(error, "lineno", None)
            place = f" at line {line}" if line else ""
            said = error.msg if isinstance(error, SyntaxError) else error
            raise ConfigurationError(
                f"{self._where} cannot be read as {self._syntax.format.name}{place}: {said}",
                advice="Mend the file there, then add it again.",
                file=self._where,
                line=line,
            ) from error

    def _recognised(self, media_type: str | None) -> Syntax:
        try:
            with _opened(self._path) as file:
                head = file.read(_HEAD)
        except (OSError, EOFError) as error:
            raise ConfigurationError(f"{self._where} cannot be read: {error}") from error
        if _OTHER_OWL.match(head):
            raise ConfigurationError(
                f"{self._where} is an ontology, but not in a syntax of RDF.",
                advice="Save it as RDF/XML or Turtle (in Protégé: Save as), then add that file.",
            )
        try:
            return choose_syntax(head, re.sub(r"\.gz$", "", self._where), media_type)[0]
        except ParseError as error:
            raise ConfigurationError(f"{self._where}: {error.detail}", advice=error.advice) from error

    def _without_concepts(self, nameless: int) -> ConfigurationError:
        if nameless:
            return ConfigurationError(
                f"None of the {nameless:,} concepts of {self._where} has a label.",
                advice="Give them skos:prefLabel or rdfs:label; perhaps the labels stand in a file that this one imports.",
            )
        return ConfigurationError(
            f"{self._where} describes no concept with an IRI.",
            advice="A vocabulary is made of skos:Concept, owl:Class, rdfs:Class or owl:NamedIndividual.",
        )


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        is_packed = file.read(2) == _GZIP
        file.seek(0)
        if not is_packed:
            yield file
            return
        with gzip.open(file) as unpacked:
            yield cast("IO[bytes]", unpacked)


def _note(found: Overview, typed: set[str], labelled: set[str], triple: Triple) -> None:
    subject, predicate, value = triple.subject.value, triple.predicate, triple.object  # type: ignore[union-attr]
    if predicate == RDF.type:
        if value in _CONCEPT_CLASSES:
            typed.add(subject)
        elif value in _SCHEME_CLASSES and is_valid_iri(subject):
            found.schemes[subject] = None
    elif predicate in _VERSIONS and isinstance(value, Literal | NamedNode):
        found.versions.setdefault(subject, value.value)
    elif predicate in _TITLES and isinstance(value, Literal) and value.value.strip():
        if predicate in _LABELS:
            labelled.add(subject)
            if len(found.languages) < 1_000:
                found.languages.add(value.language or "")
        if predicate == SKOS.prefLabel:
            found.with_preferred.add(subject)
        if predicate not in _LABELS or subject in found.schemes:
            found.titles.setdefault(subject, value.value)


def _told(triple: Triple, found: Overview) -> Triple | None:
    """The statement in SKOS; None for what is left behind."""
    predicate = _AS_SKOS.get(triple.predicate)
    value: Term | Triple = triple.object
    if predicate is None:
        return None
    subject = cast("NamedNode", triple.subject)
    if predicate in _TO_IRIS:
        if not isinstance(value, NamedNode) or value == subject or not is_valid_iri(value.value):
            return None
        if predicate in _TO_CONCEPTS and value.value not in found.concepts:
            return None
    elif not isinstance(value, Literal) or not value.value.strip():
        return None
    else:
        value = _sound(value)
    if triple.predicate == RDFS.label and subject.value in found.with_preferred:
        predicate = SKOS.altLabel
    return Triple(subject, predicate, value)


def _sound(text: Literal) -> Literal:
    """The text with its language, if that is one that strict readers take; datatypes of codes stay behind."""
    if text.language is None:
        return Literal(text.value)
    try:
        return Literal(text.value, language=text.language)
    except ValueError:
        return Literal(text.value)


def write_ntriples(triples: Iterator[Triple], path: Path) -> None:
    with path.open("wb") as file:
        pyoxigraph.serialize(triples, output=file, format=RdfFormat.N_TRIPLES)
