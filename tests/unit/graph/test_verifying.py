"""Comparing while the ledger goes on: what is told is what stays wrong."""

from __future__ import annotations

import random

import pytest
from test_follow import version

from catalogue.errors import BackendError
from catalogue.projections.verify import Kind, mend, sample_size, verify


class Books:
    """The part of a ledger that a comparison reads: dataset → version number."""

    def __init__(self, **published: int) -> None:
        self.published, self.at = dict(published), 7
        self.while_read = lambda: None

    def position(self):
        return self.at

    def changes(self, after, limit):
        return []

    def published_count(self):
        return len(self.published)

    def published_ids(self, after, limit):
        return sorted(key for key in self.published if key > (after or ""))[:limit]

    def published_versions(self, ids):
        found = {key: version(self.published[key], key) for key in ids if key in self.published}
        self.while_read()
        return found


class Shelf:
    """A projection that holds dataset → version number."""

    name = "shelf"

    def __init__(self, at: int = 7, twice: tuple[str, ...] = (), **held: int) -> None:
        self.held, self.at, self.twice = dict(held), at, twice

    def standing(self):
        return self.at

    position = standing

    def holdings(self):
        yield from (*self.held, *self.twice)

    def judge(self, wanted):
        kinds = {}
        for key, due in wanted.items():
            there = self.held.get(key)
            if (there is not None or due is not None) and (
                key in self.twice or there != (due and due.version_id)
            ):
                kinds[key] = Kind.EXTRA if due is None else Kind.MISSING if there is None else Kind.DIFFERENT
        return kinds

    def mend(self, wanted, position):
        assert position == self.at
        for key, due in wanted.items():
            self.held.pop(key, None)
            if due is not None:
                self.held[key] = due.version_id
        self.twice = tuple(key for key in self.twice if key not in wanted)


def kinds(checked) -> dict[str | None, str]:
    return {difference.dataset_id: difference.kind.value for difference in checked.differences}


@pytest.mark.parametrize(
    ("count", "share", "size"),
    [
        (0, None, 0),
        (9_999, None, 9_999),
        (10_000, None, 1_000),
        (250_000, None, 2_500),
        (10, 0.25, 3),
        (10, 1, 10),
    ],
)
def test_all_are_compared_below_ten_thousand_and_a_hundredth_above(count, share, size) -> None:
    assert sample_size(count, share) == size


def test_each_kind_is_told_once() -> None:
    ledger = Books(a=1, b=2, c=3, d=4)
    shelf = Shelf(a=1, b=1, d=4, x=9, twice=("d",))
    checked = verify(ledger, shelf)
    assert kinds(checked) == {"b": "different", "c": "missing", "x": "extra", "d": "different"}
    assert (checked.held, checked.published, checked.compared) == (4, 4, 4)


def test_what_is_missing_or_too_much_is_found_outside_the_sample() -> None:
    ledger = Books(**{f"d{n}": n for n in range(1, 101)})
    held = {f"d{n}": n for n in range(2, 101)} | {"x": 1}
    checked = verify(ledger, Shelf(**held), share=0.01, chance=random.Random(1))
    assert kinds(checked) == {"d1": "missing", "x": "extra"}
    assert checked.compared == 1


def test_what_only_lags_behind_a_busy_ledger_is_no_difference() -> None:
    ledger, shelf = Books(a=1, b=2), Shelf(a=1, b=2)
    waiting = [("a", 5), ("b", 6), ("a", 8)]

    def go_on() -> None:
        # The shelf follows one change later.
        if waiting:
            key, number = waiting.pop(0)
            shelf.held = dict(ledger.published)
            ledger.published[key] = number
        else:
            shelf.held = dict(ledger.published)

    ledger.while_read = go_on
    assert kinds(verify(ledger, shelf)) == {}


def test_what_never_holds_still_is_not_called_equal() -> None:
    ledger, shelf = Books(a=1), Shelf(a=0)

    def go_on() -> None:
        ledger.published["a"] += 1

    ledger.while_read = go_on
    with pytest.raises(BackendError, match="faster than it can be compared"):
        verify(ledger, shelf)


@pytest.mark.parametrize(
    ("at", "words"), [(3, "at change 3, the ledger at 7"), (9, "ledger ends at 7"), (-1, "half built")]
)
def test_a_position_that_is_not_the_ledgers_is_a_difference(at: int, words: str) -> None:
    checked = verify(Books(a=1), Shelf(at=at, a=1))
    assert kinds(checked) == {None: "position"}
    assert words in checked.differences[0].detail


def test_mending_leaves_what_the_ledger_says() -> None:
    ledger, shelf = Books(a=1, b=2, c=3), Shelf(a=1, b=1, x=9, twice=("a",))
    mend(ledger, shelf, verify(ledger, shelf).dataset_ids())
    assert shelf.held == ledger.published
    assert verify(ledger, shelf).differences == ()


def test_mending_waits_for_a_moment_without_changes() -> None:
    """What is written at a position must be what the ledger said there."""
    ledger, shelf = Books(a=1), Shelf()
    steps = [8, 9]

    def go_on() -> None:
        if steps:
            ledger.at = steps.pop(0)
            ledger.published["a"] = ledger.at
        shelf.at = ledger.at if not steps else shelf.at

    ledger.while_read = go_on
    mend(ledger, shelf, ["a"])
    assert shelf.held == ledger.published
