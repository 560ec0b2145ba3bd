"""Records that a complete run did not meet: counted, withdrawn, held back for a person, released or discarded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, update

from catalogue.adapters.ledger import catalog, conditions, publication, runs
from catalogue.adapters.ledger.chunks import chunks
from catalogue.adapters.ledger.rows import Stamp
from catalogue.adapters.ledger.schema import outcomes, records
from catalogue.adapters.ledger.schema import runs as runs_table
from catalogue.adapters.ledger.versions import Written
from catalogue.errors import Conflict
from catalogue.model.harvest import Absence, Absences, FencingToken, HarvestRun, RunState
from catalogue.model.records import OutcomeKind
from catalogue.ports import PublicationRule

MISSING = "missing from its source"
HELD = ("held", "renamed")
"""Codes of a run's remarks that name a record which waits for a person."""
RELEASED, DISCARDED = "released", "discarded"


def of_run(connection: Connection, token: FencingToken, since: datetime) -> Absences:
    """Live records of the run's source that the run has not met; withdrawals are counted from `since` on."""
    run = runs.seen_as_held(connection, token)
    live = and_(records.c.source == run.source, records.c.withdrawn_at.is_(None))
    count = connection.execute(select(func.count()).where(live)).scalar_one()
    recent = select(func.count()).where(
        records.c.source == run.source,
        records.c.withdrawn_at >= since,
        records.c.withdrawal_reason == MISSING,
    )
    unmet = (live, records.c.last_seen_run != run.run_id)
    left = (
        records.c.source == run.source,
        records.c.withdrawal_reason == MISSING,
        records.c.missing_run == run.run_id,
        records.c.withdrawn_at.is_not(None),
    )
    return Absences(
        int(count),
        int(connection.execute(recent).scalar_one()),
        _absences(connection, run.run_id, *unmet),
        _absences(connection, run.run_id, *left) if run.token > 1 else (),
    )


def _absences(connection: Connection, run_id: str, *conditions: ColumnElement[bool]) -> tuple[Absence, ...]:
    columns = (records.c.record_id, records.c.dataset_id, records.c.subject, records.c.missing_count)
    query = select(*columns, records.c.missing_run).where(*conditions).order_by(records.c.record_id)
    return tuple(
        Absence(row.record_id, row.dataset_id, row.subject, row.missing_count + (row.missing_run != run_id))
        for row in connection.execute(query)
    )


def count_missing(connection: Connection, record_ids: Sequence[str], stamp: Stamp) -> None:
    """Counts one more complete run without these records; a run that is done again counts once."""
    again = or_(records.c.missing_run.is_(None), records.c.missing_run != stamp.run_id)
    for some in chunks(record_ids):
        connection.execute(
            update(records)
            .where(records.c.record_id.in_(some), again)
            .values(missing_count=records.c.missing_count + 1, missing_run=stamp.run_id)
        )


def withdraw(connection: Connection, record_ids: Sequence[str], now: datetime) -> list[str]:
    """Marks live records withdrawn and returns their datasets, which are to be settled."""
    datasets: dict[str, None] = {}
    for some in chunks(record_ids):
        live = (records.c.record_id.in_(some), records.c.withdrawn_at.is_(None))
        datasets.update(
            dict.fromkeys(connection.execute(select(records.c.dataset_id).where(*live)).scalars())
        )
        connection.execute(update(records).where(*live).values(withdrawn_at=now, withdrawal_reason=MISSING))
    return list(datasets)


def resolve(
    connection: Connection, run_id: str, release: bool, rule: PublicationRule, by: str, now: datetime
) -> HarvestRun:
    """A person's word on a held run. Conflict when it is not held, was resolved, or a newer complete run has spoken."""
    row = connection.execute(select(runs_table).where(runs_table.c.run_id == run_id)).first()
    if row is None:
        raise runs.unknown(run_id)
    _check(connection, row)
    lines = connection.execute(
        select(outcomes)
        .where(outcomes.c.run_id == run_id, outcomes.c.code.in_(HELD))
        .order_by(outcomes.c.ordinal)
    ).all()
    held = [line.record_id for line in lines]
    count = 0
    if release:
        still = _still_missing(connection, held)
        publication.settle(connection, withdraw(connection, still, now), rule, now, Written())
        _tell(connection, row, [line for line in lines if line.record_id in set(still)])
        count = len(still)
    else:
        for some in chunks(held):
            connection.execute(update(records).where(records.c.record_id.in_(some)).values(missing_count=0))
    word = RELEASED if release else DISCARDED
    values = {
        "resolution": word,
        "withdrawn": row.withdrawn + count,
        "outcome_rows": row.outcome_rows + count,
    }
    changed = update(runs_table).where(runs_table.c.number == row.number).values(values).returning(runs_table)
    result = runs.from_row(connection.execute(changed).one())
    conditions.note_resolved(connection, result)
    catalog.add_event(
        connection, now, f"run-{word}", by, run_id, detail=f"{len(held)} records, {count} withdrawn"
    )
    return result


def _check(connection: Connection, row: Row[tuple[object, ...]]) -> None:
    if row.state != RunState.HELD.value:
        raise Conflict(
            f"The run {row.run_id} is {row.state}, not held.", advice="Only held runs wait for a word."
        )
    if row.resolution:
        raise Conflict(f"The run {row.run_id} was {row.resolution} already.")
    later = select(runs_table.c.run_id).where(
        runs_table.c.source == row.source, runs_table.c.number > row.number, runs_table.c.complete
    )
    newer = connection.execute(later.order_by(runs_table.c.number.desc()).limit(1)).scalar()
    if newer is not None:
        raise Conflict(
            f"The run {newer} has read the source completely since: what this one held is out of date.",
            advice=f"Look at `pharos runs show {newer}`.",
        )


def _still_missing(connection: Connection, record_ids: Sequence[str]) -> list[str]:
    found: list[str] = []
    for some in chunks(record_ids):
        query = select(records.c.record_id).where(
            records.c.record_id.in_(some), records.c.withdrawn_at.is_(None), records.c.missing_count > 0
        )
        found.extend(connection.execute(query).scalars())
    return found


def _tell(
    connection: Connection, row: Row[tuple[object, ...]], lines: Sequence[Row[tuple[object, ...]]]
) -> None:
    new = [
        {
            "run_id": row.run_id,
            "ordinal": ordinal,
            "kind": OutcomeKind.WITHDRAWN.value,
            "record_id": line.record_id,
            "dataset_id": line.dataset_id,
            "subject": line.subject,
            "code": RELEASED,
            "reason": "A person released its withdrawal.",
        }
        for ordinal, line in enumerate(lines, row.outcome_rows)
    ]
    if new:
        connection.execute(insert(outcomes), new)
