"""What every answer carries."""

from __future__ import annotations

import logging

import pytest
from flask.testing import FlaskClient
from web_world import BREAST_IRI, World

from catalogue.model.identifiers import dataset_id
from catalogue.web.app import create_app

DATASET = f"/datasets/{dataset_id(BREAST_IRI)}"
PATHS = [
    "/",
    "/datasets",
    DATASET,
    f"{DATASET}.ttl",
    "/nothing",
    "/api/v1/datasets",
    "/static/pharos.css",
    "/sparql",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_guarded(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"]
    assert headers["Permissions-Policy"]
    assert headers["X-Request-Id"]


@pytest.mark.parametrize(
    "path", ["/", "/datasets", DATASET, "/sources", "/runs", "/sparql", "/about", "/api"]
)
def test_pages_have_no_inline_style_or_script(client: FlaskClient, path: str) -> None:
    page = client.get(path, headers={"Accept": "text/html"}).get_data(as_text=True)
    assert " style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
    assert " onclick=" not in page
    assert "//cdn" not in page


@pytest.mark.parametrize(
    "path", ["/api/v1/datasets", f"{DATASET}.ttl", "/catalog.ttl", "/openapi.json", "/health/live"]
)
def test_scripts_of_other_sites_may_read_data(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["/api/v1/datasets", DATASET, "/catalog", "/sparql"])
def test_a_preflight_is_answered(client: FlaskClient, path: str) -> None:
    answer = client.options(
        path, headers={"Origin": "https://e.example", "Access-Control-Request-Method": "GET"}
    )
    assert answer.status_code == 200
    assert "GET" in answer.headers["Allow"]
    assert "GET" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_request_is_logged_with_its_id(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="catalogue.web.access"):
        answer = client.get("/datasets?q=secret", headers={"X-Request-Id": "abcdef-123456"})
    line = vars(next(r for r in caplog.records if r.name == "catalogue.web.access"))
    assert answer.headers["X-Request-Id"] == line["request_id"] == "abcdef-123456"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/datasets", 200)


@pytest.mark.parametrize("given", ["short", "with space in it", 'with"quote"mark', "x" * 65])
def test_a_strange_request_id_is_replaced(client: FlaskClient, given: str) -> None:
    assert client.get("/", headers={"X-Request-Id": given}).headers["X-Request-Id"] != given


@pytest.mark.parametrize("path", ["/datasets", "/api/v1/datasets", "/sources"])
def test_an_equal_answer_is_not_sent_twice(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_the_host_header_has_no_say_in_our_addresses(client: FlaskClient) -> None:
    answer = client.get(DATASET, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in answer.get_data(as_text=True) + answer.headers["Link"]


@pytest.mark.parametrize("path", ["/catalogue/datasets", "/datasets"])
def test_a_base_with_a_path_is_served_behind_any_proxy(world: World, path: str) -> None:
    world.base = "https://hospital.example/catalogue"
    client = create_app(world.services()).test_client()
    page = client.get(path, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert 'href="/catalogue/static/pharos.css"' in page.get_data(as_text=True)
    hit = client.get("/api/v1/datasets").json["hits"][0]
    assert hit["url"].startswith("https://hospital.example/catalogue/datasets/")


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post("/sparql", data=b"x" * (1024 * 1024 + 1), content_type="application/sparql-query")
    assert answer.status_code == 413
