"""A PostgreSQL that stops, refuses, hangs or cuts off: one clear error, nothing half written, and on it goes."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from postgres import PostgresServer, find_programs

from catalogue.adapters.ledger import SqlLedger, open_ledger
from catalogue.adapters.ledger import postgresql as dialect
from catalogue.adapters.ledger.engine import Database
from catalogue.errors import ConfigurationError, LedgerUnavailable
from catalogue.model.harvest import Batch, Claim, HarvestSource, PageMark, RunRequest, Validators
from catalogue.ports import Candidate

pytestmark = pytest.mark.server


class Noon:
    def now(self) -> datetime:
        return datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def url(postgresql: PostgresServer) -> Iterator[str]:
    with postgresql.database() as made:
        yield made


@pytest.fixture
def ledger(url: str) -> Iterator[SqlLedger]:
    opened = open_ledger(url, Noon())
    opened.add_source(HarvestSource("a", "https://a.example/", "dcat_rdf"), by="ada")
    yield opened
    opened.close()


def _claim(ledger: SqlLedger) -> Claim:
    ledger.enqueue("a", RunRequest())
    claim = ledger.claim("w", timedelta(minutes=1))
    assert claim is not None
    return claim


PAGE = Batch(pages=(PageMark("https://a.example/1", "c", "d", Validators(), "h", ()),))


def nothing(candidates: Sequence[Candidate]) -> None:
    return None


def test_a_server_that_stops_is_reported_and_found_again_when_it_is_back() -> None:
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL (make services) is missing")
    server = PostgresServer(programs)
    try:
        server.start()
        ledger = open_ledger(server.url(), Noon())
        ledger.add_event("note", "ada", "before")
        server.stop()
        for _ in range(2):
            with pytest.raises(LedgerUnavailable, match=r"did not answer|stopping"):
                ledger.add_event("note", "ada", "meanwhile")
        with pytest.raises(LedgerUnavailable, match="did not answer"):
            open_ledger(server.url(), Noon())
        server.start()
        ledger.add_event("note", "ada", "after")
        assert [subject for _, _, _, subject, _ in ledger.events()] == ["after", "before"]
        ledger.close()
    finally:
        server.delete()


def test_a_connection_cut_inside_a_transaction_costs_that_transaction_only(
    ledger: SqlLedger, postgresql: PostgresServer, url: str
) -> None:
    claim = _claim(ledger)
    name = url.rpartition("/")[2]
    others = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    batch = Batch(pages=PAGE.pages, seen=("unknown",))
    with pytest.raises(LedgerUnavailable), ledger._database.write(ordered=True) as connection:
        connection.exec_driver_sql("UPDATE runs SET found = 7")
        postgresql.execute(others)
        connection.exec_driver_sql("UPDATE runs SET found = 8")
    assert ledger.run(claim.run.run_id).counts.found == 0
    ledger.commit(claim.token, batch, nothing)
    assert ledger.run(claim.run.run_id).counts.pages == 1


@pytest.mark.parametrize("change", ["password", "database"])
def test_a_refused_connection_names_what_to_look_at_and_no_secret(url: str, change: str) -> None:
    secret = url.split(":")[2].split("@", maxsplit=1)[0]
    wrong = url.replace(secret, "wrong") if change == "password" else url + "x"
    with pytest.raises(LedgerUnavailable, match="refused the connection") as told:
        open_ledger(wrong, Noon())
    assert "PHAROS_LEDGER" in told.value.advice
    said = f"{told.value.detail} {told.value.advice}"
    assert secret not in said and "127.0.0.1" not in said


def test_who_waits_too_long_for_another_writer_is_told_so(
    url: str, ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = _claim(ledger)
    monkeypatch.setattr(dialect, "LOCK_TIMEOUT", 100)
    impatient = open_ledger(url, Noon())
    with psycopg.connect(url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [dialect.CHANGE_LOCK])
        with pytest.raises(LedgerUnavailable, match="locked by another process"):
            impatient.commit(claim.token, PAGE, nothing)
    impatient.commit(claim.token, PAGE, nothing)
    assert ledger.run(claim.run.run_id).counts.pages == 1
    impatient.close()


def test_a_process_that_stands_still_in_a_transaction_does_not_stop_the_others(
    url: str, ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = _claim(ledger)
    monkeypatch.setattr(dialect, "IDLE_TIMEOUT", 200)
    frozen = Database(url)
    with (
        pytest.raises(LedgerUnavailable, match=r"stood still|did not answer"),
        frozen.write(ordered=True) as connection,
    ):
        ledger.commit(claim.token, PAGE, nothing)
        connection.exec_driver_sql("SELECT 1")
    assert ledger.run(claim.run.run_id).counts.pages == 1
    frozen.close()


def test_a_forked_process_opens_connections_of_its_own(ledger: SqlLedger) -> None:
    ledger.add_event("note", "ada", "parent")
    child = os.fork()
    if child == 0:
        # Whatever happens, the copy of the test run ends here.
        try:
            for number in range(20):
                ledger.add_event("note", "child", str(number))
            os._exit(0)
        finally:
            os._exit(1)
    for number in range(20):
        ledger.add_event("note", "parent", str(number))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    said = [(by, subject) for _, _, by, subject, _ in ledger.events()]
    assert {pair for pair in said if pair[0] != "ada"} == {
        (by, str(n)) for by in ("child", "parent") for n in range(20)
    }


def test_more_threads_than_connections_all_get_their_turn(ledger: SqlLedger) -> None:
    count = dialect.POOL + dialect.OVERFLOW + 10
    together = threading.Barrier(count)

    def note(number: int) -> None:
        together.wait()
        ledger.add_event("note", "thread", str(number))

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(note, range(count)))
    assert len([1 for _, _, by, _, _ in ledger.events() if by == "thread"]) == count


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_the_url_opens_the_same_ledger(url: str, ledger: SqlLedger, scheme: str) -> None:
    other = open_ledger(f"{scheme}{url.removeprefix('postgresql')}?connect_timeout=3", Noon())
    assert [source.slug for source in other.sources()] == ["a"]
    other.close()


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="must be sqlite or postgresql"):
        open_ledger("mysql://u:p@127.0.0.1/db", Noon())
