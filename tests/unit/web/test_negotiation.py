"""Which representation a request gets, and what travels with it."""

from __future__ import annotations

import json
import re

import pyoxigraph
import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat
from web_world import BREAST_IRI, HOSTILE_IRI, World

from catalogue.model.identifiers import dataset_id, record_id
from catalogue.rdf.graphs import Graph, from_ntriples
from catalogue.rdf.labels import isomorphic

DATASET = f"/datasets/{dataset_id(BREAST_IRI)}"
RECORD = f"/records/{record_id('registry', BREAST_IRI)}"
SYNTAXES = {
    "ttl": ("text/turtle", RdfFormat.TURTLE),
    "rdf": ("application/rdf+xml", RdfFormat.RDF_XML),
    "nt": ("application/n-triples", RdfFormat.N_TRIPLES),
    "jsonld": ("application/ld+json", RdfFormat.JSON_LD),
}


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "text/html"),
        ("*/*", "text/html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/turtle", "text/turtle"),
        ("text/turtle;q=0.4, application/rdf+xml;q=0.9", "application/rdf+xml"),
        ("application/ld+json, text/html;q=0.2", "application/ld+json"),
        ("text/html;q=0, */*;q=0.1", "text/turtle"),
        ("application/n-triples, */*;q=0.1", "application/n-triples"),
        ("text/*;q=0.3, text/turtle", "text/turtle"),
    ],
)
@pytest.mark.parametrize("path", [DATASET, RECORD])
def test_accept_decides_by_quality(client: FlaskClient, path: str, accept: str, media_type: str) -> None:
    answer = client.get(path, headers={"Accept": accept} if accept else {})
    assert answer.status_code == 200
    assert answer.mimetype == media_type
    assert "Accept" in answer.vary


@pytest.mark.parametrize("suffix", SYNTAXES)
@pytest.mark.parametrize(("path", "source"), [(DATASET, "clinic"), (RECORD, "registry")])
def test_every_syntax_holds_the_record_of_the_ledger(
    client: FlaskClient, world: World, path: str, source: str, suffix: str
) -> None:
    media_type, syntax = SYNTAXES[suffix]
    answer = client.get(f"{path}.{suffix}", headers={"Accept": "text/html"})
    stored = from_ntriples(world.ledger.version(record_id(source, BREAST_IRI)).content)
    served = Graph(quad.triple for quad in pyoxigraph.parse(answer.data, format=syntax))
    assert answer.mimetype == media_type
    assert isomorphic(served, stored)


def test_n_triples_are_the_ledgers_bytes(client: FlaskClient, world: World) -> None:
    content = world.ledger.version(record_id("clinic", BREAST_IRI)).content
    assert client.get(f"{DATASET}.nt").get_data(as_text=True) == content


def test_a_representation_that_does_not_exist_is_refused_with_a_list(client: FlaskClient) -> None:
    answer = client.get(DATASET, headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert answer.mimetype == "application/problem+json"
    assert "text/turtle" in answer.json["available"]


def test_an_unknown_suffix_is_not_found(client: FlaskClient) -> None:
    assert client.get(f"{DATASET}.docx").status_code == 404


def test_the_page_is_signposted(client: FlaskClient) -> None:
    link = client.get(DATASET).headers["Link"]
    assert f'<{BREAST_IRI}>; rel="cite-as"' in link
    assert '<https://schema.org/Dataset>; rel="type"' in link
    assert f'<https://pharos.example{DATASET}.ttl>; rel="describedby"; type="text/turtle"' in link
    assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in link
    assert '<https://clinic.example/breast.zip>; rel="item"' in link


def test_rdf_points_back_to_its_page(client: FlaskClient) -> None:
    link = client.get(f"{DATASET}.ttl").headers["Link"]
    assert f'<https://pharos.example{DATASET}>; rel="describes"' in link


def test_a_hostile_licence_stays_inside_its_link(client: FlaskClient) -> None:
    link = client.get(f"/datasets/{dataset_id(HOSTILE_IRI)}").headers["Link"]
    assert re.fullmatch(r'(<[^<>"]+>; rel="[a-z-]+"(; type="[^"]+")?(, |$))+', link)


@pytest.mark.parametrize("subject", [BREAST_IRI, HOSTILE_IRI])
def test_the_page_carries_the_record_as_json_ld(client: FlaskClient, world: World, subject: str) -> None:
    page = client.get(f"/datasets/{dataset_id(subject)}").get_data(as_text=True)
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert len(blocks) == 1
    json.loads(blocks[0])
    found = Graph(q.triple for q in pyoxigraph.parse(blocks[0].encode(), format=RdfFormat.JSON_LD))
    stored = from_ntriples(world.ledger.published_version(dataset_id(subject)).content)
    assert isomorphic(found, stored)


def test_an_unchanged_record_is_not_sent_twice(client: FlaskClient) -> None:
    first = client.get(f"{DATASET}.ttl")
    again = client.get(f"{DATASET}.ttl", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


def test_head_answers_as_get_without_a_body(client: FlaskClient) -> None:
    head, get = client.head(f"{DATASET}.ttl"), client.get(f"{DATASET}.ttl")
    assert head.status_code == 200
    assert head.data == b""
    assert head.headers["ETag"] == get.headers["ETag"]
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


def test_a_record_whose_predicate_has_no_xml_name_is_not_a_server_error(
    client: FlaskClient, world: World
) -> None:
    world.harvest(
        "clinic", {"https://clinic.example/datasets/odd": '<> a dcat:Dataset ; <http://e.example/123> "x" .'}
    )
    answer = client.get(f"/datasets/{dataset_id('https://clinic.example/datasets/odd')}.rdf")
    assert answer.status_code in (200, 406)
