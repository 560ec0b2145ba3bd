"""A ledger as one SQLite file, taken while others write, and a ledger made of such a file. Both engines give and take it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Integer, Row, Table, delete, func, insert, inspect, select, text

from catalogue.adapters.ledger import catalog, counters
from catalogue.adapters.ledger.columns import metadata
from catalogue.adapters.ledger.engine import Database
from catalogue.adapters.ledger.migrate import migrate, revision
from catalogue.errors import Conflict, LedgerUnavailable
from catalogue.model.backups import LedgerFacts

PORTION = 200
"""Rows that are copied at once: payloads are large."""


def take(url: str, target: Path) -> LedgerFacts:
    """Writes what the ledger at the URL holds at one moment into a new file. Writers need not wait."""
    source = Database(url)
    try:
        if source.is_sqlite:
            source.vacuum_into(target)
        else:
            _copy_out(source, target)
    finally:
        source.close()
    return facts_of(target)


def facts_of(file: Path) -> LedgerFacts:
    """What a file holds. LedgerUnavailable when it is damaged, or no ledger."""
    _check(file)
    database = Database(f"sqlite:///{file}")
    try:
        with database.read() as connection:
            schema = revision(connection)
            if schema is None:
                raise LedgerUnavailable("The file holds no ledger.")
            return LedgerFacts(
                schema,
                counters.last(connection, counters.CHANGE),
                catalog.base(connection),
                _counts(connection),
            )
    finally:
        database.close()


def give(file: Path, url: str) -> None:
    """Fills the empty database at the URL with what the file holds, which is brought to today's schema first.
    Conflict when the database is not empty."""
    source = Database(f"sqlite:///{file}")
    target = Database(url)
    try:
        refuse_filled(target)
        migrate(source)
        with source.read() as reading, target.write(ordered=True) as writing:
            migrate(target, writing)
            _copy(reading, writing)
            _set_sequences(writing)
    finally:
        source.close()
        target.close()


def refuse_filled(database: Database) -> None:
    """Conflict when there is a table."""
    with database.read() as connection:
        if inspect(connection).get_table_names():
            raise Conflict(
                "The database that PHAROS_LEDGER names is not empty.", advice="Restore into a new, empty one."
            )


def _check(file: Path) -> None:
    try:
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        try:
            said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise LedgerUnavailable("The ledger in the backup is damaged.") from error
    if said != "ok":
        raise LedgerUnavailable("The ledger in the backup is damaged.")


def _copy_out(source: Database, target: Path) -> None:
    file = Database(f"sqlite:///{target}")
    try:
        migrate(file)
        with source.read() as reading, file.write(ordered=True) as writing:
            _copy(reading, writing)
    finally:
        file.close()
    # Without its write-ahead log, which does not travel with it.
    connection = sqlite3.connect(target)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()


def _copy(reading: Connection, writing: Connection) -> None:
    tables = metadata.sorted_tables
    for table in reversed(tables):
        writing.execute(delete(table))
    for table in tables:
        for rows in _portions(reading, table):
            writing.execute(insert(table), [row._asdict() for row in rows])


def _portions(reading: Connection, table: Table) -> Iterator[list[Row[Any]]]:
    found = reading.execution_options(yield_per=PORTION).execute(select(table))
    for rows in found.partitions():
        yield list(rows)


def _set_sequences(connection: Connection) -> None:
    """Numbers that a server draws by itself go on after the largest."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        for column in table.primary_key.columns:
            named = text("SELECT pg_get_serial_sequence(:name, :part)")
            sequence = connection.execute(named, {"name": table.name, "part": column.name}).scalar()
            if sequence is None or not isinstance(column.type, Integer):
                continue
            largest = connection.execute(select(func.max(column))).scalar()
            if largest is not None:
                connection.execute(select(func.setval(sequence, largest)))


def _counts(connection: Connection) -> dict[str, int]:
    return {
        table.name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
        for table in metadata.sorted_tables
    }
