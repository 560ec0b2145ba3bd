"""Every error is a problem for programs and a page for people, and says nothing of our inside."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from web_world import World

from catalogue.errors import (
    BackendError,
    Gone,
    IndexUnavailable,
    InvalidQuery,
    LedgerUnavailable,
    QueryTimeout,
)
from catalogue.web.about import ERRORS
from catalogue.web.app import create_app
from catalogue.web.problems import problem_of

SECRET = "postgresql://pharos:hunter2@10.0.0.7/ledger at /srv/pharos/ledger.py line 3"
ERRORS_RAISED = {
    "invalid": (InvalidQuery("size is too large.", advice="Ask for less.", parameter="size"), 400),
    "gone": (Gone("It was withdrawn."), 410),
    "ledger": (LedgerUnavailable(SECRET), 503),
    "index": (IndexUnavailable(SECRET), 503),
    "timeout": (QueryTimeout("The query took longer than 20 seconds."), 503),
    "bug": (RuntimeError(SECRET), 500),
}


@pytest.fixture
def app(world: World) -> Flask:
    made = create_app(world.services())

    def fail(kind: str) -> str:
        raise ERRORS_RAISED[kind][0]

    made.add_url_rule("/raise/<kind>", "fail", fail)
    return made


@pytest.mark.parametrize("kind", ERRORS_RAISED)
def test_a_program_gets_problem_details(app: Flask, kind: str) -> None:
    answer = app.test_client().get(f"/raise/{kind}")
    error, status = ERRORS_RAISED[kind]
    body = answer.json
    assert answer.status_code == status == body["status"]
    assert answer.mimetype == "application/problem+json"
    assert {"type", "title", "detail", "instance", "code", "request_id"} <= body.keys()
    assert body["instance"] == f"/raise/{kind}"
    assert body["type"].startswith("https://pharos.example/about/errors#")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "hunter2" not in answer.get_data(as_text=True)
    assert "10.0.0.7" not in answer.get_data(as_text=True)
    assert ("Retry-After" in answer.headers) == isinstance(error, BackendError)


@pytest.mark.parametrize("kind", ERRORS_RAISED)
def test_a_browser_gets_a_page(app: Flask, kind: str) -> None:
    answer = app.test_client().get(f"/raise/{kind}", headers={"Accept": "text/html,*/*;q=0.8"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == ERRORS_RAISED[kind][1]
    assert answer.mimetype == "text/html"
    assert "hunter2" not in page
    assert "Traceback" not in page


@pytest.mark.parametrize(("kind", "traced"), [("timeout", False), ("ledger", False), ("bug", True)])
def test_only_a_mistake_of_ours_leaves_a_traceback_in_the_log(
    app: Flask, kind: str, traced: bool, caplog: pytest.LogCaptureFixture
) -> None:
    app.test_client().get(f"/raise/{kind}")
    (line,) = [record for record in caplog.records if "failed" in record.getMessage()]
    assert (bool(line.exc_info), type(ERRORS_RAISED[kind][0]).__name__ in line.getMessage()) == (traced, True)


def test_the_parameter_to_mend_is_named(app: Flask) -> None:
    body = app.test_client().get("/raise/invalid").json
    assert (body["parameter"], body["advice"]) == ("size", "Ask for less.")


def test_a_detail_with_markup_is_text_on_the_page(client: FlaskClient) -> None:
    page = client.get("/datasets?sort=<script>alert(1)</script>", headers={"Accept": "text/html"})
    assert page.status_code == 400
    assert b"<script>alert" not in page.data


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing/here", 404, "NotFound"),
        ("GET", "/datasets/short", 404, "NotFound"),
        ("GET", f"/datasets/{'a' * 20}", 404, "NotFound"),
        ("GET", f"/records/{'a' * 20}", 404, "NotFound"),
        ("GET", "/sources/nobody", 404, "NotFound"),
        ("GET", "/runs/nothing", 404, "NotFound"),
        ("GET", f"/.well-known/genid/{'a' * 20}/b1", 404, "NotFound"),
        ("POST", "/datasets", 405, "MethodNotAllowed"),
        ("DELETE", "/api/v1/datasets", 405, "MethodNotAllowed"),
        ("GET", "/datasets?iri=https://nobody.example/x", 404, "NotFound"),
        ("GET", "/runs?page=0", 400, "InvalidQuery"),
        ("GET", "/runs?page=٣", 400, "InvalidQuery"),
        ("GET", "/datasets?q=" + "x" * 17_000, 414, "UriTooLong"),
        ("GET", "/api/v1/datasets?unknown=1", 400, "InvalidQuery"),
        ("GET", "/api/v1/sources?unknown=1", 400, "InvalidQuery"),
        ("GET", "/api/v1/runs?size=101", 400, "InvalidQuery"),
        ("GET", "/catalog?page=../../etc/passwd", 400, "InvalidQuery"),
        ("GET", "/catalog.exe", 404, "NotFound"),
    ],
)  # fmt: skip
def test_errors_have_their_status_and_code(
    client: FlaskClient, method: str, path: str, status: int, code: str
) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_a_method_that_is_not_allowed_names_those_that_are(client: FlaskClient) -> None:
    assert "GET" in client.post("/datasets").headers["Allow"]


def test_every_kind_of_problem_is_explained(client: FlaskClient) -> None:
    page = client.get("/about/errors").get_data(as_text=True)
    anchors = {error.anchor for error in ERRORS}
    raised = {problem_of(error).anchor for error, _ in ERRORS_RAISED.values()}
    assert raised <= anchors
    assert all(f'id="{anchor}"' in page for anchor in anchors)


def test_a_withdrawn_dataset_is_gone_for_good_reason(client: FlaskClient, world: World) -> None:
    from catalogue.harvesting.publication import choose
    from catalogue.model.identifiers import dataset_id

    world.ledger.remove_source("registry", choose, "test")
    answer = client.get(f"/datasets/{dataset_id('https://registry.example/datasets/hostile')}")
    assert answer.status_code == 410
