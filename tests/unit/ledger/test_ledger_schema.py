"""The schema: what a migration makes is what the code expects, and what is newer is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from catalogue.adapters.ledger import open_ledger, schema
from catalogue.adapters.ledger.engine import Database
from catalogue.adapters.ledger.migrate import HEAD, REVISIONS, migrate, revision
from catalogue.errors import ConfigurationError
from catalogue.model.harvest import HarvestSource


class Noon:
    def now(self) -> datetime:
        return datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.sqlite'}"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


def _ddl(database: Database) -> dict[str, list[str]]:
    """Every table and index by name, as the parts of its definition (constraints stand in any order)."""
    query = text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name != 'alembic_version'")
    with database.read() as connection:
        return {
            row.name: sorted(" ".join(row.sql.split()).removesuffix(" )").split(", "))
            for row in connection.execute(query)
        }


def test_a_migrated_database_is_what_the_code_expects(database: Database, tmp_path: Path) -> None:
    expected = Database(f"sqlite:///{tmp_path / 'expected.sqlite'}")
    with expected.write() as connection:
        schema.meta.metadata.create_all(connection)
    migrate(database)
    assert _ddl(database) == _ddl(expected)
    expected.close()


def test_the_list_of_revisions_names_every_file_in_order() -> None:
    config = Config()
    config.set_main_option("script_location", "catalogue.adapters.ledger:migrations")
    scripts = ScriptDirectory.from_config(config)
    assert [script.revision for script in scripts.walk_revisions()][::-1] == list(REVISIONS)


def test_a_newer_schema_is_refused_and_left_as_it_is(url: str, database: Database) -> None:
    open_ledger(url, Noon()).close()
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9042'"))
    with pytest.raises(ConfigurationError, match=rf"schema 9042.*up to {HEAD}.*refuses to start") as refused:
        open_ledger(url, Noon())
    assert "release of Pharos" in refused.value.advice
    with database.read() as connection:
        assert revision(connection) == "9042"


def test_a_migration_that_is_broken_off_leaves_nothing(database: Database) -> None:
    """DDL of SQLite is part of the transaction."""
    with database.write() as connection:
        connection.execute(text("CREATE TABLE versions (version_id INTEGER)"))
    with pytest.raises(Exception, match="gave an error"):
        migrate(database)
    with database.read() as connection:
        names = (
            connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        )
    assert names == ["versions"]


def test_opening_again_keeps_everything(url: str) -> None:
    first = open_ledger(url, Noon())
    first.add_source(HarvestSource("a", "https://a.example/", "dcat_rdf"), by="ada")
    first.close()
    again = open_ledger(url, Noon())
    assert [source.slug for source in again.sources()] == ["a"]
    again.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "not a database URL"),
        ("mysql://u:secret@h/db", "must be sqlite or postgresql"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
    ],
)
def test_a_url_that_cannot_be_a_ledger_is_refused_without_its_secret(url: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as refused:
        open_ledger(url, Noon())
    assert "secret" not in f"{refused.value.detail} {refused.value.advice}"
