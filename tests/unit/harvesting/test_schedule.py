"""What is due: a function of the ledger's facts and the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from catalogue.harvesting.schedule import ScheduleRules, due, jitter, needs_full, next_run_at
from catalogue.model.conditions import Health, SourceCondition
from catalogue.model.harvest import HarvestSource

SHARP = ScheduleRules(jitter=timedelta())
SET = datetime(2026, 11, 1, 12, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=UTC)


def source(schedule: str = "0 3 * * *", **more: object) -> HarvestSource:
    given = {"added_at": SET, "scheduled_from": SET, "schedule": schedule, **more}
    return HarvestSource("clinic", "https://clinic.example/", "dcat_rdf", **given)  # type: ignore[arg-type]


def failed(times: int, when: str, **more: object) -> SourceCondition:
    said = {"health": Health.FAILING, "failures": times, "failed_at": at(when), **more}
    return SourceCondition("clinic", **said)  # type: ignore[arg-type]


def moment(
    one: HarvestSource, condition: SourceCondition, now: str, rules: ScheduleRules = SHARP
) -> datetime | None:
    """The scheduled time that is due, if one is."""
    found = due([one], {"clinic": condition}, rules, at(now))
    return found[0].scheduled_at if found else None


FRESH = SourceCondition("clinic")


def test_a_source_is_due_from_its_time_on() -> None:
    assert moment(source(), FRESH, "02 02:59:59") is None
    assert moment(source(), FRESH, "02 03:00") == at("02 03:00")
    assert moment(source(), FRESH, "02 17:00") == at("02 03:00")


def test_a_time_is_used_once() -> None:
    used = replace(FRESH, scheduled_at=at("02 03:00"))
    assert moment(source(), used, "02 17:00") is None
    assert moment(source(), used, "03 03:00") == at("03 03:00")


def test_after_a_downtime_one_run_makes_up_for_all() -> None:
    used = replace(FRESH, scheduled_at=at("02 03:00"))
    found = due([source("every 10 minutes")], {"clinic": used}, SHARP, at("20 09:04"))
    assert [item.scheduled_at for item in found] == [at("20 09:00")]
    assert moment(source("every 10 minutes"), replace(used, scheduled_at=at("20 09:00")), "20 09:09") is None


@pytest.mark.parametrize(
    "one",
    [
        source(""),
        source(paused_at=at("02 00:00")),
        source(removed_at=at("02 00:00")),
    ],
    ids=["no schedule", "paused", "removed"],
)
def test_some_sources_are_never_due(one: HarvestSource) -> None:
    assert moment(one, FRESH, "10 12:00") is None
    assert next_run_at(one, FRESH, SHARP, at("10 12:00")) is None


def test_a_schedule_makes_up_for_nothing_before_it_was_set() -> None:
    assert moment(source(scheduled_from=at("10 12:00")), FRESH, "11 02:59") is None


def test_an_unknown_time_zone_costs_its_source_only() -> None:
    lost = replace(source(), slug="lost", time_zone="Europe/Atlantis")
    found = due([lost, source()], {}, SHARP, at("02 04:00"))
    assert [item.source for item in found] == ["clinic"]


def test_jitter_is_always_the_same_and_stays_within_its_bound() -> None:
    rules = ScheduleRules(jitter=timedelta(minutes=10))
    sources = [replace(source(), slug=f"clinic-{number}") for number in range(200)]
    delays = [jitter(one, at("02 03:00"), rules) for one in sources]
    assert delays == [jitter(one, at("02 03:00"), rules) for one in sources]
    assert all(timedelta() <= delay < timedelta(minutes=10) for delay in delays)
    # Spread over the whole of it, and another one the next day.
    assert {delay // timedelta(minutes=1) for delay in delays} == set(range(10))
    assert jitter(sources[0], at("03 03:00"), rules) != delays[0]


def test_jitter_never_reaches_the_next_time() -> None:
    rules = ScheduleRules(jitter=timedelta(hours=1))
    one = source("*/5 * * * *")
    times = [at("02 03:00") + timedelta(minutes=5) * number for number in range(100)]
    assert max(jitter(one, time, rules) for time in times) < timedelta(minutes=2, seconds=30)


def test_a_source_waits_for_its_jitter() -> None:
    rules = ScheduleRules(jitter=timedelta(minutes=10))
    begin = at("02 03:00") + jitter(source(), at("02 03:00"), rules)
    assert due([source()], {}, rules, begin - timedelta(microseconds=1)) == []
    assert [item.scheduled_at for item in due([source()], {}, rules, begin)] == [at("02 03:00")]


def test_a_failing_source_is_asked_ever_more_rarely() -> None:
    """Runs that always fail ten minutes after they began: the gaps double up to the longest."""
    rules = ScheduleRules(jitter=timedelta(), longest_backoff=timedelta(days=5))
    condition, days = FRESH, []
    now = at("02 00:00")
    while now < at("30 00:00"):
        for item in due([source()], {"clinic": condition}, rules, now):
            days.append(item.scheduled_at.day)
            condition = SourceCondition(
                "clinic",
                Health.FAILING,
                condition.failures + 1,
                failed_at=now + timedelta(minutes=10),
                scheduled_at=item.scheduled_at,
            )
        now += timedelta(hours=1)
    assert days == [2, 3, 5, 9, 15, 21, 27]


def test_a_source_that_is_well_again_is_asked_at_its_usual_times() -> None:
    well = SourceCondition("clinic", Health.OK, scheduled_at=at("09 03:00"))
    assert moment(source(), well, "10 03:00") == at("10 03:00")


def test_what_a_source_asks_for_is_honoured() -> None:
    busy = failed(1, "02 03:10", scheduled_at=at("02 03:00"), retry_at=at("03 06:00"))
    assert moment(source(), busy, "03 05:59") is None
    assert moment(source(), busy, "03 06:00") == at("03 03:00")
    assert next_run_at(source(), busy, SHARP, at("02 12:00")) == at("03 06:00")


def test_a_source_cannot_ask_to_be_left_alone_for_ever() -> None:
    shy = failed(1, "02 03:10", scheduled_at=at("02 03:00"), retry_at=datetime(2999, 1, 1, tzinfo=UTC))
    assert moment(source(), shy, "09 03:09") is None
    assert moment(source(), shy, "09 03:10") == at("09 03:00")


@pytest.mark.parametrize(("failures", "flagged"), [(0, False), (6, False), (7, True), (90, True)])
def test_a_source_is_flagged_after_so_many_failures(failures: int, flagged: bool) -> None:
    assert ScheduleRules().is_flagged(replace(FRESH, failures=failures)) is flagged


def test_a_full_run_is_forced_when_the_last_one_is_old() -> None:
    rules = ScheduleRules(full_every=timedelta(days=7))
    assert not needs_full(FRESH, rules, at("02 03:00"))
    known = replace(FRESH, last_full_at=at("02 03:00"))
    assert not needs_full(known, rules, at("09 02:59"))
    assert needs_full(known, rules, at("09 03:00"))
    found = due([source()], {"clinic": known}, SHARP, at("09 03:00"))
    assert [item.full for item in found] == [True]


@pytest.mark.parametrize(
    ("condition", "now", "expected"),
    [
        (FRESH, "02 02:00", "02 03:00"),
        # Its time has come: now.
        (FRESH, "02 05:00", "02 05:00"),
        (replace(FRESH, scheduled_at=at("02 03:00")), "02 05:00", "03 03:00"),
        (failed(2, "02 03:10", scheduled_at=at("02 03:00")), "02 05:00", "04 03:00"),
    ],
)
def test_the_next_run_is_told(condition: SourceCondition, now: str, expected: str) -> None:
    assert next_run_at(source(), condition, SHARP, at(now)) == at(expected)


def test_what_is_due_comes_in_the_order_of_its_times() -> None:
    early, late = replace(source("0 1 * * *"), slug="z"), replace(source("0 2 * * *"), slug="a")
    found = due([late, early], {}, SHARP, at("02 05:00"))
    assert [item.source for item in found] == ["z", "a"]
