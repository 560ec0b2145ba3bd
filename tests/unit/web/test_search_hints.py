"""Any exact match of a concept filters as the concept does; what no dataset can answer is said, with what is near."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from web_world import DICOM_MG, MG

from catalogue.adapters.vocabularies import load_vocabularies
from catalogue.discovery.facets import preferred
from catalogue.model.search import SearchQuery

BROWSER = {"Accept": "text/html"}


def api(client: FlaskClient, **asked: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/datasets", query_string=asked).json
    return found


def page(client: FlaskClient, **asked: str) -> str:
    answer = client.get("/datasets", query_string=asked, headers=BROWSER)
    assert answer.status_code == 200
    return html.unescape(re.sub(r"\s+", " ", answer.text))


def test_an_exact_match_filters_as_its_concept(client: FlaskClient) -> None:
    found = api(client, modality=DICOM_MG)
    assert found["total"] == api(client, modality=MG)["total"] == 1
    assert [value["value"] for value in found["facets"]["modality"]].count(MG) == 1
    assert DICOM_MG not in [value["value"] for value in found["facets"]["modality"]]
    assert found["hints"] == []


def test_the_page_ticks_the_concept_of_an_exact_match(client: FlaskClient) -> None:
    shown = page(client, modality=DICOM_MG)
    assert f'value="{MG}" checked' in shown
    assert "Modality: Mammography" in shown


@pytest.mark.parametrize(
    ("facet", "value", "kept"),
    [
        ("modality", DICOM_MG, "https://cancerimage.eu/ontology/EUCAIM#IMG1000030"),
        ("modality", "http://radlex.org/RID/RID10321", "https://cancerimage.eu/ontology/EUCAIM#IMG1000026"),
        ("country", "deu", "DE"),
        ("country", "http://publications.europa.eu/resource/authority/country/DEU", "DE"),
        ("country", "de", "DE"),
        ("keyword", DICOM_MG, DICOM_MG),
        ("modality", "https://unknown.example/x", "https://unknown.example/x"),
    ],
)
def test_shipped_vocabularies_lead_to_the_value_in_the_index(facet: str, value: str, kept: str) -> None:
    asked = SearchQuery(filters={facet: (value, kept)})
    assert preferred(asked, load_vocabularies()).filters == {facet: (kept,)}


def test_a_value_that_no_dataset_has_is_told_with_the_nearest(client: FlaskClient) -> None:
    found = api(client, modality="mammografy")
    assert found["total"] == 0
    (hint,) = found["hints"]
    assert (hint["parameter"], hint["value"]) == ("modality", "mammografy")
    assert hint["detail"] == f"No dataset has the modality 'mammografy'. Nearest: Mammography ({MG})."
    assert hint["nearest"] == [{"value": MG, "label": "Mammography", "count": 1}]
    shown = page(client, modality="mammografy")
    assert "No dataset has “mammografy” as Modality." in shown
    link = re.search(r'Nearest: <a href="([^"]+)">Mammography</a> \(1\)', shown)
    assert link
    assert "Mammography" in client.get(link.group(1), headers=BROWSER).text
    assert client.get(link.group(1).replace("/datasets", "/api/v1/datasets")).json["total"] == 1


def test_a_code_leads_to_its_concept(client: FlaskClient) -> None:
    (hint,) = api(client, modality="MG")["hints"]
    assert hint["nearest"][0]["value"] == MG


def test_where_nothing_is_near_the_most_frequent_are_named(client: FlaskClient) -> None:
    (hint,) = api(client, country="ZZ")["hints"]
    assert {value["value"] for value in hint["nearest"]} == {"DE", "FR"}


def test_a_value_that_only_other_filters_exclude_is_no_mistake(client: FlaskClient) -> None:
    found = api(client, country="FR", modality=MG)
    assert (found["total"], found["hints"]) == (0, [])


def test_one_wrong_value_beside_a_right_one_is_told(client: FlaskClient) -> None:
    found = client.get("/api/v1/datasets", query_string=[("country", "DE"), ("country", "XX")]).json
    assert found["total"] == 2
    assert [hint["value"] for hint in found["hints"]] == ["XX"]


@pytest.mark.parametrize("text", ["!!!", "_", "—", '""'])
def test_symbols_alone_find_nothing_and_say_why(client: FlaskClient, text: str) -> None:
    found = api(client, q=text)
    assert found["total"] == 0
    (hint,) = found["hints"]
    assert hint["parameter"] == "q"
    assert "no letter and no digit" in hint["detail"]
    assert "no letter and no digit" in page(client, q=text)
