"""Reads vocabularies (SKOS): those installed in `catalogue.ontologies`, and those an operator adds as files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import pyoxigraph
from pyoxigraph import RdfFormat

from catalogue.errors import ConfigurationError
from catalogue.model.vocabularies import Concept, Vocabularies
from catalogue.pipeline.repairs.iris import VOCABULARY_HOSTS
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import SKOS
from catalogue.rdf.terms import Literal, NamedNode, Triple

MANIFEST = "MANIFEST.ttl"
AUTHORITY_PATH = "/resource/authority/"
FORMATS = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "rdf": RdfFormat.RDF_XML,
    "owl": RdfFormat.RDF_XML,
    "xml": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
}
"""File extension → syntax of a vocabulary that an operator adds."""

OTHER_LABELS = (SKOS.altLabel, SKOS.hiddenLabel)


def load_vocabularies(extra: Iterable[Path] = ()) -> Vocabularies:
    """Every vocabulary; one file is one vocabulary, named by the file's stem.

    `extra`: files of the operator, read after ours. A concept that several vocabularies list is one Concept: the
    fuller description comes first, the others add to it. Beside its own IRI a concept is found by its exact matches
    and by both kinds' other spellings (http and https, other hosts of the authority tables); where two concepts
    claim a spelling, the one read first keeps it, and a concept's own IRI is never another's. Raises
    ConfigurationError when a file is missing or cannot be read, holds no concept, has a concept without label or
    scheme, when two files have one name, or when a concept is broader than itself.
    """
    graphs: dict[str, Graph] = {}
    concepts: dict[str, Concept] = {}
    for file in (*_shipped(), *map(_added, extra)):
        if file.name in graphs:
            raise ConfigurationError(
                f"Two vocabularies are called {file.name!r}.",
                advice="Rename the file of the one you added.",
                file=file.where,
            )
        graphs[file.name] = file.graph
        for concept in _concepts(file):
            known = concepts.get(concept.iri)
            concepts[concept.iri] = _united(known, concept) if known else concept
    found = _by_every_spelling(concepts)
    _refuse_circles(concepts, found)
    return Vocabularies(found, graphs)


@dataclass(frozen=True, slots=True)
class _File:
    """A vocabulary as read. `where` is what a person calls the file; `text` serves to find a line in it."""

    name: str
    where: str
    text: bytes
    graph: Graph


def _shipped() -> list[_File]:
    folder = files("catalogue.ontologies")
    found = [f for f in folder.iterdir() if f.name.endswith(".ttl") and f.name != MANIFEST]
    return [
        _read(file, file.name.removesuffix(".ttl"), file.name, RdfFormat.TURTLE)
        for file in sorted(found, key=lambda f: f.name)
    ]


def _added(path: Path) -> _File:
    syntax = FORMATS.get(path.suffix.removeprefix(".").lower())
    if syntax is None:
        raise ConfigurationError(
            f"The vocabulary {path} has no extension that names a syntax of RDF.",
            advice=f"The extension is one of: {', '.join(FORMATS)}.",
            file=str(path),
        )
    return _read(path, path.stem, str(path), syntax)


def _read(file: Traversable, name: str, where: str, syntax: RdfFormat) -> _File:
    try:
        text = file.read_bytes()
        quads = pyoxigraph.parse(text, format=syntax)
        return _File(name, where, text, Graph(quad.triple for quad in quads))
    except FileNotFoundError as error:
        raise ConfigurationError(f"The vocabulary {where} is missing.", file=where) from error
    except OSError as error:
        raise ConfigurationError(
            f"The vocabulary {where} cannot be read: {error.strerror or error}.", file=where
        ) from error
    except (SyntaxError, ValueError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        place = f"{where}, line {line}" if line else where
        raise ConfigurationError(
            f"The vocabulary cannot be parsed ({place}): {error}", file=where, line=line
        ) from error


def _concepts(file: _File) -> Iterator[Concept]:
    """The concepts of a file, in its order; those without an IRI cannot be named by a record and are left out."""
    nodes = [node for node in file.graph.instances(SKOS.Concept) if isinstance(node, NamedNode)]
    if not nodes:
        raise ConfigurationError(
            f"The vocabulary {file.where} describes no skos:Concept with an IRI.",
            advice="A vocabulary is a skos:ConceptScheme and its concepts.",
            file=file.where,
        )
    schemes = file.graph.instances(SKOS.ConceptScheme)
    only_scheme = schemes[0].value if len(schemes) == 1 and isinstance(schemes[0], NamedNode) else ""
    broader = _broader_by_narrower(file.graph)
    for node in nodes:
        concept = _concept(node, file.graph.about(node), only_scheme, broader.get(node.value, ()))
        if not concept.labels:
            raise _incomplete(file, node, "label", "skos:prefLabel")
        if not concept.scheme:
            raise _incomplete(file, node, "scheme", "skos:inScheme")
        yield concept


def _concept(node: NamedNode, described: Iterable[Triple], scheme: str, above: Iterable[str]) -> Concept:
    labels: dict[str, str] = {}
    notations: dict[str, None] = {}
    others: dict[str, None] = {}
    broader: dict[str, None] = dict.fromkeys(above)
    matches: dict[str, None] = {}
    schemes: list[str] = []
    for triple in described:
        predicate, value = triple.predicate, triple.object
        if isinstance(value, Literal):
            if predicate == SKOS.prefLabel:
                if labels.setdefault((value.language or "").lower(), value.value) != value.value:
                    others[value.value] = None
            elif predicate == SKOS.notation:
                notations[value.value] = None
            elif predicate in OTHER_LABELS:
                others[value.value] = None
        elif isinstance(value, NamedNode):
            if predicate == SKOS.inScheme:
                schemes.append(value.value)
            elif predicate == SKOS.broader:
                broader[value.value] = None
            elif predicate == SKOS.exactMatch:
                matches[value.value] = None
    return Concept(
        iri=node.value,
        scheme=schemes[0] if schemes else scheme,
        labels=labels,
        notation=next(iter(notations), ""),
        alternatives=(*notations, *(text for text in others if text not in notations)),
        broader=tuple(broader),
        matches=tuple(matches),
    )


def _broader_by_narrower(graph: Graph) -> dict[str, list[str]]:
    """Child → parents, of the statements made from the parent's side."""
    found: dict[str, list[str]] = {}
    for triple in graph:
        if (
            triple.predicate == SKOS.narrower
            and isinstance(triple.object, NamedNode)
            and isinstance(triple.subject, NamedNode)
        ):
            found.setdefault(triple.object.value, []).append(triple.subject.value)
    return found


def _incomplete(file: _File, node: NamedNode, what: str, predicate: str) -> ConfigurationError:
    line = _line_of(file.text, node.value)
    place = f"{file.where}, line {line}" if line else file.where
    return ConfigurationError(
        f"The concept {node.value} has no {what} ({place}).",
        advice=f"Give it a {predicate}.",
        file=file.where,
        line=line,
        concept=node.value,
    )


def _line_of(text: bytes, iri: str) -> int | None:
    """The first line that names the IRI in full, or starts with its last part after a prefix; None when none does."""
    local = iri[max(iri.rfind("#"), iri.rfind("/")) + 1 :].encode()
    for number, line in enumerate(text.splitlines(), start=1):
        if iri.encode() in line or (local and line.split(b" ")[0].endswith(b":" + local)):
            return number
    return None


def _united(one: Concept, other: Concept) -> Concept:
    """One concept of two descriptions: the fuller one's words win, nothing of the other is lost."""
    first, second = sorted((one, other), key=_fullness, reverse=True)
    labels = {**first.labels, **second.labels, **first.labels}
    texts = (*first.alternatives, *second.alternatives, *second.labels.values())
    return replace(
        first,
        labels=labels,
        notation=first.notation or second.notation,
        alternatives=tuple(dict.fromkeys(t for t in texts if t not in set(labels.values()))),
        broader=tuple(dict.fromkeys((*first.broader, *second.broader))),
        matches=tuple(dict.fromkeys((*first.matches, *second.matches))),
    )


def _fullness(concept: Concept) -> int:
    return sum(map(len, (concept.labels, concept.alternatives, concept.broader, concept.matches)))


def _by_every_spelling(concepts: Mapping[str, Concept]) -> dict[str, Concept]:
    found = dict(concepts)
    for concept in concepts.values():
        for spelling in _spellings(concept.iri):
            found.setdefault(spelling, concept)
    for concept in concepts.values():
        for match in concept.matches:
            found.setdefault(match, concept)
            for spelling in _spellings(match):
                found.setdefault(spelling, concept)
    return found


def _spellings(iri: str) -> Iterator[str]:
    """Other addresses of the same term that sources use."""
    for host, official in VOCABULARY_HOSTS.items():
        if iri.startswith(official):
            yield host + AUTHORITY_PATH + iri.removeprefix(official)
    if iri.startswith("http://"):
        yield "https" + iri.removeprefix("http")
    elif iri.startswith("https://"):
        yield "http" + iri.removeprefix("https")


def _refuse_circles(concepts: Mapping[str, Concept], found: Mapping[str, Concept]) -> None:
    """Takes away concepts that have nothing broader left, until none or only circles remain."""
    parents = {
        iri: {found[broader].iri for broader in concept.broader if broader in found}
        for iri, concept in concepts.items()
    }
    children: dict[str, list[str]] = {}
    for iri, above in parents.items():
        for parent in above:
            children.setdefault(parent, []).append(iri)
    waiting = Counter({iri: len(above) for iri, above in parents.items()})
    done = [iri for iri, count in waiting.items() if not count]
    while done:
        for child in children.get(done.pop(), ()):
            waiting[child] -= 1
            if not waiting[child]:
                done.append(child)
    circle = sorted(iri for iri, count in waiting.items() if count)
    if circle:
        raise ConfigurationError(
            f"The concept {circle[0]} is, by way of others, broader than itself.",
            advice="Correct skos:broader and skos:narrower of the vocabulary that you added.",
            concepts=circle[:20],
        )
