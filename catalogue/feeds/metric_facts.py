"""What metrics are made of, gathered in a moment: a part that does not answer is told as such, the others are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from catalogue.errors import BackendError
from catalogue.model.conditions import SourceCondition
from catalogue.model.harvest import HarvestSource
from catalogue.model.statistics import LedgerStatistics
from catalogue.model.status import SourceStatus
from catalogue.ports import Clock, Ledger

Judge = Callable[[HarvestSource, SourceCondition, datetime], SourceStatus]
"""Says how a source is doing at that moment."""


@dataclass(frozen=True, slots=True)
class Following:
    """How far a projection is. `position` is None when it did not answer. `behind_since`: when the first change that it
    has not followed was made; None when it has followed all."""

    position: int | None = None
    lag: int = 0
    behind_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class MetricFacts:
    """`statistics` is None when the ledger did not answer: then nothing is known but which parts do. `statuses`: of each
    registered source, by slug. `datasets`: how many are found by search."""

    now: datetime
    statistics: LedgerStatistics | None = None
    sources: Sequence[HarvestSource] = ()
    statuses: Mapping[str, SourceStatus] = field(default_factory=dict)
    projections: Mapping[str, Following] = field(default_factory=dict)
    datasets: int | None = None


def gather(
    ledger: Ledger,
    projections: Mapping[str, Callable[[], int]],
    count_datasets: Callable[[], int],
    judge: Judge,
    clock: Clock,
) -> MetricFacts:
    """`projections`: by name, what tells each one's position."""
    now = clock.now()
    positions = {name: _asked(position) for name, position in projections.items()}
    datasets = _asked(count_datasets)
    try:
        statistics, sources, conditions = ledger.statistics(), ledger.sources(), ledger.conditions()
        following = {name: _following(ledger, statistics, at) for name, at in positions.items()}
    except BackendError:
        unknown = {name: Following(position) for name, position in positions.items()}
        return MetricFacts(now, projections=unknown, datasets=datasets)
    statuses = {
        source.slug: judge(source, conditions.get(source.slug, SourceCondition(source.slug)), now)
        for source in sources
    }
    return MetricFacts(now, statistics, sources, statuses, following, datasets)


def _asked(question: Callable[[], int]) -> int | None:
    try:
        return question()
    except BackendError:
        return None


def _following(ledger: Ledger, statistics: LedgerStatistics, position: int | None) -> Following:
    if position is None:
        return Following()
    # A projection whose rebuild was broken off stands at -1 and has everything before it.
    next_changes = ledger.changes(max(position, 0), 1) if position < statistics.position else []
    lag = max(statistics.position - max(position, 0), 0)
    return Following(position, lag, next_changes[0].at if next_changes else None)
