"""Connections and transactions of the ledger, and the one place where the database's errors become ours."""

from __future__ import annotations

import logging
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import ModuleType

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from catalogue.adapters.ledger import postgresql, sqlite
from catalogue.errors import ConfigurationError, LedgerUnavailable

log = logging.getLogger(__name__)

_DIALECTS: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgresql, "postgres": postgresql}


class Database:
    """A pool of connections. Every transaction is one `with`: committed at its end, rolled back by an exception."""

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise ConfigurationError(
                "PHAROS_LEDGER is not a database URL.", advice="For example sqlite:///ledger.sqlite"
            ) from error
        dialect = _DIALECTS.get(parsed.get_backend_name())
        if dialect is None:
            raise ConfigurationError(
                f"PHAROS_LEDGER names the database {parsed.get_backend_name()!r}, but must be sqlite or postgresql."
            )
        self._dialect = dialect
        self._engine = dialect.create(parsed)
        self._reading = dialect.reading(self._engine)
        self._writing = dialect.writing(self._engine)
        _let_go_in_children(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    @property
    def is_sqlite(self) -> bool:
        return self._dialect is sqlite

    def vacuum_into(self, target: Path) -> None:
        """SQLite: writes what is committed now into a new file, without what was deleted. Nobody waits for it."""
        with self._translated():
            connection = self._engine.raw_connection()
            try:
                connection.cursor().execute("VACUUM INTO ?", (str(target),))
            finally:
                connection.close()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one snapshot."""
        with self._translated(), self._reading.begin() as connection:
            yield connection

    @contextmanager
    def write(self, *, ordered: bool = False, thorough: bool = False) -> Iterator[Connection]:
        """A transaction that writes. `ordered`: it may number changes, so it takes its turn before all else.
        `thorough`: what it deletes is overwritten, as far as the database does that."""
        with self._translated(), self._writing.begin() as connection:
            if ordered:
                self._dialect.take_turn(connection)
            with self._dialect.overwriting(connection) if thorough else nullcontext():
                yield connection

    def forget_log(self) -> None:
        """SQLite: empties the write-ahead log, which may hold what was deleted; a reader in the way leaves it to later."""
        if not self.is_sqlite:
            return
        with self._translated():
            connection = self._engine.raw_connection()
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise self._unavailable(error) from error
        except self._dialect.driver_errors as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: Exception) -> LedgerUnavailable:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        # Only the driver's own words: the library's repeat the statement with its values.
        said = str(cause) if cause is not error else ""
        log.warning("ledger failed", extra={"kind": type(cause).__name__, "said": said})
        if isinstance(error, PoolTimeout):
            return LedgerUnavailable("All connections to the ledger are in use.", advice="Try again.")
        detail, advice = self._dialect.explain(cause) or (
            f"The ledger's database gave an error ({type(cause).__name__}).",
            "The log has the details.",
        )
        return LedgerUnavailable(detail, advice=advice)


def _let_go_in_children(engine: Engine) -> None:
    """A forked process opens connections of its own: two that speak on one would garble both."""
    known = weakref.ref(engine)

    def forget() -> None:
        inherited = known()
        if inherited is not None:
            inherited.dispose(close=False)

    os.register_at_fork(after_in_child=forget)
