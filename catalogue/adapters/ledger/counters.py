"""Numbers that are never used twice: changes, versions, reports, curations."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from catalogue.adapters.ledger.schema import counters

CHANGE = "change"
VERSION = "version"
REPORT = "report"
CURATION = "curation"


def draw(connection: Connection, name: str, count: int) -> int:
    """The first of `count` new numbers in a row. The counter's row stays locked until the transaction ends."""
    if count == 0:
        return 0
    statement = (
        update(counters)
        .where(counters.c.name == name)
        .values(value=counters.c.value + count)
        .returning(counters.c.value)
    )
    return int(connection.execute(statement).scalar_one()) - count + 1


def last(connection: Connection, name: str) -> int:
    """The last number drawn, 0 before the first."""
    return int(connection.execute(select(counters.c.value).where(counters.c.name == name)).scalar_one())
