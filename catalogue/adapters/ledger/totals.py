"""Totals that are written with what they count, so that asking for them reads a few rows and scans nothing."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, func, insert, select, update

from catalogue.adapters.ledger.schema import records
from catalogue.adapters.ledger.schema_operations import record_totals, run_totals
from catalogue.model.harvest import HarvestRun
from catalogue.model.statistics import WITHDRAWN


def count_end(connection: Connection, run: HarvestRun) -> None:
    """Counts a run that ended."""
    took = 0.0
    if run.started_at is not None and run.finished_at is not None:
        took = max((run.finished_at - run.started_at).total_seconds(), 0.0)
    table, key = run_totals.c, {"source": run.source, "state": run.state.value, "code": run.code.value}
    counted = (
        update(run_totals)
        .where(*(table[name] == value for name, value in key.items()))
        .values(runs=table.runs + 1, seconds=table.seconds + took)
    )
    if not connection.execute(counted).rowcount:
        connection.execute(insert(run_totals).values(**key, runs=1, seconds=took))


def count_records(connection: Connection, slug: str) -> dict[str, int]:
    """The source's records by state. Reads as many rows as there are of them: not to be done in a transaction that
    writes."""
    is_live = records.c.withdrawn_at.is_(None)
    query = (
        select(records.c.verdict, is_live, func.count())
        .where(records.c.source == slug)
        .group_by(records.c.verdict, is_live)
    )
    found: dict[str, int] = {}
    for verdict, live, count in connection.execute(query):
        state = verdict if live else WITHDRAWN
        found[state] = found.get(state, 0) + count
    return found


def put_records(connection: Connection, slug: str, counts: Mapping[str, int]) -> None:
    connection.execute(delete(record_totals).where(record_totals.c.source == slug))
    rows = [{"source": slug, "state": state, "records": count} for state, count in counts.items() if count]
    if rows:
        connection.execute(insert(record_totals), rows)
