"""Which source's record of a dataset is shown (design, section 4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from catalogue.harvesting.publication import choose
from catalogue.model.validation import Verdict
from catalogue.ports import Candidate

OLD, NEW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
PLAIN = Candidate(
    record_id="a",
    version_id=1,
    source="aggregator",
    source_url="https://portal.example/catalog.ttl",
    subject="https://clinic.example/datasets/1",
    priority=0,
    policy="all",
    verdict=Verdict.CONFORMANT,
    first_harvested_at=OLD,
)


@pytest.mark.parametrize(
    ("other", "winner"),
    [
        pytest.param({"source_url": "https://CLINIC.example/catalog"}, "b", id="owner-of-the-host"),
        pytest.param(
            {"source_url": "https://clinic.example/", "priority": -5}, "b", id="owner-before-priority"
        ),
        pytest.param({"priority": 1}, "b", id="priority-before-age"),
        pytest.param({}, "a", id="older-record"),
        pytest.param({"first_harvested_at": OLD}, "a", id="then-the-id"),
        pytest.param({"source_url": "https://clinic.example.evil.example/"}, "a", id="only-the-whole-host"),
    ],
)
def test_the_better_candidate_is_shown_in_any_order(other: dict[str, object], winner: str) -> None:
    second = replace(PLAIN, record_id="b", **{"first_harvested_at": NEW, **other})  # type: ignore[arg-type]
    for candidates in ([PLAIN, second], [second, PLAIN]):
        chosen = choose(candidates)
        assert chosen is not None
        assert chosen.record_id == winner


def test_quarantine_hides_what_does_not_conform_and_shows_the_next() -> None:
    bad = replace(PLAIN, policy="conformant", verdict=Verdict.NON_CONFORMANT, priority=9)
    assert choose([bad]) is None
    assert choose([bad, replace(PLAIN, record_id="b")]) == replace(PLAIN, record_id="b")


def test_the_policy_all_shows_what_does_not_conform() -> None:
    assert choose([replace(PLAIN, verdict=Verdict.NON_CONFORMANT)]) is not None


def test_no_candidate_publishes_nothing() -> None:
    assert choose([]) is None
