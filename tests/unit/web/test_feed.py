"""/catalog: another catalogue that harvests it holds exactly our records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat
from web_world import BASE, BREAST_IRI, BREAST_TURTLE, World, fill

from catalogue.feeds import pages
from catalogue.feeds.pages import Cursor, feed_page
from catalogue.pipeline.split import PageFacts, SplitPage, split
from catalogue.rdf.graphs import Graph, from_ntriples
from catalogue.rdf.labels import isomorphic
from catalogue.rdf.namespaces import DCAT, FOAF, HYDRA, RDF
from catalogue.rdf.terms import NamedNode
from catalogue.web.app import create_app

SYNTAXES = {
    "ttl": RdfFormat.TURTLE,
    "rdf": RdfFormat.RDF_XML,
    "nt": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
}
CATALOG = NamedNode(f"{BASE}/catalog")


def fetch(client: FlaskClient, size: int, suffix: str = "ttl") -> Iterator[Graph]:
    """Every page, by following hydra:next as a harvester does."""
    url: str | None = f"/catalog?size={size}"
    while url is not None:
        path, _, query = url.removeprefix(BASE).partition("?")
        answer = client.get(f"{path}.{suffix}?{query}")
        assert answer.status_code == 200
        page = Graph(q.triple for q in pyoxigraph.parse(answer.data, format=SYNTAXES[suffix]))
        yield page
        following = [
            t.object.value
            for view in page.instances(HYDRA.PartialCollectionView)
            for t in page.about(view)
            if t.predicate == HYDRA.next
        ]
        links = answer.headers["Link"]
        assert len(following) <= 1
        assert ('rel="next"' in links) == bool(following)
        url = following[0] if following else None


def own_triples(graph: Graph) -> Graph:
    """A harvested record without what we add to it: our CatalogRecord."""
    ours = {
        s for s in graph.subjects() if isinstance(s, NamedNode) and s.value.startswith(f"{BASE}/records/")
    }
    return Graph(t for t in graph if t.subject not in ours)


def harvested(client: FlaskClient, size: int, suffix: str = "ttl") -> dict[str, Graph]:
    """What a second Pharos with another base would hold: subject → the record's own triples."""
    found: dict[str, Graph] = {}
    for page in fetch(client, size, suffix):
        cut: SplitPage = split(page, PageFacts(f"{BASE}/catalog", "0" * 64, "https://other.example"))
        assert not cut.ours
        for record in [*cut.records, *(deferred.record for deferred in cut.deferred)]:
            assert record.subject not in found
            found[record.subject] = own_triples(record.graph)
    return found


def published(world: World) -> dict[str, Graph]:
    return {f"<{v.subject}>": from_ntriples(v.content) for v in world.ledger.published(None, 1000)}


def assert_same(found: dict[str, Graph], expected: dict[str, Graph]) -> None:
    assert found.keys() == expected.keys()
    for subject, graph in expected.items():
        assert isomorphic(found[subject], graph), subject


@pytest.mark.parametrize("suffix", SYNTAXES)
@pytest.mark.parametrize("size", [1, 2, 100])
def test_a_harvester_of_the_feed_holds_isomorphic_records(
    client: FlaskClient, world: World, size: int, suffix: str
) -> None:
    assert_same(harvested(client, size, suffix), published(world))


def disagreeing(number: int) -> dict[str, str]:
    """Records that name one organisation: the even ones describe it, each third in its own way, the odd only name it."""
    about = f'<https://org.example/1> a foaf:Agent ; foaf:name "Name {number % 3}" ; vcard:hasAddress [ vcard:locality "Town {number % 3}" ] .'
    return {
        f"https://clinic.example/d/{number}": f'<> a dcat:Dataset ; dct:title "Dataset {number}" ; '
        f'dcat:contactPoint [ vcard:fn "Person {number}" ] ; dct:publisher <https://org.example/1> . '
        + (about if number % 2 == 0 else "")
    }


def test_records_that_describe_one_thing_differently_do_not_melt_together(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add_source("clinic")
    world.harvest("clinic", {iri: text for n in range(24) for iri, text in disagreeing(n).items()})
    client = create_app(world.services()).test_client()
    assert_same(harvested(client, 10), published(world))
    assert len(list(fetch(client, 100))) == 4
    world.close()


def test_records_that_say_the_same_of_a_thing_share_a_page(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add_source("clinic")
    same = 'dct:publisher <https://org.example/1> . <https://org.example/1> foaf:name "Org" ; vcard:hasAddress [ vcard:locality "Town" ] .'
    world.harvest(
        "clinic",
        {
            f"https://clinic.example/d/{n}": f'<> a dcat:Dataset ; dct:title "D{n}" ; {same}'
            for n in range(30)
        },
    )
    client = create_app(world.services()).test_client()
    assert len(list(fetch(client, 100))) == 1
    assert_same(harvested(client, 100), published(world))
    world.close()


def test_a_page_says_how_many_records_there_are_and_names_each(client: FlaskClient, world: World) -> None:
    page = next(fetch(client, 100))
    assert [o.value for o in page.objects(CATALOG, HYDRA.totalItems)] == ["3"]
    assert {DCAT.Catalog, HYDRA.Collection} <= page.types(CATALOG)
    assert len(page.objects(CATALOG, DCAT.dataset)) == 3
    for record in page.objects(CATALOG, DCAT.record):
        assert page.types(record) == {DCAT.CatalogRecord}
        assert len(page.objects(record, FOAF.primaryTopic)) == 1


def test_an_empty_catalogue_is_a_page_without_records(tmp_path: Path) -> None:
    world = World(tmp_path)
    pages_found = list(fetch(create_app(world.services()).test_client(), 100))
    assert len(pages_found) == 1
    assert pages_found[0].objects(CATALOG, DCAT.dataset) == []
    assert pages_found[0].objects(CATALOG, RDF.type)
    world.close()


def test_a_window_that_changed_between_its_parts_begins_anew(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add_source("clinic")
    world.harvest("clinic", {iri: text for n in range(8) for iri, text in disagreeing(n).items()})
    second = feed_page(world.ledger, Cursor()).next
    assert second is not None and second.part == 1
    world.harvest("clinic", {iri: text for n in range(8, 16) for iri, text in disagreeing(n).items()})
    again = feed_page(world.ledger, second)
    first = feed_page(world.ledger, Cursor())
    assert [r.version.subject for r in again.records] == [r.version.subject for r in first.records]
    world.close()


def test_large_records_make_short_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_WINDOW_BYTES", 2_000)
    world = fill(World(tmp_path))
    lengths = [
        len(page.instances(DCAT.Dataset)) for page in fetch(create_app(world.services()).test_client(), 100)
    ]
    assert sum(lengths) == 3
    assert max(lengths) == 1
    world.close()


@pytest.mark.parametrize("text", ["", "a" * 20, f"{'a' * 20}.3.{'0' * 12}", f".1.{'f' * 12}"])
def test_a_cursor_reads_what_it_wrote(text: str) -> None:
    assert str(Cursor.parse(text)) == text


@pytest.mark.parametrize("suffix", ["", ".ttl"])
def test_the_feed_is_the_same_by_suffix_and_by_accept(client: FlaskClient, suffix: str) -> None:
    answer = client.get(f"/catalog{suffix}", headers={"Accept": "text/turtle"})
    assert answer.mimetype == "text/turtle"


def test_a_record_updated_between_two_pages_is_met_once(tmp_path: Path) -> None:
    world = fill(World(tmp_path))
    reader = fetch(create_app(world.services()).test_client(), 1)
    first = next(reader)
    world.harvest("clinic", {BREAST_IRI: BREAST_TURTLE.replace("1874", "1900")})
    seen = [o.value for page in [first, *reader] for o in page.objects(CATALOG, DCAT.dataset)]
    assert sorted(seen) == sorted({v.subject for v in world.ledger.published(None, 10)})
    world.close()


@pytest.mark.parametrize("suffix", SYNTAXES)
def test_an_unchanged_page_is_not_sent_twice(client: FlaskClient, suffix: str) -> None:
    tag = client.get(f"/catalog.{suffix}").headers["ETag"]
    assert client.get(f"/catalog.{suffix}", headers={"If-None-Match": tag}).status_code == 304


def test_turtle_has_the_prefixes_it_uses_in_order(client: FlaskClient) -> None:
    lines = client.get("/catalog.ttl").get_data(as_text=True).splitlines()
    prefixes = [line for line in lines if line.startswith("@prefix")]
    assert prefixes == sorted(prefixes)
    assert any(line.startswith("@prefix dcat:") for line in prefixes)
    assert not any(line.startswith("@prefix oa:") for line in prefixes)


@pytest.mark.parametrize("url", ["file:///home/me/private/c.ttl", "https://me:secret@clinic.example/c.ttl"])
def test_the_feed_names_no_folder_and_no_password(tmp_path: Path, url: str) -> None:
    world = World(tmp_path)
    world.add_source("clinic", url=url)
    world.harvest("clinic", {BREAST_IRI: BREAST_TURTLE}, page_url=url)
    client = create_app(world.services()).test_client()
    dataset = client.get("/api/v1/datasets").json["hits"][0]["id"]
    for path in (
        "/catalog.ttl",
        f"/datasets/{dataset}",
        f"/api/v1/datasets/{dataset}",
        "/sources/clinic",
        "/api/v1/sources",
    ):
        text = client.get(path).get_data(as_text=True)
        assert "private" not in text
        assert "secret@" not in text
    world.close()
