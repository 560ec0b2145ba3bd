"""Every RDF document of the corpora and the standards' examples is harvested; nothing crashes, nothing is lost unsaid."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from corpora import EXPECTED, PAGE, SHARED, Expectations, documents, harvest_all, page
from harvest_world import harvest_world
from loopback import Answer, Loopback
from markupsafe import escape

from catalogue.model.harvest import RunState
from catalogue.model.validation import Verdict

pytestmark = [
    pytest.mark.shared,
    pytest.mark.slow,
    pytest.mark.skipif(not SHARED.is_dir(), reason="../shared (standards and corpora) is missing"),
]


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    """The world with everything in it, the server it came from, and what came of each document."""
    folder = tmp_path_factory.mktemp("corpora")
    with harvest_world(folder, child=True) as world, Loopback() as server:
        yield world, server, harvest_all(world, server, documents())


@pytest.fixture(scope="module")
def harvested(catalogue):
    return catalogue[2]


def test_no_run_meets_a_fault_of_ours(catalogue):
    world, _, harvested = catalogue
    assert world.log.failures == []
    assert {one.run.state for one in harvested} <= {
        RunState.COMPLETED,
        RunState.WITH_ERRORS,
        RunState.FAILED,
    }
    assert [one.path for one in harvested if one.run.counts.failed or "internal" in one.lines] == []
    assert [
        one.path for one in harvested if not one.run.reason and one.run.state is not RunState.COMPLETED
    ] == []


def test_counts_add_up_in_every_run(harvested):
    for one in harvested:
        c = one.run.counts
        taken = c.created + c.updated + c.unchanged + c.skipped + c.failed + c.duplicate
        assert c.found == taken, one.path


def test_what_is_not_taken_is_exactly_what_is_listed(harvested):
    assert Expectations.load().broken(harvested) == [], f"see {EXPECTED.name}"


def test_each_difference_from_an_independent_count_is_explained(harvested):
    assert Expectations.load().unexplained(harvested) == []


def test_the_page_about_the_corpora_is_fresh(harvested):
    assert PAGE.read_text() == page(harvested, Expectations.load()), "run `make corpora`"


def test_graph_and_index_take_every_record(catalogue):
    world, _, harvested = catalogue
    world.project()
    ledger = world.services.ledger
    published = ledger.published_count()
    assert world.services.graph.position() == ledger.position()
    assert world.services.search.position() == ledger.position()
    assert 0 < published <= sum(one.run.counts.created for one in harvested)
    answer = world.client().get("/api/v1/datasets?size=1")
    assert answer.json["total"] == published
    assert world.log.failures == []


def test_every_stored_record_has_a_page_and_is_served_as_rdf(catalogue):
    world, _, _ = catalogue
    client = world.client()
    versions = world.services.ledger.published(None, 100_000)
    for version in versions[:: max(1, len(versions) // 60)]:
        assert client.get(f"/datasets/{version.dataset_id}").status_code == 200
        for suffix in ("ttl", "rdf", "nt", "jsonld"):
            assert client.get(f"/datasets/{version.dataset_id}.{suffix}").status_code == 200, version.subject


def test_every_run_that_is_not_simply_complete_has_a_page_that_says_why(catalogue):
    world, _, harvested = catalogue
    client = world.client()
    told = [one for one in harvested if one.run.reason or one.lines or one.run.counts.triples_outside]
    assert len(told) > 100
    for one in told:
        answer = client.get(f"/runs/{one.run.run_id}")
        assert answer.status_code == 200, one.path
        assert not one.run.reason or escape(one.run.reason) in answer.text, one.path


NOT_THE_SAME = {"standards/dcat3/src/dcat/examples/vocab-dcat-3/threddsABC"}
"""Its JSON-LD writes dcat:byteSize where its context defines byteSize: a text there, a number elsewhere."""


def test_one_example_in_three_syntaxes_is_the_same_record(catalogue):
    """The examples of DCAT 3 are published as Turtle, RDF/XML and JSON-LD."""
    world, _, harvested = catalogue
    by_stem = {}
    for one in harvested:
        if "vocab-dcat-3" in one.path:
            hashes = {
                line.subject: world.services.ledger.version(line.record_id).received_hash
                for line in world.lines(one.run, "created")
            }
            by_stem.setdefault(one.path.rpartition(".")[0], []).append(hashes)
    differing = {stem for stem, forms in by_stem.items() if any(form != forms[0] for form in forms)}
    assert len(by_stem) > 20
    assert differing == NOT_THE_SAME


SAMPLE = 7
"""Of so many documents with records, one is harvested again."""


def test_a_second_harvest_of_the_same_bytes_changes_nothing(catalogue):
    world, _, harvested = catalogue
    before = world.services.ledger.position()
    for one in [one for one in harvested if one.run.counts.created][::SAMPLE]:
        again = world.run_again(one.slug, "none").counts
        assert (again.unchanged, again.reprocessed) == (one.run.counts.created, 0), one.path
        assert (again.created, again.updated, again.failed) == (0, 0, 0), one.path
    assert world.services.ledger.position() == before


WRONG = {
    "corpora/fdk-no/harvest_response_0_catalog_diff.ttl": "text/html",
    "corpora/gdi-fairdatapoint/dataset_cbioportal.ttl": "application/rdf+xml",
    "corpora/health-ri-starter-kit/example.ttl": "application/ld+json",
    "corpora/linkedpipes/test.trig": "text/plain",
    "corpora/opendata-swiss/1894.xml": "text/turtle",
    "corpora/udata/dcat/bnodes.xml": "text/html; charset=utf-8",
    "corpora/udata/dcat/partial-collection-2.jsonld": "text/turtle",
    "corpora/udata/dcat/nested.jsonld": None,
    "corpora/ckanext-dcat/dcat/catalog.rdf": "application/n-triples",
    "corpora/nde-dataset-register/packages/core/test/datasets/dataset-dcat-valid.jsonld": "image/png",
}
"""Document → a media type that it does not have."""


def test_a_wrong_media_type_costs_no_record(catalogue):
    world, server, harvested = catalogue
    by_path = {one.path: one for one in harvested}
    for number, (path, media_type) in enumerate(WRONG.items()):
        address = f"/wrong-{number}/{quote(path)}"
        server.on(address, Answer((SHARED / path).read_bytes(), media_type=media_type))
        run = world.harvest(f"wrong-{number}", server.url(address), "none")
        assert (run.state, run.counts.created) == (
            by_path[path].run.state,
            by_path[path].run.counts.created,
        ), path
        assert run.counts.created, path


def test_judging_real_records_never_fails(catalogue):
    world, _, harvested = catalogue
    judged = [
        one for one in harvested if 0 < one.run.counts.created < 6 and one.path.endswith((".ttl", ".xml"))
    ]
    verdicts = set()
    for one in judged[::9]:
        run = world.run_again(one.slug, "auto")
        assert run.counts.failed == 0, one.path
        assert run.counts.unchanged == one.run.counts.created, one.path
        for line in world.lines(one.run, "created"):
            verdicts.add(world.services.ledger.record(line.record_id).verdict)
    assert Verdict.NON_CONFORMANT in verdicts
    assert world.log.failures == []
