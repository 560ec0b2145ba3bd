"""One dataset in two sources, end to end: one page, the other source named, and a takeover when a source goes."""

from __future__ import annotations

import pytest
from harvest_world import harvest_world
from loopback import Answer, Loopback

from catalogue.harvesting.publication import choose
from catalogue.model.harvest import PublicationPolicy, RunState
from catalogue.model.validation import Verdict

PREFIXES = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
TITLE = "http://purl.org/dc/terms/title"


class TwoSources:
    """A registry that lists everything, and the clinic whose dataset it is."""

    def __init__(self, world, registry, clinic):
        self.world, self.clinic, self.registry = world, clinic, registry
        self.subject = clinic.url("/datasets/breast")
        for server, title in ((registry, "As the registry has it"), (clinic, "As the clinic has it")):
            server.on("/catalogue.ttl", self.description(title))

    def description(self, title):
        text = (
            f'{PREFIXES}<{self.subject}> a dcat:Dataset ; dct:title "{title}"@en ; dct:description "D"@en .'
        )
        return Answer(text.encode(), media_type="text/turtle")

    def harvest(self, slug, **source):
        run = self.world.harvest(
            slug, getattr(self, slug).url("/catalogue.ttl"), "none", title=slug.title(), **source
        )
        assert run.state is RunState.COMPLETED, run.reason
        self.world.project()
        return run

    def remove(self, slug):
        removed = self.world.services.ledger.remove_source(slug, choose, "test")
        self.world.project()
        return removed

    @property
    def dataset_id(self):
        found = {v.dataset_id for run in self.runs() for v in self.versions(run)}
        assert len(found) == 1
        return found.pop()

    def runs(self):
        return [run for run in self.world.services.ledger.runs() if run.counts.created]

    def versions(self, run):
        return [
            self.world.services.ledger.version(line.record_id) for line in self.world.lines(run, "created")
        ]

    def shown(self):
        """(title in search, title in the graph store, source) of the one dataset, which every way agrees on."""
        client = self.world.client()
        (hit,) = client.get("/api/v1/datasets").json["hits"]
        assert hit["id"] == self.dataset_id
        page = client.get(f"/datasets/{self.dataset_id}")
        assert page.status_code == 200
        assert hit["title"] in page.text
        rdf = client.get(f"/datasets/{self.dataset_id}.nt").text
        assert f'"{hit["title"]}"@en' in rdf
        store = self.world.services.graph.store
        titles = {
            q.object.value for q in store if q.predicate.value == TITLE and q.subject.value == self.subject
        }
        assert titles == {hit["title"]}
        return hit["title"], hit["source"], page.text

    def publication(self):
        return [(c.kind.value, c.before, c.after) for c in self.world.services.ledger.changes(0, 1000)]


@pytest.fixture
def sources(tmp_path):
    with Loopback() as registry, Loopback() as clinic, harvest_world(tmp_path) as world:
        yield TwoSources(world, registry, clinic)


def test_the_source_that_owns_the_host_takes_over_and_the_page_names_the_other(sources):
    sources.harvest("registry")
    assert sources.shown()[:2] == ("As the registry has it", "registry")
    sources.harvest("clinic")
    title, source, page = sources.shown()
    assert (title, source) == ("As the clinic has it", "clinic")
    assert "Registry" in page
    assert "As the registry has it" not in page
    assert sources.world.client().get("/api/v1/datasets").json["total"] == 1


def test_when_the_source_is_removed_the_other_one_is_shown_at_the_same_address(sources):
    sources.harvest("registry")
    sources.harvest("clinic")
    address = f"/datasets/{sources.dataset_id}"
    assert sources.remove("clinic") == 1
    title, source, page = sources.shown()
    assert (title, source) == ("As the registry has it", "registry")
    assert "As the clinic has it" not in page
    assert sources.remove("registry") == 1
    gone = sources.world.client().get(address)
    assert gone.status_code == 410
    assert sources.world.client().get("/api/v1/datasets").json["total"] == 0
    assert sources.subject not in {quad.subject.value for quad in sources.world.services.graph.store}


def test_what_is_not_shown_changes_without_a_change_of_what_is(sources):
    sources.harvest("clinic")
    sources.harvest("registry")
    before = sources.publication()
    sources.registry.on("/catalogue.ttl", sources.description("Anew in the registry"))
    run = sources.world.run_again("registry", "none")
    assert run.counts.updated == 1
    assert sources.publication() == before
    assert sources.shown()[:2] == ("As the clinic has it", "clinic")
    sources.remove("clinic")
    assert sources.shown()[:2] == ("Anew in the registry", "registry")


def test_a_source_that_comes_back_takes_its_place_again(sources):
    sources.harvest("registry")
    sources.harvest("clinic")
    sources.remove("clinic")
    run = sources.harvest("clinic")
    assert run.counts.found == 1
    assert sources.shown()[:2] == ("As the clinic has it", "clinic")


@pytest.mark.parametrize(("policy", "shown"), [("all", "clinic"), ("conformant", "registry")])
def test_a_record_in_quarantine_leaves_the_place_to_the_other_source(sources, policy, shown):
    """The owner of the host gives a description without a publisher or anything else that is mandatory."""
    sources.harvest("registry")
    url = sources.clinic.url("/catalogue.ttl")
    run = sources.world.harvest(
        "clinic", url, "healthdcat-ap-r8", title="Clinic", policy=PublicationPolicy(policy)
    )
    assert run.counts.created == 1
    assert sources.versions(run)[0].report.verdict is Verdict.NON_CONFORMANT
    sources.world.project()
    assert sources.shown()[1] == shown
