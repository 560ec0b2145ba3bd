"""Concepts of the shipped vocabularies, in memory: labels, codes, hierarchy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from catalogue.rdf.graphs import Graph


@dataclass(frozen=True, slots=True)
class Concept:
    """One skos:Concept. `labels`: language → preferred label; `alternatives`: every other label and code."""

    iri: str
    scheme: str
    labels: Mapping[str, str]
    notation: str = ""
    alternatives: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    matches: tuple[str, ...] = ()

    def label(self, languages: Sequence[str] = ("en",)) -> str:
        """Preferred label in the first language that has one, else English, else any, else the code."""
        for language in (*languages, "en"):
            if language in self.labels:
                return self.labels[language]
        return next(iter(self.labels.values()), self.notation or self.iri)


@dataclass(frozen=True, slots=True)
class Vocabularies:
    """All concepts by IRI (exact-match IRIs lead to the same concept) and each vocabulary's graph by name."""

    concepts: Mapping[str, Concept]
    graphs: Mapping[str, Graph] = field(default_factory=dict)

    def concept(self, iri: str) -> Concept | None:
        return self.concepts.get(iri)

    def label(self, iri: str, languages: Sequence[str] = ("en",)) -> str | None:
        """Label of a concept, or None when the IRI is not one of ours."""
        concept = self.concepts.get(iri)
        return concept.label(languages) if concept else None

    def search_terms(self, iris: Iterable[str]) -> list[str]:
        """Every label and code of the named concepts and of their ancestors."""
        terms: dict[str, None] = {}
        waiting = list(iris)
        seen: set[str] = set()
        while waiting:
            concept = self.concepts.get(waiting.pop())
            if concept is None or concept.iri in seen:
                continue
            seen.add(concept.iri)
            terms.update(dict.fromkeys([*concept.labels.values(), *concept.alternatives]))
            waiting.extend(concept.broader)
        return list(terms)
