"""POST /api/v1/validate: a document or its address; limits; problems as details."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pyoxigraph
import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat
from validating_site import BAD, HEADS, Web, validating
from web_world import World

from catalogue.errors import TooManyRequests
from catalogue.web.turnstile import Turnstile

URL = "https://clinic.example/catalog.ttl"
PATH = "/api/v1/validate"
LEVEL = {"profile": "dcat-ap-3.0.1"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, settings={"validate_max_bytes": 200_000})
    yield made
    made.close()


@pytest.fixture
def client(world: World) -> FlaskClient:
    return validating(world, http=Web({URL: BAD.encode()})).test_client()


def post(client: FlaskClient, body: str | bytes, media_type: str = "text/turtle", **query: str) -> Any:
    return client.post(PATH, data=body, content_type=media_type, query_string={**LEVEL, **query})


def test_a_document_gets_its_findings_by_rule_and_by_record(client: FlaskClient) -> None:
    answer = post(client, BAD).json
    assert (answer["syntax"], answer["profile"]) == ("text/turtle", "dcat-ap-3.0.1")
    (record,) = answer["records"]
    assert record["verdict"] == "non-conformant"
    (issued,) = [r for r in record["results"] if r["property"] == "dct:issued"]
    assert issued["place"] == {"line": 4, "exact": True, "snippet": 'dct:issued "31/12/2020" .'}
    rule = next(r for r in answer["report"]["rules"] if r["property"] == "dct:issued")
    assert (rule["records"], rule["count"], rule["severity"]) == (1, 1, "Violation")


def test_an_address_gets_the_same(client: FlaskClient) -> None:
    answer = client.post(PATH, json={"url": URL, **LEVEL}).json
    assert answer["document"] == URL
    assert answer["records"][0]["results"] == post(client, BAD).json["records"][0]["results"]


def test_json_ld_may_come_as_json(client: FlaskClient) -> None:
    text = '{"@id": "urn:d", "@type": "http://www.w3.org/ns/dcat#Dataset", "http://purl.org/dc/terms/title": "T"}'
    assert len(post(client, text, "application/json").json["records"]) == 1
    assert len(post(client, text, "application/ld+json").json["records"]) == 1


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/octet-stream", "application/rdf+xml"])
def test_a_missing_or_wrong_media_type_is_sniffed(client: FlaskClient, media_type: str) -> None:
    assert post(client, BAD, media_type).json["syntax"] == "text/turtle"


def test_csv_and_turtle_by_parameter_or_accept_have_everything(client: FlaskClient) -> None:
    text = HEADS + "".join(f'<urn:{n}> a dcat:Dataset ; dct:issued "x" .\n' for n in range(150))
    found = post(client, text).json
    total = sum(len(record["results"]) for record in found["records"])
    rows = list(csv.DictReader(io.StringIO(post(client, text, format="csv").text)))
    assert len(rows) == total > 300
    assert next(r for r in found["report"]["rules"] if r["property"] == "dct:issued")["count"] == 150
    answer = client.post(
        PATH, data=text, content_type="text/turtle", query_string=LEVEL, headers={"Accept": "text/turtle"}
    )
    assert answer.mimetype == "text/turtle"
    results = [
        q
        for q in pyoxigraph.parse(answer.data, format=RdfFormat.TURTLE)
        if q.predicate.value.endswith("#result")
    ]
    assert len(results) == total


@pytest.mark.parametrize(
    ("body", "media_type", "query", "status", "code"),
    [
        ("<urn:a> broken", "text/turtle", {}, 422, "ParseError"),
        ("", "text/turtle", {}, 422, "ParseError"),
        (HEADS, "text/turtle", {}, 422, "ParseError"),
        (BAD, "text/turtle", {"profile": "mine"}, 400, "InvalidQuery"),
        (BAD, "text/turtle", {"format": "pdf"}, 400, "InvalidQuery"),
        (BAD, "text/turtle", {"colour": "red"}, 400, "InvalidQuery"),
        ("text=x", "application/x-www-form-urlencoded", {}, 415, "UnsupportedMediaType"),
        ('{"url": 1}', "application/json", {}, 400, "InvalidQuery"),
        ('{"url": "https://x.example/", "depth": 1}', "application/json", {}, 400, "InvalidQuery"),
        ('{"url": "file:///etc/passwd"}', "application/json", {}, 400, "InvalidQuery"),
        ("{", "application/json", {}, 400, "InvalidQuery"),
        ('{"url": "https://nowhere.example/"}', "application/json", {}, 502, "SourceGone"),
        ("#" * 250_000, "text/turtle", {}, 413, "PayloadTooLarge"),
        ("#" * 2_000_000, "text/turtle", {}, 413, "PayloadTooLarge"),
    ],
    ids=[
        "broken", "empty", "no-dataset", "profile", "format", "parameter", "form", "url-no-text", "unknown-field",
        "file", "no-json", "gone", "large", "huge",
    ],
)  # fmt: skip
def test_what_cannot_be_checked_is_a_problem(
    client: FlaskClient, body: str, media_type: str, query: dict[str, str], status: int, code: str
) -> None:
    answer = post(client, body, media_type, **query)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["code"] == code
    help_page = client.get("/about/errors").text
    assert f'id="{answer.json["type"].partition("#")[2]}"' in help_page


def test_a_small_text_of_many_triples_is_refused_before_it_fills_the_memory(client: FlaskClient) -> None:
    answer = post(
        client, HEADS + "<urn:d> a dcat:Dataset ; dct:title " + ",".join(map(str, range(30_000))) + " ."
    )
    assert (answer.status_code, answer.json["code"]) == (422, "ParseError")
    assert "12,500 triples" in answer.json["detail"]


def test_a_problem_of_the_text_tells_its_line(client: FlaskClient) -> None:
    assert post(client, HEADS + "<urn:a> broken").json["line"] == 2


def test_an_address_within_is_refused(world: World) -> None:
    client = validating(world).test_client()
    answer = client.post(PATH, json={"url": "http://127.0.0.1:9/"})
    assert (answer.status_code, answer.json["code"]) == (422, "AddressForbidden")


def test_what_takes_too_long_is_told(tmp_path: Path) -> None:
    world = World(tmp_path, settings={"validate_seconds": 1e-9})
    answer = post(validating(world).test_client(), BAD)
    world.close()
    assert (answer.status_code, answer.json["code"]) == (413, "PayloadTooLarge")
    assert "longer than" in answer.json["detail"]


def test_a_full_door_asks_to_come_again(tmp_path: Path) -> None:
    world = World(tmp_path, settings={"validate_parallel": 1})
    app = validating(world)
    app.extensions["pharos-validation"] = door = Turnstile(1, 0)
    with door.passage():
        answer = post(app.test_client(), BAD)
    assert (answer.status_code, answer.json["code"]) == (429, "TooManyRequests")
    assert int(answer.headers["Retry-After"]) > 0
    assert post(app.test_client(), BAD).status_code == 200
    world.close()


def test_a_turnstile_lets_few_through_and_few_wait() -> None:
    door, inside, leave = Turnstile(2, 1, patience=30), threading.Semaphore(0), threading.Event()

    def visit() -> None:
        with door.passage():
            inside.release()
            leave.wait(30)

    visitors = [threading.Thread(target=visit) for _ in range(3)]
    for visitor in visitors:
        visitor.start()
    assert inside.acquire(timeout=30) and inside.acquire(timeout=30)
    while door._places.acquire(blocking=False):  # the third is not waiting yet
        door._places.release()
    with pytest.raises(TooManyRequests), door.passage():
        pass
    leave.set()
    for visitor in visitors:
        visitor.join(30)
    assert inside.acquire(timeout=30)
    with door.passage():
        pass


def test_who_waits_too_long_is_turned_away_and_leaves_no_trace() -> None:
    door = Turnstile(1, 1, patience=0.01)
    for _ in range(3):
        with door.passage(), pytest.raises(TooManyRequests), door.passage():
            pass


def test_the_answer_is_what_the_document_says(client: FlaskClient) -> None:
    document = client.get("/openapi.json").json
    operation = document["paths"][PATH]["post"]
    assert {"application/json", "text/turtle", "application/ld+json"} <= set(
        operation["requestBody"]["content"]
    )
    assert {"413", "415", "422", "429", "502", "503"} <= set(operation["responses"])
    components = {
        name: {"additionalProperties": False} | schema
        for name, schema in document["components"]["schemas"].items()
    }
    schema = {"components": {"schemas": components}} | operation["responses"]["200"]["content"][
        "application/json"
    ]["schema"]
    text = BAD + '[] a dcat:Dataset . <urn:e f> a dcat:Dataset ; dct:title "x"@en_GB .'
    jsonschema.validate(post(client, text).json, schema)


def test_scripts_of_other_sites_may_ask(client: FlaskClient) -> None:
    answer = client.options(
        PATH, headers={"Origin": "https://x.example", "Access-Control-Request-Method": "POST"}
    )
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert post(client, BAD).headers["Access-Control-Allow-Origin"] == "*"
