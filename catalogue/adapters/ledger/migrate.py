"""Brings a database to the schema of this code, and refuses one that is ahead of it."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from catalogue.adapters.ledger.engine import Database
from catalogue.errors import ConfigurationError

REVISIONS = ("0001",)
"""Every revision in `migrations/versions`, oldest first. Here, so that opening a ledger need not load them."""

HEAD = REVISIONS[-1]


def migrate(database: Database, within: Connection | None = None) -> None:
    """Creates or upgrades the schema in one transaction (or `within` an open one). ConfigurationError when it is newer
    than this code."""
    if within is not None:
        _upgrade(within)
        return
    with database.read() as connection:
        found = revision(connection)
    if found == HEAD:
        return
    with database.write(ordered=True) as connection:
        # Another process may have been faster.
        found = revision(connection)
        _refuse_newer(found)
        if found != HEAD:
            _upgrade(connection)


def revision(connection: Connection) -> str | None:
    """The schema's revision, or None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _refuse_newer(found: str | None) -> None:
    if found is None or found in REVISIONS:
        return
    raise ConfigurationError(
        f"The ledger has schema {found}, but this Pharos knows schemas up to {HEAD} and refuses to start.",
        advice="Install the release of Pharos that wrote the ledger, or a later one, or restore an older backup.",
        found=found,
        known=HEAD,
    )


def _upgrade(connection: Connection) -> None:
    # Alembic costs a fifth of a second to load, and most starts do not need it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "catalogue.adapters.ledger:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
