"""A second Pharos harvests the first one's /catalog over HTTP: it holds the same records; back again, nothing is new."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from corpora import SHARED, documents, serve
from harvest_world import SiteServer, harvest_world
from loopback import Loopback

from catalogue.model.harvest import RunState
from catalogue.rdf.graphs import Graph, from_ntriples
from catalogue.rdf.labels import isomorphic
from catalogue.rdf.namespaces import DCAT
from catalogue.web.app import create_app

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="../shared (standards and corpora) is missing"),
]

VARIED = [
    "corpora/ckanext-dcat/dcat/catalog.rdf",
    "corpora/ckanext-dcat/dcat/dataset_health_multilingual.ttl",
    "corpora/ckanext-dcat/dcat/dataset_health.ttl",
    "corpora/fdk-no/all_catalogs.ttl",
    "corpora/fdk-no/catalog_diff_0.ttl",
    "corpora/fdk-no/catalog_with_series.ttl",
    "corpora/gdi-fairdatapoint/dataset_cbioportal.ttl",
    "corpora/gdi-fairdatapoint/dataset_with-accessservice.ttl",
    "corpora/health-ri-starter-kit/example.ttl",
    "corpora/healthdcat-ap-de/zfkd_healthdcat-ap.ttl",
    "corpora/linkedpipes/test.trig",
    "corpora/opendata-swiss/catalog-themes.xml",
    "corpora/udata/dcat/bnodes.xml",
    "corpora/udata/dcat/catalog.xml",
    "corpora/udata/dcat/series.xml",
    "standards/dcat3/src/dcat/examples/vocab-dcat-3/csiro-dap-examples.ttl",
    "standards/dcat3/src/dcat/examples/vocab-dcat-3/ga-courts.ttl",
    "standards/healthdcat-ap/release-8/examples/example-healthdcat-dataset.ttl",
]
"""Blank nodes in each other, shared publishers, many languages, series, services, minted names, named graphs."""


@pytest.fixture(scope="module")
def federation(tmp_path_factory):
    """Two catalogues, each with its site; the first filled from the corpora, the second from the first's feed."""
    with (
        SiteServer() as here,
        SiteServer() as there,
        harvest_world(tmp_path_factory.mktemp("first"), base=here.base) as first,
        harvest_world(tmp_path_factory.mktemp("second"), base=there.base) as second,
        Loopback() as providers,
    ):
        here.app, there.app = create_app(first.services), create_app(second.services)
        serve(providers, documents())
        for number, path in enumerate(VARIED):
            run = first.harvest(f"provider-{number}", providers.url(f"/{quote(path)}"), "none")
            assert run.counts.created, path
        run = second.harvest("first", f"{here.base}/catalog?size=7", "none")
        yield first, second, run, here, there


def published(world):
    return {v.subject: v for v in world.services.ledger.published(None, 10_000)}


def without_entries(version, bases):
    """The stored record without the entries (dcat:CatalogRecord) that catalogues on its way made about it: they are
    kept as its history, by which a catalogue knows its own records when they come back."""
    graph = from_ntriples(version.content)
    entries = {
        node.value
        for node in graph.instances(DCAT.CatalogRecord)
        if node.value.startswith(tuple(f"{base}/records/" for base in bases))
    }
    return Graph(t for t in graph if getattr(t.subject, "value", "") not in entries), entries


def test_the_second_catalogue_took_every_record_page_by_page(federation):
    first, second, run, *_ = federation
    assert (run.state, run.complete, run.reason) == (RunState.COMPLETED, True, "")
    total = first.services.ledger.published_count()
    assert total > 60
    assert run.counts.created == run.counts.found == total
    assert run.counts.pages >= total / 7
    assert published(second).keys() == published(first).keys()
    assert second.log.failures == []


def test_each_record_is_isomorphic_to_the_one_it_came_from(federation):
    first, second, _, here, _ = federation
    copies = published(second)
    for subject, version in published(first).items():
        copy, entries = without_entries(copies[subject], [here.base])
        assert entries == {f"{here.base}/records/{version.record_id}"}, subject
        assert isomorphic(from_ntriples(version.content), copy), subject
        assert version.primary_class == copies[subject].primary_class


def test_the_second_harvest_of_the_feed_changes_nothing(federation):
    _, second, run, *_ = federation
    before = second.services.ledger.position()
    again = second.run_again("first", "none")
    assert (again.state, again.counts.unchanged) == (RunState.COMPLETED, run.counts.created)
    assert second.services.ledger.position() == before


@pytest.mark.parametrize("suffix", ["rdf", "jsonld", "nt"])
def test_the_feed_says_the_same_in_each_syntax(federation, suffix):
    first, second, run, here, _ = federation
    before = second.services.ledger.position()
    other = second.harvest(f"first-{suffix}", f"{here.base}/catalog.{suffix}?size=50", "none")
    assert (other.state, other.counts.created) == (RunState.COMPLETED, run.counts.created), other.reason
    originals = published(first)
    for line in second.lines(other, "created"):
        copy = second.services.ledger.version(line.record_id)
        described, _ = without_entries(copy, [here.base])
        assert isomorphic(from_ntriples(originals[copy.subject].content), described), copy.subject
    # An older source has them all: what is shown stays what it was.
    assert {v.source for v in published(second).values()} == {"first"}
    assert second.services.ledger.position() == before


def test_the_first_harvesting_the_second_knows_its_own_and_skips_all(federation):
    first, _, run, _, there = federation
    before = first.services.ledger.position()
    back = first.harvest("second", f"{there.base}/catalog?size=9", "none")
    assert back.counts.created == back.counts.updated == 0
    assert back.counts.found == back.counts.skipped == run.counts.created
    assert {line.code for line in first.lines(back, "skipped")} == {"ours"}
    assert (back.state, back.complete) == (RunState.COMPLETED, True)
    assert first.services.ledger.position() == before
    page = first.client().get(f"/runs/{back.run_id}")
    assert page.status_code == 200
    assert "was harvested from this catalogue" in page.text


def test_a_third_catalogue_on_the_way_does_not_hide_where_a_record_began(federation, tmp_path):
    """First, second, third, and back to the first: the entries of all of them are still with the record."""
    first, _, run, _, there = federation
    with SiteServer() as elsewhere, harvest_world(tmp_path, base=elsewhere.base) as third:
        elsewhere.app = create_app(third.services)
        taken = third.harvest("second", f"{there.base}/catalog", "none")
        assert (taken.state, taken.counts.created) == (RunState.COMPLETED, run.counts.created)
        back = first.harvest("third", f"{elsewhere.base}/catalog", "none")
    assert back.counts.found == back.counts.skipped == run.counts.created
    assert {line.code for line in first.lines(back, "skipped")} == {"ours"}
