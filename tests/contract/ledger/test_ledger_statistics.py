"""What the ledger says of itself: kept with what it counts, read without looking through what it holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ledger_kit import LEASE, StillClock, batch, begin, finding, report, rule, source, version
from sqlalchemy import Connection, event, text

from catalogue.adapters.ledger import SqlLedger
from catalogue.model.harvest import Batch, RunRequest, RunState
from catalogue.model.run_codes import RunCode
from catalogue.model.statistics import RecordTotal, RunTotal

BIG = ("records", "versions", "reports", "runs", "outcomes", "changes", "published", "payloads", "pages")


def ended(ledger: SqlLedger, slug: str = "a", state: RunState = RunState.COMPLETED, **said: object) -> None:
    ledger.finish(begin(ledger, slug), state, **said)  # type: ignore[arg-type]


def test_runs_are_counted_as_they_end(ledger: SqlLedger, clock: StillClock) -> None:
    token = begin(ledger)
    clock.pass_by(seconds=90)
    ledger.finish(token, RunState.FAILED, code=RunCode.TIMEOUT)
    ended(ledger, state=RunState.FAILED, code=RunCode.TIMEOUT)
    ended(ledger, "b")
    assert ledger.statistics().runs == (
        RunTotal("a", "failed", RunCode.TIMEOUT, 2, 90.0),
        RunTotal("b", "completed", RunCode.NONE, 1, 0.0),
    )


def test_a_run_that_never_began_is_counted_too(ledger: SqlLedger) -> None:
    ledger.add_source(source(), by="test")
    ledger.cancel(ledger.enqueue("a", RunRequest()).run_id, "test")
    ledger.enqueue("a", RunRequest())
    ledger.pause_source("a", "test")
    totals = [(total.state, total.code.value, total.runs) for total in ledger.statistics().runs]
    assert totals == [("cancelled", "cancelled", 1), ("cancelled", "paused", 1)]


def test_runs_that_were_pruned_stay_counted(ledger: SqlLedger, clock: StillClock) -> None:
    for _ in range(3):
        ended(ledger)
        clock.pass_by(days=1)
    for run_id in ledger.old_runs(clock.now(), last=1):
        ledger.forget_run(run_id)
    assert len(ledger.runs("a")) < 3
    assert ledger.statistics().runs[0].runs == 3


def test_records_are_counted_when_a_run_ends_and_when_a_source_goes(ledger: SqlLedger) -> None:
    token = begin(ledger)
    bad = version("a", 3, judged=report(finding()))
    ledger.commit(token, batch(version("a", 1), version("a", 2), bad), rule)
    assert ledger.statistics().records == ()
    ledger.finish(token, RunState.COMPLETED, complete=True)
    assert set(ledger.statistics().records) == {
        RecordTotal("a", "conformant", 2),
        RecordTotal("a", "non-conformant", 1),
    }
    ledger.remove_source("a", rule, "test")
    assert ledger.statistics().records == (RecordTotal("a", "withdrawn", 3),)


def test_records_that_a_run_withdraws_are_counted(ledger: SqlLedger) -> None:
    one, two = version("a", 1), version("a", 2)
    token = begin(ledger)
    ledger.commit(token, batch(one, two), rule)
    ledger.finish(token, RunState.COMPLETED, complete=True)
    token = begin(ledger)
    gone = (two.record.record_id,)
    ledger.commit(token, Batch(missing=gone, withdrawn=gone), rule)
    ledger.finish(token, RunState.COMPLETED, complete=True)
    assert set(ledger.statistics().records) == {
        RecordTotal("a", "conformant", 1),
        RecordTotal("a", "withdrawn", 1),
    }


def test_what_waits_and_what_is_under_way_is_told_oldest_first(ledger: SqlLedger, clock: StillClock) -> None:
    for slug in ("a", "b", "c"):
        ledger.add_source(source(slug), by="test")
        ledger.enqueue(slug, RunRequest())
        clock.pass_by(minutes=1)
    ledger.claim("worker", LEASE)
    live = [(run.source, run.state) for run in ledger.statistics().live]
    assert live == [("a", RunState.RUNNING), ("b", RunState.QUEUED), ("c", RunState.QUEUED)]


def test_the_last_run_is_the_one_that_tells_how_the_source_is_doing(ledger: SqlLedger) -> None:
    ended(ledger, state=RunState.FAILED, code=RunCode.GONE)
    ended(ledger, state=RunState.CANCELLED, code=RunCode.STOPPED)
    assert ledger.statistics().last_runs["a"].code is RunCode.GONE


def test_the_leader_is_told(ledger: SqlLedger, clock: StillClock) -> None:
    assert ledger.statistics().led_until is None
    ledger.lead("worker", timedelta(minutes=1))
    assert ledger.statistics().led_until == clock.now() + timedelta(minutes=1)


def test_no_large_table_is_read_through(ledger: SqlLedger, ledger_url: str) -> None:
    if not ledger_url.startswith("sqlite"):
        pytest.skip("PostgreSQL reads small tables through whatever their indexes")
    token = begin(ledger)
    ledger.commit(token, batch(version("a", 1)), rule)
    ledger.finish(token, RunState.COMPLETED, complete=True)
    asked: list[tuple[str, object]] = []

    def note(connection: Connection, cursor: object, statement: str, values: object, *_: object) -> None:
        asked.append((statement, values))

    engine = ledger._database._engine
    event.listen(engine, "before_cursor_execute", note)
    ledger.statistics()
    event.remove(engine, "before_cursor_execute", note)
    assert len(asked) < 12
    with engine.connect() as connection:
        for statement, values in asked:
            if statement.startswith("SELECT"):
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()  # type: ignore[arg-type]
                read = [row[3] for row in plan if row[3].startswith("SCAN")]
                assert not [line for line in read if line.split()[1] in BIG], (statement, read)
        connection.execute(text("SELECT 1"))
