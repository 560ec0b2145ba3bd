"""Pages and payloads: what a later run, or a person, needs to know of what was received."""

from __future__ import annotations

import hashlib

import pytest
from ledger_kit import StillClock, begin, rule

from catalogue.adapters.ledger import SqlLedger
from catalogue.errors import NotFound
from catalogue.model.harvest import Batch, PageMark, RememberedPage, Validators
from catalogue.model.records import Payload


def _payload(body: bytes, url: str = "https://a.example/1", **more: object) -> Payload:
    return Payload(url, body, hashlib.sha256(body).hexdigest(), **more)  # type: ignore[arg-type]


def test_a_payload_comes_back_byte_by_byte(ledger: SqlLedger, clock: StillClock) -> None:
    given = _payload(
        bytes(range(256)) * 100, media_type="text/turtle", charset="latin-1", syntax="text/turtle",
        retrieved_at=clock.now(), status=203,
    )  # fmt: skip
    token = begin(ledger, "a")
    for _ in range(2):
        ledger.commit(token, Batch(payloads=(given, given)), rule)
    assert ledger.payload(given.payload_hash) == given
    with pytest.raises(NotFound, match="not kept"):
        ledger.payload("0" * 64)


def test_equal_bytes_of_two_urls_are_told_with_the_latest_one(ledger: SqlLedger, clock: StillClock) -> None:
    token = begin(ledger, "a")
    for url in ("https://a.example/1", "https://a.example/2"):
        clock.pass_by(seconds=1)
        ledger.commit(token, Batch(payloads=(_payload(b"", url),)), rule)
    stored = ledger.payload(_payload(b"").payload_hash)
    assert (stored.url, stored.body, stored.retrieved_at) == ("https://a.example/2", b"", clock.now())


def test_a_page_is_remembered_as_it_was_last_read(ledger: SqlLedger) -> None:
    token = begin(ledger, "a")
    url = "https://a.example/1"
    assert ledger.remembered_page("a", url) is None
    reads = [
        ("c1", "c2", '"e1"', ("r2", "r1")),
        ("c1", None, None, ("r3",)),
        ("c1", None, '"e3"', ("r3",)),
        ("c1", "c9", None, ()),
    ]
    for cursor, following, etag, ids in reads:
        mark = PageMark(url, cursor, following, Validators(etag, "Mon"), "h" + cursor, ids, ("x", "y"))
        ledger.commit(token, Batch(pages=(mark,)), rule)
        expected = RememberedPage(url, Validators(etag, "Mon"), "h" + cursor, following, ids)
        assert ledger.remembered_page("a", url) == expected
    assert ledger.remembered_page("b", url) is None
