"""What a FAIR Data Point adds to each record of its own accord."""

from __future__ import annotations

from dataclasses import dataclass

from rdflib import Graph, Literal, URIRef

from deploy.demo.terms import DCAT, DCTERMS, FDP, LDP, RDF, RDFS, XSD

_DATACITE_IDENTIFIER = URIRef("http://purl.org/spar/datacite/Identifier")


@dataclass(frozen=True, slots=True)
class FdpRecord:
    """One document: its record, the paths of its published children, and when it was made and changed."""

    iri: URIRef
    kind: str
    graph: Graph
    children: list[str]
    times: tuple[str, str]


def add_server_defaults(record: FdpRecord, profile: URIRef) -> None:
    """Identifier, label, access rights, profile and dates, beside whatever the author wrote.

    The dates replace the author's, since the reference implementation keeps the time of the metadata there.
    """
    graph, iri = record.graph, record.iri
    identifier, rights = URIRef(f"{iri}#identifier"), URIRef(f"{iri}#accessRights")
    graph.add((iri, FDP.metadataIdentifier, identifier))
    graph.add((identifier, RDF.type, _DATACITE_IDENTIFIER))
    graph.add((identifier, DCTERMS.identifier, Literal(str(iri))))
    graph.add((iri, DCTERMS.accessRights, rights))
    graph.add((rights, RDF.type, DCTERMS.RightsStatement))
    graph.add((rights, DCTERMS.description, Literal("Nothing is known about limits to access.", lang="en")))
    graph.add((iri, DCTERMS.conformsTo, profile))
    graph.add((profile, RDFS.label, Literal(f"{record.kind.capitalize()} profile", lang="en")))
    graph.add((iri, RDF.type, DCAT.Resource))
    titles = [title for title in graph.objects(iri, DCTERMS.title) if isinstance(title, Literal)]
    for title in sorted(titles, key=lambda title: (title.language != "en", title))[:1]:
        graph.add((iri, RDFS.label, title))
    for ours, theirs, day in (
        (FDP.metadataIssued, DCTERMS.issued, record.times[0]),
        (FDP.metadataModified, DCTERMS.modified, record.times[1]),
    ):
        moment = Literal(f"{day}T08:30:00Z", datatype=XSD.dateTime)
        graph.add((iri, ours, moment))
        graph.set((iri, theirs, moment))


def add_children(record: FdpRecord, container: str, relation: URIRef, children: list[URIRef]) -> None:
    """The ldp:DirectContainer of one kind of children."""
    node = URIRef(container)
    record.graph.add((node, RDF.type, LDP.DirectContainer))
    record.graph.add(
        (node, DCTERMS.title, Literal(container.rstrip("/").rpartition("/")[2].capitalize() + "s"))
    )
    record.graph.add((node, LDP.membershipResource, record.iri))
    record.graph.add((node, LDP.hasMemberRelation, relation))
    for child in children:
        record.graph.add((node, LDP.contains, child))
