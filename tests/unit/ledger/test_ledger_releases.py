"""Each schema that was ever released is brought to today's, with what stood in it.

A release adds `tests/fixtures/ledger/REVISION.sql`: a ledger of that release as `sqlite3 FILE .dump` writes it. The newest
revision may be without one until it is released; it is made by its own migrations here.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from catalogue.adapters.ledger import open_ledger
from catalogue.adapters.ledger.engine import Database
from catalogue.adapters.ledger.migrate import HEAD, REVISIONS, revision
from catalogue.model.harvest import HarvestSource

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "ledger"


class Noon:
    def now(self) -> datetime:
        return datetime(2026, 3, 1, 12, tzinfo=UTC)


def make(name: str, file: Path) -> None:
    """A ledger of that revision with one source in it."""
    dump = FIXTURES / f"{name}.sql"
    if dump.exists():
        connection = sqlite3.connect(file)
        connection.executescript(dump.read_text())
        connection.close()
        return
    assert name == HEAD, f"the released schema {name} has no fixture"
    database = Database(f"sqlite:///{file}")
    with database.write() as connection:
        config = Config()
        config.set_main_option("script_location", "catalogue.adapters.ledger:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, name)
    database.close()
    ledger = open_ledger(f"sqlite:///{file}", Noon())
    ledger.add_source(HarvestSource("clinic", "https://clinic.example/", "dcat_rdf"), "test")
    ledger.close()


@pytest.mark.parametrize("name", REVISIONS)
def test_a_released_schema_is_brought_to_todays(name: str, tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite"
    make(name, file)
    url = f"sqlite:///{file}"
    ledger = open_ledger(url, Noon())
    slugs = [source.slug for source in ledger.sources(include_removed=True)]
    assert "clinic" in slugs
    for slug in slugs:
        ledger.condition(slug)
        for record in ledger.records_of_source(slug):
            assert len(ledger.history(record.record_id)) == record.version_count
            assert ledger.version(record.record_id).content
    ledger.published(None, 10)
    ledger.close()
    database = Database(url)
    with database.read() as connection:
        assert revision(connection) == HEAD
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    database.close()
