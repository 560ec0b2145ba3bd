"""What the documents of a FAIR Data Point link to: LDP containers and the relations between its resources. Pure.

The child types of a FAIR Data Point are configurable (FDP specification, navigation by LDP), so a container's
ldp:contains counts whatever its relation is called; servers have written a class where the relation belongs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import DCAT, DCT, FDP, FDP_OLD, LDP, R3D
from catalogue.rdf.terms import NamedNode, Subject, Term

POINT_RELATIONS = (FDP.metadataCatalog, FDP_OLD.metadataCatalog, R3D.dataCatalog)
CATALOGUE_RELATIONS = (*POINT_RELATIONS, DCAT.catalog)
RESOURCE_RELATIONS = (DCAT.dataset, DCAT.service, DCAT.resource, DCAT.inSeries, DCAT.seriesMember)
PART_RELATIONS = (DCAT.distribution, DCAT.sample, DCAT.accessService)
POINTS = (
    FDP.FAIRDataPoint,
    FDP.MetadataService,
    FDP_OLD.FAIRDataPoint,
    FDP_OLD.MetadataService,
    R3D.Repository,
)
_WHOLES = frozenset({DCAT.Dataset, DCAT.Distribution})
_COLLECTIONS = frozenset({DCAT.Catalog, DCAT.DatasetSeries})


@dataclass(frozen=True, slots=True)
class Container:
    """A node with ldp:contains: its IRI, the resource whose members it lists (both None for a blank node or when
    not said), and the members in document order."""

    iri: str | None
    resource: str | None
    members: tuple[str, ...]

    @property
    def prefix(self) -> str:
        """Last segment of the container's IRI: the child type's name in the URLs of the reference implementation."""
        return (self.iri or "").rstrip("/").rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class DocumentLinks:
    """IRIs that a document names, each once, in document order, none in two of them.

    `named`: those of `catalogues` and `children` that a relation names, not only a container: a container also lists
    drafts that nobody may see.
    """

    catalogues: tuple[str, ...]
    children: tuple[str, ...]
    parts: tuple[str, ...]
    named: frozenset[str]
    containers: tuple[Container, ...]


def document_links(graph: Graph) -> DocumentLinks:
    """The links of one document, by what they lead to."""
    found = containers(graph)
    parts = dict.fromkeys(related(graph, PART_RELATIONS))
    named_catalogues = related(graph, CATALOGUE_RELATIONS)
    named_children = related(graph, RESOURCE_RELATIONS)
    catalogues, children = dict.fromkeys(named_catalogues), dict.fromkeys(named_children)
    points = {iri for iri in (point_iri(graph),) if iri is not None}
    for container in found:
        kinds = _types(graph, container.resource)
        if kinds & _WHOLES and not kinds & _COLLECTIONS:
            target = parts
        elif container.resource in points or (container.resource is None and points):
            target = catalogues
        else:
            target = children
        target.update(dict.fromkeys(container.members))
    return DocumentLinks(
        catalogues=tuple(iri for iri in catalogues if iri not in parts),
        children=tuple(iri for iri in children if iri not in parts and iri not in catalogues),
        parts=tuple(parts),
        named=frozenset((*named_catalogues, *named_children)),
        containers=tuple(found),
    )


def containers(graph: Graph) -> list[Container]:
    """Every node with ldp:contains."""
    found: dict[Subject, list[str]] = {}
    for triple in graph:
        if triple.predicate == LDP.contains and isinstance(triple.object, NamedNode):
            found.setdefault(triple.subject, []).append(triple.object.value)  # type: ignore[arg-type]
    return [
        Container(_iri(node), _owner(graph, node), tuple(dict.fromkeys(members)))
        for node, members in found.items()
    ]


def related(graph: Graph, relations: Iterable[NamedNode]) -> list[str]:
    """IRIs that any node of the document names by one of the relations, each once, in document order."""
    wanted = set(relations)
    objects = (t.object for t in graph if t.predicate in wanted)
    return list(dict.fromkeys(o.value for o in objects if isinstance(o, NamedNode)))


def is_described(graph: Graph, iri: str) -> bool:
    """Whether the document itself describes the resource, beyond naming it."""
    node = NamedNode(iri)
    return bool(graph.value(node, DCT.title)) and bool(graph.types(node))


def point_iri(graph: Graph) -> str | None:
    """IRI of the FAIR Data Point that the document describes, or None: the node of its class, else the one that
    names its catalogues by a FAIR Data Point's relation."""
    naming = [t.subject for t in graph if t.predicate in POINT_RELATIONS]
    candidates = (*graph.instances(*POINTS), *naming)
    return next((node.value for node in candidates if isinstance(node, NamedNode)), None)


def _owner(graph: Graph, container: Subject) -> str | None:
    """Whose members they are; a resource may be its own container."""
    said = graph.value(container, LDP.membershipResource)
    if said is not None:
        return _iri(said)
    return _iri(container) if graph.types(container) & (_WHOLES | _COLLECTIONS | set(POINTS)) else None


def _types(graph: Graph, iri: str | None) -> set[NamedNode]:
    return graph.types(NamedNode(iri)) if iri else set()


def _iri(node: Term) -> str | None:
    return node.value if isinstance(node, NamedNode) else None
