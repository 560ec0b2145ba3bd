"""Scheduled runs, pauses, the lead and the condition of a source, on every engine."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from ledger_kit import LEASE, StillClock, batch, begin, rule, source, version

from catalogue.adapters.ledger import SqlLedger, open_ledger
from catalogue.errors import Conflict, LeaseLost, NotFound
from catalogue.harvesting.schedule import ScheduleRules, enqueue_due
from catalogue.model.conditions import Health, SourceCondition
from catalogue.model.harvest import HarvestRun, RunRequest, RunState
from catalogue.model.sources import NoticeTarget

AT = datetime(2026, 3, 1, 3, tzinfo=UTC)
ASKED = RunRequest()
SHARP = ScheduleRules(jitter=timedelta())
LEAD = timedelta(seconds=60)


def scheduled(ledger: SqlLedger, slug: str = "a", at: datetime = AT) -> HarvestRun | None:
    return ledger.enqueue_scheduled(slug, RunRequest("schedule"), at)


def end(ledger: SqlLedger, state: RunState, request: RunRequest = ASKED, **said: object) -> HarvestRun:
    """One run of source a, to this end."""
    run = ledger.enqueue("a", request)
    claim = ledger.claim("worker", LEASE, run.run_id)
    assert claim is not None
    return ledger.finish(claim.token, state, **said)  # type: ignore[arg-type]


def test_everything_of_a_schedule_comes_back_as_it_was_added(ledger: SqlLedger, clock: StillClock) -> None:
    given = source(
        "clinic",
        schedule="0 3 * * *",
        time_zone="Europe/Rome",
        notices=(NoticeTarget("mailto:ada@clinic.example"), NoticeTarget("https://h.example/", "env:HOOK")),
        time_budget=600,
    )
    now = clock.now()
    assert ledger.add_source(given, by="ada") == replace(given, added_at=now, scheduled_from=now)


def test_a_schedule_comes_into_force_when_it_is_set_or_changed(ledger: SqlLedger, clock: StillClock) -> None:
    ledger.add_source(source("a"), by="ada")
    moments = [ledger.source("a").scheduled_from]
    for changes in (
        {"schedule": "6h"},
        {"schedule": "6h", "title": "Clinic"},
        {"schedule": "6h", "time_zone": "Asia/Tokyo"},
        {},
    ):
        clock.pass_by(hours=1)
        ledger.add_source(source("a", **changes), by="ada")
        moments.append(ledger.source("a").scheduled_from)
    begin_at = clock.now() - timedelta(hours=4)
    hours = [None if m is None else (m - begin_at) // timedelta(hours=1) for m in moments]
    assert hours == [None, 1, 1, 3, None]


def test_a_scheduled_time_is_used_once(ledger: SqlLedger) -> None:
    ledger.add_source(source("a"), by="ada")
    run = scheduled(ledger)
    assert run is not None
    assert (run.state, run.scheduled_at, run.request.requested_by) == (RunState.QUEUED, AT, "schedule")
    ledger.cancel(run.run_id, by="ada")
    assert scheduled(ledger) is None
    assert scheduled(ledger, at=AT - timedelta(hours=1)) is None
    assert scheduled(ledger, at=AT + timedelta(hours=1)) is not None


def test_a_time_that_comes_during_a_run_is_passed_over(ledger: SqlLedger) -> None:
    token = begin(ledger, "a")
    assert scheduled(ledger) is None
    ledger.finish(token, RunState.COMPLETED)
    assert scheduled(ledger) is None
    assert ledger.condition("a").scheduled_at == AT


@pytest.mark.parametrize("how", [SqlLedger.pause_source, lambda led, *a, by: led.remove_source(*a, rule, by)])
def test_a_source_that_is_not_harvested_uses_no_time(ledger: SqlLedger, how: Callable[..., object]) -> None:
    ledger.add_source(source("a"), by="ada")
    how(ledger, "a", by="ada")
    assert scheduled(ledger) is None
    assert ledger.condition("a").scheduled_at is None


def _lead_and_queue(url: str, slugs: list[str], barrier: object, number: int) -> None:
    """Another process that believes to lead."""
    clock = StillClock()
    clock.time = AT + timedelta(hours=number)
    ledger = open_ledger(url, clock)
    barrier.wait(60)  # type: ignore[attr-defined]
    for _ in range(3):
        enqueue_due(ledger, clock, SHARP)
    ledger.close()


def test_two_leaders_at_once_queue_nothing_twice(
    ledger: SqlLedger, ledger_url: str, clock: StillClock
) -> None:
    slugs = [f"s{number}" for number in range(12)]
    clock.time = AT - timedelta(days=1)
    for slug in slugs:
        ledger.add_source(source(slug, schedule="0 3 * * *"), by="ada")
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(3)
    others = [
        context.Process(target=_lead_and_queue, args=(ledger_url, slugs, barrier, number))
        for number in (0, 1)
    ]
    for other in others:
        other.start()
    here = threading.Thread(target=_lead_and_queue, args=(ledger_url, slugs, barrier, 0))
    here.start()
    for other in (*others, here):
        other.join(60)
    assert [other.exitcode for other in others] == [0, 0]
    runs = ledger.runs(limit=100)
    assert sorted((run.source, run.scheduled_at) for run in runs) == [(slug, AT) for slug in sorted(slugs)]


def test_one_holder_leads_at_a_time(ledger: SqlLedger, clock: StillClock) -> None:
    assert ledger.lead("first", LEAD)
    assert not ledger.lead("second", LEAD)
    clock.pass_by(seconds=45)
    assert ledger.lead("first", LEAD)
    clock.pass_by(seconds=45)
    assert not ledger.lead("second", LEAD), "the first renewed its lease"
    clock.pass_by(seconds=16)
    assert ledger.lead("second", LEAD)
    assert not ledger.lead("first", LEAD)


def test_a_leader_that_resigns_is_followed_at_once(ledger: SqlLedger) -> None:
    ledger.lead("first", LEAD)
    ledger.resign("second")
    assert not ledger.lead("second", LEAD)
    ledger.resign("first")
    assert ledger.lead("second", LEAD)


def test_pausing_cancels_a_queued_run_and_stops_a_running_one(ledger: SqlLedger, clock: StillClock) -> None:
    ledger.add_source(source("a"), by="ada")
    queued = ledger.enqueue("a", RunRequest())
    assert ledger.pause_source("a", by="ada").paused_at == clock.now()
    ended = ledger.run(queued.run_id)
    assert (ended.state, ended.reason) == (RunState.CANCELLED, "The source was paused by ada.")
    ledger.resume_source("a", by="ada")
    token = begin(ledger, "a")
    ledger.pause_source("a", by="ada")
    beat = ledger.heartbeat(token, LEASE)
    assert (beat.state, beat.cancel_requested) == (RunState.RUNNING, True)
    assert beat.reason == "The source was paused by ada."
    ledger.commit(token, batch(version("a", 1)), rule)
    assert ledger.finish(token, RunState.CANCELLED, reason="x").state is RunState.CANCELLED


def test_pausing_a_run_whose_worker_died_ends_it(ledger: SqlLedger, clock: StillClock) -> None:
    token = begin(ledger, "a")
    clock.pass_by(minutes=5)
    ledger.pause_source("a", by="ada")
    assert ledger.run(token.run_id).state is RunState.CANCELLED
    assert ledger.claim("second", LEASE) is None
    with pytest.raises(LeaseLost):
        ledger.heartbeat(token, LEASE)


def test_a_paused_source_takes_no_run_and_says_what_to_do(ledger: SqlLedger) -> None:
    ledger.add_source(source("a"), by="ada")
    ledger.pause_source("a", by="ada")
    with pytest.raises(Conflict, match="paused since 2026-03-01 12:00 UTC") as refused:
        ledger.enqueue("a", RunRequest())
    assert "pharos sources resume a" in refused.value.advice


def test_a_source_goes_on_with_the_next_time_after_its_pause(ledger: SqlLedger, clock: StillClock) -> None:
    ledger.add_source(source("a", schedule="0 3 * * *"), by="ada")
    ledger.pause_source("a", by="ada")
    paused = ledger.source("a").paused_at
    clock.pass_by(days=3)
    assert ledger.pause_source("a", by="bo").paused_at == paused
    resumed = ledger.resume_source("a", by="ada")
    assert (resumed.paused_at, resumed.scheduled_from) == (None, clock.now())
    assert enqueue_due(ledger, clock, SHARP) == []
    clock.pass_by(hours=15)
    assert [run.source for run in enqueue_due(ledger, clock, SHARP)] == ["a"]
    said = [(kind, by) for _, kind, by, _, _ in ledger.events()]
    assert said[:3] == [("source-resumed", "ada"), ("source-paused", "ada"), ("source-added", "ada")]


def test_changing_a_paused_source_leaves_it_paused(ledger: SqlLedger) -> None:
    ledger.add_source(source("a"), by="ada")
    ledger.pause_source("a", by="ada")
    assert ledger.add_source(source("a", title="Clinic"), by="ada").paused_at is not None


def test_a_condition_follows_the_ends_of_runs(ledger: SqlLedger, clock: StillClock) -> None:
    ledger.add_source(source("a"), by="ada")
    assert ledger.condition("a") == SourceCondition("a")
    first = end(ledger, RunState.COMPLETED, complete=True)
    well = ledger.condition("a")
    assert (well.health, well.failures, well.ended_run) == (Health.OK, 0, first.run_id)
    assert well.last_complete_at == well.last_full_at == clock.now()
    clock.pass_by(days=1)
    again = clock.now() + timedelta(minutes=10)
    end(ledger, RunState.FAILED, retry_at=again)
    ill = ledger.condition("a")
    assert (ill.health, ill.failures, ill.failed_at, ill.retry_at) == (Health.FAILING, 1, clock.now(), again)
    assert ill.last_complete_at == well.last_complete_at
    end(ledger, RunState.FAILED)
    assert (ledger.condition("a").failures, ledger.condition("a").retry_at) == (2, None)
    end(ledger, RunState.CANCELLED)
    assert ledger.condition("a").failures == 2
    end(ledger, RunState.WITH_ERRORS)
    mixed = ledger.condition("a")
    assert (mixed.health, mixed.failures, mixed.failed_at) == (Health.OK, 0, None)
    assert mixed.last_complete_at == well.last_complete_at


def test_only_a_full_run_counts_as_one_after_the_first(ledger: SqlLedger, clock: StillClock) -> None:
    ledger.add_source(source("a"), by="ada")
    first = clock.now()
    end(ledger, RunState.COMPLETED, complete=True)
    clock.pass_by(days=1)
    end(ledger, RunState.COMPLETED, complete=True)
    assert (ledger.condition("a").last_full_at, ledger.condition("a").last_complete_at) == (
        first,
        clock.now(),
    )
    clock.pass_by(days=1)
    end(ledger, RunState.WITH_ERRORS, RunRequest(full=True))
    assert ledger.condition("a").last_full_at == first
    end(ledger, RunState.COMPLETED, RunRequest(full=True), complete=True)
    assert ledger.condition("a").last_full_at == clock.now()


def test_a_held_source_is_well_again_when_a_person_has_spoken(ledger: SqlLedger) -> None:
    ledger.add_source(source("a"), by="ada")
    held = end(ledger, RunState.HELD, complete=True)
    assert ledger.condition("a").health is Health.HELD
    ledger.resolve(held.run_id, False, rule, by="ada")
    assert ledger.condition("a").health is Health.OK


def test_conditions_are_of_every_source(ledger: SqlLedger) -> None:
    for slug in ("a", "b"):
        ledger.add_source(source(slug), by="ada")
    assert ledger.conditions() == {slug: SourceCondition(slug) for slug in ("a", "b")}
    with pytest.raises(NotFound, match="no source nowhere"):
        ledger.condition("nowhere")


def test_verdicts_are_counted_over_live_records(ledger: SqlLedger) -> None:
    ledger.commit(begin(ledger, "a"), batch(version("a", 1), version("a", 2)), rule)
    assert ledger.verdict_counts("a") == {"conformant": 2}
    ledger.remove_source("a", rule, by="ada")
    assert ledger.verdict_counts("a") == {}
