"""Everything that is true of PostgreSQL only: snapshots, the lock that orders changes, what its errors mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, select

from catalogue.errors import ConfigurationError

CHANGE_LOCK = 0x70686172_6F73
"""Key of the advisory lock under which changes are numbered ("pharos" in ASCII)."""

POOL, OVERFLOW = 5, 10
"""Connections that a process keeps, and opens beside them under load: a server takes 100 unless told otherwise."""
CONNECTING = 10
"""Seconds after which a server that does not answer is given up."""
LOCK_TIMEOUT = 30_000
"""Milliseconds a writer waits for another one."""
IDLE_TIMEOUT = 60_000
"""Milliseconds after which the server ends a transaction whose process says nothing more (stopped, cut off): it may
hold the lock that every writer waits for."""

_SESSION = "SELECT set_config('lock_timeout', %s, false), set_config('idle_in_transaction_session_timeout', %s, false)"
_ANSWER = {"connect_timeout": CONNECTING, "application_name": "pharos", "keepalives_idle": 30}

driver_errors: tuple[type[Exception], ...] = ()

_EXPLANATIONS = {
    "08": ("The ledger's database did not answer.", "See that PostgreSQL runs and can be reached."),
    "25006": (
        "The ledger's database takes no writes: it is a standby, or set to read only.",
        "Name the primary in PHAROS_LEDGER.",
    ),
    "25P03": ("The ledger's database ended a transaction that stood still too long.", "Try again."),
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
    "58": ("The disk of the ledger gave an error.", "Look at the disk's space and health."),
    "XX001": ("The ledger's database is damaged.", "Stop Pharos and restore a backup."),
    "XX002": ("The ledger's database is damaged.", "Stop Pharos and restore a backup."),
}
_REFUSED = (
    "The ledger's database refused the connection.",
    "See the user, the password and the database's name in PHAROS_LEDGER; the log says what the server said.",
)


def create(url: URL) -> Engine:
    """An engine for writes in READ COMMITTED: after the lock, each statement sees all that was committed before.

    What the URL itself says of a connection (`?connect_timeout=3`) goes before our own choice.
    """
    try:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_size=POOL,
            max_overflow=OVERFLOW,
            # A server that was restarted is noticed before a transaction begins, not in its middle.
            pool_pre_ping=True,
            isolation_level="READ COMMITTED",
            connect_args={name: value for name, value in _ANSWER.items() if name not in url.query},
        )
    except ImportError as error:
        raise ConfigurationError(
            "PHAROS_LEDGER names PostgreSQL, but its driver is not installed.",
            advice="pip install 'psycopg[binary]'",
        ) from error
    event.listen(engine, "connect", _on_connect)
    return engine


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


@contextmanager
def overwriting(_: Connection) -> Iterator[None]:
    """Nothing to do: what is deleted stays in its page until the server vacuums it."""
    yield


def explain(error: BaseException) -> tuple[str, str] | None:
    """(what happened, what to do) for an error of the driver, or None when it is not known."""
    state = getattr(error, "sqlstate", None)
    if state is None:
        # The driver has no state for a connection that was not made. A server that answers and refuses begins its
        # words so, in every language that keeps the severity's name.
        if type(error).__name__ != "OperationalError":
            return None
        return _REFUSED if "FATAL:" in str(error) else _EXPLANATIONS["08"]
    matches = [code for code in _EXPLANATIONS if state.startswith(code)]
    return _EXPLANATIONS[max(matches, key=len)] if matches else None


def _on_connect(connection: Any, _: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SESSION, [str(LOCK_TIMEOUT), str(IDLE_TIMEOUT)])
    connection.commit()
