"""Our IRIs are those of the official lists beside the project (skipped visibly where those are missing)."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

from catalogue.model.vocabularies import Vocabularies
from catalogue.rdf.namespaces import HEALTH_AUTHORITY, SKOS
from catalogue.rdf.terms import NamedNode

pytestmark = pytest.mark.shared

EU_LISTS = "eu-vocabularies"
HEALTH_LISTS = "healthdcat-ap/ehds-validator/vocab"
EUCAIM_LISTS = "eucaim"
OLD_HOST = "http://healthdataportal.eu/resource/authority/"


def _ours(vocabularies: Vocabularies, name: str) -> set[str]:
    nodes = vocabularies.graphs[name].instances(SKOS.Concept)
    return {node.value for node in nodes if isinstance(node, NamedNode)}


def _rdf(shared: Path, path: str, syntax: RdfFormat = RdfFormat.RDF_XML) -> set[str]:
    """Concepts with a label in an official file."""
    quads = pyoxigraph.parse((shared / "standards" / path).read_bytes(), format=syntax, lenient=True)
    return {
        q.subject.value for q in quads if q.predicate == SKOS.prefLabel and isinstance(q.subject, NamedNode)
    }


def _listed(shared: Path, name: str) -> set[str]:
    """Every IRI that a code list names."""
    text = (shared / "standards" / HEALTH_LISTS / name).read_text(encoding="utf-8")
    return set(re.findall(r"https?://[^\s\"',]+", text))


@pytest.mark.parametrize(
    ("name", "rdf", "listed"),
    [
        ("data-theme", ["dcat-ap_shacl/data-theme-skos-ap-act.rdf"], []),
        ("distribution-status", ["geonetwork-dcat-ap/distribution-status.rdf"], []),
        ("access-right", ["geonetwork-dcat-ap/access-right.rdf"], ["AccessRights.yml"]),
        ("frequency", [], ["Frequency.yml"]),
        ("dataset-type", [], ["DatasetType.yml"]),
        ("country", [], ["PublicationsEuropAuthorityCountry.yml"]),
        ("language", ["geonetwork-dcat-ap/language.rdf"], ["PublicationsEuropAuthorityLanguage.yml"]),
        (
            "file-type",
            ["dcat-ap_shacl/filetypes-skos-ap-act.rdf", "geonetwork-dcat-ap/file-type.rdf"],
            ["FileType.yml"],
        ),
    ],
)
def test_concepts_of_eu_tables_are_official(
    shared: Path, shipped: Vocabularies, name: str, rdf: list[str], listed: list[str]
) -> None:
    official = set[str]().union(
        *(_rdf(shared, f"{EU_LISTS}/{path}") for path in rdf), *(_listed(shared, path) for path in listed)
    )
    assert official
    assert _ours(shipped, name) - official == set()


@pytest.mark.parametrize(
    ("name", "table", "listed"),
    [
        ("health-category", "healthcategories", "HealthCategories.yml"),
        ("health-theme", "health-theme", "HealthTheme.yml"),
    ],
)
def test_health_tables_are_complete(
    shared: Path, shipped: Vocabularies, name: str, table: str, listed: str
) -> None:
    official = {
        iri.replace(OLD_HOST, HEALTH_AUTHORITY) for iri in _listed(shared, listed) if f"/{table}/" in iri
    }
    assert official
    assert _ours(shipped, name) == official


@pytest.mark.parametrize("name", ["frequency", "legal-basis"])
def test_short_tables_are_complete(shared: Path, shipped: Vocabularies, name: str) -> None:
    listed = {"frequency": "Frequency.yml", "legal-basis": "LegalBasis.yml"}[name]
    named = {iri for iri in _listed(shared, listed) if re.search(r"/frequency/|gdpr#A", iri)}
    assert named
    assert named <= _ours(shipped, name)


@pytest.mark.parametrize("name", ["coding-system", "standard", "health-activity", "publisher-type"])
def test_codes_of_health_tables_are_among_the_known_facts(
    shared: Path, shipped: Vocabularies, name: str
) -> None:
    facts = (shared / "research" / "standards-facts.md").read_text(encoding="utf-8")
    (line,) = [line for line in facts.splitlines() if line.startswith("Concept codes seen:")]
    (part,) = [p for p in line.split(";") if p.strip().startswith(name)]
    known = set(part.removesuffix(".").split()) - {name, "includes"}
    assert {iri.removeprefix(f"{HEALTH_AUTHORITY}{name}/") for iri in _ours(shipped, name)} == known


def test_access_conditions_are_those_of_eucaim(shared: Path, shipped: Vocabularies) -> None:
    path = f"{EUCAIM_LISTS}/access-conditions/access-conditions.ttl"
    assert _ours(shipped, "access-condition") == _rdf(shared, path, RdfFormat.TURTLE)


def test_data_use_conditions_and_their_matches_are_those_of_eucaim(
    shared: Path, shipped: Vocabularies
) -> None:
    path = shared / "standards" / EUCAIM_LISTS / "data-use-conditions" / "data-use-conditions.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        official = {row["conceptIRI"]: (row["label"], (row["duoIRI"],)) for row in csv.DictReader(lines)}
    ours = {iri: shipped.concepts[iri] for iri in _ours(shipped, "data-use-condition")}
    assert {iri: (c.label(), tuple(c.matches)) for iri, c in ours.items()} == official


def test_annotation_labels_are_the_value_set_of_eucaim(shared: Path, shipped: Vocabularies) -> None:
    path = shared / "standards" / EUCAIM_LISTS / "segmentation-labels.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        official = {row["conceptIRI"].strip(): row["label"].strip() for row in csv.DictReader(lines)}
    assert _ours(shipped, "annotation-label") == set(official)
    unknown = {
        iri: label
        for iri, label in official.items()
        if label.casefold() not in {term.casefold() for term in shipped.search_terms([iri])}
    }
    assert unknown == {}


@pytest.mark.parametrize(
    ("name", "path", "prefix"),
    [
        ("purpose", "ontologies/dpv-2.1/purposes.ttl", "https://w3id.org/dpv#"),
        ("legal-basis", "ontologies/dpv-2.1/legal_basis.ttl", "https://w3id.org/dpv#"),
        ("personal-data", "ontologies/dpv-2.1/pd.ttl", "https://w3id.org/dpv/pd#"),
    ],
)
def test_terms_of_the_data_privacy_vocabulary_exist(
    shared: Path, shipped: Vocabularies, name: str, path: str, prefix: str
) -> None:
    official = _rdf(shared, path, RdfFormat.TURTLE)
    ours = {iri.replace("/dpv-pd#", "/pd#") for iri in _ours(shipped, name)}
    checked = {iri for iri in ours if iri.startswith(prefix)}
    assert checked
    assert checked - official == set()
