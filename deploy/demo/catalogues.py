"""The description of a provider's catalogue, without its members."""

from __future__ import annotations

from rdflib import Graph, Literal, URIRef

from deploy.demo.authoring import Provider
from deploy.demo.parts import Namer, add_date, add_publisher, add_texts, add_typed
from deploy.demo.terms import (
    DCAT,
    DCATAP,
    DCTERMS,
    EHDS,
    ELI,
    FOAF,
    RDF,
    SKOS,
    authority,
    language,
)

CATALOGUE_ISSUED = "2024-01-08"
CATALOGUE_MODIFIED = "2026-10-12"


def describe_catalogue(provider: Provider, iri: URIRef) -> Graph:
    """Title, publisher and the other mandatory properties; the caller adds dcat:dataset."""
    graph = Graph()
    name = Namer(str(iri), f"{provider.slug}-catalogue", provider.dialect.parts)
    graph.add((iri, RDF.type, DCAT.Catalog))
    add_texts(graph, iri, DCTERMS.title, provider.catalogue_title)
    add_texts(graph, iri, DCTERMS.description, provider.catalogue_description)
    add_publisher(graph, iri, provider, name)
    add_typed(graph, iri, DCATAP.applicableLegislation, ELI.LegalResource, [EHDS])
    tags = sorted({"en", provider.language})
    add_typed(graph, iri, DCTERMS.language, DCTERMS.LinguisticSystem, [language(tag) for tag in tags])
    add_typed(graph, iri, DCTERMS.spatial, DCTERMS.Location, [authority("country", provider.country)])
    add_typed(graph, iri, DCTERMS.license, DCTERMS.LicenseDocument, [authority("licence", "CC0")])
    add_typed(graph, iri, FOAF.homepage, FOAF.Document, [URIRef(provider.home)])
    themes = authority("data-theme")
    add_typed(graph, iri, DCAT.themeTaxonomy, SKOS.ConceptScheme, [themes])
    graph.add((themes, DCTERMS.title, Literal("Data theme", lang="en")))
    add_date(graph, iri, DCTERMS.issued, CATALOGUE_ISSUED)
    add_date(graph, iri, DCTERMS.modified, CATALOGUE_MODIFIED)
    return graph
