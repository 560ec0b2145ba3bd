"""A ledger goes into a file and comes out of it, whichever engine held it and whichever takes it."""

from __future__ import annotations

import sqlite3
import tarfile
from pathlib import Path

import pytest
from ledger_kit import StillClock, batch, begin, replayed, rule, shown, source, version

from catalogue.adapters.backup_file import read_manifest, unpacked, write_backup
from catalogue.adapters.ledger import SqlLedger, open_ledger, snapshot
from catalogue.errors import Conflict, InvalidQuery, LedgerUnavailable
from catalogue.model.harvest import Batch, RunRequest, RunState
from catalogue.model.identifiers import record_id
from catalogue.model.records import OutcomeKind, Payload

ONE = record_id("a", "https://provider.example/datasets/1")


def fill(ledger: SqlLedger) -> None:
    token = begin(ledger)
    payload = Payload("https://a.example/catalog", b"\x00\xff bytes", "hash", "text/turtle")
    ledger.commit(token, batch(version("a", 1), version("a", 2, "zwei – ü")), rule)
    ledger.commit(token, Batch(payloads=(payload,)), rule)
    ledger.finish(token, RunState.COMPLETED, complete=True)
    token = begin(ledger)
    ledger.commit(token, batch(version("a", 1, "second"), kind=OutcomeKind.UPDATED), rule)
    ledger.finish(token, RunState.COMPLETED, complete=True)
    ledger.add_source(source("b"), by="test")


def everything(ledger: SqlLedger) -> list[object]:
    return [
        ledger.position(), shown(ledger), replayed(ledger), ledger.runs(), ledger.sources(), ledger.events(),
        ledger.history(ONE), [ledger.version(ONE, number) for number in (1, 2)], ledger.payload("hash"),
        ledger.conditions(),
    ]  # fmt: skip


def test_what_is_given_is_what_was_taken(
    ledger: SqlLedger, ledger_url: str, clock: StillClock, tmp_path: Path
) -> None:
    fill(ledger)
    file = tmp_path / "ledger.backup"
    found = snapshot.take(ledger_url, file)
    assert (found.position, found.rows["records"], found.rows["versions"]) == (3, 2, 3)
    # What is written after the moment is not in it.
    ledger.add_event("later", "test", "x")
    other = f"sqlite:///{tmp_path / 'other.sqlite'}"
    snapshot.give(file, other)
    again = open_ledger(other, clock)
    before, after = everything(ledger), everything(again)
    assert before[5][0][1] == "later"  # type: ignore[index]
    before[5] = before[5][1:]  # type: ignore[index]
    assert after == before
    again.close()


def test_a_filled_ledger_goes_on_numbering(ledger: SqlLedger, ledger_url: str, tmp_path: Path) -> None:
    """Restored into the engine under test: numbers that were used are not used again."""
    fill(ledger)
    file, home = tmp_path / "ledger.backup", tmp_path / "home.sqlite"
    snapshot.take(ledger_url, file)
    again_url = f"sqlite:///{home}"
    snapshot.give(file, again_url)
    again = open_ledger(again_url, StillClock())
    token = begin(again)
    assert again.commit(token, batch(version("a", 3)), rule) == 4
    assert again.enqueue("b", RunRequest()).run_id not in [run.run_id for run in again.runs("a")]
    assert replayed(again) == shown(again)
    again.close()


def test_only_an_empty_database_is_filled(ledger: SqlLedger, ledger_url: str, tmp_path: Path) -> None:
    fill(ledger)
    file = tmp_path / "ledger.backup"
    snapshot.take(ledger_url, file)
    with pytest.raises(Conflict, match="not empty"):
        snapshot.give(file, ledger_url)


@pytest.mark.server
def test_a_ledger_moves_from_sqlite_to_postgresql_and_back(
    tmp_path: Path, clock: StillClock, request: pytest.FixtureRequest
) -> None:
    server = request.getfixturevalue("postgresql")
    first = f"sqlite:///{tmp_path / 'first.sqlite'}"
    ledger = open_ledger(first, clock)
    fill(ledger)
    before = everything(ledger)
    ledger.close()
    snapshot.take(first, tmp_path / "one")
    with server.database() as url:
        snapshot.give(tmp_path / "one", url)
        moved = open_ledger(url, clock)
        assert everything(moved) == before
        # Its sequences go on.
        moved.add_event("later", "test", "x")
        assert begin(moved)
        moved.close()
        snapshot.take(url, tmp_path / "two")
    assert snapshot.facts_of(tmp_path / "two").position == 3


def test_a_backup_says_what_it_holds_and_is_only_read_whole(
    ledger: SqlLedger, ledger_url: str, clock: StillClock, tmp_path: Path
) -> None:
    fill(ledger)
    file = tmp_path / "pharos.backup"
    made = write_backup(ledger_url, file, clock)
    assert read_manifest(file) == made
    assert (made.ledger.schema, made.ledger.position, made.made_at) == ("0001", 3, clock.now())
    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    with tarfile.open(file) as archive:
        assert archive.getnames() == ["manifest.json", "ledger.sqlite"]
    with unpacked(file, tmp_path) as (_, copy):
        assert sqlite3.connect(copy).execute("SELECT count(*) FROM versions").fetchone() == (3,)
    with pytest.raises(InvalidQuery, match="there already"):
        write_backup(ledger_url, file, clock)


def test_a_damaged_backup_is_refused(
    ledger: SqlLedger, ledger_url: str, clock: StillClock, tmp_path: Path
) -> None:
    file = tmp_path / "pharos.backup"
    write_backup(ledger_url, file, clock)
    body = bytearray(file.read_bytes())
    body[len(body) // 2] ^= 0xFF
    (tmp_path / "flipped").write_bytes(body)
    (tmp_path / "short").write_bytes(body[: len(body) // 3])
    (tmp_path / "other").write_bytes(b"no backup at all" * 100)
    for name in ("flipped", "short", "other", "missing"):
        with pytest.raises((InvalidQuery, LedgerUnavailable)), unpacked(tmp_path / name, tmp_path):
            pass
