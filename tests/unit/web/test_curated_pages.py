"""What the catalogue says of its own is shown as its own; what it hides or erased is gone from pages and API."""

from __future__ import annotations

from typing import Any

import pyoxigraph
import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from web_world import BREAST_IRI, World

from catalogue.feeds.export import SYNTAXES, export
from catalogue.harvesting.curating import Edit, curate, find_target, hide
from catalogue.harvesting.erasing import purge
from catalogue.harvesting.statements import property_of, statement_of
from catalogue.model.identifiers import dataset_id, record_id
from catalogue.rdf.namespaces import DCT, FOAF, PHAROS, PROV
from catalogue.rdf.terms import NamedNode

DATASET, RECORD = dataset_id(BREAST_IRI), record_id("clinic", BREAST_IRI)
PAGE, ENTRY = f"/datasets/{DATASET}", f"/records/{RECORD}"
SUBJECT = NamedNode(BREAST_IRI)
NODE = NamedNode(f"https://pharos.example/curation/{DATASET}")
GONE = (
    PAGE, f"{PAGE}.ttl", f"/api/v1{PAGE}", ENTRY, f"{ENTRY}.nt", f"/api/v1{ENTRY}", f"{ENTRY}/versions",
    f"{ENTRY}/versions/1", f"{ENTRY}/versions/1.ttl", f"/api/v1{ENTRY}/versions", f"/api/v1{ENTRY}/versions/1",
    f"/api/v1{ENTRY}/versions/1.ttl", f"/api/v1{ENTRY}/versions/1/diff?since=1", f"/api/v1{ENTRY}/versions/1/payload",
    f"/.well-known/genid/{RECORD}/b1", f"/curation/{DATASET}",
)  # fmt: skip


@pytest.fixture
def curated(world: World) -> World:
    edit = Edit(
        put=[statement_of("title=Our own title@en", BREAST_IRI)],
        added=[statement_of("note=Asked the clinic", BREAST_IRI)],
        replaced=[property_of("dct:publisher")],
    )
    curate(world.ledger, find_target(world.ledger, DATASET), edit, "ada", "a private reason")
    world.project()
    return world


def html(client: FlaskClient, path: str) -> str:
    return client.get(path, headers={"Accept": "text/html"}).get_data(as_text=True)


def harvested_title(world: World) -> str:
    graph = pyoxigraph.parse(world.ledger.version(RECORD).content, format=pyoxigraph.RdfFormat.N_TRIPLES)
    return next(q.object.value for q in graph if q.subject == SUBJECT and q.predicate == DCT.title)


def test_the_page_of_the_dataset_tells_both_and_whose_word_it_is(curated: World, client: FlaskClient) -> None:
    page = html(client, PAGE)
    assert "Added by the catalogue" in page
    assert "<h1" in page and "Our own title" in page.partition("<h1")[2].partition("</h1>")[0]
    section = page.partition('id="curation"')[2].partition("</section>")[0]
    assert "Asked the clinic" in section
    assert harvested_title(curated) in section.partition("In place of")[2]
    assert "ada" not in section
    assert "private reason" not in page


def test_the_page_of_the_record_stays_what_the_source_says(curated: World, client: FlaskClient) -> None:
    page = html(client, ENTRY)
    assert "Our own title" not in page
    assert harvested_title(curated) in page
    assert f'href="{PAGE}"' in page.partition("The catalogue adds")[2]
    kept = curated.ledger.version(RECORD).content
    assert client.get(f"{ENTRY}.nt").get_data(as_text=True) == kept


def test_the_api_tells_both(curated: World, client: FlaskClient) -> None:
    found: Any = client.get(f"/api/v1{PAGE}").json
    assert found["title"] == "Our own title"
    assert found["record"]["title"] == harvested_title(curated)
    said = found["curation"]
    assert said["properties"] == ["dct:publisher", "dct:title"]
    assert {one["object"] for one in said["added"]} == {'"Our own title"@en', '"Asked the clinic"'}
    assert {one["predicate"] for one in said["replaced"]} == {"dct:publisher", "dct:title"}
    assert "ada" not in str(said)
    spec: Any = client.get("/openapi.json").json
    shape = {**spec["components"]["schemas"]["Dataset"], "components": spec["components"]}
    Draft202012Validator(shape).validate(found)
    other: Any = client.get("/api/v1/datasets").json
    plain = next(hit["id"] for hit in other["hits"] if hit["id"] != DATASET)
    assert client.get(f"/api/v1/datasets/{plain}").json["curation"] is None  # type: ignore[index]
    assert next(hit["title"] for hit in other["hits"] if hit["id"] == DATASET) == "Our own title"


@pytest.mark.parametrize("suffix", ["ttl", "nt", "rdf", "jsonld"])
def test_triples_are_what_is_shown_with_their_provenance(
    curated: World, client: FlaskClient, suffix: str
) -> None:
    answer = client.get(f"{PAGE}.{suffix}")
    form = pyoxigraph.RdfFormat.from_extension(suffix)
    rows = {(q.subject, q.predicate, q.object) for q in pyoxigraph.parse(answer.get_data(), format=form)}
    titles = [o.value for s, p, o in rows if (s, p) == (SUBJECT, DCT.title)]
    assert titles == ["Our own title"]
    assert (NODE, FOAF.primaryTopic, SUBJECT) in rows
    assert (NODE, PHAROS.replaces, DCT.title) in rows
    assert (NODE, PROV.wasAttributedTo, NamedNode("https://pharos.example/catalog")) in rows


@pytest.mark.parametrize("suffix", ["trig", "nq"])
def test_quads_keep_source_and_catalogue_apart(curated: World, client: FlaskClient, suffix: str) -> None:
    answer = client.get(f"{PAGE}.{suffix}")
    form = pyoxigraph.RdfFormat.from_extension(suffix)
    rows = list(pyoxigraph.parse(answer.get_data(), format=form))
    graphs = {q.graph_name.value for q in rows}
    assert graphs == {NODE.value, f"https://pharos.example{ENTRY}"}
    assert [q.object.value for q in rows if q.graph_name == NODE and q.predicate == DCT.title] == [
        "Our own title"
    ]
    exported = b"".join(export(curated.ledger, "https://pharos.example", SYNTAXES["n-quads"]))
    assert NODE.value in exported.decode()
    accepted = client.get(PAGE, headers={"Accept": answer.mimetype})
    assert accepted.mimetype == answer.mimetype


def test_the_iri_of_a_curation_leads_to_it(curated: World, client: FlaskClient) -> None:
    answer = client.get(f"/curation/{DATASET}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGE}#curation")
    for other in curated.ledger.published_ids(None, 10):
        if other != DATASET:
            assert client.get(f"/curation/{other}").status_code == 404


def test_a_new_curation_is_a_new_etag(curated: World, client: FlaskClient) -> None:
    before = client.get(f"{PAGE}.ttl").headers["ETag"]
    curated.clock.time = curated.clock.now()
    target = find_target(curated.ledger, DATASET)
    curate(curated.ledger, target, Edit(restored=[property_of("note")]), "ada")
    after = client.get(f"{PAGE}.ttl", headers={"If-None-Match": before})
    assert (after.status_code, after.headers["ETag"] != before) == (200, True)


def test_the_feed_says_it_too(curated: World, client: FlaskClient) -> None:
    body = client.get("/catalog.nt").get_data(as_text=True)
    assert body.count('"Our own title"@en') == 1
    assert f"{NODE} {PHAROS.replaces} {DCT.title}" in body
    assert harvested_title(curated) not in body


@pytest.mark.parametrize("path", GONE)
def test_what_is_hidden_answers_410_everywhere(world: World, client: FlaskClient, path: str) -> None:
    hide(world.ledger, find_target(world.ledger, DATASET), True, "ada", "a private reason")
    world.project()
    answer = client.get(path)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 410
    assert "hidden by the catalogue" in text
    assert "private reason" not in text
    assert BREAST_IRI not in client.get("/catalog.nt").get_data(as_text=True)


@pytest.mark.parametrize("path", ["/runs/{}", "/runs/{}.csv", "/runs/{}.json", "/api/v1/runs/{}"])
def test_lines_of_runs_do_not_name_what_is_hidden(world: World, client: FlaskClient, path: str) -> None:
    run = world.ledger.version(RECORD).run_id
    assert BREAST_IRI in client.get(path.format(run)).get_data(as_text=True)
    hide(world.ledger, find_target(world.ledger, DATASET), True, "ada")
    answer = client.get(path.format(run))
    assert answer.status_code == 200
    assert BREAST_IRI not in answer.get_data(as_text=True)
    assert RECORD in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", GONE)
def test_what_was_erased_answers_410_everywhere(world: World, client: FlaskClient, path: str) -> None:
    for record in world.ledger.records_of_dataset(DATASET):
        purge(world.ledger, record.record_id, "ada", "a private reason")
    world.project()
    answer = client.get(path)
    assert answer.status_code == 410
    assert "erased" in answer.get_data(as_text=True)
    assert "private reason" not in answer.get_data(as_text=True)
    assert BREAST_IRI not in client.get("/catalog.nt").get_data(as_text=True)
