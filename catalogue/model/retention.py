"""How long runs and payloads are kept. Versions are kept for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Retention:
    """Ages beyond which runs with their lines, and payloads, are forgotten; None keeps them for ever.

    Whatever their age: `last` runs of each source stay, and its last complete one; so does every payload that a current
    version was made of or that stands on a page as it was last read.
    """

    runs: timedelta | None = None
    payloads: timedelta | None = None
    last: int = 30


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was (or would be) forgotten; `size`: bytes of the payloads as they were received."""

    runs: int = 0
    payloads: int = 0
    size: int = 0
