"""Everything that is true of PostgreSQL only: snapshots, the lock that orders changes, what its errors mean."""

from __future__ import annotations

from sqlalchemy import URL, Connection, Engine, create_engine, func, select

from catalogue.errors import ConfigurationError

CHANGE_LOCK = 0x70686172_6F73
"""Key of the advisory lock under which changes are numbered ("pharos" in ASCII)."""

driver_errors: tuple[type[Exception], ...] = ()

_EXPLANATIONS = {
    "08": ("The ledger's database did not answer.", "See that PostgreSQL runs and can be reached."),
    "28": ("The ledger's database refused the login.", "See the user and password in PHAROS_LEDGER."),
    "3D": ("The ledger's database does not exist.", "Create the database that PHAROS_LEDGER names."),
    "40": ("The ledger was busy with other writers.", "Try again."),
    "42501": (
        "The ledger's database does not allow this.",
        "Give the user of PHAROS_LEDGER the right to write.",
    ),
    "53100": ("The disk of the ledger is full; nothing was written.", "Free some space, then try again."),
    "53": ("The ledger's database is out of resources.", "See its connections, memory and disk."),
    "55P03": (
        "The ledger is locked by another process.",
        "Try again; if it stays, see which process holds it.",
    ),
    "57": ("The ledger's database is stopping or starting.", "Try again."),
    "XX001": ("The ledger's database is damaged.", "Stop Pharos and restore a backup."),
    "XX002": ("The ledger's database is damaged.", "Stop Pharos and restore a backup."),
}


def create(url: URL) -> Engine:
    """An engine for writes in READ COMMITTED: after the lock, each statement sees all that was committed before."""
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    try:
        return create_engine(
            url, pool_size=10, max_overflow=20, pool_pre_ping=True, isolation_level="READ COMMITTED"
        )
    except ImportError as error:
        raise ConfigurationError(
            "PHAROS_LEDGER names PostgreSQL, but its driver is not installed.",
            advice="pip install 'psycopg[binary]'",
        ) from error


def reading(engine: Engine) -> Engine:
    """The same pool for transactions that see one snapshot and write nothing."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def writing(engine: Engine) -> Engine:
    """The same pool for transactions that write."""
    return engine


def take_turn(connection: Connection) -> None:
    """Waits until no other transaction that changes publication is open. First statement of its transaction: who
    waited must not hold rows that the holder wants."""
    connection.execute(select(func.pg_advisory_xact_lock(CHANGE_LOCK)))


def explain(error: BaseException) -> tuple[str, str] | None:
    """(what happened, what to do) for an error of the driver, or None when it is not known."""
    state = getattr(error, "sqlstate", None)
    if state is None:
        # The driver has no state for a server that it never reached.
        return _EXPLANATIONS["08"] if type(error).__name__ == "OperationalError" else None
    matches = [code for code in _EXPLANATIONS if state.startswith(code)]
    return _EXPLANATIONS[max(matches, key=len)] if matches else None
