"""The walk that gathers what a source says about one resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from catalogue.model.resources import MEMBERSHIP, POINTING, STRUCTURAL, Roles, is_authority
from catalogue.rdf.graphs import Graph
from catalogue.rdf.labels import label_by_content
from catalogue.rdf.namespaces import RDF
from catalogue.rdf.terms import BlankNode, NamedNode, Subject, Triple

_TYPE = RDF.type
_STAND_IN = NamedNode("urn:pharos:blank-subject")
BLANK_SUBJECT = BlankNode("subject")


@dataclass(slots=True)
class Description:
    """Triples about a resource, the nodes they describe, and the IRIs of parts that are not described here."""

    subject: Subject
    triples: list[Triple] = field(default_factory=list)
    nodes: set[Subject] = field(default_factory=set)
    missing: dict[str, None] = field(default_factory=dict)


def describe(graph: Graph, subject: Subject, roles: Roles) -> Description:
    """Everything the subject reaches through blank nodes and described IRIs, stopping at other primary resources
    (the link is kept), and what points to it. Iterative: depth and cycles do no harm."""
    found = Description(subject, nodes={subject})
    waiting = [subject]
    while waiting:
        node = waiting.pop()
        _read(graph, node, roles, found, waiting)
        if node == subject or node in roles.distributions:
            _read_pointing(graph, node, roles, found, waiting)
    return found


def _read(graph: Graph, node: Subject, roles: Roles, found: Description, waiting: list[Subject]) -> None:
    is_start = node == found.subject
    shallow = not is_start and roles.is_shallow(node)
    for triple in graph.about(node):
        predicate, target = triple.predicate, triple.object
        if not isinstance(target, NamedNode | BlankNode):
            found.triples.append(triple)
            continue
        stop = target != found.subject and roles.is_stop(target)
        # One quality statement about a thousand datasets would otherwise put a thousand links into each of them.
        if stop and not is_start and predicate in POINTING:
            continue
        found.triples.append(triple)
        if stop or target in found.nodes or predicate == _TYPE or predicate in MEMBERSHIP:
            continue
        if isinstance(target, NamedNode):
            if predicate in STRUCTURAL and target not in roles.described and not is_authority(target.value):
                found.missing[target.value] = None
            if shallow or (target not in roles.described and target not in roles.types):
                continue
        found.nodes.add(target)
        waiting.append(target)


def _read_pointing(
    graph: Graph, node: Subject, roles: Roles, found: Description, waiting: list[Subject]
) -> None:
    for triple in graph.pointing_to(node):
        source = triple.subject
        if triple.predicate not in POINTING or not isinstance(source, NamedNode | BlankNode):
            continue
        if source not in found.nodes and not roles.is_stop(source):
            found.nodes.add(source)
            waiting.append(source)


def labelled(triples: Iterable[Triple], subject: Subject) -> tuple[Graph, Subject]:
    """The record's graph with blank nodes labelled by content, and its subject in there: an IRI stays, a blank
    subject is always `_:subject`, so that its own label depends on nothing. RecordError as `label_by_content`."""
    if isinstance(subject, NamedNode):
        return label_by_content(triples if isinstance(triples, Graph) else Graph(triples)), subject
    stood_in = label_by_content(Graph(replaced(triples, subject, _STAND_IN)))
    return Graph(replaced(stood_in, _STAND_IN, BLANK_SUBJECT)), BLANK_SUBJECT


def unlabelled(triples: Iterable[Triple], subject: Subject) -> tuple[Graph, Subject]:
    """As `labelled`, with the document's own blank node labels."""
    if isinstance(subject, NamedNode):
        return Graph(triples), subject
    return Graph(replaced(triples, subject, BLANK_SUBJECT)), BLANK_SUBJECT


def replaced(triples: Iterable[Triple], node: Subject, by: Subject) -> Iterator[Triple]:
    """The triples with one node called by another name, wherever it stands as subject or object."""
    for triple in triples:
        if node in (triple.subject, triple.object):
            yield Triple(
                by if triple.subject == node else triple.subject,
                triple.predicate,
                by if triple.object == node else triple.object,
            )
        else:
            yield triple
