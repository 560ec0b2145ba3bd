"""What a release wrote is read by this one, on SQLite and, by way of a backup, on PostgreSQL.

The ledgers stand in `tests/fixtures/ledger`, one for each released schema; `released_ledger.py` writes the newest.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from ledger_kit import StillClock, begin, iri, replayed
from projection_kit import Store, assert_like_a_rebuild, graph
from released_ledger import BODY, CATALOGUE, DATASETS, DESCRIPTION, FIXTURES, KEYS, NOTE, fill

from catalogue.adapters.ledger import SqlLedger, open_ledger, snapshot
from catalogue.adapters.ledger.columns import metadata
from catalogue.adapters.ledger.engine import Database
from catalogue.adapters.ledger.migrate import HEAD, REVISIONS
from catalogue.errors import Gone
from catalogue.model.harvest import RunState
from catalogue.projections.follow import follow

OURS = "today's"


def dumped(name: str, file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.executescript((FIXTURES / f"{name}.sql").read_text(encoding="utf-8"))
    connection.close()


@pytest.fixture(params=[*REVISIONS, OURS])
def old(
    request: pytest.FixtureRequest, ledger_url: str, tmp_path: Path, clock: StillClock
) -> Iterator[SqlLedger]:
    """The ledger of that release at the URL, opened by today's code; also the one that today's code fills itself."""
    file = tmp_path / "old.sqlite"
    if request.param == OURS:
        made = open_ledger(ledger_url, clock)
        fill(made, clock)
        made.close()
    elif ledger_url.startswith("sqlite"):
        dumped(request.param, Path(ledger_url.removeprefix("sqlite:///")))
    else:
        dumped(request.param, file)
        snapshot.give(file, ledger_url)
    opened = open_ledger(ledger_url, clock)
    yield opened
    opened.close()


def test_sources_and_runs_are_read(old: SqlLedger) -> None:
    assert old.base() == "https://pharos.example"
    listed = {source.slug: source for source in old.sources(include_removed=True)}
    assert (listed["clinic"].title, listed["clinic"].country) == ("Klinik", "DE")
    assert listed["other"].removed_at is not None
    assert old.source_description("clinic") == DESCRIPTION
    states = [run.state for run in reversed(old.runs("clinic"))]
    assert states == [
        RunState.WITH_ERRORS, RunState.COMPLETED, RunState.COMPLETED, RunState.FAILED, RunState.QUEUED,
    ]  # fmt: skip
    first = old.runs("clinic")[-1]
    assert (first.counts.found, first.counts.created, first.counts.skipped) == (5, 4, 1)
    (line,) = [one for one in old.outcomes(first.run_id) if one.code == "c"]
    assert (line.reason, line.advice) == ("r", "a")
    assert old.runs("clinic")[1].reason == "It did not answer."
    assert old.condition("clinic").failures == 1
    (entry,) = old.notices("clinic")
    assert (entry.notice.text, entry.notice.facts) == ("Body", {"n": 1})


def test_records_and_every_version_are_read(old: SqlLedger) -> None:
    kept = old.record(KEYS["kept"])
    assert kept.published
    assert old.version(KEYS["kept"]).repairs[0].rule == "rule"
    assert old.find_dataset(identifier="K-1") == [DATASETS["kept"]]
    assert old.memberships(KEYS["kept"]) == [CATALOGUE]
    kinds = [facts.kind for facts in old.history(KEYS["changed"])]
    assert kinds == ["reprocessed", "content", "content"]
    texts = [old.version(KEYS["changed"], number).content for number in (1, 2, 3)]
    assert [text.split('"')[1] for text in texts] == ["first", "second", "Second"]
    assert '"second"@en' in old.version(KEYS["changed"], 3).received
    assert old.version(KEYS["changed"], 1).report.counts["Violation"] == 1
    assert old.payload("payload-1").body == BODY
    assert old.payload("payload-1").media_type == "text/turtle"
    remembered = old.remembered_page("clinic", "https://clinic.example/catalogue?page=1")
    assert remembered is not None
    assert remembered.validators.etag == '"v1"'


def test_what_was_withdrawn_erased_and_curated_is_so(old: SqlLedger) -> None:
    with pytest.raises(Gone, match="withdrawn"):
        old.published_version(DATASETS["gone"])
    with pytest.raises(Gone, match="erased"):
        old.record(KEYS["erased"])
    erased = old.erasure(KEYS["erased"])
    assert erased is not None
    assert (erased.by, erased.reason) == ("ada", "asked for")
    said = old.published_version(DATASETS["kept"]).curation
    assert said is not None
    assert (said.statements, said.by, said.reason) == (NOTE, "ada", "why")
    assert [event[1] for event in old.events(50)][:2] == ["record-purged", "dataset-curated"]


def test_projections_and_further_harvests_go_on_from_it(old: SqlLedger) -> None:
    store = Store()
    follow(old, graph(store))
    assert_like_a_rebuild(old, store)
    assert sorted(replayed(old)) == sorted([DATASETS["kept"], DATASETS["changed"]])
    assert any(iri("kept") in fact for fact in store.facts())
    token = begin(old, "clinic")
    assert old.finish(token, RunState.COMPLETED).state is RunState.COMPLETED


def test_there_is_something_in_every_table(old: SqlLedger, ledger_url: str) -> None:
    database = Database(ledger_url)
    with database.read() as connection:
        empty = [
            t.name for t in metadata.sorted_tables if connection.execute(t.select().limit(1)).first() is None
        ]
    database.close()
    assert empty == []


@pytest.mark.parametrize("name", REVISIONS)
def test_a_released_revision_was_not_edited_since(name: str, tmp_path: Path) -> None:
    dumped(name, tmp_path / "released.sqlite")
    database = Database(f"sqlite:///{tmp_path / 'made.sqlite'}")
    with database.write() as connection:
        config = Config()
        config.set_main_option("script_location", "catalogue.adapters.ledger:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, name)
    database.close()
    released, made = (_schema(tmp_path / f"{which}.sqlite") for which in ("released", "made"))
    advice = (
        "" if name != HEAD else "; if it is not released yet: python tests/contract/ledger/released_ledger.py"
    )
    assert released == made, f"revision {name} is not what wrote its fixture{advice}"


def _schema(file: Path) -> dict[str, str]:
    connection = sqlite3.connect(file)
    try:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    finally:
        connection.close()
    return {name: " ".join(sql.split()) for name, sql in rows if not name.startswith("sqlite_")}
