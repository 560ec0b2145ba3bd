"""Which catalogues list a record: rows beside the records, told by each run, forgotten only when all was read."""

from __future__ import annotations

import pytest
from ledger_kit import LEASE, StillClock, batch, begin, outcome, rule, version

from catalogue.adapters.ledger import SqlLedger
from catalogue.errors import LeaseLost
from catalogue.model.harvest import Batch, FencingToken, RunState
from catalogue.model.records import OutcomeKind

NORTH, SOUTH = "https://p.example/north", "https://p.example/south"
ONE, TWO = version("a", 1), version("a", 2)
FIRST, SECOND = ONE.record.record_id, TWO.record.record_id


def run(ledger: SqlLedger, *batches: Batch) -> None:
    """A whole run that commits these batches."""
    token = begin(ledger, "a")
    for some in batches:
        ledger.commit(token, some, rule)
    ledger.finish(token, RunState.COMPLETED, complete=True)


def seen(*record_ids: str) -> Batch:
    lines = tuple(outcome(v, OutcomeKind.UNCHANGED) for v in (ONE, TWO) if v.record.record_id in record_ids)
    return Batch(outcomes=lines, seen=record_ids)


def lists(*pairs: tuple[str, str], everything: bool = False) -> Batch:
    return Batch(memberships=pairs, all_memberships=everything)


def test_a_record_in_two_catalogues_is_one_record_with_two_memberships(ledger: SqlLedger) -> None:
    run(ledger, batch(ONE), lists((SOUTH, FIRST)), lists((NORTH, FIRST), (SOUTH, FIRST)))
    assert ledger.memberships(FIRST) == [NORTH, SOUTH]
    assert len(ledger.records_of_source("a")) == 1
    assert [change.kind.value for change in ledger.changes(0, 9)] == ["content"]


def test_a_catalogue_may_list_what_is_described_later(ledger: SqlLedger) -> None:
    run(ledger, lists((NORTH, FIRST)))
    assert ledger.memberships(FIRST) == []
    run(ledger, batch(ONE))
    assert ledger.memberships(FIRST) == [NORTH]


def test_nobody_lists_an_unknown_record(ledger: SqlLedger) -> None:
    assert ledger.memberships("unknown") == []


def test_what_a_run_that_read_everything_did_not_meet_is_forgotten(ledger: SqlLedger) -> None:
    run(ledger, batch(ONE, TWO), lists((NORTH, FIRST), (SOUTH, FIRST), (SOUTH, SECOND)))
    run(ledger, seen(FIRST, SECOND), lists((NORTH, FIRST)))
    assert ledger.memberships(FIRST) == [NORTH, SOUTH]
    run(ledger, seen(FIRST, SECOND), lists((NORTH, FIRST)), lists(everything=True))
    assert (ledger.memberships(FIRST), ledger.memberships(SECOND)) == ([NORTH], [])


def test_a_record_that_is_only_missing_keeps_its_memberships(ledger: SqlLedger) -> None:
    run(ledger, batch(ONE, TWO), lists((NORTH, FIRST), (NORTH, SECOND)))
    run(ledger, seen(FIRST), lists((NORTH, FIRST), everything=True))
    assert ledger.memberships(SECOND) == [NORTH]


def test_one_source_forgets_nothing_of_another(ledger: SqlLedger) -> None:
    other = version("b", 1)
    token = begin(ledger, "b")
    ledger.commit(token, batch(other), rule)
    ledger.commit(token, lists((NORTH, other.record.record_id)), rule)
    run(ledger, batch(ONE), lists(everything=True))
    assert ledger.memberships(other.record.record_id) == [NORTH]


def test_a_replay_adds_what_it_finds_and_marks_nothing_as_met(ledger: SqlLedger) -> None:
    run(ledger, batch(ONE), lists((NORTH, FIRST)))
    token = begin(ledger, "a")
    ledger.commit(token, Batch(memberships=((NORTH, FIRST), (SOUTH, FIRST)), replayed=True), rule)
    assert ledger.memberships(FIRST) == [NORTH, SOUTH]
    # Only what this very run marked survives.
    ledger.commit(token, seen(FIRST), rule)
    ledger.commit(token, lists(everything=True), rule)
    assert ledger.memberships(FIRST) == [SOUTH]


def test_a_void_token_writes_no_membership(ledger: SqlLedger, clock: StillClock) -> None:
    void = begin(ledger, "a")
    ledger.commit(void, batch(ONE), rule)
    clock.pass_by(minutes=2)
    assert ledger.claim("next", LEASE) is not None
    assert isinstance(void, FencingToken)
    with pytest.raises(LeaseLost):
        ledger.commit(void, lists((NORTH, FIRST)), rule)
    assert ledger.memberships(FIRST) == []


def test_catalogues_with_hostile_names_are_kept_apart(ledger: SqlLedger) -> None:
    long = "https://p.example/" + "x" * 5_000
    names = [
        long + "1",
        long + "2",
        "https://p.example/\x00",
        "https://p.example/\ud800",
        "https://p.example/Ä",
    ]
    run(ledger, batch(ONE), lists(*((name, FIRST) for name in names)))
    found = ledger.memberships(FIRST)
    assert len(found) == 5
    assert found == sorted(found)
    assert all(len(name) < 1_000 for name in found)
    run(ledger, seen(FIRST), lists(*((name, FIRST) for name in names), everything=True))
    assert ledger.memberships(FIRST) == found
