"""What the graph store holds whatever was harvested: our catalogue's own words and the vocabularies.

Each part carries a mark (a hash) in the catalogue's graph, so that a new release of Pharos replaces just what differs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyoxigraph
from pyoxigraph import Literal, RdfFormat

from catalogue.errors import StoreUnavailable
from catalogue.ports import GraphStore
from catalogue.projections.record_graphs import catalogue_iri
from catalogue.rdf.graphs import Graph
from catalogue.rdf.labels import content_hash, label_by_content
from catalogue.rdf.namespaces import DCAT, DCT, FOAF, PHAROS, RDF
from catalogue.rdf.skolem import skolemise
from catalogue.rdf.terms import NamedNode, Triple

RESULTS = "application/sparql-results+json"
N_TRIPLES = "application/n-triples"
TIMEOUT = 120.0
MAX_BYTES = 512 * 1024 * 1024
MEMBERS = (DCAT.dataset, DCAT.service, DCAT.catalog, DCAT.record, PHAROS.position)
"""Properties of our catalogue that changes write, not its description."""


@dataclass(slots=True)
class CatalogueGraphs:
    """The parts as this installation has them. `base` without a trailing slash."""

    base: str
    title: str
    description: str
    publisher: str
    vocabularies: Mapping[str, Graph] = field(default_factory=dict)
    language: str = "en"
    _graphs: dict[NamedNode, Graph] = field(default_factory=dict, init=False, repr=False)
    _marks: dict[NamedNode, str] = field(default_factory=dict, init=False, repr=False)

    def graphs(self) -> dict[NamedNode, Graph]:
        """Graph name → triples, without blank nodes; the catalogue's graph holds the marks too."""
        if not self._graphs:
            catalogue = catalogue_iri(self.base)
            words = self._words(catalogue)
            self._marks[catalogue] = content_hash(words)
            for name, triples in self.vocabularies.items():
                graph = NamedNode(f"{self.base}/vocabularies/{name}")
                self._graphs[graph] = skolemise(label_by_content(triples), self.base, f"vocabulary-{name}")
                self._marks[graph] = content_hash(self._graphs[graph])
            self._graphs[catalogue] = words | marks(self._marks)
        return self._graphs

    def marks(self) -> dict[NamedNode, str]:
        """Part (by its graph's name) → hash."""
        self.graphs()
        return self._marks

    def _words(self, catalogue: NamedNode) -> Graph:
        publisher = publisher_iri(catalogue)
        return Graph(
            [
                Triple(catalogue, RDF.type, DCAT.Catalog),
                Triple(catalogue, DCT.title, Literal(self.title, language=self.language)),
                Triple(catalogue, DCT.description, Literal(self.description, language=self.language)),
                Triple(catalogue, DCT.publisher, publisher),
                Triple(catalogue, FOAF.homepage, NamedNode(f"{self.base}/")),
                Triple(publisher, RDF.type, FOAF.Agent),
                Triple(publisher, FOAF.name, Literal(self.publisher, language=self.language)),
            ]
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """The marks that a store carries."""

    catalogue: NamedNode
    marks: Mapping[NamedNode, str]

    @classmethod
    def read(cls, store: GraphStore, statics: CatalogueGraphs) -> Settled:
        catalogue = catalogue_iri(statics.base)
        text = f"SELECT ?part ?mark WHERE {{ GRAPH {catalogue} {{ ?part {PHAROS.contentHash} ?mark }} }}"
        body = store.query(text, RESULTS, timeout=TIMEOUT, max_bytes=MAX_BYTES)
        try:
            rows = json.loads(body)["results"]["bindings"]
            return cls(catalogue, {NamedNode(row["part"]["value"]): row["mark"]["value"] for row in rows})
        except (ValueError, KeyError, TypeError) as error:
            raise StoreUnavailable("The graph store's answer about its vocabularies is damaged.") from error

    @staticmethod
    def is_of_another(store: GraphStore, statics: CatalogueGraphs) -> bool:
        """Whether the store holds a catalogue's graph by another name: it was made with another base URL."""
        ours = catalogue_iri(statics.base)
        text = f"ASK {{ GRAPH ?g {{ ?g {PHAROS.contentHash} ?mark }} FILTER(?g != {ours}) }}"
        try:
            return bool(
                json.loads(store.query(text, RESULTS, timeout=TIMEOUT, max_bytes=MAX_BYTES))["boolean"]
            )
        except (ValueError, KeyError, TypeError) as error:
            raise StoreUnavailable("The graph store's answer about its catalogue is damaged.") from error

    def graphs(self, store: GraphStore, ours: Iterable[NamedNode]) -> dict[NamedNode, Graph]:
        """What the store holds of each part, as it reads it back; of every part that it or we know."""
        found: dict[NamedNode, Graph] = {}
        for part in {*self.marks, *ours}:
            condition = self._own_words() if part == self.catalogue else ""
            text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {part} {{ ?s ?p ?o {condition} }} }}"
            found[part] = _read(store.query(text, N_TRIPLES, timeout=TIMEOUT, max_bytes=MAX_BYTES))
        return found

    def _own_words(self) -> str:
        """Marks stand at the parts, words at the catalogue and its publisher; all else belongs to records."""
        nodes = ", ".join(map(str, (self.catalogue, publisher_iri(self.catalogue))))
        members = ", ".join(map(str, MEMBERS))
        return f"FILTER(?p = {PHAROS.contentHash} || (?s IN ({nodes}) && ?p NOT IN ({members})))"


def publisher_iri(catalogue: NamedNode) -> NamedNode:
    return NamedNode(f"{catalogue.value}#publisher")


def marks(of: Mapping[NamedNode, str]) -> Graph:
    return Graph(Triple(part, PHAROS.contentHash, Literal(mark)) for part, mark in of.items())


def _read(body: bytes) -> Graph:
    try:
        return Graph(quad.triple for quad in pyoxigraph.parse(body, format=RdfFormat.N_TRIPLES))
    except SyntaxError as error:
        raise StoreUnavailable("The graph store's answer about a vocabulary is damaged.") from error
