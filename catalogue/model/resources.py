"""What a primary resource is, and what belongs to its description: DCAT's classes and properties as data.

Read from the graph as received, so every name is known by its https twin too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from catalogue.model.records import RawRecord
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import (
    ADMS,
    CSVW,
    CV,
    DCAT,
    DCT,
    DQV,
    EU_AUTHORITY,
    FDP,
    FDP_OLD,
    FOAF,
    GEODCATAP,
    HEALTH_AUTHORITY,
    HEALTHDCATAP,
    HYDRA,
    LDP,
    LOCN,
    OA,
    ODRL,
    ORG,
    PROV,
    R3D,
    RDF,
    SKOS,
    SPDX,
    TIME,
    TREE,
    VCARD,
    VOID,
    Namespace,
)
from catalogue.rdf.terms import BlankNode, NamedNode, Subject, Term

HEALTHDCATAP_EARLY = Namespace("https://w3id.org/healthdcat-ap#")


def _twins(*nodes: NamedNode) -> frozenset[NamedNode]:
    """The nodes and what they are called by those who write https for http."""
    return frozenset(nodes) | {NamedNode(n.value.replace("http://", "https://", 1)) for n in nodes}


_PRIMARY: tuple[NamedNode, ...] = (DCAT.Catalog, DCAT.DatasetSeries, DCAT.Dataset, DCAT.DataService)
PRIMARY_CLASSES: dict[NamedNode, NamedNode] = {twin: cls for cls in _PRIMARY for twin in _twins(cls)}
"""Class of a primary resource as written → as DCAT calls it; the first that a node has decides."""

ROOT_CLASSES = _twins(
    FDP.FAIRDataPoint, FDP.MetadataService, FDP_OLD.FAIRDataPoint, FDP_OLD.MetadataService, R3D.Repository
)
"""A service that offers catalogues: describes the source, whatever else it is typed as."""

MEMBERSHIP = _twins(
    DCAT.dataset,
    DCAT.service,
    DCAT.catalog,
    DCAT.record,
    FDP.metadataCatalog,
    FDP_OLD.metadataCatalog,
    R3D.dataCatalog,
)
PART_OF = _twins(DCT.isPartOf)
HAS_PART = _twins(DCT.hasPart)
LISTS = _twins(DCAT.dataset, DCAT.service, DCAT.catalog)
SUBCATALOGUE = _twins(DCAT.catalog)

LISTING = (
    MEMBERSHIP
    | HAS_PART
    | _twins(DCAT.servesDataset, DCAT.seriesMember, HYDRA.member, LDP.contains, FOAF.primaryTopic)
)
"""A blank node named by one of these is listed as a thing of its own, not embedded as a part."""

POINTING = _twins(FOAF.primaryTopic, DQV.computedOn, OA.hasTarget)
"""Who points to a resource by one of these says something about it."""

ORIGIN = _twins(DCT.source, PROV.wasDerivedFrom)
"""How a dcat:CatalogRecord names the one it was copied from."""

CONCEPT_CLASSES = _twins(SKOS.Concept, SKOS.ConceptScheme)
AGENT_CLASSES = _twins(
    FOAF.Agent, FOAF.Organization, FOAF.Person, ORG.Organization, VCARD.Kind, VCARD.Organization
)
DISTRIBUTION_CLASSES = _twins(DCAT.Distribution)

STRUCTURAL = _twins(
    ADMS.identifier, ADMS.sample, CSVW.column, CSVW.table, CV.contactPoint, DCAT.accessService, DCAT.contactPoint,
    DCAT.distribution, DCAT.qualifiedRelation, DCT.contributor, DCT.creator, DCT.provenance, DCT.publisher,
    DCT.rightsHolder, DCT.spatial, DCT.temporal, DQV.hasQualityAnnotation, DQV.hasQualityMeasurement,
    GEODCATAP.custodian, HEALTHDCATAP.analytics, HEALTHDCATAP.hasVariables, HEALTHDCATAP.hdab,
    HEALTHDCATAP.hdabCoordinator, HEALTHDCATAP.retentionPeriod, HEALTHDCATAP_EARLY.analytics,
    HEALTHDCATAP_EARLY.hasVariables, HEALTHDCATAP_EARLY.hdab, HEALTHDCATAP_EARLY.retentionPeriod, LOCN.geometry,
    ODRL.hasPolicy, PROV.agent, PROV.qualifiedAttribution, PROV.wasGeneratedBy, SPDX.checksum, TIME.hasBeginning,
    TIME.hasEnd, VCARD.hasAddress,
)  # fmt: skip
"""Properties whose values are parts: described by the source, though perhaps on another page."""

_TYPE = RDF.type
AUTHORITIES = (EU_AUTHORITY, HEALTH_AUTHORITY, "https://publications.europa.eu/resource/authority/")
PAGING = tuple(ns.iri for ns in (HYDRA, LDP, TREE))
PAGING_PROPERTIES = frozenset({VOID.subset, VOID.inDataset})


@dataclass(frozen=True, slots=True)
class DeferredRecord:
    """A record with parts that are named (`missing`, IRIs) but not described on its page."""

    record: RawRecord
    missing: tuple[str, ...]


def is_authority(iri: str) -> bool:
    """Whether the IRI is of a vocabulary that sources name and never describe to us."""
    return iri.startswith(AUTHORITIES)


def is_paging(iri: str) -> bool:
    """Whether the IRI is a term of a vocabulary for pages and containers."""
    return iri.startswith(PAGING)


class Roles:
    """What each node of a graph is; found in one pass over its triples."""

    __slots__ = ("concepts", "described", "distributions", "embedded", "paging", "primary", "roots", "types")
    types: dict[Subject, set[Term]]
    described: set[Subject]
    primary: dict[Subject, NamedNode]
    embedded: dict[Subject, NamedNode]
    roots: dict[Subject, None]

    def __init__(self, graph: Graph) -> None:
        self.types = {}
        self.described = set()
        blank_listed: set[Term] = set()
        blank_used: set[Term] = set()
        for triple in graph:
            predicate = triple.predicate
            if predicate == _TYPE:
                self.types.setdefault(triple.subject, set()).add(triple.object)  # type: ignore[arg-type]
                continue
            self.described.add(triple.subject)  # type: ignore[arg-type]
            if isinstance(triple.object, BlankNode):
                (blank_listed if predicate in LISTING else blank_used).add(triple.object)
        self.primary, self.embedded, self.roots = {}, {}, {}
        self._sort_nodes(blank_used - blank_listed)

    def _sort_nodes(self, parts: set[Term]) -> None:
        self.concepts: set[Term] = set()
        self.distributions: set[Term] = set()
        self.paging: set[Term] = set()
        for node, types in self.types.items():
            if not types.isdisjoint(ROOT_CLASSES):
                self.roots[node] = None
            elif (cls := primary_class(types)) is not None:
                (self.embedded if node in parts else self.primary)[node] = cls
            elif not types.isdisjoint(CONCEPT_CLASSES) and types.isdisjoint(AGENT_CLASSES):
                self.concepts.add(node)
            elif not types.isdisjoint(DISTRIBUTION_CLASSES):
                self.distributions.add(node)
            elif any(isinstance(t, NamedNode) and is_paging(t.value) for t in types):
                self.paging.add(node)

    def promote(self, node: Subject) -> None:
        """Makes a record of a blank resource that seemed to be a part of another."""
        self.primary[node] = self.embedded.pop(node)

    def is_stop(self, node: Term) -> bool:
        """Whether a description ends before this node: it is a thing of its own."""
        return node in self.primary or node in self.roots or node in self.paging

    def is_shallow(self, node: Subject) -> bool:
        """Whether the node's own description is kept but not followed: a concept of a vocabulary."""
        return node in self.concepts or (isinstance(node, NamedNode) and is_authority(node.value))


def primary_class(types: Iterable[Term]) -> NamedNode | None:
    """The class by which a node with these types is a record, or None. Catalogue before series before dataset
    before service: DCAT makes the former kinds of the latter."""
    found = {PRIMARY_CLASSES[t] for t in types if t in PRIMARY_CLASSES}  # type: ignore[index]
    return next((cls for cls in _PRIMARY if cls in found), None)
