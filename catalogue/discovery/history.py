"""What changed between two versions of a record, as a person reads it: prefixed names, one statement a line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from catalogue.discovery.properties import compact
from catalogue.errors import InvalidQuery
from catalogue.model.records import StoredVersion
from catalogue.rdf.graphs import Graph, from_ntriples
from catalogue.rdf.namespaces import RDF, XSD
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Term, Triple


@dataclass(frozen=True, slots=True)
class Statement:
    """A triple in short form. Blank nodes bear labels made of their content: the same node has the same label in
    both versions unless it changed its place."""

    subject: str
    predicate: str
    object: str

    def __str__(self) -> str:
        return f"{self.subject} {self.predicate} {self.object}"


@dataclass(frozen=True, slots=True)
class VersionDifference:
    """Statements that only the later version has (`added`), and only the earlier one (`removed`), in order."""

    before: int
    after: int
    added: tuple[Statement, ...]
    removed: tuple[Statement, ...]


def compare(before: StoredVersion, after: StoredVersion) -> VersionDifference:
    """What turns one version's normalised text into the other's."""
    first, second = from_ntriples(before.content), from_ntriples(after.content)
    return VersionDifference(before.number, after.number, _only(second, first), _only(first, second))


def statements(triples: Iterable[Triple]) -> tuple[Statement, ...]:
    """The triples in short form, sorted."""
    found = [Statement(short(t.subject), short(t.predicate), short(t.object)) for t in triples]  # type: ignore[arg-type]
    return tuple(sorted(found, key=str))


def short(term: Term) -> str:
    """`dct:title`, `<https://…>`, `_:label`, `"text"@en`, `"5"^^xsd:integer`."""
    if isinstance(term, NamedNode):
        name = compact(term.value)
        return f"<{name}>" if name == term.value else name
    if isinstance(term, BlankNode):
        return str(term)
    if isinstance(term, Literal) and not term.language and term.datatype not in (XSD.string, RDF.langString):
        return f"{_quoted(term.value)}^^{short(term.datatype)}"
    return str(term)


def moment_of(text: str, name: str = "at") -> datetime:
    """A moment that a person names: `2026-11-24` (its end), `2026-11-24T08:30`, with an offset or in UTC. InvalidQuery
    for anything else."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidQuery(
            f"{text[:50]!r} is no moment.",
            advice="Write it as 2026-11-24 (the end of that day) or 2026-11-24T08:30:00Z.",
            parameter=name,
        ) from error
    if len(text.strip()) <= len("2026-11-24"):
        found = found.replace(hour=23, minute=59, second=59, microsecond=999_999)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _only(here: Graph, there: Graph) -> tuple[Statement, ...]:
    return statements(triple for triple in here if triple not in there)


def _quoted(value: str) -> str:
    return str(Literal(value))
