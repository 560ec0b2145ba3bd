"""The ledger tells what a record was, version by version and at any moment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ledger_kit import StillClock, batch, begin, rule, version

from catalogue.adapters.ledger import SqlLedger
from catalogue.errors import NotFound
from catalogue.model.harvest import Batch, PageMark, RunState, Validators
from catalogue.model.identifiers import record_id
from catalogue.model.records import OutcomeKind, Payload

ONE = record_id("a", "https://provider.example/datasets/1")


def three_versions(ledger: SqlLedger, clock: StillClock) -> None:
    for number, text in enumerate(("first", "second", "third")):
        token = begin(ledger)
        kind = OutcomeKind.UPDATED if number else OutcomeKind.CREATED
        ledger.commit(token, batch(version("a", 1, text), kind=kind), rule)
        ledger.finish(token, RunState.COMPLETED, complete=True)
        clock.pass_by(days=1)


def test_history_lists_every_version_newest_first(ledger: SqlLedger, clock: StillClock) -> None:
    three_versions(ledger, clock)
    found = ledger.history(ONE)
    assert [each.number for each in found] == [3, 2, 1]
    assert {each.kind for each in found} == {"content"}
    assert not any(each.payload_kept for each in found)


def test_a_record_is_shown_as_it_was_at_a_moment(ledger: SqlLedger, clock: StillClock) -> None:
    began = clock.now()
    three_versions(ledger, clock)
    for days, number in ((0, 1), (0.9, 1), (1, 2), (2.5, 3), (100, 3)):
        assert ledger.version_at(ONE, began + timedelta(days=days)).number == number
    with pytest.raises(NotFound, match="was not known at"):
        ledger.version_at(ONE, began - timedelta(seconds=1))


def test_an_unknown_record_has_no_history(ledger: SqlLedger, clock: StillClock) -> None:
    with pytest.raises(NotFound):
        ledger.history("nobody")
    with pytest.raises(NotFound):
        ledger.version_at("nobody", clock.now())


def page(url: str, *documents: str) -> PageMark:
    first = documents[0] if documents else ""
    return PageMark(url, url, None, Validators(), first or "same", (), documents)


def run_with(ledger: SqlLedger, *pages: PageMark, complete: bool = True) -> None:
    token = begin(ledger)
    ledger.commit(token, Batch(pages=pages), rule)
    ledger.finish(token, RunState.COMPLETED if complete else RunState.FAILED, complete=complete)


def test_pages_of_the_last_complete_run_and_later_ones_are_stored(ledger: SqlLedger) -> None:
    run_with(ledger, page("https://a/old", "x"), page("https://a/1", "y"))
    run_with(ledger, page("https://a/1", "z"), page("https://a/2", "w"))
    run_with(ledger, page("https://a/2", "v"), complete=False)
    assert [(each.url, each.documents) for each in ledger.stored_pages("a")] == [
        ("https://a/2", ("v",)),
        ("https://a/1", ("z",)),
    ]


def test_a_page_that_was_passed_over_keeps_its_documents(ledger: SqlLedger) -> None:
    run_with(ledger, page("https://a/1", "x", "y"))
    run_with(ledger, page("https://a/1"))
    assert [each.documents for each in ledger.stored_pages("a")] == [("x", "y")]


def test_equal_bytes_of_two_addresses_are_each_given_with_their_own(ledger: SqlLedger) -> None:
    token = begin(ledger)
    both = tuple(Payload(f"https://a/{n}", b"same", "hash", "text/turtle") for n in (1, 2))
    for payload in both:
        ledger.commit(token, Batch(payloads=(payload,)), rule)
    assert ledger.payload_of("a", "hash", "https://a/1").url == "https://a/1"
    assert ledger.payload_of("a", "hash", "https://a/2").url == "https://a/2"
    assert ledger.payload_of("a", "hash", "https://a/3").body == b"same"
    with pytest.raises(NotFound):
        ledger.payload_of("b", "hash", "https://a/1")
