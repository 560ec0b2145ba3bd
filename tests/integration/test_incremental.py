"""A harvest of what has not changed asks little, reads nothing and writes next to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from harvest_world import HarvestWorld, harvest_world
from loopback import Answer, Asked, Loopback

from catalogue.bootstrap import harvesting_of
from catalogue.harvesting.lease import LEASE
from catalogue.model.harvest import HarvestRun, RunRequest, RunState

PREFIXES = (
    "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . "
    "@prefix hydra: <http://www.w3.org/ns/hydra/core#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
)


class Provider:
    """Three pages of two datasets; `etags` says whether it answers conditional requests."""

    def __init__(self, server: Loopback, world: HarvestWorld, *, etags: bool) -> None:
        self.server, self.world, self.etags = server, world, etags
        self.extra = ""
        for number in (1, 2, 3):
            self.page(number)

    def page(self, number: int, title: str = "Dataset") -> None:
        view = f"<{self.server.url(f'/{number}')}> a hydra:PartialCollectionView"
        view += f" ; hydra:next <{self.server.url(f'/{number + 1}')}> .\n" if number < 3 else " .\n"
        datasets = "".join(
            f'<https://p.example/d/{number}-{n}> a dcat:Dataset ; dct:title "{title} {number}-{n}"@en .\n'
            for n in (1, 2)
        )
        body = (PREFIXES + view + datasets + self.extra).encode()
        tag = f'"{hash(body)}"'

        def answer(asked: Asked) -> Answer:
            if self.etags and asked.headers.get("if-none-match") == tag:
                return Answer(status=304, headers={"ETag": tag})
            headers = {"ETag": tag} if self.etags else {}
            return Answer(body, media_type="text/turtle", headers=headers)

        self.server.on(f"/{number}", answer)

    def harvest(self, profile: str = "none", *, full: bool = False, **source: object) -> HarvestRun:
        known = {s.slug for s in self.world.services.ledger.sources()}
        if "paged" not in known or source:
            return self.world.harvest("paged", self.server.url("/1"), profile, **source)
        queued = self.world.services.ledger.enqueue("paged", RunRequest("test", profile, full=full))
        claim = self.world.services.ledger.claim("worker", LEASE, queued.run_id)
        assert claim is not None
        return harvesting_of(self.world.services).execute(claim)

    def statuses(self) -> list[bool]:
        """Whether each request since the last call was conditional."""
        asked = ["if-none-match" in one.headers for one in self.server.asked]
        self.server.asked.clear()
        return asked


@pytest.fixture(params=[True, False], ids=["etags", "no-etags"])
def provider(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Provider]:
    with Loopback() as server, harvest_world(tmp_path) as world:
        yield Provider(server, world, etags=request.param)


def test_an_unchanged_source_is_one_request_a_page_and_nothing_new(provider: Provider) -> None:
    first = provider.harvest()
    assert (first.state, first.counts.created) == (RunState.COMPLETED, 6)
    position = provider.world.services.ledger.position()
    provider.statuses()
    again = provider.harvest()
    assert (again.state, again.complete) == (RunState.COMPLETED, True)
    assert (again.counts.found, again.counts.unchanged, again.counts.pages) == (6, 6, 3)
    assert provider.statuses() == [provider.etags] * 3
    assert provider.world.services.ledger.position() == position


def test_only_the_page_that_changed_is_read(provider: Provider) -> None:
    provider.harvest()
    provider.page(2, "Renewed")
    run = provider.harvest()
    assert (run.counts.updated, run.counts.unchanged) == (2, 4)
    assert provider.harvest().counts.unchanged == 6


def test_records_of_pages_that_were_not_read_count_towards_what_the_source_claims(provider: Provider) -> None:
    provider.extra = "<> a hydra:Collection ; hydra:totalItems 6 .\n"
    for number in (1, 2, 3):
        provider.page(number)
    assert provider.harvest().complete
    provider.page(2, "Renewed")
    run = provider.harvest()
    assert (run.state, run.complete) == (RunState.COMPLETED, True), run.reason
    provider.extra = "<> a hydra:Collection ; hydra:totalItems 7 .\n"
    provider.page(2, "Renewed again")
    assert not provider.harvest().complete


def test_a_page_that_was_passed_over_keeps_its_records_from_leaving(provider: Provider) -> None:
    provider.harvest()
    for _ in range(4):
        assert provider.harvest().counts.withdrawn == 0
    assert provider.world.services.ledger.published_count() == 6


def test_another_profile_reads_everything_again(provider: Provider) -> None:
    provider.harvest()
    provider.statuses()
    run = provider.harvest("dcat-ap-3.0.1")
    assert provider.statuses() == [False] * 3
    assert run.counts.unchanged == 6
    record = provider.world.services.ledger.records_of_source("paged")[0]
    assert provider.world.services.ledger.version(record.record_id).report.profile == "dcat-ap-3.0.1"


def test_a_full_harvest_reads_everything_again(provider: Provider) -> None:
    provider.harvest()
    provider.statuses()
    assert provider.harvest(full=True).counts.unchanged == 6
    assert provider.statuses() == [False] * 3


def test_switched_off_repairs_read_everything_again(provider: Provider) -> None:
    provider.harvest()
    source = provider.world.services.ledger.source("paged")
    provider.world.services.ledger.add_source(replace(source, switched_off=("dates",)), "test")
    provider.statuses()
    provider.harvest()
    assert provider.statuses() == [False] * 3


def test_a_run_that_was_incomplete_leaves_nothing_to_pass_over(provider: Provider) -> None:
    provider.server.on("/3", Answer(b"@prefix broken", media_type="text/turtle"))
    assert not provider.harvest().complete
    provider.page(3)
    provider.statuses()
    assert provider.harvest().complete
    assert provider.statuses() == [False] * 3


def test_pages_that_depend_on_each_other_are_always_read(provider: Provider) -> None:
    agent = '<https://p.example/agent> a foaf:Agent ; foaf:name "Clinic" .\n'
    provider.extra = agent
    provider.page(3)
    provider.extra = "<https://p.example/d/1-1> dct:publisher <https://p.example/agent> .\n"
    provider.page(1)
    assert provider.harvest().complete
    provider.extra = agent.replace("Clinic", "Hospital")
    provider.page(3)
    run = provider.harvest()
    assert run.counts.updated == 1
    assert (
        provider.world.services.ledger.version(
            next(
                r.record_id
                for r in provider.world.services.ledger.records_of_source("paged")
                if "1-1" in r.subject
            )
        ).content.count("Hospital")
        == 1
    )
