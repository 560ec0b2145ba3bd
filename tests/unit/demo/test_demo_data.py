"""The sixty demo datasets keep the rules of the profiles they are written for, but for the listed flaws."""

from __future__ import annotations

from collections import Counter

import pytest
from rdflib import Graph, Literal, URIRef

from deploy.demo.authoring import load_providers, read_toml
from deploy.demo.catalogues import describe_catalogue
from deploy.demo.fair_data_point import FairDataPointSite
from deploy.demo.federation_data import Record, stable_records
from deploy.demo.flaws import all_flaws, expected_of
from deploy.demo.terms import CV, DCAT, DCATAP, DCTERMS, DPV, EUCAIM, FOAF, HEALTHDCATAP, RDF, VCARD

PROVIDERS = load_providers()
RECORDS = [(provider, record) for provider in PROVIDERS for record in stable_records(provider, PROVIDERS)]
RECORD_IDS = [f"{provider.slug}/{record.dataset.slug}" for provider, record in RECORDS]

EXACTLY_ONE = [
    DCTERMS.accessRights, DCTERMS.identifier, DCTERMS.publisher, DCAT.theme, DCAT.version,
    EUCAIM.hasCondition, EUCAIM.interoperabilityLevel, HEALTHDCATAP.hdab, HEALTHDCATAP.hasStructuredData,
    HEALTHDCATAP.numberOfRecords, HEALTHDCATAP.numberOfUniqueIndividuals,
]  # fmt: skip
AT_LEAST_ONE = [
    DCTERMS.title, DCTERMS.description, DCTERMS.provenance, DCTERMS.type, DCAT.contactPoint,
    DCAT.distribution, DCAT.keyword, DCATAP.applicableLegislation, EUCAIM.collectionMethod,
    EUCAIM.hasBirthSex, EUCAIM.hasEquipmentManufacturer, EUCAIM.hasImageBodyPart, EUCAIM.hasImageModality,
    HEALTHDCATAP.healthCategory,
]  # fmt: skip
ON_A_DISTRIBUTION = [DCAT.accessURL, DCATAP.applicableLegislation, DCTERMS.rights]
ON_A_CATALOGUE = [DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCATAP.applicableLegislation]


def flawed_path(provider: str, dataset: str) -> URIRef | None:
    paths = {(flaw.provider, flaw.dataset): flaw.path for flaw in all_flaws()}
    return paths.get((provider, dataset))


def test_there_are_sixty_datasets_at_eleven_of_twelve_providers_in_ten_countries() -> None:
    counts = {provider.slug: len(provider.datasets) for provider in PROVIDERS}
    assert len(counts) == 12
    assert sum(counts.values()) == 60
    assert all(3 <= count <= 9 for count in counts.values() if count)
    assert [slug for slug, count in counts.items() if not count] == ["institut-isarblick"]
    assert len({provider.country for provider in PROVIDERS}) == 10


def test_one_dataset_is_described_by_two_providers() -> None:
    subjects = Counter(record.iri for _, record in RECORDS)
    assert len(subjects) == 60
    assert [str(iri) for iri, count in subjects.items() if count > 1] == [
        "https://data.klinikum-havel.example/datasets/glioma-follow-up"
    ]


def test_titles_and_descriptions_never_repeat() -> None:
    datasets = [dataset for provider in PROVIDERS for dataset in provider.datasets]
    for texts in ("title", "description"):
        written = [text for dataset in datasets for text in getattr(dataset, texts).values()]
        assert [text for text, count in Counter(written).items() if count > 1] == []


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.slug)
def test_each_dataset_speaks_english_and_the_language_of_its_provider(provider) -> None:
    for dataset in provider.datasets:
        assert set(dataset.title) == set(dataset.description) == {"en", provider.language}
        sentences = dataset.description["en"].count(". ") + 1
        assert 2 <= sentences <= 5


def test_ten_languages_beside_english_occur() -> None:
    assert len({provider.language for provider in PROVIDERS if provider.datasets} - {"en"}) == 10


@pytest.mark.parametrize(("provider", "record"), RECORDS, ids=RECORD_IDS)
def test_each_mandatory_property_is_there_but_for_the_flaw(provider, record: Record) -> None:
    flaw = flawed_path(provider.slug, record.dataset.slug)
    count = {path: len(list(record.graph.objects(record.iri, path))) for path in EXACTLY_ONE + AT_LEAST_ONE}
    wrong = {path for path in EXACTLY_ONE if count[path] != 1} | {
        path for path in AT_LEAST_ONE if not count[path]
    }
    for part, graph in record.distributions.items():
        wrong |= {path for path in ON_A_DISTRIBUTION if (part, path, None) not in graph}
    for path in (HEALTHDCATAP.numberOfRecords, HEALTHDCATAP.numberOfUniqueIndividuals):
        number = record.graph.value(record.iri, path)
        wrong |= set() if isinstance(number, Literal) and number.ill_typed is False else {path}
    assert wrong == ({flaw} if flaw else set())


@pytest.mark.parametrize(("provider", "record"), RECORDS, ids=RECORD_IDS)
def test_parts_are_typed_and_agents_can_be_reached(provider, record: Record) -> None:
    graph = record.whole()
    for agent in graph.subjects(RDF.type, FOAF.Agent):
        contacts = list(graph.objects(agent, CV.contactPoint))
        assert len(contacts) == 1
        assert (contacts[0], RDF.type, CV.ContactPoint) in graph
        assert graph.value(contacts[0], CV.email) or graph.value(contacts[0], CV.contactPage)
    for kind in graph.objects(record.iri, DCAT.contactPoint):
        assert (kind, RDF.type, VCARD.Kind) in graph
    structured = bool(graph.value(record.iri, HEALTHDCATAP.hasStructuredData))
    assert structured == ((record.iri, HEALTHDCATAP.hasVariables, None) in graph)
    assert ((record.iri, DPV.hasPersonalData, None) in graph) == (
        record.dataset.data_type == "PseudonymisedData"
    )


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.slug)
def test_catalogues_have_their_mandatory_properties(provider) -> None:
    iri = URIRef(f"{provider.home}/catalogue")
    graph = describe_catalogue(provider, iri)
    assert [path for path in ON_A_CATALOGUE if (iri, path, None) not in graph] == []


def test_the_vocabulary_is_wide_and_every_condition_is_used() -> None:
    datasets = [dataset for provider in PROVIDERS for dataset in provider.datasets]
    concepts = read_toml("concepts.toml")
    assert {dataset.condition for dataset in datasets} == set(concepts["condition"]) == set(concepts["icd10"])
    assert {key for dataset in datasets for key in dataset.modalities} == set(concepts["modality"])
    assert {dataset.access for dataset in datasets} == {"PUBLIC", "RESTRICTED", "NON_PUBLIC"}
    assert {key for dataset in datasets for key in dataset.access_conditions} == {
        "DOWNLOAD",
        "IN_SITU_PROCESSING",
        "REMOTE_PROCESSING",
    }


def test_expected_counts_follow_from_the_data() -> None:
    for provider in PROVIDERS:
        expected = expected_of(provider)
        held = len(provider.datasets) + len(provider.mirrors)
        assert expected.found == held + len(provider.unreadable)
        assert expected.skipped == len(provider.unreadable)
        assert expected.created == held
        assert expected.drafts == len(provider.drafts)
        assert (expected.state == "failed") == (provider.dialect.answers == 500)
    assert sum(expected_of(provider).created for provider in PROVIDERS) == 61


def test_each_flaw_names_a_dataset_of_its_provider() -> None:
    held = {(provider.slug, dataset.slug) for provider in PROVIDERS for dataset in provider.datasets}
    assert len(all_flaws()) == 6
    assert {(flaw.provider, flaw.dataset) for flaw in all_flaws()} <= held
    assert {flaw.profile for flaw in all_flaws()} == {"dcat-ap-3.0.1", "healthdcat-ap-r8"}


def test_fair_data_point_adds_its_defaults_beside_what_the_author_wrote() -> None:
    provider = next(one for one in PROVIDERS if one.slug == "nosokomeio-ilissos")
    site = FairDataPointSite(provider, "http://fdp.example:1")
    root = Graph().parse(data=site.answer("/", {}, "").body, format="turtle")
    catalogue = next(root.objects(None, URIRef("https://w3id.org/fdp/fdp-o#metadataCatalog")))
    path = str(catalogue).removeprefix("http://fdp.example:1")
    graph = Graph().parse(data=site.answer(path, {}, "").body, format="turtle")
    assert (catalogue, DCTERMS.accessRights, URIRef(f"{catalogue}#accessRights")) in graph
    dataset = sorted(graph.objects(catalogue, DCAT.dataset))
    served = [site.answer(str(iri).removeprefix("http://fdp.example:1"), {}, "").body for iri in dataset]
    readable = [body for body in served if b"laryngeal" not in body]
    assert len(readable) == 3
    for body in readable:
        record = Graph().parse(data=body, format="turtle")
        subject = next(record.subjects(RDF.type, DCAT.Dataset))
        assert len(list(record.objects(subject, DCTERMS.accessRights))) == 2
