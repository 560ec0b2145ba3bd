"""/catalog for those who look at one page of it: how many records it holds and why, and what a browser gets."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat
from web_world import World

from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import DCAT, HYDRA, RDFS
from catalogue.rdf.terms import Literal
from catalogue.web.app import create_app

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def read(client: FlaskClient, path: str) -> tuple[int, list[str], str | None]:
    """Records on a page, what the page says of itself, and the path of the next one."""
    answer = client.get(path, headers={"Accept": "text/turtle"})
    graph = Graph(quad.triple for quad in pyoxigraph.parse(answer.data, format=RdfFormat.TURTLE))
    (view,) = graph.instances(HYDRA.PartialCollectionView)
    said = [term.value for term in graph.objects(view, RDFS.comment) if isinstance(term, Literal)]
    following = [str(term.value) for term in graph.objects(view, HYDRA.next)]
    records = len(graph.instances(DCAT.CatalogRecord))
    return records, said, following[0].partition(".example")[2] if following else None


@pytest.fixture
def quarrelling(tmp_path: Path) -> FlaskClient:
    """Three datasets; the second calls the publisher of the others by another name."""
    world = World(tmp_path)
    world.add_source("clinic")
    names = ["Clinic", "Klinik", "Clinic"]
    world.harvest(
        "clinic",
        {
            f"https://clinic.example/d/{number}": f"""<> a dcat:Dataset ; dct:title "{number}" ;
            dct:publisher <https://clinic.example/#org> . <https://clinic.example/#org> foaf:name "{name}" ."""
            for number, name in enumerate(names)
        },
    )
    return create_app(world.services()).test_client()


def test_a_page_that_is_shorter_than_asked_for_says_why(quarrelling: FlaskClient) -> None:
    held, said, following = read(quarrelling, "/catalog?size=100")
    assert held < 3
    assert following
    (comment,) = said
    assert comment.startswith(f"This page holds {held} record")
    assert "of the 100 that were asked for" in comment
    rest = 0
    while following:
        more, _, following = read(quarrelling, following)
        rest += more
    assert held + rest == 3


def test_a_full_page_and_the_last_one_have_nothing_to_explain(client: FlaskClient) -> None:
    held, said, following = read(client, "/catalog?size=1")
    assert (held, said) == (1, [])
    assert following
    held, said, following = read(client, "/catalog?size=100")
    assert (held, said, following) == (3, [], None)


@pytest.mark.parametrize("accept", [BROWSER, "text/html"])
def test_a_browser_gets_a_page_about_the_feed(client: FlaskClient, accept: str) -> None:
    answer = client.get("/catalog", headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert "Accept" in answer.headers["Vary"]
    assert "all 3 descriptions" in answer.text
    for suffix in ("ttl", "rdf", "nt", "jsonld"):
        assert f'href="/catalog.{suffix}"' in answer.text
    assert 'href="/datasets"' in answer.text


@pytest.mark.parametrize(
    "accept", ["*/*", "", "text/turtle", "application/rdf+xml", "application/ld+json;q=0.5"]
)
def test_a_harvester_gets_rdf_as_before(client: FlaskClient, accept: str) -> None:
    answer = client.get("/catalog", headers={"Accept": accept} if accept else {})
    assert answer.status_code == 200
    assert answer.mimetype == (
        accept.partition(";")[0] if "/" in accept and accept != "*/*" else "text/turtle"
    )


def test_what_is_given_twice_or_unknown_is_refused(client: FlaskClient) -> None:
    for query, parameter in (("size=1&size=2", "size"), ("pages=2", "pages")):
        answer = client.get(f"/catalog?{query}", headers={"Accept": "text/turtle"})
        assert (answer.status_code, answer.json["parameter"]) == (400, parameter)
