"""The times that a schedule names: cron as everyone knows it, zones with their changes of clock, intervals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from catalogue.errors import InvalidQuery
from catalogue.harvesting.timetable import Cron, Interval, read_schedule


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def times(schedule: str, zone: str, after: str, count: int) -> list[str]:
    """The next times after a moment (UTC), as UTC text."""
    timetable = read_schedule(schedule, zone)
    found, moment = [], at(after)
    for _ in range(count):
        following = timetable.following(at(after), moment)
        assert following is not None
        found.append(f"{following:%Y-%m-%d %H:%M}")
        moment = following
    return found


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("0 3 * * *", ["2026-11-24 03:00", "2026-11-25 03:00"]),
        # 2026-11-24 is a Tuesday.
        ("0 3 * * 0", ["2026-11-29 03:00", "2026-12-06 03:00"]),
        ("0 3 * * 7", ["2026-11-29 03:00", "2026-12-06 03:00"]),
        ("0 3 * * SUN", ["2026-11-29 03:00", "2026-12-06 03:00"]),
        ("0 3 * * 1", ["2026-11-30 03:00", "2026-12-07 03:00"]),
        ("0 3 * * mon-wed", ["2026-11-24 03:00", "2026-11-25 03:00", "2026-11-30 03:00"]),
        ("15,45 8-9 * * *", ["2026-11-24 08:15", "2026-11-24 08:45", "2026-11-24 09:15"]),
        ("*/20 * * * *", ["2026-11-24 00:20", "2026-11-24 00:40", "2026-11-24 01:00"]),
        (
            "10-30/10 0 * * *",
            ["2026-11-24 00:10", "2026-11-24 00:20", "2026-11-24 00:30", "2026-11-25 00:10"],
        ),
        ("0 0 1 JAN,jul *", ["2027-01-01 00:00", "2027-07-01 00:00"]),
        # Day of month or day of week, where both are named (POSIX crontab).
        ("0 0 13 * 5", ["2026-11-27 00:00", "2026-12-04 00:00", "2026-12-11 00:00", "2026-12-13 00:00"]),
        ("0 0 29 2 *", ["2028-02-29 00:00", "2032-02-29 00:00"]),
        ("@weekly", ["2026-11-29 00:00"]),
    ],
)
def test_cron_text_means_what_it_means_everywhere(schedule: str, expected: list[str]) -> None:
    assert times(schedule, "UTC", "2026-11-24 00:00", len(expected)) == expected


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        # Rome leaps from 02:00 to 03:00 on 2026-03-29 (01:00 UTC): the skipped time comes at the leap, once.
        ("30 2 * * *", "2026-03-28 12:00", ["2026-03-29 01:00", "2026-03-30 00:30"]),
        ("*/15 2 * * *", "2026-03-29 00:00", ["2026-03-29 01:00", "2026-03-30 00:00"]),
        ("0 */2 * * *", "2026-03-28 23:30", ["2026-03-29 01:00", "2026-03-29 02:00"]),
        ("0 * * * *", "2026-03-29 00:30", ["2026-03-29 01:00", "2026-03-29 02:00"]),
        # And repeats 02:00 to 03:00 on 2026-10-25 (00:00 to 02:00 UTC): what is meant once comes once.
        ("30 2 * * *", "2026-10-24 12:00", ["2026-10-25 00:30", "2026-10-26 01:30"]),
        ("0 */2 * * *", "2026-10-24 23:00", ["2026-10-25 00:00", "2026-10-25 03:00"]),
        ("0,30 2 * * *", "2026-10-24 23:00", ["2026-10-25 00:00", "2026-10-25 00:30", "2026-10-26 01:00"]),
        # Every hour is every hour that passes.
        ("0 * * * *", "2026-10-24 23:30", ["2026-10-25 00:00", "2026-10-25 01:00", "2026-10-25 02:00"]),
        ("0 0-23 * * *", "2026-10-24 23:30", ["2026-10-25 00:00", "2026-10-25 01:00", "2026-10-25 02:00"]),
    ],
)
def test_changes_of_the_clock_neither_skip_nor_double_a_time(
    schedule: str, after: str, expected: list[str]
) -> None:
    assert times(schedule, "Europe/Rome", after, len(expected)) == expected


def test_the_second_of_two_equal_hours_has_no_time_of_its_own() -> None:
    cron = read_schedule("30 2 * * *", "Europe/Rome")
    # 01:15 UTC is 02:15 for the second time.
    following = cron.following(at("2026-10-01 00:00"), at("2026-10-25 01:15"))
    assert following == at("2026-10-26 01:30")


@pytest.mark.parametrize(
    ("schedule", "zone", "now", "latest"),
    [
        ("0 3 * * *", "UTC", "2026-11-24 03:00", "2026-11-24 03:00"),
        ("0 3 * * *", "UTC", "2026-11-24 02:59", "2026-11-23 03:00"),
        ("0 3 * * *", "Asia/Tokyo", "2026-11-24 02:59", "2026-11-23 18:00"),
        ("* * * * *", "UTC", "2026-11-24 02:59", "2026-11-24 02:59"),
        ("0 0 29 2 *", "UTC", "2026-11-24 00:00", "2024-02-29 00:00"),
        ("30 2 * * *", "Europe/Rome", "2026-10-25 01:45", "2026-10-25 00:30"),
        ("30 2 * * *", "Europe/Rome", "2026-03-29 01:00", "2026-03-29 01:00"),
    ],
)
def test_the_latest_time_is_the_last_that_has_come(schedule: str, zone: str, now: str, latest: str) -> None:
    assert read_schedule(schedule, zone).latest(at("2020-01-01 00:00"), at(now)) == at(latest)


def test_a_schedule_has_no_times_before_it_was_set() -> None:
    cron = read_schedule("0 3 * * *", "UTC")
    assert cron.latest(at("2026-11-24 03:00"), at("2026-11-24 23:00")) is None
    assert cron.latest(at("2026-11-24 02:59"), at("2026-11-24 23:00")) == at("2026-11-24 03:00")


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("every 6 hours", timedelta(hours=6)),
        ("Every 2 days", timedelta(days=2)),
        ("every hour", timedelta(hours=1)),
        ("6h", timedelta(hours=6)),
        ("90m", timedelta(minutes=90)),
        ("1 week", timedelta(weeks=1)),
        ("PT6H", timedelta(hours=6)),
        ("P1DT12H", timedelta(hours=36)),
        ("p2w", timedelta(weeks=2)),
    ],
)
def test_an_interval_is_said_in_words_or_in_iso_8601(text: str, period: timedelta) -> None:
    assert read_schedule(text, "UTC") == Interval(period)


def test_an_interval_counts_from_when_it_was_set() -> None:
    interval, since = Interval(timedelta(hours=6)), at("2026-11-24 01:10")
    assert interval.latest(since, at("2026-11-24 01:09")) is None
    assert interval.latest(since, since) == since
    assert interval.latest(since, at("2026-11-24 13:00")) == at("2026-11-24 07:10")
    assert interval.following(since, at("2026-11-24 07:10")) == at("2026-11-24 13:10")
    assert interval.following(since, at("2026-11-24 00:00")) == since


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("often", "five fields: this has 1"),
        ("0 3 * *", "five fields: this has 4"),
        ("0 0 3 * * *", "five fields: this has 6"),
        ("60 3 * * *", "the field minute may hold 0-59"),
        ("0 24 * * *", "the field hour may hold 0-23"),
        ("0 3 0 * *", "the field day-of-month may hold 1-31"),
        ("0 3 * 13 *", "the field month may hold 1-12"),
        ("0 3 * * 8", "the field day-of-week may hold 0-7"),
        ("0 3 * * MO", "a field may hold"),
        ("0 3 * * XYZ", "the field day-of-week"),
        ("0 3 L * *", "a field may hold"),
        ("0 3 * * 1#2", "a field may hold"),
        ("0 3 31 2 *", "day-of-month"),
        ("*/0 3 * * *", "the field minute"),
        ("30 9-5 * * *", "the field hour"),
        ("every 0 hours", "from one minute to 366 days"),
        ("30s", "five fields"),
        ("P1Y", "five fields"),
        ("PT", "five fields"),
        ("every 400 days", "from one minute to 366 days"),
    ],
)
def test_what_is_no_schedule_is_said_with_what_it_may_be(text: str, said: str) -> None:
    with pytest.raises(InvalidQuery) as refused:
        read_schedule(text, "UTC")
    assert said in refused.value.detail
    assert "every 6 hours" in refused.value.advice
    assert refused.value.context["parameter"] == "schedule"


@pytest.mark.parametrize("zone", ["Rome", "", "../etc/passwd", "Europe/Atlantis", "CET+1"])
def test_what_is_no_time_zone_is_said(zone: str) -> None:
    with pytest.raises(InvalidQuery, match="no time zone") as refused:
        read_schedule("0 3 * * *", zone)
    assert refused.value.context["parameter"] == "time_zone"


def test_a_cron_text_is_kept_apart_by_its_zone() -> None:
    rome, utc = read_schedule("0 3 * * *", "Europe/Rome"), read_schedule("0 3 * * *", "UTC")
    assert isinstance(rome, Cron) and rome != utc
