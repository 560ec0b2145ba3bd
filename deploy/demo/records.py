"""One dataset as an EUCAIM DCAT-AP v2.0 record that also meets HealthDCAT-AP R8 and DCAT-AP 3.0.1."""

from __future__ import annotations

from rdflib import Graph, Literal, URIRef

from deploy.demo.authoring import Dataset, Provider
from deploy.demo.parts import (
    Namer,
    add_access_body,
    add_contact,
    add_custodian,
    add_date,
    add_number,
    add_period,
    add_publisher,
    add_purpose,
    add_texts,
    add_typed,
)
from deploy.demo.tables import add_variables
from deploy.demo.terms import (
    DCAT,
    DCATAP,
    DCTERMS,
    DPV,
    DQV,
    EHDS,
    ELI,
    EUCAIM,
    FOAF,
    HEALTHDCATAP,
    OA,
    PROV,
    RDF,
    RDFS,
    SKOS,
    XSD,
    authority,
    concept,
    concept_label,
    data_use_condition,
    health_authority,
    icd10,
    language,
    legal_basis,
    personal_data,
)

_YEARS_KEPT = 15
_PURPOSES = {
    "PUBLIC": ["ResearchAndDevelopment", "ScientificResearch"],
    "RESTRICTED": ["AcademicResearch"],
    "NON_PUBLIC": ["ScientificResearch"],
}


def describe_dataset(provider: Provider, dataset: Dataset, iri: URIRef, distributions: list[URIRef]) -> Graph:
    """The record under the given subject; distributions are named here and described elsewhere."""
    graph = Graph()
    name = Namer(str(iri), dataset.slug, provider.dialect.parts)
    graph.add((iri, RDF.type, DCAT.Dataset))
    for distribution in distributions:
        graph.add((iri, DCAT.distribution, distribution))
    _identify(graph, provider, dataset, iri)
    _classify(graph, dataset, iri)
    _say_who(graph, provider, dataset, iri, name)
    _say_when_and_where(graph, provider, dataset, iri, name)
    _describe_images(graph, dataset, iri)
    _describe_population(graph, dataset, iri)
    _regulate(graph, dataset, iri, name)
    add_variables(graph, dataset, iri, name)
    return graph


def _identify(graph: Graph, provider: Provider, dataset: Dataset, iri: URIRef) -> None:
    stable = provider.dataset_iri(dataset.slug)
    graph.add((iri, DCTERMS.identifier, Literal(stable)))
    graph.add((iri, DCAT.version, Literal(dataset.version)))
    add_texts(graph, iri, DCTERMS.title, dataset.title)
    add_texts(graph, iri, DCTERMS.description, dataset.description)
    for tag, words in dataset.keywords.items():
        for word in words:
            graph.add((iri, DCAT.keyword, Literal(word, lang=tag)))
    add_typed(graph, iri, DCAT.landingPage, FOAF.Document, [URIRef(f"{provider.home}/pages/{dataset.slug}")])
    add_typed(graph, iri, FOAF.page, FOAF.Document, [URIRef(f"{provider.home}/guides/{dataset.slug}.pdf")])


def _classify(graph: Graph, dataset: Dataset, iri: URIRef) -> None:
    graph.add((iri, DCAT.theme, authority("data-theme", "HEAL")))
    for code in dataset.health_categories:
        graph.add((iri, HEALTHDCATAP.healthCategory, health_authority("healthcategories", code)))
    graph.add((iri, HEALTHDCATAP.healthTheme, health_authority("health-theme", "CANCER_DISEASE")))
    kind = DPV[dataset.data_type]
    graph.add((iri, DCTERMS.type, kind))
    graph.add((kind, RDF.type, SKOS.Concept))
    graph.add((kind, SKOS.prefLabel, Literal(dataset.data_type.replace("Data", " data"), lang="en")))
    if dataset.access == "NON_PUBLIC":
        graph.add((iri, DCTERMS.type, authority("dataset-type", "PERSONAL_DATA")))
    if "dicom" in dataset.distributions:
        add_typed(graph, iri, DCTERMS.conformsTo, DCTERMS.Standard, [health_authority("standard", "DICOM")])
    systems = [health_authority("coding-system", code) for code in ("ICD-10", "SNOMED-CT")]
    add_typed(graph, iri, HEALTHDCATAP.hasCodingSystem, DCTERMS.Standard, systems)
    graph.add((iri, HEALTHDCATAP.hasCodeValues, Literal(f"ICD-10 {icd10(dataset.condition)}")))


def _say_who(graph: Graph, provider: Provider, dataset: Dataset, iri: URIRef, name: Namer) -> None:
    add_publisher(graph, iri, provider, name)
    add_custodian(graph, iri, provider, name)
    add_access_body(graph, iri, provider, name)
    add_contact(graph, iri, provider, name("contact"))
    tags = sorted({"en", provider.language})
    add_typed(graph, iri, DCTERMS.language, DCTERMS.LinguisticSystem, [language(tag) for tag in tags])
    add_typed(graph, iri, DCTERMS.provenance, DCTERMS.ProvenanceStatement, [name("provenance")])
    add_texts(graph, name("provenance"), RDFS.label, dataset.provenance)


def _say_when_and_where(graph: Graph, provider: Provider, dataset: Dataset, iri: URIRef, name: Namer) -> None:
    add_date(graph, iri, DCTERMS.issued, dataset.issued)
    add_date(graph, iri, DCTERMS.modified, dataset.modified)
    add_period(graph, iri, DCTERMS.temporal, name("acquired"), dataset.acquired)
    end = f"{int(dataset.issued[:4]) + _YEARS_KEPT}-12-31"
    add_period(graph, iri, HEALTHDCATAP.retentionPeriod, name("retention"), (dataset.issued, end))
    add_typed(graph, iri, DCTERMS.spatial, DCTERMS.Location, [authority("country", provider.country)])
    often = dataset.frequency or ("ANNUAL" if "longitudinal" in dataset.collection else "NEVER")
    add_typed(graph, iri, DCTERMS.accrualPeriodicity, DCTERMS.Frequency, [authority("frequency", often)])
    if dataset.activity:
        add_typed(graph, iri, PROV.wasGeneratedBy, PROV.Activity, [name("activity")])
        graph.add((name("activity"), DCTERMS.type, health_authority("health-activity", dataset.activity)))


def _describe_images(graph: Graph, dataset: Dataset, iri: URIRef) -> None:
    links = [
        (EUCAIM.hasCondition, "condition", [dataset.condition]),
        (EUCAIM.hasImageModality, "modality", dataset.modalities),
        (EUCAIM.hasImageBodyPart, "body_part", dataset.body_parts),
        (EUCAIM.hasBirthSex, "sex", dataset.sexes),
        (EUCAIM.hasEquipmentManufacturer, "manufacturer", dataset.manufacturers),
        (EUCAIM.hasAnnotationLabel, "annotation_label", dataset.labels),
        (EUCAIM.collectionMethod, "collection_method", dataset.collection),
        (EUCAIM.interoperabilityLevel, "interoperability_level", [dataset.tier]),
    ]
    for predicate, kind, keys in links:
        for key in keys:
            graph.add((iri, predicate, concept(kind, key)))
    if dataset.segmentations is not None:
        add_number(graph, iri, EUCAIM.nbrOfSegmentations, dataset.segmentations)


def _describe_population(graph: Graph, dataset: Dataset, iri: URIRef) -> None:
    youngest, oldest = dataset.ages
    add_number(graph, iri, HEALTHDCATAP.numberOfUniqueIndividuals, dataset.individuals)
    add_number(graph, iri, HEALTHDCATAP.numberOfRecords, dataset.studies)
    add_number(graph, iri, HEALTHDCATAP.minTypicalAge, youngest)
    add_number(graph, iri, HEALTHDCATAP.maxTypicalAge, oldest)
    disease = concept_label("condition", dataset.condition).lower()
    people = {"female": "women", "male": "men"}.get(" ".join(dataset.sexes), "persons of both sexes")
    if oldest < 20:
        people = "children and adolescents"
    coverage = f"{people.capitalize()} aged {youngest} to {oldest}, examined for {disease}."
    graph.add((iri, HEALTHDCATAP.populationCoverage, Literal(coverage, lang="en")))


def _regulate(graph: Graph, dataset: Dataset, iri: URIRef, name: Namer) -> None:
    rights = [authority("access-right", dataset.access)]
    add_typed(graph, iri, DCTERMS.accessRights, DCTERMS.RightsStatement, rights)
    add_typed(graph, iri, DCATAP.applicableLegislation, ELI.LegalResource, [EHDS])
    add_typed(graph, iri, DPV.hasLegalBasis, DPV.LegalBasis, map(legal_basis, dataset.legal_bases))
    add_typed(graph, iri, DPV.hasPurpose, DPV.Purpose, (DPV[code] for code in _PURPOSES[dataset.access]))
    disease = concept_label("condition", dataset.condition).lower()
    add_purpose(graph, iri, name("purpose"), f"Research on imaging and treatment of {disease}.")
    if dataset.data_type == "PseudonymisedData":
        kinds = [personal_data(code) for code in ("Age", "Gender", "MedicalHealth")]
        add_typed(graph, iri, DPV.hasPersonalData, DPV.PersonalData, kinds)
    if dataset.uses_on == "dataset":
        # EUCAIM puts them on each distribution, where DCAT-AP allows one value of dct:rights only.
        add_typed(graph, iri, DCTERMS.rights, DCTERMS.RightsStatement, map(data_use_condition, dataset.uses))
    if dataset.tier == "tier-3":
        add_typed(graph, iri, DQV.hasQualityAnnotation, DQV.QualityCertificate, [name("certificate")])
        graph.add((name("certificate"), OA.hasTarget, iri))
        graph.add((name("certificate"), OA.motivatedBy, DQV.qualityAssessment))
    graph.add((iri, DCAT.temporalResolution, Literal("P1D", datatype=XSD.duration)))
