"""Silence is not deletion: what may leave, and what waits for a person (design, section 4)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.harvesting.withdrawal import Brakes, Decision
from catalogue.harvesting.withdrawal import decide as decide_absences
from catalogue.model.harvest import Absence, Absences

BRAKES = Brakes()


def decide(
    absences: list[Absence], live: int, recent: int, brakes: Brakes, deleted: tuple[str, ...] = ()
) -> Decision:
    return decide_absences(Absences(live, recent, tuple(absences)), brakes, deleted)


def absence(name: str, missing: int) -> Absence:
    return Absence(name, f"d-{name}", f"https://provider.example/{name}", missing)


def gone(count: int, missing: int = 2) -> list[Absence]:
    return [absence(f"r{n}", missing) for n in range(count)]


def test_nothing_missing_decides_nothing() -> None:
    assert decide([], 10, 0, BRAKES) == Decision()


def test_a_record_waits_through_its_grace() -> None:
    assert decide(gone(1, missing=1), 10, 0, BRAKES) == Decision(waiting=("r0",))
    assert decide(gone(1, missing=2), 10, 0, BRAKES) == Decision(withdraw=("r0",))


def test_what_the_source_says_is_deleted_needs_no_grace_but_keeps_the_brakes() -> None:
    said = [absence("r0", 1)]
    assert decide(said, 10, 0, BRAKES, deleted=("r0",)).withdraw == ("r0",)
    assert decide(said, 1, 0, BRAKES, deleted=("r0",)).held == ("r0",)


@pytest.mark.parametrize(
    ("live", "due", "recent", "leaves"),
    [
        pytest.param(1, 1, 0, False, id="the-only-one"),
        pytest.param(3, 1, 0, True, id="one-of-three"),
        pytest.param(3, 2, 0, False, id="two-of-three"),
        pytest.param(3, 3, 0, False, id="all-of-three"),
        pytest.param(2, 1, 1, False, id="a-second-one-within-the-window"),
        pytest.param(10, 3, 0, True, id="thirty-percent"),
        pytest.param(10, 4, 0, False, id="more-than-thirty-percent"),
        pytest.param(8, 1, 2, True, id="counted-from-the-beginning-of-the-window"),
        pytest.param(8, 2, 2, False, id="too-many-in-the-window-together"),
        pytest.param(100, 50, 0, False, id="shrunk-to-half"),
        pytest.param(60, 60, 0, False, id="empty-catalogue"),
    ],
)
def test_the_brakes(live: int, due: int, recent: int, *, leaves: bool) -> None:
    decision = decide(gone(due), live, recent, BRAKES)
    assert bool(decision.withdraw) is leaves
    assert bool(decision.held) is not leaves
    assert bool(decision.reason) is not leaves


def test_the_reason_gives_the_figures() -> None:
    assert decide(gone(4), 9, 1, BRAKES).reason == (
        "4 of 9 records would leave, and 1 have left already, but at most 3 may within 7 days "
        "(30% of the records, at least one)."
    )


@given(st.lists(st.integers(0, 5), max_size=60), st.integers(0, 60), st.integers(0, 30), st.floats(0, 1))
def test_never_more_than_the_share_and_never_the_last(
    missing: list[int], more: int, recent: int, share: float
) -> None:
    absences = [absence(f"r{n}", m) for n, m in enumerate(missing)]
    live = len(absences) + more
    decision = decide(absences, live, recent, Brakes(share=share))
    assert not (decision.withdraw and decision.held)
    if decision.withdraw:
        assert len(decision.withdraw) < live
        assert len(decision.withdraw) + recent <= max(1, share * (live + recent))
    assert len(decision.withdraw) + len(decision.held) + len(decision.waiting) == len(absences)
