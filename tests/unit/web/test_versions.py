"""Versions of a record on pages and in the API."""

from __future__ import annotations

from flask.testing import FlaskClient
from web_world import BREAST_IRI, BREAST_TURTLE, World

from catalogue.discovery.history import compare, moment_of
from catalogue.model.identifiers import record_id
from catalogue.rdf.graphs import from_ntriples

BREAST = record_id("clinic", BREAST_IRI)
PAGE = f"/records/{BREAST}/versions"
API = f"/api/v1{PAGE}"


def second_version(world: World) -> None:
    changed = BREAST_TURTLE.replace("Research data office", "Data desk").replace("1874", "1900")
    world.harvest("clinic", {BREAST_IRI: changed})


def test_a_record_page_lists_its_versions(world: World, client: FlaskClient) -> None:
    second_version(world)
    page = client.get(f"/records/{BREAST}", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert f'href="{PAGE}/2"' in page
    assert f'href="{PAGE}/1"' in page


def test_a_version_page_shows_what_changed_in_prefixed_names(world: World, client: FlaskClient) -> None:
    second_version(world)
    page = client.get(f"{PAGE}/2", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert "healthdcatap:numberOfUniqueIndividuals &#34;1900&#34;^^xsd:integer" in page
    assert "&#34;1874&#34;^^xsd:integer" in page
    assert "Data desk" in page


def test_the_first_version_is_compared_with_nothing(client: FlaskClient) -> None:
    page = client.get(f"{PAGE}/1", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert "What changed" not in page
    assert client.get(f"{API}/1/diff").status_code == 400


def test_each_version_is_served_as_its_own_rdf(world: World, client: FlaskClient) -> None:
    second_version(world)
    for number in (1, 2):
        kept = world.ledger.version(BREAST, number).content
        for path, accept in ((f"{PAGE}/{number}.nt", ""), (f"{API}/{number}.nt", ""),
                             (f"{API}/{number}", "application/n-triples"), (f"{PAGE}/{number}", "application/n-triples")):  # fmt: skip
            answer = client.get(path, headers={"Accept": accept} if accept else {})
            assert answer.mimetype == "application/n-triples"
            assert answer.get_data(as_text=True) == kept
    assert client.get(f"{API}/1").json["number"] == 1  # type: ignore[index]


def test_a_moment_leads_to_the_version_of_then(world: World, client: FlaskClient) -> None:
    assert client.get(f"{API}?at=2026-11-24").headers["Location"].endswith(f"{API}/1")
    assert client.get(f"{PAGE}?at=2026-11-24").headers["Location"].endswith(f"{PAGE}/1")
    assert client.get(f"{API}?at=2020-01-01").status_code == 404
    answer = client.get(f"{API}?at=yesterday")
    assert (answer.status_code, answer.json["parameter"]) == (400, "at")  # type: ignore[index]


def test_a_difference_names_what_came_and_what_went(world: World, client: FlaskClient) -> None:
    second_version(world)
    found = client.get(f"{API}/2/diff").json
    assert found is not None
    assert (found["before"], found["after"]) == (1, 2)
    assert len(found["added"]) == len(found["removed"]) == 2
    back = client.get(f"{API}/1/diff?since=2").json
    assert back is not None
    assert back["added"] == found["removed"]


def test_a_changed_value_of_a_blank_node_leaves_its_other_statements_alone(world: World) -> None:
    second_version(world)
    one, two = world.ledger.version(BREAST, 1), world.ledger.version(BREAST, 2)
    found = compare(one, two)
    assert len(from_ntriples(one.content)) > 20
    assert {str(each).split(" ")[1] for each in found.added} == {
        "healthdcatap:numberOfUniqueIndividuals",
        "vcard:fn",
    }


def test_unknown_versions_are_not_found(client: FlaskClient) -> None:
    for path in (f"{PAGE}/9", f"{API}/9", f"{API}/9/diff?since=1", f"/api/v1/records/{'a' * 20}/versions"):
        assert client.get(path).status_code == 404


def test_a_date_alone_is_its_end() -> None:
    assert moment_of("2026-11-24").isoformat() == "2026-11-24T23:59:59.999999+00:00"
    assert moment_of("2026-11-24T08:30+02:00").isoformat() == "2026-11-24T06:30:00+00:00"
