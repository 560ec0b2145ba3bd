"""Columns that are compressed come back whole, whatever the text."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.adapters.ledger import codec
from catalogue.adapters.ledger.chunks import chunks
from catalogue.errors import LedgerUnavailable
from catalogue.model.validation import Severity, ValidationReport, ValidationResult

TEXT = st.text(max_size=40)
RESULTS = st.builds(
    ValidationResult, TEXT, st.none() | TEXT, TEXT, st.sampled_from(Severity), TEXT, st.none() | TEXT, st.none() | TEXT,
    st.booleans(),
)  # fmt: skip


@given(TEXT)
def test_texts_come_back(text: str) -> None:
    assert codec.decompress(codec.compress(text)) == text


@given(st.lists(RESULTS, max_size=4))
def test_results_come_back_in_order(results: list[ValidationResult]) -> None:
    report = ValidationReport("p", "e", "1", "b", tuple(results))
    assert codec.decode_results(codec.encode_results(report)) == report.results


def test_results_are_the_same_when_another_level_compressed_them() -> None:
    text = b'[{"focus_node":"<a>"}]' * 50
    assert codec.same_results(zlib.compress(text, 1), zlib.compress(text, 9))
    assert not codec.same_results(zlib.compress(text), zlib.compress(text + b" "))
    assert not codec.same_results(zlib.compress(text), None)
    assert codec.same_results(None, None)


@pytest.mark.parametrize("data", [b"", b"plain", zlib.compress(b"cut off" * 100)[:-5]])
def test_a_damaged_column_is_never_an_empty_one(data: bytes) -> None:
    with pytest.raises(LedgerUnavailable, match="damaged"):
        codec.decompress(data)


@pytest.mark.parametrize(
    ("items", "expected"),
    [([], []), ([1, 1, 2], [[1, 2]]), ([1, 2, 3, 4, 1, 5], [[1, 2], [3, 4], [5]])],
    ids=["none", "twice", "several"],
)
def test_chunks_hold_each_item_once_in_order(items: list[int], expected: list[list[int]]) -> None:
    assert list(chunks(items, 2)) == expected
