"""What a run has not met of its source's live records."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ledger_kit import LEASE, StillClock, batch, begin, rule, version

from catalogue.adapters.ledger import SqlLedger
from catalogue.errors import LeaseLost
from catalogue.model.harvest import Batch, RunState

WEEK = timedelta(days=7)


def test_a_run_is_told_what_it_has_not_met(ledger: SqlLedger) -> None:
    one, two, three = (version("a", n) for n in (1, 2, 3))
    first = begin(ledger, "a")
    ledger.commit(first, batch(one, two, three), rule)
    assert ledger.absences(first, WEEK).records == ()
    ledger.finish(first, RunState.COMPLETED, complete=True)
    begin_other = begin(ledger, "b")
    ledger.commit(begin_other, batch(version("b", 1)), rule)
    second = begin(ledger, "a")
    ledger.commit(second, Batch(seen=(one.record.record_id,)), rule)
    absences = ledger.absences(second, WEEK)
    assert (absences.live, absences.recent) == (3, 0)
    missing = sorted(v.record.record_id for v in (two, three))
    assert [absence.record_id for absence in absences.records] == missing


def test_a_void_token_is_told_nothing(ledger: SqlLedger, clock: StillClock) -> None:
    token = begin(ledger, "a")
    clock.pass_by(minutes=2)
    assert ledger.claim("another", LEASE) is not None
    with pytest.raises(LeaseLost):
        ledger.absences(token, WEEK)
