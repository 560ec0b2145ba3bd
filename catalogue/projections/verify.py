"""Compares ledger, graph store and search index, and re-projects what differs. What they hold is each projection's own.

A ledger that goes on meanwhile makes no difference: what looks wrong is looked at again, between two equal looks at the
ledger, when the projection has followed so far.
"""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Protocol

from catalogue.errors import BackendError, StaleProjection
from catalogue.model.records import StoredVersion
from catalogue.ports import Ledger
from catalogue.projections.follow import LedgerFollower, Projection, follow, rebuild_projection

ALL_BELOW = 10_000
LEAST = 1_000
SHARE = 0.01
PAGE = 25
IDS = 10_000
TRIES = 20
LOOK = 0.05


class Kind(StrEnum):
    """How a projection differs from the ledger."""

    MISSING = "missing"
    EXTRA = "extra"
    DIFFERENT = "different"
    POSITION = "position"


@dataclass(frozen=True, slots=True)
class Difference:
    """`dataset_id` is None for the position."""

    projection: str
    kind: Kind
    dataset_id: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of one comparison: positions, numbers of datasets, how many were compared triple by triple or field
    by field, and what differs."""

    projection: str
    position: int
    ledger_position: int
    held: int
    published: int
    compared: int
    differences: tuple[Difference, ...]

    def dataset_ids(self) -> list[str]:
        """The datasets that differ."""
        return [d.dataset_id for d in self.differences if d.dataset_id is not None]


class Checkable(Projection, Protocol):
    """A projection that can say what it holds."""

    def standing(self) -> int:
        """Its position, read without changing anything."""

    def holdings(self) -> Iterator[str]:
        """The id of every dataset that it holds anything of; more than once when it holds it more than once."""

    def judge(self, wanted: Mapping[str, StoredVersion | None]) -> dict[str, Kind]:
        """Which of these datasets are not held exactly as the version says (None: not at all)."""

    def mend(self, wanted: Mapping[str, StoredVersion | None], position: int) -> None:
        """Holds these datasets exactly so. StaleProjection when it does not stand at `position`."""


def sample_size(count: int, share: float | None = None) -> int:
    """How many of `count` datasets are compared: all below 10,000, else 1 % and at least 1,000, or the share asked for."""
    if share is not None:
        return min(count, math.ceil(count * share))
    return count if count < ALL_BELOW else max(LEAST, math.ceil(count * SHARE))


def verify(
    ledger: Ledger,
    projection: Checkable,
    *,
    share: float | None = None,
    only: Collection[str] | None = None,
    patience: float = 0.0,
    chance: random.Random | None = None,
) -> Checked:
    """Compares a projection with the ledger. That every dataset is there, and no other, is always looked at; `share`
    (0 to 1) or `only` say which are compared whole.

    `patience`: seconds to wait for somebody else who follows the ledger. BackendErrors when it could not be done.
    """
    end = ledger.position()
    position = _wait_for(projection, end, patience)
    differences = _of_position(projection, position, end, ledger.position())
    if position < 0:
        return Checked(projection.name, position, end, 0, ledger.published_count(), 0, tuple(differences))
    held = Counter(projection.holdings())
    expected = set(_published_ids(ledger))
    suspects = (expected ^ held.keys()) | {dataset_id for dataset_id, count in held.items() if count > 1}
    chosen = _chosen(expected, share, only, chance or random.Random())  # noqa: S311 - no secret
    for page in _pages(chosen):
        versions = ledger.published_versions(page)
        suspects |= projection.judge({**dict.fromkeys(page), **versions}).keys()
    for page in _pages(sorted(suspects)):
        kinds = _settled(ledger, projection, page, patience)
        differences += [
            Difference(projection.name, kind, key, _SAID[kind]) for key, kind in sorted(kinds.items())
        ]
    return Checked(projection.name, position, end, len(held), len(expected), len(chosen), tuple(differences))


def mend(
    ledger: Ledger, projection: Checkable, dataset_ids: Iterable[str], others: Sequence[LedgerFollower] = ()
) -> int:
    """Brings the projection up to the ledger, projects these datasets anew, and returns the position. Makes all of it
    anew when its position makes no sense. For the projection's only writer."""
    standing = projection.standing()
    if standing < 0 or standing > ledger.position():
        return rebuild_projection(ledger, projection, others)
    for page in _pages(sorted(set(dataset_ids))):
        _mend_page(ledger, projection, page)
    return follow(ledger, projection)


def _mend_page(ledger: Ledger, projection: Checkable, page: list[str]) -> None:
    for _ in range(TRIES):
        reached = follow(ledger, projection)
        wanted = {**dict.fromkeys(page), **ledger.published_versions(page)}
        # What is published now must be what was published there, or the next change would begin elsewhere.
        if ledger.position() != reached:
            continue
        try:
            projection.mend(wanted, reached)
        except StaleProjection:
            continue
        return
    raise _too_busy()


def _of_position(projection: Checkable, position: int, end: int, now: int) -> list[Difference]:
    if position < 0:
        said = "half built: a rebuild was broken off"
    elif position > now:
        said = f"stands at change {position}, but the ledger ends at {now}"
    elif position < end:
        said = f"stands at change {position}, the ledger at {end}"
    else:
        return []
    return [Difference(projection.name, Kind.POSITION, None, said)]


_SAID = {
    Kind.MISSING: "published, but not there",
    Kind.EXTRA: "there, but not published",
    Kind.DIFFERENT: "not as it is published",
}


def _chosen(
    expected: set[str], share: float | None, only: Collection[str] | None, chance: random.Random
) -> list[str]:
    if only is not None:
        return sorted(only)
    count = sample_size(len(expected), share)
    # Sorted, so that a seeded choice is the same twice.
    return sorted(expected) if count == len(expected) else chance.sample(sorted(expected), count)


def _settled(ledger: Ledger, projection: Checkable, page: list[str], patience: float) -> dict[str, Kind]:
    """What is wrong with these datasets when the ledger did not change what it says of them meanwhile."""
    found: dict[str, Kind] = {}
    left = page
    for _ in range(TRIES):
        before = ledger.published_versions(left)
        # Read after the versions: whoever has followed so far has taken them.
        _wait_for(projection, ledger.position(), patience)
        kinds = projection.judge({**dict.fromkeys(left), **before})
        after = ledger.published_versions(left)
        settled = {dataset_id for dataset_id in left if before.get(dataset_id) == after.get(dataset_id)}
        found |= {dataset_id: kind for dataset_id, kind in kinds.items() if dataset_id in settled}
        left = [dataset_id for dataset_id in left if dataset_id not in settled]
        if not left:
            return found
    raise _too_busy()


def _too_busy() -> BackendError:
    return BackendError(
        "The ledger changes faster than it can be compared.", advice="Try again when fewer harvests run."
    )


def _wait_for(projection: Checkable, end: int, patience: float) -> int:
    """The projection's position, when it has reached `end` or patience is over."""
    until = time.monotonic() + patience
    while True:
        position = projection.standing()
        if position >= end or position < 0 or time.monotonic() >= until:
            return position
        time.sleep(LOOK)


def _published_ids(ledger: Ledger) -> Iterator[str]:
    after: str | None = None
    while ids := ledger.published_ids(after, IDS):
        yield from ids
        after = ids[-1]


def _pages(ids: Iterable[str]) -> Iterator[list[str]]:
    waiting = iter(ids)
    while page := list(islice(waiting, PAGE)):
        yield page
