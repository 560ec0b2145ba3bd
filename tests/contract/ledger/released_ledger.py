"""A ledger with something in every table, as the release at hand writes it; the fixture that later releases must open.

    python tests/contract/ledger/released_ledger.py

writes `tests/fixtures/ledger/REVISION.sql` for the newest revision. Done when a schema is released, and not again.
"""

from __future__ import annotations

import sqlite3
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ledger_kit import StillClock, batch, begin, finding, iri, outcome, report, rule, source, version

from catalogue.adapters.ledger import SqlLedger, open_ledger
from catalogue.adapters.ledger.migrate import HEAD
from catalogue.model.curation import NewCuration
from catalogue.model.harvest import Batch, PageMark, RunRequest, RunState, Validators
from catalogue.model.identifiers import dataset_id, record_id
from catalogue.model.notices import Notice, NoticeKind
from catalogue.model.records import ChangeKind, NewVersion, OutcomeKind, Payload, RecordOutcome, Repair
from catalogue.model.sources import NoticeTarget

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "ledger"
PAGE = "https://clinic.example/catalogue?page=1"
BODY = '<https://clinic.example/> <urn:p> "Frühe Texte" .\n'.encode()
CATALOGUE = "https://clinic.example/catalogue"
DESCRIPTION = '<https://clinic.example/catalogue> <http://purl.org/dc/terms/title> "Clinic" .\n'
KEYS = {name: record_id("clinic", iri(name)) for name in ("kept", "changed", "gone", "erased")}
DATASETS = {name: dataset_id(iri(name)) for name in KEYS}
NOTE = f'<{iri("kept")}> <http://www.w3.org/2004/02/skos/core#editorialNote> "Ours" .\n'


def fill(ledger: SqlLedger, clock: StillClock) -> None:
    """Two sources, five runs, four records: one with three versions, one withdrawn, one erased, one curated."""
    ledger.record_base("https://pharos.example")
    ledger.add_source(source("clinic", title="Klinik", country="DE", schedule="0 3 * * *"), "ada")
    _first_run(ledger)
    clock.pass_by(days=1)
    _second_run(ledger)
    clock.pass_by(days=1)
    _third_run(ledger)
    token = begin(ledger, "clinic")
    ledger.finish(token, RunState.FAILED, reason="It did not answer.", advice="Try again.")
    other = begin(ledger, "other")
    ledger.commit(other, batch(version("other", "elsewhere")), rule)
    ledger.finish(other, RunState.COMPLETED, complete=True, evidence="all of it")
    ledger.remove_source("other", rule, "ada")
    said = NewCuration(DATASETS["kept"], iri("kept"), NOTE, ("http://purl.org/dc/terms/title",), reason="why")
    ledger.curate(said, rule, "ada")
    ledger.purge(KEYS["erased"], (), rule, "ada", "asked for")
    ledger.count_records("clinic")
    ledger.enqueue_scheduled("clinic", RunRequest("schedule"), clock.now() + timedelta(hours=1))
    ledger.lead("leader", timedelta(minutes=5))
    target = NoticeTarget("mailto:data@clinic.example")
    ledger.add_notices([Notice("key-1", NoticeKind.FAILING, "clinic", target, "Subject", "Body", {"n": 1})])


def _first_run(ledger: SqlLedger) -> None:
    token = begin(ledger, "clinic")
    new = [
        version("clinic", "kept", "Bleibt", identifiers=["K-1"], repairs=(Repair("rule", "a", "b"),)),
        version("clinic", "changed", "first", judged=report(finding())),
        version("clinic", "gone", "short-lived"),
    ]
    skipped = RecordOutcome(
        OutcomeKind.SKIPPED, subject="_:b", page_url=PAGE, code="c", reason="r", advice="a"
    )
    page = PageMark(PAGE, PAGE, None, Validators('"v1"', None), "payload-1", tuple(list(KEYS.values())[:3]),
                    ("payload-1",), key="k")  # fmt: skip
    first = replace(
        batch(*new),
        pages=(page,),
        remembered=(page,),
        payloads=(Payload(PAGE, BODY, "payload-1", "text/turtle", "utf-8", "turtle"),),
        source_description=DESCRIPTION,
        memberships=((CATALOGUE, KEYS["kept"]),),
    )
    ledger.commit(token, replace(first, outcomes=(*first.outcomes, skipped)), rule)
    erased = replace(version("clinic", "erased").record, payload_hash="payload-2", page_url=f"{PAGE}&more")
    ledger.commit(token, batch(NewVersion(erased, report(), "1")), rule)
    ledger.finish(token, RunState.WITH_ERRORS, complete=True, evidence="the last page was read", reason="One")


def _second_run(ledger: SqlLedger) -> None:
    token = begin(ledger, "clinic")
    second = version("clinic", "changed", "second")
    seen = tuple(outcome(version("clinic", name), OutcomeKind.UNCHANGED) for name in ("kept", "erased"))
    lines = (outcome(second, OutcomeKind.UPDATED), *seen)
    missing = (KEYS["gone"],)
    ledger.commit(token, Batch(lines, (second,), tuple(line.record_id or "" for line in seen)), rule)
    ledger.commit(token, Batch(missing=missing, withdrawn=missing), rule)
    ledger.finish(token, RunState.COMPLETED, complete=True, evidence="the last page was read")


def _third_run(ledger: SqlLedger) -> None:
    """Our rules made another text of it."""
    token = begin(ledger, "clinic")
    third = version(
        "clinic", "changed", "second", normalised="Second", kind=ChangeKind.REPROCESSED, pipeline="2"
    )
    ledger.commit(token, batch(third, kind=OutcomeKind.UNCHANGED), rule)
    ledger.finish(token, RunState.COMPLETED)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.sqlite"
        clock = StillClock()
        clock.time = datetime(2026, 3, 1, 12, tzinfo=UTC)
        ledger = open_ledger(f"sqlite:///{file}", clock)
        fill(ledger, clock)
        ledger.close()
        connection = sqlite3.connect(file)
        text = "\n".join(connection.iterdump())
        connection.close()
    FIXTURES.mkdir(exist_ok=True)
    (FIXTURES / f"{HEAD}.sql").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
