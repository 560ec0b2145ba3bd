"""Whatever a stranger writes, one record's text never costs a batch, on any database."""

from __future__ import annotations

import random

import pytest
from ledger_kit import batch, begin, rule, version

from catalogue.adapters.ledger import SqlLedger
from catalogue.model.harvest import Batch, PageMark, RunState, Validators
from catalogue.model.records import OutcomeKind, Payload, RecordOutcome, Repair

NOISE = random.Random(4)
# No compression makes this short.
LONG = "".join(NOISE.choices("0123456789abcdefghijklmnopqrstuvwxyzäöü漢", k=9_000))
TEXTS = pytest.mark.parametrize(
    "text",
    ["a\x00b", "lone \ud800 surrogate", LONG, "é\x00" + LONG, "\U0001f9ec"],
    ids=["nul", "surrogate", "long", "long with nul", "astral"],
)


@TEXTS
def test_an_identifier_of_any_text_is_found_again(ledger: SqlLedger, text: str) -> None:
    given = version("a", 1, identifiers=[text.replace("\ud800", "")], repairs=(Repair("r", text, ""),))
    ledger.commit(begin(ledger, "a"), batch(given, version("a", 2)), rule)
    assert ledger.find_dataset(identifier=text.replace("\ud800", "")) == [given.record.dataset_id]
    assert ledger.version(given.record.record_id).repairs == given.record.repairs


def test_long_identifiers_that_begin_alike_are_kept_apart(ledger: SqlLedger) -> None:
    one, two = version("a", 1, identifiers=[LONG + "1", LONG]), version("a", 2, identifiers=[LONG + "2"])
    ledger.commit(begin(ledger, "a"), batch(one, two), rule)
    assert ledger.find_dataset(identifier=LONG + "2") == [two.record.dataset_id]
    assert ledger.find_dataset(identifier=LONG) == [one.record.dataset_id]


def test_a_subject_of_any_length_is_found_again(ledger: SqlLedger) -> None:
    long, short = version("a", LONG), version("a", 1)
    ledger.commit(begin(ledger, "a"), batch(short, long), rule)
    assert ledger.find_dataset(iri=long.record.subject) == [long.record.dataset_id]
    assert [record.subject for record in ledger.records_of_source("a")] == sorted(
        [long.record.subject, short.record.subject]
    )


@TEXTS
def test_a_line_of_any_text_is_told(ledger: SqlLedger, text: str) -> None:
    token = begin(ledger, "a")
    line = RecordOutcome(
        OutcomeKind.FAILED, None, None, text, text, text, text, "ParseError", text, text, text
    )
    ledger.commit(token, Batch((line,)), rule)
    run = ledger.finish(token, RunState.FAILED, reason=text, advice=text, evidence=text)
    [told] = ledger.outcomes(token.run_id)
    kept = text.replace("\x00", "\ufffd").replace("\ud800", "?")
    assert (told.snippet, told.reason, told.title, told.position) == (kept,) * 4
    assert (run.reason, run.evidence) == (kept, kept)


@TEXTS
def test_a_page_of_any_address_is_remembered(ledger: SqlLedger, text: str) -> None:
    url = f"https://a.example/catalog?cursor={text}"
    token = begin(ledger, "a")
    mark = PageMark(url, text, text, Validators(text, text), "h1", ("r1",), ("h1",))
    payload = Payload(url, b"body", "h1", text, text)
    for _ in range(2):
        ledger.commit(token, Batch(pages=(mark,), payloads=(payload,)), rule)
    page = ledger.remembered_page("a", url)
    assert page is not None
    assert (page.url, page.payload_hash, page.record_ids) == (url, "h1", ("r1",))
    assert ledger.payload("h1").body == b"body"
