"""Every answer of the API is what its OpenAPI document says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient
from web_world import BREAST_IRI, CT, MG, MR, World, fill

from catalogue.model.identifiers import dataset_id, record_id
from catalogue.model.records import OutcomeKind
from catalogue.model.search import FACETS, SORTS
from catalogue.web.app import create_app


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = fill(World(tmp_path))
    yield made
    made.close()


@pytest.fixture
def client(world: World) -> FlaskClient:
    return create_app(world.services()).test_client()


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json
    return found


def schema_of(document: dict[str, Any], path: str, status: int, media_type: str) -> dict[str, Any]:
    """The schema of an answer, closed: an unknown field is a failure."""
    for template, operations in document["paths"].items():
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path):
            content = operations["get"]["responses"][str(status)]["content"]
            components = {
                name: {"additionalProperties": False} | s
                for name, s in document["components"]["schemas"].items()
            }
            return {"$defs": {}, "components": {"schemas": components}} | content[media_type]["schema"]
    raise AssertionError(f"{path} is not in the document")


def assert_valid(document: dict[str, Any], client: FlaskClient, path: str, status: int = 200) -> Any:
    answer = client.get(path)
    assert answer.status_code == status, answer.get_data(as_text=True)
    media_type = "application/json" if status == 200 else "application/problem+json"
    assert answer.mimetype == media_type
    schema = schema_of(document, path.partition("?")[0], status, media_type)
    jsonschema.validate(answer.json, schema, format_checker=jsonschema.FormatChecker())
    return answer.json


def test_the_document_is_openapi_3_1_with_every_route(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert set(document["paths"]) == {
        "/api/v1/datasets", "/api/v1/datasets/{dataset_id}", "/api/v1/records/{record_id}", "/api/v1/sources",
        "/api/v1/records/{record_id}/versions", "/api/v1/records/{record_id}/versions/{number}",
        "/api/v1/records/{record_id}/versions/{number}/diff", "/api/v1/records/{record_id}/versions/{number}/payload",
        "/api/v1/sources/{slug}", "/api/v1/runs", "/api/v1/runs/{run_id}", "/api/v1/validate",
        "/api/v1/sources/{slug}/report",
    }  # fmt: skip
    assert document["servers"][0]["url"] == "https://pharos.example"


def test_every_parameter_has_a_description_and_an_example(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                assert parameter["description"], (path, parameter["name"])
                assert "example" in parameter, (path, parameter["name"])


def test_every_facet_is_a_parameter(document: dict[str, Any]) -> None:
    names = {p["name"] for p in document["paths"]["/api/v1/datasets"]["get"]["parameters"]}
    assert names == {"q", "page", "size", "sort", *FACETS}


def test_every_field_has_a_description(document: dict[str, Any]) -> None:
    bare = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        for field, details in schema["properties"].items()
        if not {"description", "$ref", "items", "allOf", "anyOf"} & details.keys()
    ]
    assert bare == []


def paths(world: World) -> list[str]:
    run = next(run for run in world.ledger.runs() if run.counts.failed)
    return [
        "/api/v1/datasets",
        "/api/v1/datasets?q=breast&size=1&page=2&sort=-modified",
        f"/api/v1/datasets/{dataset_id(BREAST_IRI)}",
        f"/api/v1/records/{record_id('clinic', BREAST_IRI)}",
        f"/api/v1/records/{record_id('clinic', BREAST_IRI)}/versions",
        f"/api/v1/records/{record_id('clinic', BREAST_IRI)}/versions/1",
        f"/api/v1/records/{record_id('clinic', BREAST_IRI)}/versions/1/diff?since=1",
        "/api/v1/sources",
        "/api/v1/sources/clinic",
        "/api/v1/sources/clinic/report",
        "/api/v1/runs",
        "/api/v1/runs?source=clinic&size=1",
        f"/api/v1/runs/{run.run_id}",
        f"/api/v1/runs/{run.run_id}?kind=failed&kind=created",
    ]


def test_every_answer_validates(document: dict[str, Any], client: FlaskClient, world: World) -> None:
    for path in paths(world):
        assert_valid(document, client, path)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/datasets?colour=red", 400),
        ("/api/v1/datasets?page=0", 400),
        ("/api/v1/datasets?size=101", 400),
        ("/api/v1/datasets?sort=luck", 400),
        ("/api/v1/datasets?page=101&size=100", 400),
        (f"/api/v1/datasets/{'a' * 20}", 404),
        (f"/api/v1/records/{'a' * 20}", 404),
        ("/api/v1/sources/nobody", 404),
        ("/api/v1/sources/nobody/report", 404),
        ("/api/v1/runs/none", 404),
        ("/api/v1/runs?page=-1", 400),
        ("/api/v1/sources?x=1", 400),
    ],
)
def test_every_refusal_validates(
    document: dict[str, Any], client: FlaskClient, path: str, status: int
) -> None:
    problem = assert_valid(document, client, path, status)
    if status == 400:
        assert problem["parameter"] in path


def test_a_search_has_the_fields_that_callers_count_on(client: FlaskClient) -> None:
    answer = client.get("/api/v1/datasets?q=breast").json
    assert {"total", "hits", "facets", "page", "size", "hints"} == answer.keys()
    hit = next(h for h in answer["hits"] if h["iri"] == BREAST_IRI)
    assert hit["title"] == "Breast MR before therapy"
    assert hit["publisher"] == "Clinic of Examples"
    assert hit["verdict"] == "non-conformant"
    assert hit["modified"] == "2026-04-17"
    assert hit["url"] == f"https://pharos.example/datasets/{dataset_id(BREAST_IRI)}"
    assert {m["label"] for m in hit["modalities"]} == {"Magnetic resonance", "Mammography"}


def test_a_repeated_facet_means_any_and_two_facets_mean_both(client: FlaskClient) -> None:
    def total(**arguments: Any) -> int:
        found: int = client.get("/api/v1/datasets", query_string=arguments).json["total"]
        return found

    assert total(modality=MG) == 1
    assert total(modality=[MG, MR]) == 2
    assert total(modality=[MR], keyword="breast") == 1
    assert total(modality=CT) == 0


def test_a_facets_counts_leave_out_its_own_filter(client: FlaskClient) -> None:
    facets = client.get("/api/v1/datasets", query_string={"modality": MG}).json["facets"]
    assert {v["value"]: v["count"] for v in facets["modality"]} == {MR: 2, MG: 1}
    assert [v["label"] for v in facets["country"]] == ["Germany"]


def test_labels_follow_accept_language(client: FlaskClient) -> None:
    answer = client.get("/api/v1/datasets", headers={"Accept-Language": "de"})
    assert "Brust-MRT vor der Therapie" in {h["title"] for h in answer.json["hits"]}
    assert "Magnetresonanz" in {v["label"] for v in answer.json["facets"]["modality"]}
    assert "Accept-Language" in answer.vary


def test_a_record_carries_its_verdict_report_and_repairs(client: FlaskClient) -> None:
    record = client.get(f"/api/v1/records/{record_id('clinic', BREAST_IRI)}").json
    assert record["verdict"] == record["report"]["verdict"] == "non-conformant"
    assert record["report"]["counts"] == {"Violation": 1, "Warning": 1, "Info": 0}
    assert record["report"]["results"][0]["message"] == "A dataset needs a publisher."
    assert record["repairs"] == [{"rule": "language-tag", "before": '"x"@english', "after": '"x"@en'}]


def test_a_run_carries_its_outcomes_with_reason_and_advice(client: FlaskClient, world: World) -> None:
    run = next(run for run in world.ledger.runs() if run.counts.failed)
    outcome = client.get(f"/api/v1/runs/{run.run_id}?kind=failed").json["outcomes"][0]
    assert outcome["reason"] == "The document does not parse."
    assert outcome["advice"] == "Close the quotation mark in line 3."


def test_the_document_lists_what_parameters_may_be(document: dict[str, Any]) -> None:
    search = {p["name"]: p for p in document["paths"]["/api/v1/datasets"]["get"]["parameters"]}
    run = {p["name"]: p for p in document["paths"]["/api/v1/runs/{run_id}"]["get"]["parameters"]}
    assert search["sort"]["schema"]["enum"] == list(SORTS)
    assert run["kind"]["schema"]["items"]["enum"] == [kind.value for kind in OutcomeKind]


@pytest.mark.parametrize(
    "text",
    ["", "\x00", "😀", "\"'<>&", "*", "a:b", "a AND (", "\\", "x" * 1000, "☃ ŝ 漢", "/regex/", "-", "~1"],
)
def test_any_words_are_answered(document: dict[str, Any], client: FlaskClient, text: str) -> None:
    answer = client.get("/api/v1/datasets", query_string={"q": text})
    assert answer.status_code == 200
