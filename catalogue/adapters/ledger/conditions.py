"""How each source is doing: one row, kept with the end of each run and with each scheduled time that is used."""

from __future__ import annotations

import dataclasses
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from catalogue.adapters.ledger.schema import records
from catalogue.adapters.ledger.schema_operations import conditions
from catalogue.errors import NotFound
from catalogue.model.conditions import Health, SourceCondition, after_run
from catalogue.model.harvest import HarvestRun


def begin(connection: Connection, slug: str) -> None:
    """The row of a source that is registered for the first time."""
    connection.execute(insert(conditions).values(**_row(SourceCondition(slug))))


def get(connection: Connection, slug: str, *, locked: bool = False) -> SourceCondition:
    """NotFound when there never was such a source. `locked`: kept from other writers until the transaction ends."""
    query = select(conditions).where(conditions.c.source == slug)
    row = connection.execute(query.with_for_update() if locked else query).first()
    if row is None:
        raise NotFound(f"There is no source {slug}.", advice="`pharos sources list` shows all.", slug=slug)
    return _from_row(row)


def all_of(connection: Connection) -> dict[str, SourceCondition]:
    return {row.source: _from_row(row) for row in connection.execute(select(conditions))}


def put(connection: Connection, condition: SourceCondition) -> None:
    changed = update(conditions).where(conditions.c.source == condition.source)
    connection.execute(changed.values(**_row(condition)))


def note_end(connection: Connection, run: HarvestRun, retry_at: Any) -> None:
    before = get(connection, run.source, locked=True)
    after = after_run(before, run, retry_at)
    if after != before:
        put(connection, after)


def note_resolved(connection: Connection, run: HarvestRun) -> None:
    """A held source that a person has spoken about is well again."""
    before = get(connection, run.source, locked=True)
    if before.health is Health.HELD and before.ended_run == run.run_id:
        put(connection, dataclasses.replace(before, health=Health.OK))


def verdicts(connection: Connection, slug: str) -> dict[str, int]:
    """How many live records of the source have which verdict."""
    live = (records.c.source == slug, records.c.withdrawn_at.is_(None))
    query = select(records.c.verdict, func.count()).where(*live).group_by(records.c.verdict)
    return {row[0]: row[1] for row in connection.execute(query)}


def _row(condition: SourceCondition) -> dict[str, Any]:
    return dataclasses.asdict(condition)


def _from_row(row: Row[Any]) -> SourceCondition:
    values = row._asdict()
    values["health"] = Health(row.health)
    values["announced_health"] = Health(row.announced_health)
    return SourceCondition(**values)
