"""Runs: one live run per source, one holder per run, and nobody else writes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ledger_kit import LEASE, StillClock, batch, begin, outcome, rule, source, version

from catalogue.adapters.ledger import SqlLedger
from catalogue.errors import Conflict, LeaseLost, NotFound
from catalogue.model.harvest import Batch, FencingToken, PageMark, RunRequest, RunState, Validators
from catalogue.model.records import ChangeKind, NewVersion, OutcomeKind


def _page(name: str, next_cursor: str | None, *versions: NewVersion) -> PageMark:
    ids = tuple(v.record.record_id for v in versions)
    return PageMark(f"https://a.example/{name}", name, next_cursor, Validators(), f"hash-{name}", ids)


def test_a_source_has_one_live_run(ledger: SqlLedger) -> None:
    ledger.add_source(source("a"), by="ada")
    request = RunRequest("schedule", profile="none", limit=5, full=True)
    first = ledger.enqueue("a", request)
    assert (first.state, first.request) == (RunState.QUEUED, request)
    assert ledger.enqueue("a", RunRequest("cli")) == first
    begin(ledger, "a")
    assert ledger.enqueue("a", RunRequest("cli")).run_id == first.run_id
    ledger.finish(FencingToken(first.run_id, 1), RunState.COMPLETED)
    assert ledger.enqueue("a", RunRequest("cli")).run_id != first.run_id


def test_the_oldest_queued_run_is_claimed_first(ledger: SqlLedger) -> None:
    for slug in ("b", "a", "c"):
        ledger.add_source(source(slug), by="ada")
        ledger.enqueue(slug, RunRequest())
    claims = [ledger.claim("w", LEASE) for _ in range(4)]
    assert [claim.source.slug for claim in claims if claim] == ["b", "a", "c"]
    assert claims[3] is None


def test_a_claim_can_ask_for_one_run(ledger: SqlLedger, clock: StillClock) -> None:
    for slug in ("a", "b"):
        ledger.add_source(source(slug), by="ada")
        ledger.enqueue(slug, RunRequest())
    wanted = ledger.runs("b")[0].run_id
    claim = ledger.claim("w", LEASE, wanted)
    assert claim is not None
    assert (claim.run.run_id, claim.run.state, claim.run.worker) == (wanted, RunState.RUNNING, "w")
    assert claim.run.started_at == clock.now()
    assert ledger.claim("other", LEASE, wanted) is None


def test_a_run_whose_lease_has_ended_goes_to_another_worker(ledger: SqlLedger, clock: StillClock) -> None:
    token = begin(ledger, "a")
    clock.pass_by(seconds=59)
    assert ledger.claim("second", LEASE) is None
    ledger.heartbeat(token, LEASE)
    clock.pass_by(seconds=59)
    assert ledger.claim("second", LEASE) is None
    clock.pass_by(seconds=2)
    claim = ledger.claim("second", LEASE)
    assert claim is not None
    assert claim.token == FencingToken(token.run_id, token.token + 1)


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda led, t: led.heartbeat(t, LEASE), id="heartbeat"),
        pytest.param(lambda led, t: led.commit(t, batch(version("a", 1)), rule), id="commit"),
        pytest.param(lambda led, t: led.finish(t, RunState.COMPLETED), id="finish"),
    ],
)
@pytest.mark.parametrize("void", ["taken over", "finished", "cancelled while queued"])
def test_a_void_token_writes_nothing(
    ledger: SqlLedger, clock: StillClock, write: Callable[[SqlLedger, FencingToken], object], void: str
) -> None:
    if void == "cancelled while queued":
        ledger.add_source(source("a"), by="ada")
        run = ledger.enqueue("a", RunRequest())
        ledger.cancel(run.run_id, by="ada")
        token = FencingToken(run.run_id, 0)
    else:
        token = begin(ledger, "a")
    if void == "taken over":
        clock.pass_by(minutes=2)
        assert ledger.claim("second", LEASE) is not None
    elif void == "finished":
        ledger.finish(token, RunState.FAILED, reason="first word")
    before = ledger.run(token.run_id)
    with pytest.raises(LeaseLost, match=token.run_id):
        write(ledger, token)
    assert (ledger.run(token.run_id), ledger.position(), ledger.records_of_source("a")) == (before, 0, [])


def test_a_late_worker_may_write_until_another_has_the_run(ledger: SqlLedger, clock: StillClock) -> None:
    token = begin(ledger, "a")
    clock.pass_by(hours=1)
    assert ledger.commit(token, batch(version("a", 1)), rule) == 1


def test_finish_notes_what_was_said_and_only_final_states(ledger: SqlLedger, clock: StillClock) -> None:
    token = begin(ledger, "a")
    with pytest.raises(ValueError, match="cannot end as queued"):
        ledger.finish(token, RunState.QUEUED)
    clock.pass_by(minutes=3)
    run = ledger.finish(
        token, RunState.HELD, reason="why", advice="do", complete=True, evidence="3 of 3 pages"
    )
    assert (run.state, run.reason, run.advice, run.complete) == (RunState.HELD, "why", "do", True)
    assert (run.evidence, run.finished_at) == ("3 of 3 pages", clock.now())
    assert ledger.run(token.run_id) == run


def test_a_running_run_is_asked_to_stop_and_its_worker_ends_it(ledger: SqlLedger) -> None:
    token = begin(ledger, "a")
    asked = ledger.cancel(token.run_id, by="ada")
    assert (asked.state, asked.cancel_requested) == (RunState.RUNNING, True)
    assert ledger.heartbeat(token, LEASE).cancel_requested
    assert ledger.finish(token, RunState.CANCELLED).state is RunState.CANCELLED


def test_a_run_without_a_worker_is_cancelled_at_once(ledger: SqlLedger, clock: StillClock) -> None:
    token = begin(ledger, "a")
    clock.pass_by(minutes=2)
    assert ledger.cancel(token.run_id, by="ada").state is RunState.CANCELLED
    assert ledger.claim("second", LEASE) is None


def test_a_run_that_has_ended_cannot_be_cancelled(ledger: SqlLedger) -> None:
    token = begin(ledger, "a")
    ledger.finish(token, RunState.COMPLETED)
    with pytest.raises(Conflict, match="completed already"):
        ledger.cancel(token.run_id, by="ada")


def test_cancelling_twice_is_the_same_as_once(ledger: SqlLedger) -> None:
    ledger.add_source(source("a"), by="ada")
    run = ledger.enqueue("a", RunRequest())
    assert ledger.cancel(run.run_id, by="ada") == ledger.cancel(run.run_id, by="bo")
    assert [event[1] for event in ledger.events()] == ["run-cancelled", "source-added"]


@pytest.mark.parametrize("method", ["run", "outcomes"])
def test_an_unknown_run_is_not_found(ledger: SqlLedger, method: str) -> None:
    with pytest.raises(NotFound, match="no run nothing"):
        getattr(ledger, method)("nothing")


def test_runs_are_listed_newest_first(ledger: SqlLedger) -> None:
    ids = []
    for slug in ("a", "b", "a"):
        token = begin(ledger, slug)
        ledger.finish(token, RunState.COMPLETED)
        ids.append(token.run_id)
    assert [run.run_id for run in ledger.runs()] == ids[::-1]
    assert [run.run_id for run in ledger.runs("a")] == [ids[2], ids[0]]
    assert [run.run_id for run in ledger.runs(limit=1, offset=1)] == [ids[1]]


def _take_over(ledger: SqlLedger, clock: StillClock) -> tuple[FencingToken, str | None]:
    clock.pass_by(minutes=2)
    claim = ledger.claim("second", LEASE)
    assert claim is not None
    return claim.token, claim.resume_cursor


def test_a_resumed_run_counts_as_if_nothing_had_happened(ledger: SqlLedger, clock: StillClock) -> None:
    first, second, third = (version("a", n) for n in range(3))
    token = begin(ledger, "a")
    ledger.commit(token, Batch((outcome(first),), (first,), pages=(_page("p1", "p2", first),)), rule)
    # Half of the second page is committed when the worker dies.
    ledger.commit(token, batch(second), rule)
    token, cursor = _take_over(ledger, clock)
    assert cursor == "p2"
    assert ledger.run(token.run_id).counts.found == 1
    unchanged = outcome(second, OutcomeKind.UNCHANGED)
    again = Batch(
        (unchanged, outcome(third)), (third,), (second.record.record_id,), (_page("p2", None, second, third),)
    )
    ledger.commit(token, again, rule)
    counts = ledger.run(token.run_id).counts
    assert (counts.found, counts.created, counts.unchanged, counts.pages) == (3, 3, 0, 2)
    assert [line.subject for line in ledger.outcomes(token.run_id)] == [
        v.record.subject for v in (first, second, third)
    ]


def test_a_worker_that_died_after_the_last_page_has_it_read_again(
    ledger: SqlLedger, clock: StillClock
) -> None:
    first, last = version("a", 1), version("a", 2)
    token = begin(ledger, "a")
    ledger.commit(token, Batch((outcome(first),), (first,), pages=(_page("p1", "p2", first),)), rule)
    ledger.commit(token, Batch((outcome(last),), (last,), pages=(_page("p2", None, last),)), rule)
    token, cursor = _take_over(ledger, clock)
    assert cursor == "p2"
    again = Batch(
        (outcome(last, OutcomeKind.UNCHANGED),), (), (last.record.record_id,), (_page("p2", None, last),)
    )
    ledger.commit(token, again, rule)
    counts = ledger.run(token.run_id).counts
    assert (counts.found, counts.created, counts.pages) == (2, 2, 2)


def test_a_run_that_died_in_its_first_page_begins_again(ledger: SqlLedger, clock: StillClock) -> None:
    old = version("a", 1)
    ledger.finish(_committed(ledger, old), RunState.COMPLETED)
    new = version("a", 1, "second")
    other = version("a", 2, kind=ChangeKind.REPROCESSED)
    token = begin(ledger, "a")
    lines = (outcome(new, OutcomeKind.UPDATED), outcome(other, OutcomeKind.UNCHANGED))
    ledger.commit(token, Batch(lines, (new, other)), rule)
    token, cursor = _take_over(ledger, clock)
    assert cursor is None
    assert ledger.outcomes(token.run_id) == []
    met = tuple(outcome(v, OutcomeKind.UNCHANGED) for v in (new, other))
    ledger.commit(token, Batch(met, (), tuple(v.record.record_id for v in (new, other))), rule)
    counts = ledger.run(token.run_id).counts
    assert (counts.found, counts.updated, counts.unchanged, counts.reprocessed) == (2, 1, 1, 1)


def _committed(ledger: SqlLedger, *versions: NewVersion) -> FencingToken:
    token = begin(ledger, "a")
    ledger.commit(token, batch(*versions), rule)
    return token
