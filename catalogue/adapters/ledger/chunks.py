"""Lists of ids in pieces that fit into one statement of every engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

# SQLite takes 32,766 parameters, PostgreSQL 65,535.
SIZE = 10_000


def chunks(items: Sequence[T], size: int = SIZE) -> Iterator[list[T]]:
    """The items in order, at most `size` at once, each of them once."""
    waiting = iter(dict.fromkeys(items))
    while piece := list(islice(waiting, size)):
        yield piece
