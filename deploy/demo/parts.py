"""The smaller nodes that datasets and catalogues share: texts, agents, periods, typed concepts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from deploy.demo.authoring import Provider, Texts
from deploy.demo.terms import (
    CV,
    DCAT,
    DCTERMS,
    DPV,
    FOAF,
    GEODCATAP,
    HEALTHDCATAP,
    RDF,
    VCARD,
    XSD,
    health_authority,
)

Subject = URIRef | BNode


class Namer:
    """Names the parts of one record: as fragments of its IRI, or as blank nodes with fixed labels.

    The labels are fixed because two requests for the same page have to give the same bytes.
    """

    def __init__(self, record: str, key: str, style: str) -> None:
        self._record = record
        self._key = key
        self._blank = style == "blank"

    def __call__(self, part: str) -> Subject:
        if self._blank:
            return BNode(f"{self._key}-{part}".replace("-", "_").replace(".", "_"))
        return URIRef(f"{self._record}#{part}")


def add_texts(graph: Graph, subject: Node, predicate: URIRef, texts: Texts) -> None:
    for tag, text in texts.items():
        graph.add((subject, predicate, Literal(text, lang=tag)))


def add_typed(graph: Graph, subject: Node, predicate: URIRef, kind: URIRef, values: Iterable[Node]) -> None:
    """Point to nodes and say what they are, as shapes with sh:class expect."""
    for value in values:
        graph.add((subject, predicate, value))
        graph.add((value, RDF.type, kind))


def add_number(graph: Graph, subject: Node, predicate: URIRef, number: int) -> None:
    graph.add((subject, predicate, Literal(str(number), datatype=XSD.nonNegativeInteger)))


def add_date(graph: Graph, subject: Node, predicate: URIRef, date: str) -> None:
    graph.add((subject, predicate, Literal(date, datatype=XSD.date)))


def add_period(graph: Graph, subject: Node, predicate: URIRef, node: Subject, days: tuple[str, str]) -> None:
    add_typed(graph, subject, predicate, DCTERMS.PeriodOfTime, [node])
    add_date(graph, node, DCAT.startDate, days[0])
    add_date(graph, node, DCAT.endDate, days[1])


@dataclass(frozen=True, slots=True)
class _Agent:
    """Name, language of the name, and where mail to it goes."""

    role: str
    name: str
    tag: str
    host: str
    mailbox: str = "contact"


def add_publisher(graph: Graph, subject: Node, provider: Provider, name: Namer) -> None:
    """The provider as dct:publisher, with its CPOV contact point."""
    agent = name("publisher")
    graph.add((subject, DCTERMS.publisher, agent))
    _describe_agent(graph, name, _Agent("publisher", provider.name, provider.language, provider.host))
    graph.add((agent, DCTERMS.type, health_authority("publisher-type", provider.publisher_type)))
    graph.add((agent, DCTERMS.description, Literal(provider.publisher_description, lang=provider.language)))
    graph.add((name("publisher-contact"), CV.telephone, Literal(provider.telephone)))


def add_custodian(graph: Graph, subject: Node, provider: Provider, name: Namer) -> None:
    """The provider's data office, which keeps the images."""
    graph.add((subject, GEODCATAP.custodian, name("custodian")))
    office = f"{provider.name}: research data office"
    _describe_agent(graph, name, _Agent("custodian", office, "en", provider.host, "data-office"))


def add_access_body(graph: Graph, subject: Node, provider: Provider, name: Namer) -> None:
    """The health data access body in charge."""
    graph.add((subject, HEALTHDCATAP.hdab, name("hdab")))
    _describe_agent(graph, name, _Agent("hdab", provider.hdab_name, provider.language, provider.hdab_host))
    graph.add((name("hdab"), DCTERMS.type, health_authority("publisher-type", "national-authority")))


def _describe_agent(graph: Graph, name: Namer, agent: _Agent) -> None:
    node, contact = name(agent.role), name(f"{agent.role}-contact")
    graph.add((node, RDF.type, FOAF.Agent))
    graph.add((node, FOAF.name, Literal(agent.name, lang=agent.tag)))
    graph.add((node, CV.contactPoint, contact))
    graph.add((contact, RDF.type, CV.ContactPoint))
    graph.add((contact, CV.email, Literal(f"{agent.mailbox}@{agent.host}")))
    page = URIRef(f"https://{agent.host}/{agent.mailbox}")
    add_typed(graph, contact, CV.contactPage, FOAF.Document, [page])


def add_contact(graph: Graph, subject: Node, provider: Provider, node: Subject) -> None:
    """dcat:contactPoint, which stays vCard."""
    add_typed(graph, subject, DCAT.contactPoint, VCARD.Kind, [node])
    graph.add((node, VCARD.fn, Literal(f"{provider.name}: data requests")))
    graph.add((node, VCARD.hasEmail, URIRef(f"mailto:data-requests@{provider.host}")))
    graph.add((node, VCARD.hasURL, URIRef(f"{provider.home}/data-requests")))


def add_purpose(graph: Graph, subject: Node, node: Subject, text: str) -> None:
    add_typed(graph, subject, DPV.hasPurpose, DPV.Purpose, [node])
    graph.add((node, DCTERMS.description, Literal(text, lang="en")))
