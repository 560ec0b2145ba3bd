"""/sparql: the three forms of the protocol, media types, refusals, and the page."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from web_world import BREAST_IRI, World

SELECT = (
    f"PREFIX dct: <http://purl.org/dc/terms/> SELECT ?t {{ <{BREAST_IRI}> dct:title ?t }} ORDER BY STR(?t)"
)
CONSTRUCT = f"CONSTRUCT {{ <{BREAST_IRI}> ?p ?o }} WHERE {{ <{BREAST_IRI}> ?p ?o }}"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize("form", ["get", "form", "direct"])
def test_the_three_forms_of_the_protocol_give_one_answer(client: FlaskClient, form: str) -> None:
    headers = {"Accept": "application/sparql-results+json"}
    if form == "get":
        answer = client.get("/sparql", query_string={"query": SELECT}, headers=headers)
    elif form == "form":
        answer = client.post("/sparql", data={"query": SELECT}, headers=headers)
    else:
        answer = client.post("/sparql", data=SELECT, content_type="application/sparql-query", headers=headers)
    values = [row["t"]["value"] for row in json.loads(answer.data)["results"]["bindings"]]
    assert values == ["Breast MR before therapy", "Brust-MRT vor der Therapie"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Accept" in answer.vary


@pytest.mark.parametrize(
    ("query", "media_type"),
    [
        (SELECT, "application/sparql-results+json"),
        (SELECT, "application/sparql-results+xml"),
        (SELECT, "text/csv"),
        (SELECT, "text/tab-separated-values"),
        ("ASK { ?s ?p ?o }", "application/sparql-results+json"),
        (CONSTRUCT, "text/turtle"),
        (CONSTRUCT, "application/n-triples"),
        (CONSTRUCT, "application/rdf+xml"),
        (CONSTRUCT, "application/ld+json"),
        (f"DESCRIBE <{BREAST_IRI}>", "text/turtle"),
    ],
)
def test_the_answer_comes_as_asked(client: FlaskClient, query: str, media_type: str) -> None:
    answer = client.get("/sparql", query_string={"query": query}, headers={"Accept": media_type})
    assert (answer.status_code, answer.mimetype) == (200, media_type)
    assert answer.data


@pytest.mark.parametrize(
    ("arguments", "status", "parameter"),
    [
        ({"query": "SELECT nonsense"}, 400, "query"),
        ({"query": "DROP ALL"}, 400, "query"),
        ({"query": "SELECT * { SERVICE <http://e.example/> { ?s ?p ?o } }"}, 400, "query"),
        ({"update": "DROP ALL"}, 400, "update"),
        ({"format": "text/csv"}, 400, "query"),
        ({"query": SELECT, "default-graph-uri": "nowhere"}, 400, "query"),
        ({"query": "SELECT * FROM <nowhere> { ?s ?p ?o }"}, 400, "query"),
        ({"query": [SELECT, SELECT]}, 400, "query"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_cannot_be_answered_is_a_problem(
    client: FlaskClient, method: str, arguments: dict[str, str], status: int, parameter: str
) -> None:
    where = "query_string" if method == "GET" else "data"
    answer = client.open("/sparql", method=method, **{where: arguments})
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["parameter"] == parameter


def test_a_body_of_another_type_is_refused(client: FlaskClient) -> None:
    answer = client.post("/sparql", data="{}", content_type="application/json")
    assert answer.status_code == 415


def test_a_media_type_that_does_not_exist_is_not_acceptable(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": SELECT}, headers={"Accept": "image/png"})
    assert answer.status_code == 406


def test_a_dead_store_is_503_and_says_nothing_of_itself(client: FlaskClient, world: World) -> None:
    world.graph.broken = True
    answer = client.get("/sparql", query_string={"query": SELECT}, headers={"Accept": "text/csv"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "127.0.0.1" not in answer.get_data(as_text=True)


def test_a_browser_gets_a_form_with_examples(client: FlaskClient) -> None:
    page = client.get("/sparql", headers=BROWSER).get_data(as_text=True)
    assert "<textarea" in page
    assert "SELECT ?dataset ?title" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        (SELECT, "Breast MR before therapy"),
        ("ASK { ?s ?p ?o }", "Yes"),
        (CONSTRUCT, "dct:title"),
        ("SELECT ?s { ?s <http://e.example/never> ?o }", "The query has no result."),
    ],
)
def test_a_browser_sees_the_answer_on_the_page(client: FlaskClient, query: str, shown: str) -> None:
    answer = client.get("/sparql", query_string={"query": query, "format": "text/html"}, headers=BROWSER)
    assert answer.status_code == 200
    assert shown in answer.get_data(as_text=True).partition('id="answer"')[2]


def test_a_browser_may_download_another_form(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": SELECT, "format": "text/csv"}, headers=BROWSER)
    assert answer.mimetype == "text/csv"


def test_a_wrong_query_is_kept_in_the_form_with_the_reason(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": "SELECT </textarea><script>x"}, headers=BROWSER)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert 'role="alert"' in page
    assert "&lt;/textarea&gt;&lt;script&gt;x" in page


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_parameters_of_the_protocol_choose_graphs(client: FlaskClient, method: str) -> None:
    def count(**chosen: object) -> int:
        arguments = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", **chosen}
        where = "query_string" if method == "GET" else "data"
        answer = client.open("/sparql", method=method, headers={"Accept": "text/csv"}, **{where: arguments})
        assert answer.status_code == 200
        return int(answer.text.split()[1])

    graphs = client.get(
        "/sparql",
        query_string={"query": "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"},
        headers={"Accept": "text/csv"},
    ).text.split()[1:]
    name = "default-graph-uri"
    each = [count(**{name: graph}) for graph in graphs]
    assert min(each) > 0
    assert max(each) < count()
    assert count(**{name: graphs[:2]}) >= max(each[:2])
    assert count(**{name: "https://e.example/nowhere"}) == 0
