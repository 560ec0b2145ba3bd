"""Which records may leave the catalogue after a complete fetch: a pure function, with brakes.

A source that answers with half of its records, with none, or with the wrong ones is far more often broken than honest. So
silence must last (grace), only a share may leave in a while, and the last record leaves by a person's word.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from catalogue.model.harvest import Absences
from catalogue.model.wording import counted


@dataclass(frozen=True, slots=True)
class Brakes:
    """`grace`: complete runs in a row that a record must be missing from. `share`: of the records live at the beginning
    of the `window`, how many may leave within it (at least one)."""

    grace: int = 2
    share: float = 0.3
    window: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Decision:
    """`withdraw` leave now; `held` wait for a person (then nothing leaves); `waiting` are within their grace."""

    withdraw: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    reason: str = ""


def decide(absences: Absences, brakes: Brakes, deleted: Collection[str] = ()) -> Decision:
    """What of a complete run's absences leaves. `deleted`: record ids that the source itself says are gone: they need no
    grace, but the brakes hold for them too.

    All or nothing: when too many are due, none is chosen by chance to leave.
    """
    live, recent = absences.live, absences.recent
    is_due = {a.record_id: a.missing >= brakes.grace or a.record_id in deleted for a in absences.records}
    due = tuple(record_id for record_id, now in is_due.items() if now)
    waiting = tuple(record_id for record_id, now in is_due.items() if not now)
    if not due:
        return Decision(waiting=waiting)
    if len(due) >= live:
        reason = f"All {live} records of the source would leave; that takes a person's word."
        return Decision(held=due, waiting=waiting, reason=reason if live != 1 else _LAST)
    allowed = max(1, math.floor(brakes.share * (live + recent)))
    if len(due) + recent > allowed:
        return Decision(held=due, waiting=waiting, reason=_too_many(len(due), live, recent, allowed, brakes))
    return Decision(withdraw=due, waiting=waiting)


_LAST = "The only record of the source would leave; that takes a person's word."


def _too_many(due: int, live: int, recent: int, allowed: int, brakes: Brakes) -> str:
    before = f", and {recent} have left already," if recent else ""
    return (
        f"{due} of {counted(live, 'record')} would leave{before} but at most {allowed} may within {counted(brakes.window.days, 'day')} "
        f"({brakes.share:.0%} of the records, at least one)."
    )
