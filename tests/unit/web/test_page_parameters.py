"""Pages and API judge the same parameters: a page leaves out what it does not know and says so, the API refuses it."""

from __future__ import annotations

import html
import re

import pytest
from flask.testing import FlaskClient
from web_world import BREAST_IRI, World

BROWSER = {"Accept": "text/html"}
PAGES = {
    "/": (),
    "/datasets": ("modality", "q", "page", "size", "sort"),
    "/sources": (),
    "/sources/clinic": ("page",),
    "/runs": ("page", "source"),
    "/about": (),
    "/api": (),
}


def read(client: FlaskClient, path: str) -> str:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return html.unescape(re.sub(r"\s+", " ", answer.text))


@pytest.mark.parametrize("path", PAGES)
def test_a_misspelt_parameter_is_told(client: FlaskClient, path: str) -> None:
    told = "This page has no parameter “modalty”: it was left out."
    assert told in read(client, f"{path}?modalty=MG")
    assert told not in read(client, path)


def test_the_one_that_may_be_meant_is_named(client: FlaskClient) -> None:
    assert "Is “modality” meant?" in read(client, "/datasets?modalty=MG")
    assert "Is “source” meant?" in read(client, "/runs?sorce=clinic")
    assert "meant?" not in read(client, "/datasets?xyz=1")
    answer = client.get("/api/v1/datasets?modalty=MG")
    assert (answer.status_code, answer.json["parameter"]) == (400, "modalty")
    assert answer.json["advice"] == "Is modality meant?"


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    "tracker", ["utm_source=mail", "fbclid=1", "gclid=1", "mc_cid=1", "_ga=2", "msclkid=3"]
)
def test_what_trackers_append_is_nothing_to_speak_of(client: FlaskClient, path: str, tracker: str) -> None:
    assert "it was left out" not in read(client, f"{path}?{tracker}")


@pytest.mark.parametrize("path", PAGES)
def test_what_a_page_knows_is_no_stray(client: FlaskClient, path: str) -> None:
    values = {"source": "clinic", "sort": "title"}
    for name in PAGES[path]:
        assert "it was left out" not in read(client, f"{path}?{name}={values.get(name, '1')}")


@pytest.mark.parametrize("form", [".ttl", ".jsonld", ""])
def test_a_description_refuses_what_it_does_not_know_and_its_page_tells_of_it(
    client: FlaskClient, form: str
) -> None:
    found = client.get(f"/datasets?iri={BREAST_IRI}").headers["Location"]
    wanted = {} if form else {"Accept": "text/turtle"}
    assert client.get(f"{found}{form}?utm_source=mail", headers=wanted).status_code == 200
    answer = client.get(f"{found}{form}?foo=1", headers={**wanted})
    assert answer.status_code == 400
    assert "There is no parameter 'foo' here." in answer.text
    assert "no parameter “foo”" in read(client, f"{found}?foo=1")


def test_links_of_a_page_leave_out_what_it_does_not_know(client: FlaskClient) -> None:
    page = read(client, "/datasets?utm_source=mail&modalty=x&size=1")
    assert "utm_source" not in page
    assert "modalty=" not in page
    link = re.search(r'href="(/api/v1/datasets[^"]*)">JSON', page)
    assert link
    assert client.get(link.group(1)).status_code == 200


def test_a_dataset_is_looked_up_by_iri_and_by_identifier(client: FlaskClient) -> None:
    found = {
        client.get(f"/datasets?{asked}").headers["Location"]
        for asked in (f"iri={BREAST_IRI}", "identifier=BR-1")
    }
    assert len(found) == 1
    (address,) = found
    assert client.get(f"/api/v1{address}").json["iri"] == BREAST_IRI


@pytest.mark.parametrize(("asked", "other"), [("iri", "?identifier="), ("identifier", "?iri=")])
def test_a_look_up_that_finds_nothing_names_the_other_one(
    client: FlaskClient, asked: str, other: str
) -> None:
    answer = client.get(f"/datasets?{asked}=nothing")
    assert answer.status_code == 404
    assert other in answer.json["advice"]


def test_hostile_names_are_text(client: FlaskClient) -> None:
    answer = client.get("/datasets?%3Cscript%3Ealert(1)%3C/script%3E=1", headers=BROWSER)
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/datasets?page=1&page=2", "page"),
        ("/datasets?q=a&q=b", "q"),
        ("/datasets?sort=title&sort=title", "sort"),
        ("/datasets?iri=a&iri=b", "iri"),
        ("/runs?page=1&page=2", "page"),
        ("/runs?source=clinic&source=registry", "source"),
        ("/sources/clinic?page=1&page=2", "page"),
        ("/api/v1/datasets?page=1&page=2", "page"),
        ("/api/v1/datasets?size=1&size=2", "size"),
        ("/api/v1/runs?page=1&page=2", "page"),
        ("/api/v1/runs?source=clinic&source=registry", "source"),
    ],
)
def test_what_can_be_said_once_is_not_chosen_from_two(client: FlaskClient, path: str, name: str) -> None:
    answer = client.get(path, headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.json["parameter"] == name
    assert answer.json["detail"] == f"{name} is given more than once; say which is meant."
    assert client.get(path, headers=BROWSER).status_code == 400


@pytest.mark.parametrize("path", ["/runs?source=nowhere", "/api/v1/runs?source=nowhere"])
def test_runs_of_a_source_that_is_not_there_are_no_empty_list(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json["parameter"]) == (400, "source")


def test_runs_of_a_removed_source_are_still_listed(client: FlaskClient, world: World) -> None:
    from catalogue.harvesting.publication import choose

    world.ledger.remove_source("registry", choose, by="test")
    assert len(client.get("/api/v1/runs?source=registry").json["runs"]) == 1
