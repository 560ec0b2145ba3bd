"""What is taken over from those who are gone: runs of dead workers, and a catalogue that moves."""

from __future__ import annotations

import pytest
from ledger_kit import LEASE, StillClock, begin

from catalogue.adapters.ledger import SqlLedger
from catalogue.errors import ConfigurationError, LeaseLost
from catalogue.model.harvest import RunState


def test_runs_of_workers_that_are_known_to_be_gone_can_be_claimed_at_once(ledger: SqlLedger) -> None:
    token = begin(ledger, "a")
    assert ledger.claim("next", LEASE) is None
    assert ledger.end_leases() == 1
    claim = ledger.claim("next", LEASE)
    assert claim is not None
    assert (claim.run.run_id, claim.token.token) == (token.run_id, 2)
    with pytest.raises(LeaseLost):
        ledger.finish(token, RunState.COMPLETED)


def test_a_worker_that_lives_after_all_keeps_its_run_until_it_is_claimed(ledger: SqlLedger) -> None:
    token = begin(ledger, "a")
    ledger.end_leases()
    ledger.heartbeat(token, LEASE)
    assert ledger.claim("next", LEASE) is None


def test_ended_and_queued_runs_have_no_lease_to_end(ledger: SqlLedger, clock: StillClock) -> None:
    ledger.finish(begin(ledger, "a"), RunState.COMPLETED)
    begin(ledger, "b")
    clock.pass_by(minutes=2)
    assert ledger.end_leases() == 0


def test_a_catalogue_moves_to_another_base_and_the_move_is_noted(ledger: SqlLedger) -> None:
    ledger.record_base("https://old.example")
    ledger.move_base("https://new.example/", by="ada")
    assert ledger.base() == "https://new.example"
    with pytest.raises(ConfigurationError):
        ledger.record_base("https://old.example")
    kinds = [(kind, by, subject, detail) for _, kind, by, subject, detail in ledger.events()]
    assert kinds[0] == ("base-moved", "ada", "https://new.example", "from https://old.example")
