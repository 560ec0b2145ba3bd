"""Which profile a record is judged by under "auto"."""

from __future__ import annotations

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

from catalogue.adapters.profiles import load_profiles
from catalogue.pipeline.profile_detection import detect_profile
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import PREFIXES

PROFILES = load_profiles()
HEADER = "@prefix ex: <https://example.org/> .\n" + "".join(
    f"@prefix {p}: <{i}> .\n" for p, i in PREFIXES.items()
)
THEME = "http://publications.europa.eu/resource/authority/data-theme/"
EHDS = "<http://data.europa.eu/eli/reg/2025/327/oj>"
HVD = "<http://data.europa.eu/eli/reg_impl/2023/138/oj>"


def detected(text: str) -> str:
    graph = Graph(quad.triple for quad in pyoxigraph.parse(HEADER + text, format=RdfFormat.TURTLE))
    found = detect_profile(graph, "https://example.org/d")
    assert found in PROFILES
    assert detect_profile(graph, "<https://example.org/d>") == found
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('ex:d a dcat:Dataset ; dct:title "T" .', "dcat-ap-3.0.1"),
        (f"ex:d dcat:theme <{THEME}SOCI> .", "dcat-ap-3.0.1"),
        (f"ex:d dcat:theme <{THEME}HEAL> .", "healthdcat-ap-r8"),
        (f"ex:other dcat:theme <{THEME}HEAL> .", "dcat-ap-3.0.1"),
        (f"ex:d dcatap:applicableLegislation {EHDS} .", "healthdcat-ap-r8"),
        (f"ex:d dcatap:applicableLegislation {HVD} .", "dcat-ap-hvd-3.0.0"),
        (f"ex:d dcatap:applicableLegislation {HVD} , {EHDS} .", "dcat-ap-hvd-3.0.0"),
        ("ex:d dcatap:hvdCategory <http://data.europa.eu/bna/c_e1da4e07> .", "dcat-ap-hvd-3.0.0"),
        ("ex:other dcatap:hvdCategory <http://data.europa.eu/bna/c_e1da4e07> .", "dcat-ap-3.0.1"),
    ],
)
def test_what_a_record_is_about_decides_where_its_terms_do_not(text: str, expected: str) -> None:
    assert detected(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ex:d healthdcatap:healthCategory ex:c .", "healthdcat-ap-r8"),
        ("ex:d <https://w3id.org/healthdcat-ap#healthCategory> ex:c .", "healthdcat-ap-r8"),
        ('ex:d dct:title "http://healthdataportal.eu/ns/health#hdab" .', "dcat-ap-3.0.1"),
        ("ex:d eucaim:hasCondition ex:c ; healthdcatap:healthCategory ex:h .", "eucaim-2.0"),
        (f"ex:d eucaim:hasCondition ex:c ; dcatap:applicableLegislation {HVD} .", "eucaim-2.0"),
        ("ex:d dct:type eucaim:SPEC1000017 .", "dcat-ap-3.0.1"),
        ("ex:d healthdcatap:hdab ex:b . ex:b healthdcatap:publisherType ex:t .", "healthdcat-ap-r5"),
        ("ex:d healthdcatap:hdab ex:b . ex:p healthdcatap:trustedDataHolder true .", "healthdcat-ap-r5"),
        ("ex:d healthdcatap:hasCodeValues ex:c34 .", "healthdcat-ap-r5"),
        ('ex:d healthdcatap:hasCodeValues "C34" .', "healthdcat-ap-r8"),
        ('ex:d healthdcatap:hdab ex:b . ex:c csvw:titles "Age" .', "healthdcat-ap-r5"),
        ('ex:d dct:title "T" . ex:c csvw:titles "Age" .', "dcat-ap-3.0.1"),
    ],
)
def test_the_terms_of_a_record_decide(text: str, expected: str) -> None:
    assert detected(text) == expected


@pytest.mark.parametrize(
    "later",
    [
        "ex:p cv:contactPoint ex:x .",
        "ex:d healthdcatap:hasStructuredData true .",
        "ex:d healthdcatap:hasVariables ex:v .",
        "ex:d healthdcatap:hdabCoordinator ex:v .",
        "ex:d geodcatap:custodian ex:v .",
    ],
)
def test_a_mark_of_release_5_counts_only_where_nothing_later_is_there(later: str) -> None:
    older = 'ex:d healthdcatap:hdab ex:b . ex:c csvw:titles "Age" . ex:p healthdcatap:publisherNote "N" .'
    assert detected(older) == "healthdcat-ap-r5"
    assert detected(f"{older} {later}") == "healthdcat-ap-r8"


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        ("https://w3id.org/pharos/profiles/eucaim-2.0", "eucaim-2.0"),
        ("https://github.com/EUCAIM/eucaim_dcat_ap", "eucaim-2.0"),
        ("https://eucaim.github.io/eucaim_dcat_ap/releases/v2.0/", "eucaim-2.0"),
        ("https://healthdcat-ap.github.io/", "healthdcat-ap-r8"),
        (
            "https://healthdataeu.pages.code.europa.eu/healthdcat-ap/releases/release-8/",
            "healthdcat-ap-r8",
        ),
        (
            "https://healthdataeu.pages.code.europa.eu/healthdcat-ap/releases/release-5/",
            "healthdcat-ap-r5",
        ),
        ("https://w3id.org/pharos/profiles/healthdcat-ap-r5", "healthdcat-ap-r5"),
        ("https://semiceu.github.io/DCAT-AP/releases/3.0.0-hvd/", "dcat-ap-hvd-3.0.0"),
        ("https://semiceu.github.io/DCAT-AP/releases/3.0.1/", "dcat-ap-3.0.1"),
        ("https://semiceu.github.io/DCAT-AP/releases/3.0.1/#Dataset", "dcat-ap-3.0.1"),
        ("http://data.europa.eu/r5r/", "dcat-ap-3.0.1"),
    ],
)
def test_the_profile_that_a_record_names_comes_before_all_signs(iri: str, expected: str) -> None:
    signs = f"ex:d healthdcatap:healthCategory ex:c ; dcat:theme <{THEME}HEAL> ; eucaim:hasCondition ex:c ."
    assert detected(f"ex:d dct:conformsTo <{iri}> . {signs}") == expected
    assert detected(f"ex:r foaf:primaryTopic ex:d ; dct:conformsTo <{iri}> . {signs}") == expected


def test_a_standard_that_is_no_profile_decides_nothing() -> None:
    standard = "<https://hdeu-dcat.data.health.europa.eu/resource/authority/standard/DICOM>"
    assert detected(f"ex:d dct:conformsTo {standard} .") == "dcat-ap-3.0.1"
    assert detected('ex:d dct:conformsTo "https://healthdcat-ap.github.io/" .') == "dcat-ap-3.0.1"


def test_what_another_resource_conforms_to_decides_nothing() -> None:
    assert detected("ex:other dct:conformsTo <https://healthdcat-ap.github.io/> .") == "dcat-ap-3.0.1"


def test_of_several_profiles_the_most_special_decides() -> None:
    both = "<https://semiceu.github.io/DCAT-AP/releases/3.0.1/> , <https://healthdcat-ap.github.io/>"
    assert detected(f"ex:d dct:conformsTo {both} .") == "healthdcat-ap-r8"
