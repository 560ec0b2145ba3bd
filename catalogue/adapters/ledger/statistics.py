"""What the ledger says of itself: rows that are few however much it holds, found by their keys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from catalogue.adapters.ledger import counters, runs
from catalogue.adapters.ledger.chunks import chunks
from catalogue.adapters.ledger.scheduled import LEADER
from catalogue.adapters.ledger.schema import runs as runs_table
from catalogue.adapters.ledger.schema_operations import (
    conditions,
    leases,
    outbox,
    record_totals,
    run_totals,
)
from catalogue.model.harvest import HarvestRun
from catalogue.model.notices import NoticeState
from catalogue.model.run_codes import RunCode
from catalogue.model.statistics import LedgerStatistics, RecordTotal, RunTotal


def read(connection: Connection) -> LedgerStatistics:
    return LedgerStatistics(
        position=counters.last(connection, counters.CHANGE),
        runs=tuple(
            RunTotal(row.source, row.state, RunCode.of(row.code), row.runs, row.seconds)
            for row in connection.execute(select(run_totals).order_by(*run_totals.primary_key))
        ),
        records=tuple(
            RecordTotal(row.source, row.state, row.records)
            for row in connection.execute(select(record_totals).order_by(*record_totals.primary_key))
        ),
        live=_live(connection),
        last_runs=_last_runs(connection),
        notices=_notices(connection),
        led_until=_led_until(connection),
    )


def _live(connection: Connection) -> tuple[HarvestRun, ...]:
    live = select(runs_table).where(runs_table.c.state.in_(runs.LIVE)).order_by(runs_table.c.number)
    return tuple(runs.from_row(row) for row in connection.execute(live))


def _last_runs(connection: Connection) -> dict[str, HarvestRun]:
    named = select(conditions.c.ended_run).where(conditions.c.ended_run != "")
    found: dict[str, HarvestRun] = {}
    for some in chunks(connection.execute(named).scalars().all()):
        for row in connection.execute(select(runs_table).where(runs_table.c.run_id.in_(some))):
            found[row.source] = runs.from_row(row)
    return found


def _notices(connection: Connection) -> dict[str, int]:
    states = (NoticeState.WAITING.value, NoticeState.GIVEN_UP.value)
    query = select(outbox.c.state, func.count()).where(outbox.c.state.in_(states)).group_by(outbox.c.state)
    return dict.fromkeys(states, 0) | {row[0]: row[1] for row in connection.execute(query)}


def _led_until(connection: Connection) -> datetime | None:
    return connection.execute(select(leases.c.until).where(leases.c.name == LEADER)).scalar()
