"""A replay makes records anew from what is stored; providers are not asked and nothing is said about them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from harvest_world import HarvestWorld, harvest_world
from loopback import Answer, Loopback
from sqlalchemy import create_engine, text

from catalogue.bootstrap import harvesting_of
from catalogue.discovery.replayed import changed_since
from catalogue.harvesting.lease import INTERVAL, LEASE
from catalogue.harvesting.publication import choose
from catalogue.model.harvest import HarvestRun, RunRequest, RunState
from catalogue.model.identifiers import record_id


class Killed(BaseException):
    """What `kill -9` is to this process."""


class Mortal:
    """A ledger whose worker dies before or after its n-th commit."""

    def __init__(self, ledger: Any, commits: int, *, after: bool) -> None:
        self._ledger, self._left, self._after = ledger, commits, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def commit(self, *arguments: Any) -> int:
        self._left -= 1
        if self._left > 0 or self._after:
            self._ledger.commit(*arguments)
        if self._left <= 0:
            raise Killed
        return 0


PREFIXES = (
    "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . "
    "@prefix hydra: <http://www.w3.org/ns/hydra/core#> .\n"
)
A, B = "https://p.example/a", "https://p.example/b"
FIRST = (
    f'<{A}> a dcat:Dataset ; dct:title "One"@en-GB ; dcat:distribution <{A}/file> .\n'
    f'<{B}> a dcat:Dataset ; dct:title "Two"@en .\n'
)
SECOND = f'<{A}/file> a dcat:Distribution ; dct:title "The file"@en ; dcat:mediaType "application/dicom" .\n'
RULE = "media-type-iris"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[HarvestWorld]:
    with harvest_world(tmp_path / "data") as made:
        yield made


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as made:
        serve(made, FIRST)
        yield made


def serve(server: Loopback, first: str) -> None:
    view = f"<{server.url('/1')}> a hydra:PartialCollectionView ; hydra:next <{server.url('/2')}> .\n"
    server.on("/1", Answer((PREFIXES + view + first).encode(), media_type="text/turtle"))
    server.on("/2", Answer((PREFIXES + SECOND).encode(), media_type="text/turtle"))


def replay(world: HarvestWorld, profile: str | None = "none") -> HarvestRun:
    queued = world.services.ledger.enqueue("p", RunRequest("test", profile, replay=True))
    claim = world.services.ledger.claim("worker", LEASE, queued.run_id)
    assert claim is not None
    return harvesting_of(world.services).execute(claim)


def change(world: HarvestWorld, **settings: object) -> None:
    ledger = world.services.ledger
    ledger.add_source(replace(ledger.source("p"), **settings), "test")  # type: ignore[arg-type]


def test_a_replay_without_new_rules_changes_nothing_and_asks_nobody(
    world: HarvestWorld, server: Loopback
) -> None:
    world.harvest("p", server.url("/1"), profile="none")
    ledger = world.services.ledger
    asked, position = len(server.paths), ledger.position()
    seen = ledger.record(record_id("p", A)).last_seen_at
    run = replay(world)
    assert (run.state, run.counts.found, run.counts.unchanged, run.counts.reprocessed) == (
        RunState.COMPLETED, 2, 2, 0,
    )  # fmt: skip
    assert (run.code, run.reason) == ("", "")
    assert run.counts.pages == 2
    assert not run.complete
    assert (len(server.paths), ledger.position()) == (asked, position)
    assert ledger.record(record_id("p", A)).last_seen_at == seen


def test_new_rules_reprocess_records_whose_parts_stand_on_other_pages(
    world: HarvestWorld, server: Loopback
) -> None:
    world.harvest("p", server.url("/1"), profile="none", switched_off=(RULE,))
    change(world, switched_off=())
    run = replay(world)
    assert (run.counts.updated, run.counts.unchanged, run.counts.reprocessed) == (0, 2, 1)
    ledger = world.services.ledger
    facts = ledger.history(record_id("p", A))
    assert [(each.number, each.kind) for each in facts] == [(2, "reprocessed"), (1, "content")]
    now = ledger.version(record_id("p", A))
    assert "media-types/application/dicom>" in now.content
    assert '"The file"@en' in now.content
    assert [change.kind.value for change in ledger.changes(0, 10)][-1] == "reprocessed"


def test_another_profile_gives_another_verdict_and_no_new_version(
    world: HarvestWorld, server: Loopback
) -> None:
    world.harvest("p", server.url("/1"), profile="none")
    change(world, profile="dcat-ap-3.0.1")
    run = replay(world, None)
    assert (run.state, run.counts.unchanged) == (RunState.COMPLETED, 2)
    facts = world.services.ledger.history(record_id("p", B))
    assert [(each.number, each.profile) for each in facts] == [(1, "dcat-ap-3.0.1")]


def test_a_withdrawn_record_stays_withdrawn(world: HarvestWorld, server: Loopback) -> None:
    world.harvest("p", server.url("/1"), profile="none", switched_off=(RULE,))
    ledger = world.services.ledger
    ledger.remove_source("p", choose, "test")
    change(world, switched_off=())
    run = replay(world)
    assert (run.counts.unchanged, run.counts.reprocessed) == (2, 0)
    assert ledger.record(record_id("p", A)).withdrawn_at is not None
    assert ledger.published_count() == 0


def test_a_source_that_is_paused_or_failing_stays_so(world: HarvestWorld, server: Loopback) -> None:
    world.harvest("p", server.url("/1"), profile="none")
    server.on("/1", Answer(status=500))
    world.run_again("p", "none")
    ledger = world.services.ledger
    before = ledger.condition("p")
    ledger.pause_source("p", "test")
    assert replay(world).state is RunState.COMPLETED
    assert ledger.condition("p") == before


def test_pages_that_were_passed_over_are_replayed_too(world: HarvestWorld, server: Loopback) -> None:
    server.on("/only", Answer((PREFIXES + FIRST.splitlines()[1]).encode(), media_type="text/turtle"))
    world.harvest("p", server.url("/only"), profile="none")
    assert world.run_again("p").counts.unchanged == 1
    assert replay(world).counts.found == 1


def test_what_is_not_kept_any_more_is_told(world: HarvestWorld, server: Loopback, tmp_path: Path) -> None:
    world.harvest("p", server.url("/1"), profile="none")
    engine = create_engine(f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM retrievals"))
        connection.execute(text("DELETE FROM payloads"))
    engine.dispose()
    run = replay(world)
    assert run.state is RunState.WITH_ERRORS
    lines = world.lines(run)
    assert {line.code for line in lines} == {"payload-not-kept"}
    assert "pharos harvest p --full" in (lines[0].advice or "")


def test_a_source_that_was_never_harvested_has_nothing_to_replay(
    world: HarvestWorld, server: Loopback
) -> None:
    world.harvest("p", server.url("/missing"), profile="none")
    run = replay(world)
    assert (run.state, run.reason) == (RunState.COMPLETED, "No page of this source is stored.")


@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
@pytest.mark.parametrize("commits", [1, 2, 3])
def test_a_replay_whose_worker_died_ends_like_an_undisturbed_one(
    world: HarvestWorld, server: Loopback, commits: int, after: bool
) -> None:
    world.harvest("p", server.url("/1"), profile="none", switched_off=(RULE,))
    change(world, switched_off=())
    ledger = world.services.ledger
    queued = ledger.enqueue("p", RunRequest("test", "none", replay=True))
    claim = ledger.claim("first", LEASE, queued.run_id)
    assert claim is not None
    mortal = replace(world.services, ledger=Mortal(ledger, commits, after=after))  # type: ignore[arg-type]
    with pytest.raises(Killed):
        harvesting_of(mortal).execute(claim)
    ledger.heartbeat(claim.token, -LEASE)
    run = replay(world)
    assert run.run_id == queued.run_id
    assert (run.state, run.counts.found, run.counts.unchanged) == (RunState.COMPLETED, 2, 2)
    assert (run.counts.reprocessed, run.counts.pages) == (1, 2)
    assert [each.number for each in ledger.history(record_id("p", A))] == [2, 1]
    assert [each.number for each in ledger.history(record_id("p", B))] == [1]
    assert [one.kind.value for one in ledger.changes(0, 10)] == ["content", "content", "reprocessed"]
    assert replay(world).counts.reprocessed == 0


class Cancelling:
    """A ledger in which a person cancels the run at its first page; the next page takes as long as a beat of the lease."""

    def __init__(self, ledger: Any, run_id: str) -> None:
        self._ledger, self._run_id, self._cancelled = ledger, run_id, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def commit(self, *arguments: Any) -> int:
        position = self._ledger.commit(*arguments)
        if not self._cancelled:
            self._ledger.cancel(self._run_id, "ada")
            self._cancelled = True
            time.sleep(INTERVAL * 1.6)
        return int(position)


def test_a_replay_that_is_cancelled_says_so_and_is_done_again_later(
    world: HarvestWorld, server: Loopback
) -> None:
    world.harvest("p", server.url("/1"), profile="none", switched_off=(RULE,))
    change(world, switched_off=())
    ledger = world.services.ledger
    queued = ledger.enqueue("p", RunRequest("test", "none", replay=True))
    claim = ledger.claim("worker", LEASE, queued.run_id)
    assert claim is not None
    services = replace(world.services, ledger=Cancelling(ledger, queued.run_id))  # type: ignore[arg-type]
    run = harvesting_of(services).execute(claim)
    assert (run.state, run.counts.pages) == (RunState.CANCELLED, 1)
    assert "ada" in run.reason
    assert replay(world).counts.reprocessed == 1


def test_what_a_replay_changed_is_told_by_dataset(world: HarvestWorld, server: Loopback) -> None:
    world.harvest("p", server.url("/1"), profile="none", switched_off=(RULE,))
    ledger = world.services.ledger
    position = ledger.position()
    change(world, switched_off=(), profile="dcat-ap-3.0.1")
    replay(world, None)
    told = {one.iri: one for one in changed_since(ledger, position, ["p"])["p"]}
    assert (told[A].before, told[A].after) == (1, 2)
    assert (told[B].before, told[B].after) == (1, 1)
    assert (told[B].verdict_before, told[B].verdict_after) == ("not-validated", "non-conformant")
    assert changed_since(ledger, ledger.position(), ["p"]) == {"p": []}
