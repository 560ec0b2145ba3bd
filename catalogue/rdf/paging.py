"""How a page of RDF names the page after it: Hydra in both dialects, TREE, and the HTTP Link header. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin

from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import HYDRA, PHAROS, TREE, XSD
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject, Term, Triple

_VIEWS = (HYDRA.PartialCollectionView, HYDRA.PagedCollection)
_TELLING = (HYDRA.next, HYDRA.nextPage, HYDRA.totalItems, TREE.relation)
_LINK = re.compile(r"<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:\"(?:[^\"\\]|\\.)*\"|[^\s;,\"]*))?)*)")
_RELATIONS = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageLinks:
    """`next`: absolute URLs of the following page, several only where the page branches (TREE). `total`: what
    hydra:totalItems claims. `dialect`: by which words the page says so, "" when it is no page of a collection."""

    next: tuple[str, ...] = ()
    total: int | None = None
    dialect: str = ""


def is_self_contained(graph: Graph) -> bool:
    """Whether the page says that its records need nothing from other pages (pharos:selfContained of its view)."""
    statement = Literal("true", datatype=XSD.boolean)
    views = graph.instances(*_VIEWS)
    return any(
        t.predicate == PHAROS.selfContained and t.subject in views for t in graph.pointing_to(statement)
    )


def page_links(graph: Graph, page_url: str) -> PageLinks:
    """What the document at `page_url` says of its place among other pages.

    A document may repeat the links of other pages: those of the node with this page's own address count first, then
    those of the nodes typed as a page, then any.
    """
    told = _told(graph)
    total = _total(told[HYDRA.totalItems])
    for dialect, predicate in (("hydra:next", HYDRA.next), ("hydra:nextPage", HYDRA.nextPage)):
        found = _preferred(graph, page_url, told[predicate])
        targets = _urls((value for node in found for value in graph.objects(node, predicate)), page_url)
        if targets:
            return PageLinks(targets[:1], total, dialect)
    relations = _urls(_tree_nodes(graph, told[TREE.relation]), page_url)
    if relations:
        return PageLinks(relations, total, "tree:relation")
    typed = next((view.value.rpartition("#")[2] for view in _VIEWS if graph.instances(view)), "")
    return PageLinks((), total, f"hydra:{typed}" if typed else "")


def link_header_target(header: str, relation: str, base: str) -> str | None:
    """The first target with the relation in a Link header (RFC 8288), absolute, or None."""
    for match in _LINK.finditer(header):
        target, parameters = match.groups()
        for quoted, bare in _RELATIONS.findall(parameters):
            if relation in (quoted or bare).lower().split():
                return _absolute(target, base)
    return None


def _told(graph: Graph) -> dict[NamedNode, list[Triple]]:
    """What the graph says of pages, by predicate: found in one pass over its triples."""
    found: dict[NamedNode, list[Triple]] = {predicate: [] for predicate in _TELLING}
    for triple in graph:
        if triple.predicate in found:
            found[triple.predicate].append(triple)
    return found


def _preferred(graph: Graph, page_url: str, told: list[Triple]) -> list[Subject]:
    subjects: list[Subject] = list(dict.fromkeys(triple.subject for triple in told))  # type: ignore[misc]
    own: list[Subject] = [
        node for node in subjects if isinstance(node, NamedNode) and _same(node.value, page_url)
    ]
    typed = [node for node in subjects if not graph.types(node).isdisjoint(_VIEWS)]
    return own or typed or subjects


def _same(iri: str, page_url: str) -> bool:
    return urldefrag(iri).url == urldefrag(page_url).url


def _tree_nodes(graph: Graph, told: list[Triple]) -> Iterable[Term]:
    for triple in told:
        if isinstance(triple.object, NamedNode | BlankNode):
            yield from graph.objects(triple.object, TREE.node)


def _urls(values: Iterable[Term], base: str) -> tuple[str, ...]:
    found = (
        _absolute(value.value.strip(), base) for value in values if isinstance(value, NamedNode | Literal)
    )
    return tuple(dict.fromkeys(url for url in found if url))


def _absolute(text: str, base: str) -> str | None:
    if not text:
        return None
    try:
        return urldefrag(urljoin(base, text)).url
    except ValueError:
        return None


def _total(told: list[Triple]) -> int | None:
    """The largest count: a page may count itself beside the collection."""
    counts = [
        int(triple.object.value)
        for triple in told
        if isinstance(triple.object, Literal) and triple.object.value.isdecimal()
    ]
    return max(counts, default=None)
