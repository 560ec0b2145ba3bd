"""When the database fails: one clear error of ours, and the ledger goes on when the trouble is over."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, exc, select

from catalogue.adapters.ledger import SqlLedger, open_ledger, postgresql, schema, sqlite
from catalogue.adapters.ledger.engine import Database
from catalogue.errors import ConfigurationError, LedgerUnavailable
from catalogue.model.harvest import Batch, HarvestSource, RunRequest
from catalogue.model.records import Payload


class Noon:
    def now(self) -> datetime:
        return datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def ledger(file: Path) -> Iterator[SqlLedger]:
    opened = open_ledger(f"sqlite:///{file}", Noon())
    yield opened
    opened.close()


def test_another_process_that_holds_the_lock_is_named_as_the_reason(
    ledger: SqlLedger, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT", 0.05)
    impatient = open_ledger(f"sqlite:///{file}", Noon())
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerUnavailable, match="locked by another process"):
        impatient.add_event("note", "ada", "a")
    assert impatient.events() == []
    other.execute("ROLLBACK")
    impatient.add_event("note", "ada", "a")
    assert len(impatient.events()) == 1
    other.close()
    impatient.close()


def test_a_full_disk_costs_the_batch_and_nothing_else(file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    open_ledger(f"sqlite:///{file}", Noon()).close()
    limit = ["PRAGMA max_page_count = 100"]
    event.listen(database._engine, "checkout", lambda connection, *_: connection.execute(limit[0]))
    ledger = SqlLedger(database, Noon())
    ledger.add_source(HarvestSource("a", "https://a.example/", "dcat_rdf"), by="ada")
    ledger.enqueue("a", RunRequest())
    claim = ledger.claim("w", timedelta(minutes=1))
    assert claim is not None
    large = Batch(
        payloads=(Payload("https://a.example/1", os.urandom(1_000_000), "hash"),), triples_outside=1
    )
    with pytest.raises(LedgerUnavailable, match=r"disk of the ledger is full; nothing was written"):
        ledger.commit(claim.token, large, lambda candidates: None)
    assert ledger.run(claim.run.run_id).counts.triples_outside == 0
    limit[0] = "PRAGMA max_page_count = 100000"
    ledger.commit(claim.token, large, lambda candidates: None)
    assert ledger.run(claim.run.run_id).counts.triples_outside == 1
    ledger.close()


def test_a_file_that_is_no_database_is_not_touched(file: Path) -> None:
    file.write_bytes(b"holiday photographs" * 1000)
    with pytest.raises(LedgerUnavailable, match="not a database") as told:
        open_ledger(f"sqlite:///{file}", Noon())
    assert file.read_bytes() == b"holiday photographs" * 1000
    assert str(file.parent) not in f"{told.value.detail} {told.value.advice}"


def test_a_damaged_file_is_reported_as_damaged(ledger: SqlLedger, file: Path) -> None:
    for number in range(500):
        ledger.add_event("note", "ada", f"subject {number}", "x" * 500)
    ledger.close()
    raw = bytearray(file.read_bytes())
    raw[4096:] = b"\xa5" * (len(raw) - 4096)
    file.write_bytes(raw)
    damaged = SqlLedger(Database(f"sqlite:///{file}"), Noon())
    with pytest.raises(LedgerUnavailable, match="damaged"):
        damaged.events()
    damaged.close()


def test_a_damaged_text_is_not_an_empty_text(ledger: SqlLedger, file: Path) -> None:
    ledger.add_source(HarvestSource("a", "https://a.example/", "dcat_rdf"), by="ada")
    ledger.enqueue("a", RunRequest())
    claim = ledger.claim("w", timedelta(minutes=1))
    assert claim is not None
    ledger.commit(claim.token, Batch(source_description="<a> <b> <c> .\n"), lambda candidates: None)
    with sqlite3.connect(file) as other:
        other.execute("UPDATE source_descriptions SET content = x'00'")
    other.close()
    with pytest.raises(LedgerUnavailable, match="text of the ledger is damaged"):
        ledger.source_description("a")


def test_a_folder_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnavailable, match="cannot be opened"):
        open_ledger(f"sqlite:///{tmp_path / 'no' / 'ledger.sqlite'}", Noon())


def test_a_reader_sees_one_moment(ledger: SqlLedger, file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    with database.read() as connection:
        before = connection.execute(select(schema.events)).all()
        ledger.add_event("note", "ada", "a")
        assert connection.execute(select(schema.events)).all() == before == []
    with database.read() as connection:
        assert len(connection.execute(select(schema.events)).all()) == 1
    database.close()


def test_every_commit_reaches_the_disk(file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    with database.read() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}
    database.close()


def _library_errors() -> list[type[Exception]]:
    named = [getattr(exc, name) for name in dir(exc)]
    return [one for one in named if isinstance(one, type) and issubclass(one, exc.SQLAlchemyError)]


@pytest.mark.parametrize("error", _library_errors(), ids=lambda error: error.__name__)
def test_no_error_of_the_library_leaves_the_ledger(file: Path, error: type[Exception]) -> None:
    database = Database(f"sqlite:///{file}")
    made = error.__new__(error)
    made.args = ("trouble",)
    if issubclass(error, exc.DBAPIError):
        made.orig = sqlite3.OperationalError("trouble")  # type: ignore[attr-defined]
    with pytest.raises(LedgerUnavailable), database.read():
        raise made
    database.close()


class _ServerError(Exception):
    def __init__(self, sqlstate: str | None) -> None:
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("state", "words"),
    [("53100", "disk of the ledger is full"), ("53300", "out of resources"), ("08006", "did not answer"),
     ("57P01", "stopping or starting"), ("40001", "busy with other writers"), ("28P01", "refused the login"),
     ("25006", "standby"), ("25P03", "stood still")],
)  # fmt: skip
def test_errors_of_postgresql_say_what_is_wrong(state: str, words: str) -> None:
    told = postgresql.explain(_ServerError(state))
    assert told is not None
    assert words in told[0]


def test_an_unknown_error_of_postgresql_is_not_guessed() -> None:
    assert postgresql.explain(_ServerError("22012")) is None


def test_postgresql_without_its_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(ConfigurationError, match="driver is not installed"):
        Database("postgresql://u:secret@127.0.0.1/db")
