"""The one loop by which every projection follows the ledger's changes. What a change means is each projection's own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from catalogue.errors import StaleProjection
from catalogue.model.records import Change, PublishedState, StoredVersion
from catalogue.ports import Ledger

log = logging.getLogger(__name__)

BATCH = 200
PORTION = 25
"""Changes whose versions are loaded at once: what is in memory stays near `MAX_CHARACTERS` plus one portion."""
MAX_CHARACTERS = 16 * 1024 * 1024
MAX_STALE = 5


class Projection(Protocol):
    """Something made from the ledger that keeps its position inside itself and can always be made anew."""

    @property
    def name(self) -> str:
        """What `pharos rebuild` calls it."""

    def position(self) -> int:
        """The last change that it holds; 0 before the first; -1 when a rebuild was broken off."""

    def apply(
        self,
        changes: Sequence[Change],
        versions: Mapping[PublishedState, StoredVersion],
        expected: int,
        position: int,
    ) -> None:
        """Takes a batch (at most one change a dataset: first before, last after) and moves from `expected` to
        `position`, both or nothing. StaleProjection when it does not stand at `expected`."""

    def rebuild(self, published: Iterable[StoredVersion], position: int) -> None:
        """Replaces everything by these versions; readers see the old or the new whole."""


def follow(
    ledger: Ledger, projection: Projection, *, batch: int = BATCH, stop: Callable[[], bool] = lambda: False
) -> int:
    """Brings the projection up to the ledger's end (or until `stop` says so) and returns the position it reached.

    One read of the position and nothing else when there is nothing new. Raises StaleProjection when the projection
    is ahead of the ledger or half rebuilt, and BackendErrors of either.
    """
    position = _read_position(ledger, projection)
    stale = 0
    while not stop():
        changes = ledger.changes(position, batch)
        if not changes:
            break
        taken, versions = _load(ledger, changes)
        try:
            projection.apply(coalesce(taken), versions, position, taken[-1].seq)
        except StaleProjection:
            stale += 1
            if stale > MAX_STALE:
                raise
            log.warning("another writer moved the projection", extra={"projection": projection.name})
            position = _read_position(ledger, projection)
        else:
            position, stale = taken[-1].seq, 0
    return position


def rebuild_projection(ledger: Ledger, projection: Projection) -> int:
    """Makes the projection anew from what is published, follows what changed meanwhile, returns the position."""
    # Read before the versions: what is published later is then met twice, which is harmless; the reverse loses it.
    position = ledger.position()
    projection.rebuild(published(ledger), position)
    return follow(ledger, projection)


def published(ledger: Ledger, page: int = PORTION) -> Iterator[StoredVersion]:
    """Every published version, in order of dataset_id, a page in memory at a time."""
    after: str | None = None
    while versions := ledger.published(after, page):
        yield from versions
        after = versions[-1].dataset_id


def coalesce(changes: Sequence[Change]) -> list[Change]:
    """One change a dataset, with its first `before` and its last everything else; none where these are equal."""
    first: dict[str, Change] = {}
    last: dict[str, Change] = {}
    for change in changes:
        first.setdefault(change.dataset_id, change)
        last[change.dataset_id] = change
    found = []
    for dataset_id, change in last.items():
        begin = first[dataset_id]
        if begin.before_state != change.after_state:
            found.append(replace(change, before=begin.before, before_report=begin.before_report))
    return found


def _read_position(ledger: Ledger, projection: Projection) -> int:
    position = projection.position()
    advice = f"Run `pharos rebuild {projection.name}`: it is made anew from the ledger."
    if position < 0:
        raise StaleProjection(
            f"The {projection.name} projection is half built: a rebuild was broken off.", advice=advice
        )
    end = ledger.position()
    if position > end:
        raise StaleProjection(
            f"The {projection.name} projection stands at change {position}, but the ledger ends at {end}: "
            "the ledger was replaced by an older one.",
            advice=advice,
            expected=end,
            actual=position,
        )
    return position


def _load(
    ledger: Ledger, changes: Sequence[Change]
) -> tuple[Sequence[Change], dict[PublishedState, StoredVersion]]:
    """As many of the changes as fit into memory, with the versions they name."""
    versions: dict[PublishedState, StoredVersion] = {}
    size = 0
    for start in range(0, len(changes), PORTION):
        portion = changes[start : start + PORTION]
        wanted = {
            s for c in portion for s in (c.before_state, c.after_state) if s is not None
        } - versions.keys()
        for state, version in ledger.published_states(sorted(wanted)).items():
            versions[state] = version
            size += len(version.content)
        if size > MAX_CHARACTERS:
            return changes[: start + len(portion)], versions
    return changes, versions
