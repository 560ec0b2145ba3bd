"""The times that a schedule names: standard cron text in a time zone, or an interval."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from catalogue.errors import InvalidQuery

SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=366)
_HORIZONS = tuple(timedelta(hours=h) for h in (2, 27, 32 * 24, 367 * 24, 9 * 366 * 24))
"""How far back the last time of a cron text is looked for: February 29 may be eight years away."""
_ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_VALUE = r"(?:\d+|[A-Z]{3})"
_ITEM = rf"(?:\*|{_VALUE}(?:-{_VALUE})?)(?:/\d+)?"
_FIELD = re.compile(rf"{_ITEM}(?:,{_ITEM})*")
_WORD = re.compile(
    r"(?:every\s+)?(?P<count>\d{1,6})?\s*"
    r"(?P<unit>m|min|mins|minutes?|h|hours?|d|days?|w|weeks?)",
    re.IGNORECASE,
)
_ISO = re.compile(
    r"P(?:(?P<weeks>\d{1,6})W)?(?:(?P<days>\d{1,6})D)?(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?)?",
    re.IGNORECASE,
)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_ADVICE = (
    "Write five fields of cron, such as `0 3 * * *`, or an interval, such as `every 6 hours`, `6h` or `PT6H`."
)


class Timetable(Protocol):
    """When a source is due. All moments are aware and UTC."""

    def latest(self, since: datetime, now: datetime) -> datetime | None:
        """The last time up to `now` of a schedule that came into force at `since`; None when there is none yet."""

    def following(self, since: datetime, after: datetime) -> datetime | None:
        """The first time after `after`."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Every so often, counted from when the schedule came into force, that moment included."""

    period: timedelta

    def latest(self, since: datetime, now: datetime) -> datetime | None:
        if now < since:
            return None
        return since + (now - since) // self.period * self.period

    def following(self, since: datetime, after: datetime) -> datetime | None:
        if after < since:
            return since
        return since + ((after - since) // self.period + 1) * self.period


@dataclass(frozen=True, slots=True)
class Cron:
    """Five fields in a time zone.

    A time of day that a change to summer time skips comes when the clock goes on; one that a change to winter time
    repeats comes once. What runs in every hour of the day follows the hours that really pass.
    """

    text: str
    zone: ZoneInfo

    def latest(self, since: datetime, now: datetime) -> datetime | None:
        for horizon in _HORIZONS:
            start = max(now - horizon, since)
            found = None
            for moment in self._times(start):
                if moment > now:
                    break
                found = moment
            if found is not None or start == since:
                return found
        return None

    def following(self, since: datetime, after: datetime) -> datetime | None:
        return next(self._times(max(since, after)), None)

    def _times(self, after: datetime) -> Iterator[datetime]:
        """Every time after that moment, each once, in order."""
        last = after
        for local in CronSim(self.text, after.astimezone(self.zone)):
            # Compared in UTC: two moments of one zone are compared by their wall clocks alone.
            moment = local.astimezone(UTC)
            if moment > last:
                last = moment
                yield moment


@lru_cache(maxsize=1024)
def read_schedule(text: str, time_zone: str) -> Timetable:
    """The timetable that the text means. InvalidQuery says what is wrong (`parameter`: schedule or time_zone)."""
    zone = read_zone(time_zone)
    period = _period(text.strip())
    if period is not None:
        if not SHORTEST <= period <= LONGEST:
            raise _wrong(f"The interval {text!r} must be from one minute to 366 days.")
        return Interval(period)
    return Cron(_plain(text), zone)


def read_zone(name: str) -> ZoneInfo:
    """InvalidQuery when the system knows no such time zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidQuery(
            f"There is no time zone {name!r}.",
            advice="Use an IANA name, such as Europe/Rome or UTC.",
            parameter="time_zone",
        ) from error


def _period(text: str) -> timedelta | None:
    """The interval, or None when the text is none."""
    word = _WORD.fullmatch(text)
    if word and (word["count"] or text.lower().startswith("every")):
        return timedelta(**{_UNITS[word["unit"][0].lower()]: int(word["count"] or 1)})
    iso = _ISO.fullmatch(text)
    if iso and any(iso.groupdict().values()):
        return timedelta(**{unit: int(count) for unit, count in iso.groupdict().items() if count})
    return None


def _plain(text: str) -> str:
    """The cron text with minutes and hours as lists, so that each time of day is one of its own."""
    given = _ALIASES.get(text.strip().lower(), text).upper()
    fields = given.split()
    if len(fields) != 5:
        raise _wrong(
            f"{text!r} is neither an interval nor cron text, which has five fields: this has {len(fields)}."
            if fields
            else "The schedule is empty."
        )
    try:
        if not all(_FIELD.fullmatch(field) for field in fields):
            raise CronSimError("Bad character")
        parsed = CronSim(given, datetime.now(UTC))
        next(parsed)
    except (CronSimError, StopIteration, ValueError) as error:
        raise _wrong(f"{text!r} is not cron text: {_fault(error)}.") from error
    minutes = ",".join(map(str, sorted(parsed.minutes)))
    hours = "*" if len(parsed.hours) == 24 else ",".join(map(str, sorted(parsed.hours)))
    return " ".join([minutes, hours, *fields[2:]])


def _fault(error: Exception) -> str:
    if isinstance(error, StopIteration):
        return "no day is like that"
    named = str(error).removeprefix("Bad ")
    places = {"minute": "0-59", "hour": "0-23", "day-of-month": "1-31", "month": "1-12 or JAN-DEC"}
    places["day-of-week"] = "0-7 or SUN-SAT; 0 and 7 are Sunday"
    if named in places:
        return f"the field {named} may hold {places[named]}, lists, ranges and steps"
    return "a field may hold `*`, numbers or names, in lists (`1,2`), ranges (`1-5`) and steps (`*/2`)"


def _wrong(detail: str) -> InvalidQuery:
    return InvalidQuery(detail, advice=_ADVICE, parameter="schedule")
