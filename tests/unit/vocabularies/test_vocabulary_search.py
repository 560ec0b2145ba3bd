"""What a person types in her language, and what sources write, lead to the concept."""

from __future__ import annotations

import pytest

from catalogue.model.vocabularies import Vocabularies

EUCAIM = "https://cancerimage.eu/ontology/EUCAIM#"
BREAST = EUCAIM + "CLIN1000060"
CANCER = "http://snomed.info/id/363346000"
THEME = "resource/authority/health-theme/CANCER_DISEASE"
CATEGORY = "resource/authority/healthcategories/EHRS"
BODY_PARTS = "https://w3id.org/pharos/vocabularies/body-part"


@pytest.mark.parametrize(
    "words",
    ["Brustkrebs", "cancro della mammella", "cáncer de mama", "cancer du sein", "breast carcinoma", "C50"],
)
def test_a_condition_is_found_by_words_of_five_languages_and_by_code(
    shipped: Vocabularies, words: str
) -> None:
    assert words in shipped.search_terms([BREAST])


@pytest.mark.parametrize("words", ["Malignant neoplasm", "Krebs", "cancer", "cancro", "cáncer", "C00-C97"])
def test_search_terms_hold_the_words_of_every_ancestor(shipped: Vocabularies, words: str) -> None:
    glioblastoma = "http://snomed.info/id/393563007"
    assert words in shipped.search_terms([glioblastoma])
    assert "Glioblastoma" not in shipped.search_terms([CANCER])


def test_every_condition_descends_from_malignant_neoplasm(shipped: Vocabularies) -> None:
    conditions = shipped.graphs["condition"]
    for node in conditions.subjects():
        concept = shipped.concept(getattr(node, "value", ""))
        if concept is not None:
            assert "Malignant neoplasm" in shipped.search_terms([concept.iri]), concept.iri


def test_the_notation_is_among_the_search_terms(shipped: Vocabularies) -> None:
    assert "CT" in shipped.search_terms([EUCAIM + "IMG1000026"])


def test_an_unknown_iri_gives_no_terms(shipped: Vocabularies) -> None:
    assert shipped.search_terms(["https://example.org/unknown"]) == []


@pytest.mark.parametrize(
    ("spelling", "iri"),
    [
        ("urn:iso:3166:DE", "http://publications.europa.eu/resource/authority/country/DEU"),
        (
            "https://publications.europa.eu/resource/authority/language/ENG",
            "http://publications.europa.eu/resource/authority/language/ENG",
        ),
        (
            f"https://hdeu-dcat.acceptance.data.health.europa.eu/{THEME}",
            f"https://hdeu-dcat.data.health.europa.eu/{THEME}",
        ),
        (
            f"http://hdeu-dcat.data.health.europa.eu/{THEME}",
            f"https://hdeu-dcat.data.health.europa.eu/{THEME}",
        ),
        (f"http://healthdataportal.eu/{THEME}", f"https://hdeu-dcat.data.health.europa.eu/{THEME}"),
        (f"http://13.81.34.152:1101/{CATEGORY}", f"https://hdeu-dcat.data.health.europa.eu/{CATEGORY}"),
        ("https://snomed.info/id/254837009", BREAST),
        ("http://cancerimage.eu/ontology/EUCAIM#CLIN1000060", BREAST),
        ("https://dicom.nema.org/resources/ontology/DCM/CT", EUCAIM + "IMG1000026"),
        ("https://w3id.org/dpv/pd#Age", "https://w3id.org/dpv/dpv-pd#Age"),
        (
            "http://creativecommons.org/licenses/by/4.0/",
            "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0",
        ),
        (
            "https://www.iana.org/assignments/media-types/application/dicom",
            "http://www.iana.org/assignments/media-types/application/dicom",
        ),
    ],
    ids=lambda value: value.split("://")[-1][-40:],
)
def test_other_spellings_lead_to_the_one_concept(shipped: Vocabularies, spelling: str, iri: str) -> None:
    assert shipped.concept(spelling) is shipped.concepts[iri]
    assert shipped.concepts[iri].iri == iri


def test_a_country_is_known_by_its_two_letters(shipped: Vocabularies) -> None:
    concept = shipped.concepts["urn:iso:3166:DE"]
    assert concept.notation == "DE"
    assert concept.label(["fr"]) == "Allemagne"


def test_a_concept_of_two_vocabularies_is_one_and_keeps_its_hierarchy(shipped: Vocabularies) -> None:
    liver = shipped.concepts[EUCAIM + "BP1000105"]
    assert liver.scheme == BODY_PARTS
    assert "Liver structure" in liver.alternatives
    assert "Abdomen" in shipped.search_terms([liver.iri])
