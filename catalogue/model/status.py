"""How a source is doing now, in words and moments: what pages, commands, the API and metrics all say of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Standing(StrEnum):
    """In the order in which one of them is told when there is room for one word."""

    REMOVED = "removed"
    PAUSED = "paused"
    HELD = "held"
    FLAGGED = "flagged"
    FAILING = "failing"
    STALE = "stale"
    NEW = "new"
    OK = "ok"


def rough(span: timedelta) -> tuple[int, str]:
    """The span in the largest unit of which it has at least two: a number and day, hour or minute."""
    seconds = int(span.total_seconds())
    for unit, size in (("day", 86_400), ("hour", 3_600)):
        if seconds >= 2 * size:
            return seconds // size, unit
    return max(seconds, 0) // 60, "minute"


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """`standings`: everything that is true of it, the most telling first; never empty. `failures`: in a row.

    `last_complete_at`: start of the last run that read everything, and `staleness` how long ago that is: what is shown
    may be out of date by that much; both None before the first such run. `left_alone_until`: the schedule asks a
    failing source again after that. `next_run_at`: None where it is not harvested by itself. `last_run`: id of the last
    run that tells how the source is doing ("": none yet), which ended at `last_ended_at`.
    """

    standings: tuple[Standing, ...]
    failures: int
    last_run: str
    last_ended_at: datetime | None
    last_complete_at: datetime | None
    staleness: timedelta | None
    left_alone_until: datetime | None
    next_run_at: datetime | None

    @property
    def standing(self) -> Standing:
        """The one word."""
        return self.standings[0]

    @property
    def staleness_seconds(self) -> int | None:
        """The staleness in whole seconds."""
        return None if self.staleness is None else int(self.staleness.total_seconds())
