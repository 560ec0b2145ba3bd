"""The one loop by which every projection follows the ledger's changes. What a change means is each projection's own."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from catalogue.errors import CatalogueError, StaleProjection
from catalogue.model.records import Change, PublishedState, StoredVersion
from catalogue.ports import Ledger

log = logging.getLogger(__name__)

BATCH = 200
PORTION = 25
"""Changes whose versions are loaded at once: what is in memory stays near `MAX_CHARACTERS` plus one portion."""
MAX_CHARACTERS = 16 * 1024 * 1024
MAX_STALE = 5
KEEP_UP = 1.0
"""Seconds between two looks at the ledger during a rebuild."""


class ChangeFeed(Protocol):
    """The part of the ledger that is followed; see `Ledger`."""

    def position(self) -> int: ...
    def changes(self, after: int, limit: int) -> list[Change]: ...
    def published_states(self, states: Sequence[PublishedState]) -> dict[PublishedState, StoredVersion]: ...


class LedgerFollower(Protocol):
    """Something that takes the ledger's changes and keeps its position inside itself."""

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


class Projection(LedgerFollower, Protocol):
    """A follower that people read from; it can always be made anew."""

    def rebuild(
        self, published: Iterable[StoredVersion], position: int, catch_up: Callable[[LedgerFollower], object]
    ) -> None:
        """Replaces everything by these versions, brought up to the ledger by `catch_up` before anybody sees them;
        readers see the old or the new whole."""


def follow(
    ledger: ChangeFeed,
    projection: LedgerFollower,
    *,
    batch: int = BATCH,
    batches: int | None = None,
    stop: Callable[[], bool] = lambda: False,
    ahead: int = 0,
) -> int:
    """Brings the projection up to the ledger's end (or `batches` nearer, or until `stop` says so) and returns the
    position it reached.

    One read of the position and nothing else when there is nothing new. `ahead`: up to this change the projection may
    hold what is later than its position. Raises StaleProjection when the projection is ahead of the ledger or half
    rebuilt, and BackendErrors of either.
    """
    position = _read_position(ledger, projection)
    stale = taken_batches = 0
    while not stop() and taken_batches != batches:
        changes = ledger.changes(position, batch)
        if not changes:
            break
        taken, versions = _load(ledger, _one_by_one(changes, ahead))
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
            taken_batches += 1
    return position


def rebuild_projection(ledger: Ledger, projection: Projection, others: Sequence[LedgerFollower] = ()) -> int:
    """Makes the projection anew from what is published and returns its position.

    What is served goes on following meanwhile, as do the `others`; the new one takes its place when it has caught up.
    """
    # Read before the versions: what is published later is then met twice; the reverse would lose it.
    position = ledger.position()
    meanwhile = _KeptUp(ledger, (projection, *others))
    projection.rebuild(
        meanwhile.between(published(ledger)), position, lambda beside: _catch_up(ledger, beside)
    )
    # A store that could not be built beside itself has not caught up yet.
    return _catch_up(ledger, projection)


def _catch_up(ledger: Ledger, beside: LedgerFollower) -> int:
    """Follows with something that was filled while the ledger went on."""
    return follow(ledger, beside, ahead=ledger.position())


def _one_by_one(changes: Sequence[Change], until: int) -> Sequence[Change]:
    """The changes up to the second one of a dataset among those numbered at most `until`.

    Whoever holds a later state than the first `before` gets to the end by single steps; a step that leaves out the
    state that is held would leave behind what only that state has.
    """
    met: set[str] = set()
    for index, change in enumerate(changes):
        if change.dataset_id in met:
            return changes[:index]
        if change.seq <= until:
            met.add(change.dataset_id)
    return changes


class _KeptUp:
    """Followers that are brought up to the ledger every now and then while something long is done in their thread."""

    def __init__(self, ledger: Ledger, followers: Sequence[LedgerFollower]) -> None:
        self._ledger = ledger
        self._followers = list(followers)
        self._next = time.monotonic() + KEEP_UP

    def between(self, versions: Iterable[StoredVersion]) -> Iterator[StoredVersion]:
        for version in versions:
            yield version
            if time.monotonic() >= self._next:
                self._follow()
                self._next = time.monotonic() + KEEP_UP

    def _follow(self) -> None:
        for follower in tuple(self._followers):
            try:
                follow(self._ledger, follower)
            except CatalogueError as error:
                # It may be what is broken, and the reason for the rebuild.
                log.info("not kept up", extra={"projection": follower.name, "reason": error.detail})
                self._followers.remove(follower)


def published(ledger: Ledger, page: int = PORTION) -> Iterator[StoredVersion]:
    """Every published version, in order of dataset_id, a page in memory at a time."""
    after: str | None = None
    while versions := ledger.published(after, page):
        yield from versions
        after = versions[-1].dataset_id


def coalesce(changes: Sequence[Change]) -> list[Change]:
    """One change a dataset, with its first `before` and its last everything else; none where these are equal, unless
    one of them leaves the dataset as it is: then something beside its record changed."""
    first: dict[str, Change] = {}
    last: dict[str, Change] = {}
    touched = {change.dataset_id for change in changes if change.before_state == change.after_state}
    for change in changes:
        first.setdefault(change.dataset_id, change)
        last[change.dataset_id] = change
    found = []
    for dataset_id, change in last.items():
        begin = first[dataset_id]
        if begin.before_state != change.after_state or dataset_id in touched:
            found.append(
                replace(
                    change,
                    before=begin.before,
                    before_report=begin.before_report,
                    before_curation=begin.before_curation,
                )
            )
    return found


def _read_position(ledger: ChangeFeed, projection: LedgerFollower) -> int:
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
    ledger: ChangeFeed, changes: Sequence[Change]
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
