"""Everything that is true of SQLite only: pragmas, how a transaction begins, what its errors mean."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from catalogue.errors import ConfigurationError

BUSY_TIMEOUT = 30.0
"""Seconds a writer waits for another one."""

WRITE = "ledger_write"

driver_errors: tuple[type[Exception], ...] = (sqlite3.Error,)

_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -2048",
    "PRAGMA journal_size_limit = 67108864",
)
_EXPLANATIONS = {
    "SQLITE_BUSY": (
        "The ledger is locked by another process.",
        "Try again; if it stays, see which process holds it.",
    ),
    "SQLITE_LOCKED": ("The ledger is locked by another connection.", "Try again."),
    "SQLITE_FULL": (
        "The disk of the ledger is full; nothing was written.",
        "Free some space, then try again.",
    ),
    "SQLITE_READONLY": (
        "The ledger may not be written.",
        "Give Pharos the right to write to its data folder.",
    ),
    "SQLITE_CANTOPEN": (
        "The ledger's file cannot be opened.",
        "See that the data folder exists and may be written.",
    ),
    "SQLITE_PERM": ("The ledger's file may not be opened.", "Give Pharos the right to use its data folder."),
    "SQLITE_IOERR": ("The disk of the ledger gave an error.", "Look at the disk's space and health."),
    "SQLITE_CORRUPT": ("The ledger's file is damaged.", "Stop Pharos and restore a backup."),
    "SQLITE_NOTADB": ("The ledger's file is not a database.", "See what PHAROS_LEDGER and PHAROS_DATA name."),
}


def create(url: URL) -> Engine:
    """An engine whose connections may be used by any thread, one at a time."""
    if not url.database or url.database == ":memory:" or "mode=memory" in url.database:
        raise ConfigurationError(
            "A ledger in memory cannot be shared by threads and processes.",
            advice="Name a file: PHAROS_LEDGER=sqlite:///path/to/ledger.sqlite",
        )
    engine = create_engine(url, pool_size=10, max_overflow=20, connect_args={"timeout": BUSY_TIMEOUT})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def reading(engine: Engine) -> Engine:
    """The same pool for transactions that only read."""
    return engine


def writing(engine: Engine) -> Engine:
    """The same pool for transactions that write."""
    return engine.execution_options(**{WRITE: True})


def take_turn(connection: Connection) -> None:
    """Nothing to do: BEGIN IMMEDIATE lets one writer in at a time, so numbers are drawn in order of commit."""


@contextmanager
def overwriting(connection: Connection) -> Iterator[None]:
    """Rows that are deleted meanwhile are overwritten with zeros."""
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA secure_delete = OFF")


def explain(error: BaseException) -> tuple[str, str] | None:
    """(what happened, what to do) for an error of the driver, or None when it is not known."""
    # Extended names begin with the primary one: SQLITE_IOERR_FSYNC.
    name = getattr(error, "sqlite_errorname", "")
    return next((text for code, text in _EXPLANATIONS.items() if name.startswith(code)), None)


def _on_connect(connection: Any, _: Any) -> None:
    # The driver's own BEGIN comes late and never for reads; we begin transactions ourselves.
    connection.isolation_level = None
    _use_wal(connection)
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _use_wal(connection: sqlite3.Connection) -> None:
    # Changing the mode of a new file does not wait for busy_timeout when two processes do it at once.
    deadline = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _on_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
