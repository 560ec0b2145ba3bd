"""The distributions of a dataset, each a small graph of its own."""

from __future__ import annotations

from functools import cache
from typing import Any

from rdflib import Graph, Literal, URIRef

from deploy.demo.authoring import Dataset, Provider, read_toml
from deploy.demo.parts import Namer, add_date, add_number, add_typed
from deploy.demo.terms import (
    ADMS,
    DCAT,
    DCATAP,
    DCTERMS,
    EHDS,
    ELI,
    FOAF,
    RDF,
    access_condition,
    authority,
    data_use_condition,
    media_type,
)

_BYTES_PER_GIGABYTE = 10**9


@cache
def _kinds() -> dict[str, dict[str, Any]]:
    return read_toml("distributions.toml")


def describe_distribution(provider: Provider, dataset: Dataset, kind: str, iri: URIRef) -> Graph:
    """One distribution; access goes through the provider's request page even where it is a download."""
    graph = Graph()
    form = _kinds()[kind]
    graph.add((iri, RDF.type, DCAT.Distribution))
    graph.add((iri, DCTERMS.title, Literal(form["title"], lang="en")))
    facts = {
        "studies": f"{dataset.studies:,}",
        "gigabytes": f"{dataset.gigabytes:,}",
        "segmentations": f"{dataset.segmentations or 0:,}",
        "individuals": f"{dataset.individuals:,}",
    }
    graph.add((iri, DCTERMS.description, Literal(form["description"].format(**facts), lang="en")))
    graph.add((iri, DCAT.accessURL, URIRef(f"{provider.home}/access/{dataset.slug}/{kind}")))
    if dataset.access == "PUBLIC":
        graph.add((iri, DCAT.downloadURL, URIRef(f"{provider.home}/files/{dataset.slug}/{kind}")))
    add_typed(graph, iri, DCATAP.applicableLegislation, ELI.LegalResource, [EHDS])
    rights = [access_condition(code) for code in dataset.access_conditions]
    if dataset.uses_on == "distribution":
        rights += [data_use_condition(code) for code in dataset.uses]
    add_typed(graph, iri, DCTERMS.rights, DCTERMS.RightsStatement, rights)
    _add_form(graph, iri, form)
    add_number(graph, iri, DCAT.byteSize, int(dataset.gigabytes * _BYTES_PER_GIGABYTE * form["share"]))
    graph.add((iri, DCATAP.availability, authority("planned-availability", "STABLE")))
    graph.add((iri, ADMS.status, authority("distribution-status", "COMPLETED")))
    add_date(graph, iri, DCTERMS.issued, dataset.issued)
    add_date(graph, iri, DCTERMS.modified, dataset.modified)
    _add_licence(
        graph, provider, dataset, iri, Namer(str(iri), f"{dataset.slug}-{kind}", provider.dialect.parts)
    )
    return graph


def _add_form(graph: Graph, iri: URIRef, form: dict[str, Any]) -> None:
    file_type = authority("file-type", form["format"])
    add_typed(graph, iri, DCTERMS.format, DCTERMS.MediaTypeOrExtent, [file_type])
    add_typed(graph, iri, DCAT.mediaType, DCTERMS.MediaType, [media_type(form["media_type"])])
    if "package_format" in form:
        add_typed(graph, iri, DCAT.packageFormat, DCTERMS.MediaType, [media_type(form["package_format"])])


def _add_licence(graph: Graph, provider: Provider, dataset: Dataset, iri: URIRef, name: Namer) -> None:
    if dataset.licence:
        licence = authority("licence", dataset.licence)
        add_typed(graph, iri, DCTERMS.license, DCTERMS.LicenseDocument, [licence])
        return
    permit = name("permit")
    add_typed(graph, iri, DCTERMS.license, DCTERMS.LicenseDocument, [permit])
    graph.add((permit, DCTERMS.title, Literal("Data use agreement of the provider", lang="en")))
    add_typed(graph, permit, FOAF.page, FOAF.Document, [URIRef(f"{provider.home}/data-use-agreement")])
