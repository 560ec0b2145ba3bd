"""What people see, read from the HTML that needs no script."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from web_world import BREAST_IRI, HOSTILE_IRI, MG, MR, PROSTATE_IRI, World

from catalogue.errors import IndexUnavailable
from catalogue.model.identifiers import dataset_id, record_id
from catalogue.model.search import SearchDocument, SearchPage, SearchQuery
from catalogue.ports import SearchIndex
from catalogue.web import sources
from catalogue.web.app import create_app

BROWSER = {"Accept": "text/html"}
DATASET = f"/datasets/{dataset_id(BREAST_IRI)}"


def read(client: FlaskClient, path: str, **headers: str) -> str:
    answer = client.get(path, headers=BROWSER | headers)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return html.unescape(re.sub(r"\s+", " ", answer.get_data(as_text=True)))


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_first_page_says_what_is_here(client: FlaskClient) -> None:
    page = words(read(client, "/"))
    assert "3 datasets" in page
    assert "2 sources" in page
    assert "24 November 2026, 08:30 UTC" in page
    assert "Breast cancer 1" in page
    assert "Magnetic resonance 2" in page


def test_an_empty_catalogue_says_how_to_begin(tmp_path: Path) -> None:
    world = World(tmp_path)
    page = read(create_app(world.services()).test_client(), "/")
    assert "pharos sources add" in page
    world.close()


class DeadIndex:
    def search(self, query: SearchQuery) -> SearchPage:
        raise IndexUnavailable("no segment at /srv/pharos/search")

    def document(self, dataset_id: str) -> SearchDocument | None:
        raise IndexUnavailable("no segment at /srv/pharos/search")

    def position(self) -> int:
        raise IndexUnavailable("no segment at /srv/pharos/search")

    def close(self) -> None:
        pass


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/sources", 200), (DATASET, 200), ("/runs", 200), ("/datasets", 503)])  # fmt: skip
def test_a_dead_index_costs_search_and_nothing_else(world: World, path: str, status: int) -> None:
    index, world.search = world.search, DeadIndex()  # type: ignore[assignment]
    answer = create_app(world.services()).test_client().get(path, headers=BROWSER)
    assert answer.status_code == status
    assert b"/srv/pharos" not in answer.data
    index.close()


class CutIndex:
    """An index that lists one value of a facet only."""

    def __init__(self, inner: SearchIndex) -> None:
        self._inner = inner

    def search(self, query: SearchQuery) -> SearchPage:
        page = self._inner.search(query)
        return replace(page, facets={name: values[:1] for name, values in page.facets.items()})


def test_sources_that_a_facet_leaves_out_are_counted_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "FACET_LIMIT", 1)
    services = replace(world.services(), search=CutIndex(world.search))
    found = create_app(services).test_client().get("/api/v1/sources").json["sources"]
    assert {source["slug"]: source["datasets"] for source in found} == {"clinic": 2, "registry": 1}


def test_search_offers_facets_with_labels_and_counts(client: FlaskClient) -> None:
    page = read(client, "/datasets")
    assert (
        f'name="modality" value="{MR}"><span dir="auto">Magnetic resonance</span><span class="count">2</span>'
        in page
    )
    assert 'name="verdict" value="non-conformant">' in page
    assert "3 datasets" in page


def test_a_chosen_filter_is_a_chip_that_can_be_removed(client: FlaskClient) -> None:
    page = read(client, "/datasets?q=MR&modality=" + MG.replace("#", "%23"))
    assert f'value="{MG}" checked>' in page
    assert '<a href="/datasets?q=MR"><span>Modality: Mammography</span>' in page


@pytest.mark.parametrize("path", ["/datasets?q=", "/datasets?utm_source=mail&fbclid=1", "/datasets?theme="])
def test_search_forgives_what_a_form_or_a_tracker_adds(client: FlaskClient, path: str) -> None:
    assert "3 datasets" in read(client, path)


def test_nothing_found_helps(client: FlaskClient) -> None:
    page = words(read(client, "/datasets?q=zzzzqqqq"))
    assert "No dataset matches." in page
    assert "See all datasets" in page


def test_paging_keeps_the_query(client: FlaskClient) -> None:
    first = read(client, "/datasets?size=1&sort=title")
    assert '<a rel="next" href="/datasets?size=1&sort=title&page=2">' in first
    third = read(client, "/datasets?size=1&sort=title&page=3")
    assert 'rel="next"' not in third
    assert '<a rel="prev" href="/datasets?size=1&sort=title&page=2">' in third
    assert "beyond the last" in read(client, "/datasets?size=1&page=9")


@pytest.mark.parametrize(
    ("languages", "title", "label"),
    [("de,en;q=0.5", "Brust-MRT vor der Therapie", "Brustkrebs"), ("en", "Breast MR before therapy", "Breast cancer"), ("fi", "Breast MR before therapy", "Breast cancer")],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/datasets", DATASET])
def test_data_comes_in_the_readers_language(
    client: FlaskClient, path: str, languages: str, title: str, label: str
) -> None:
    page = words(read(client, path, **{"Accept-Language": languages}))
    assert title in page
    assert label in page


def test_the_dataset_page_shows_every_property(client: FlaskClient) -> None:
    page = words(read(client, DATASET))
    for text in (
        "Breast MR before therapy", "Brust-MRT vor der Therapie", "BR-1", "Health", "Restricted", "Mammography",
        "1874", "40 160", "1 February 2015", "30 November 2022", "Clinic of Examples", "info@clinic.example",
        "Research data office", "data@clinic.example", "DICOM images", "https://clinic.example/breast.zip", "1.9 TB",
        "https://clinic.example/terms#secretSauce", "an unknown property", "17 April 2026",
    ):  # fmt: skip
        assert text in page, text


def test_the_dataset_page_tells_where_it_comes_from(client: FlaskClient) -> None:
    page = words(read(client, DATASET))
    assert "https://clinic.example/catalogue.ttl" in page
    assert "The same dataset in other sources Registry of Examples" in page
    assert "1 repair was made to what the source sent" in page


def test_findings_are_grouped_by_severity_with_property_and_value(client: FlaskClient) -> None:
    page = words(read(client, DATASET))
    assert "Not conformant" in page
    assert re.search(r"Violations 1 .*A dataset needs a publisher\. .*Publisher \(dct:publisher\)", page)
    assert re.search(r'Warnings 1 .*Place \(dct:spatial\).*"nowhere"@en', page)


@pytest.mark.parametrize("parameter", ["iri=https://clinic.example/datasets/prostate", "identifier=PR-1"])
def test_look_up_leads_to_the_dataset(client: FlaskClient, parameter: str) -> None:
    answer = client.get(f"/datasets?{parameter}")
    assert answer.status_code == 303
    assert answer.location == f"/datasets/{dataset_id(PROSTATE_IRI)}"


def test_look_up_of_an_identifier_of_two_lists_both(client: FlaskClient, world: World) -> None:
    world.harvest(
        "registry",
        {
            "https://registry.example/datasets/2": '<> a dcat:Dataset ; dct:identifier "PR-1" ; dct:title "Other" .'
        },
    )
    page = words(read(client, "/datasets?identifier=PR-1"))
    assert "Other" in page
    assert "Prostata-MRT vor der Biopsie" in page


def test_a_blank_node_leads_to_its_record(client: FlaskClient) -> None:
    record = record_id("clinic", BREAST_IRI)
    answer = client.get(f"/.well-known/genid/{record}/b1")
    assert (answer.status_code, answer.location) == (303, f"/records/{record}")


def test_hostile_text_is_text(client: FlaskClient) -> None:
    for path in (
        "/",
        "/datasets",
        f"/datasets/{dataset_id(HOSTILE_IRI)}",
        f"/records/{record_id('registry', HOSTILE_IRI)}",
    ):
        page = client.get(path, headers=BROWSER).get_data(as_text=True)
        without_data = re.sub(r'<script type="application/ld\+json">.*?</script>', "", page, flags=re.DOTALL)
        assert "<script" not in without_data
        assert "<img src=x" not in page
        assert "<svg onload" not in page
        assert 'href="javascript:' not in page
        assert 'href="ftp:' not in page


def test_text_has_its_language_and_direction(client: FlaskClient) -> None:
    page = read(client, f"/datasets/{dataset_id(HOSTILE_IRI)}")
    assert 'lang="ar" dir="auto">صدر' in page


def test_a_run_is_a_balance_sheet_with_reasons(client: FlaskClient, world: World) -> None:
    run = next(run for run in world.ledger.runs() if run.counts.failed)
    page = words(read(client, f"/runs/{run.run_id}"))
    assert "Completed with errors" in page
    assert "The document does not parse. Close the quotation mark in line 3." in page
    assert "the only page was read" in page
    only_failed = words(read(client, f"/runs/{run.run_id}?kind=failed"))
    assert "https://clinic.example/datasets/bad" in only_failed
    assert "https://clinic.example/datasets/prostate" not in only_failed


def test_a_source_lists_its_harvests_and_records_and_no_credentials(world: World) -> None:
    world.add_source("locked", credentials={"scheme": "bearer", "secret": "env:TOKEN_OF_LOCKED"})
    client = create_app(world.services()).test_client()
    assert "Prostata-MRT vor der Biopsie" in read(client, "/sources/clinic")
    assert "TOKEN_OF_LOCKED" not in read(client, "/sources/locked")


@pytest.mark.parametrize("path", ["/about", "/about/errors", "/api", "/robots.txt", "/static/mark.svg"])
def test_help_is_there(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        assert answer.status_code == 200


def test_ready_names_each_part_and_tells_when_one_is_away(world: World) -> None:
    client = create_app(world.services()).test_client()
    assert client.get("/health/live").json == {"status": "live"}
    ready = client.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json["parts"]["search"]["lag"] == 0
    world.graph.broken = True
    away = client.get("/health/ready")
    assert away.status_code == 503
    assert away.json["parts"]["graph"] == {"state": "unavailable"}
    assert away.json["parts"]["ledger"]["state"] == "available"
    assert "127.0.0.1" not in away.get_data(as_text=True)


def test_no_page_prints_what_python_calls_its_objects(client: FlaskClient, world: World) -> None:
    run = world.ledger.runs()[0].run_id
    for path in (
        "/",
        "/datasets",
        DATASET,
        "/sources",
        "/sources/clinic",
        "/runs",
        f"/runs/{run}",
        "/sparql",
        "/api",
        "/about",
    ):
        page = read(client, path)
        assert not re.search(
            r"\b(StoredVersion|HarvestSource|object at 0x|None\b,|datetime\.datetime)", page
        ), path
