"""Metrics in the terms of Prometheus. Names and labels are a promise: added, never renamed (docs/operations.md has all).

Labels hold slugs, states and codes; never an address, a title or a text that was harvested.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from catalogue import __version__
from catalogue.feeds.metric_facts import Following, MetricFacts
from catalogue.model.harvest import HarvestRun, HarvestSource, RunState
from catalogue.model.notices import NoticeState
from catalogue.model.records import OutcomeKind
from catalogue.model.statistics import WITHDRAWN, LedgerStatistics
from catalogue.model.status import SourceStatus, Standing

Samples = Iterable[tuple[tuple[str, ...], float]]
OUTCOMES = tuple(kind.value for kind in OutcomeKind if kind is not OutcomeKind.REMARK)


class MetricsCollector(Collector):
    """The facts of one scrape."""

    def __init__(self, facts: MetricFacts) -> None:
        self._facts = facts

    def collect(self) -> Iterator[Metric]:
        facts = self._facts
        yield _gauge(
            "pharos_build_info",
            "What runs here; always 1.",
            [((__version__, platform.python_version()), 1)],
            ("version", "python"),
        )
        yield from _parts(facts)
        yield _gauge("pharos_datasets", "Datasets that search finds.", _known([((), facts.datasets)]))
        if facts.statistics is not None:
            yield from _projections(facts.statistics, facts.projections, facts.now)
            yield from _runs(facts.statistics, facts.now)
            yield from _records(facts.statistics)
            yield from _last_runs(facts.statistics)
            yield from _statuses(facts.sources, facts.statuses, facts.now)
            yield from _notices(facts.statistics, facts.now)


def _parts(facts: MetricFacts) -> Iterator[Metric]:
    answered = {"ledger": facts.statistics is not None}
    answered |= {name: at.position is not None for name, at in facts.projections.items()}
    yield _gauge(
        "pharos_part_up",
        "Whether the part answered this scrape.",
        [((name,), up) for name, up in answered.items()],
        ("part",),
    )


def _projections(
    statistics: LedgerStatistics, projections: Mapping[str, Following], now: datetime
) -> Iterator[Metric]:
    there = {name: at for name, at in projections.items() if at.position is not None}
    label = ("projection",)
    yield _gauge("pharos_ledger_position", "The ledger's last change.", [((), statistics.position)])
    yield _gauge(
        "pharos_projection_position",
        "The last change that the projection holds; -1 when a rebuild was broken off.",
        _known(((name,), at.position) for name, at in there.items()),
        label,
    )
    yield _gauge(
        "pharos_projection_lag_changes",
        "Changes that the projection has still to follow.",
        [((name,), at.lag) for name, at in there.items()],
        label,
    )
    yield _gauge(
        "pharos_projection_lag_seconds",
        "Age of the first change that the projection has not followed; 0 when it has followed all.",
        [((name,), _age(at.behind_since, now)) for name, at in there.items()],
        label,
    )


def _runs(statistics: LedgerStatistics, now: datetime) -> Iterator[Metric]:
    labels = ("source", "state", "code")
    ended = [((total.source, total.state, total.code.value), total) for total in statistics.runs]
    yield _counter(
        "pharos_runs_total", "Runs that ended.", [(key, total.runs) for key, total in ended], labels
    )
    yield _counter(
        "pharos_run_seconds_total",
        "Seconds that ended runs took.",
        [(key, total.seconds) for key, total in ended],
        labels,
    )
    queued = [run for run in statistics.live if run.state is RunState.QUEUED]
    running = [run for run in statistics.live if run.state is RunState.RUNNING]
    yield _gauge("pharos_queue_runs", "Runs that wait for a worker.", [((), len(queued))])
    yield _gauge(
        "pharos_queue_oldest_seconds",
        "Age of the run that has waited longest; 0 when none waits.",
        [((), max((_age(run.queued_at, now) for run in queued), default=0.0))],
    )
    yield _gauge("pharos_runs_running", "Runs under way.", [((), len(running))])
    yield _gauge(
        "pharos_run_running_seconds",
        "How long the source's run under way has taken.",
        [((run.source,), _age(run.started_at, now)) for run in running],
        ("source",),
    )
    yield _gauge(
        "pharos_run_heartbeat_seconds",
        "How long ago the worker of the source's run under way was heard of.",
        [((run.source,), _age(run.heartbeat_at, now)) for run in running],
        ("source",),
    )


def _records(statistics: LedgerStatistics) -> Iterator[Metric]:
    live = [total for total in statistics.records if total.state != WITHDRAWN]
    gone = {total.source: total.records for total in statistics.records if total.state == WITHDRAWN}
    yield _gauge(
        "pharos_records",
        "Records of the source by verdict, as counted when its last run ended.",
        [((total.source, total.state), total.records) for total in live],
        ("source", "verdict"),
    )
    yield _gauge(
        "pharos_records_withdrawn",
        "Records of the source that were withdrawn.",
        [((slug,), gone.get(slug, 0)) for slug in sorted({total.source for total in statistics.records})],
        ("source",),
    )


def _last_runs(statistics: LedgerStatistics) -> Iterator[Metric]:
    last = sorted(statistics.last_runs.items())
    counts = {slug: asdict(run.counts) for slug, run in last}
    yield _gauge(
        "pharos_last_run_info",
        "How the source's last run ended, cancelled runs and replays apart; always 1.",
        [((slug, run.state.value, run.code.value), 1) for slug, run in last],
        ("source", "state", "code"),
    )
    yield _gauge(
        "pharos_last_run_records",
        "Records of the source's last run by outcome.",
        [((slug, kind), counts[slug][kind]) for slug, _ in last for kind in OUTCOMES],
        ("source", "outcome"),
    )
    yield _gauge(
        "pharos_last_run_seconds",
        "How long the source's last run took.",
        [((slug,), _took(run)) for slug, run in last],
        ("source",),
    )
    yield _gauge(
        "pharos_last_run_end_timestamp_seconds",
        "When the source's last run ended.",
        _moments(((slug,), run.finished_at) for slug, run in last),
        ("source",),
    )


def _statuses(
    sources: Iterable[HarvestSource], statuses: Mapping[str, SourceStatus], now: datetime
) -> Iterator[Metric]:
    label, told = ("source",), [standing for standing in Standing if standing is not Standing.REMOVED]
    known = [((source.slug,), source, statuses[source.slug]) for source in sources]
    yield _gauge(
        "pharos_source_status",
        "Whether this is true of the source: 1 or 0.",
        [((*key, word.value), word in status.standings) for key, _, status in known for word in told],
        ("source", "status"),
    )
    yield _gauge(
        "pharos_source_failures",
        "Failed runs of the source in a row.",
        [(key, status.failures) for key, _, status in known],
        label,
    )
    yield _gauge(
        "pharos_source_staleness_seconds",
        "Time since the source's last complete run began, or since it was registered when there was none.",
        [(key, _age(status.last_complete_at or source.added_at, now)) for key, source, status in known],
        label,
    )
    yield _gauge(
        "pharos_source_last_complete_timestamp_seconds",
        "When the source's last complete run began; missing when there was none.",
        _moments((key, status.last_complete_at) for key, _, status in known),
        label,
    )
    yield _gauge(
        "pharos_source_next_run_timestamp_seconds",
        "When the source is harvested next; missing when it is not by itself.",
        _moments((key, status.next_run_at) for key, _, status in known),
        label,
    )


def _notices(statistics: LedgerStatistics, now: datetime) -> Iterator[Metric]:
    counts = statistics.notices
    yield _gauge(
        "pharos_notices_waiting",
        "Notices that wait to be delivered.",
        [((), counts.get(NoticeState.WAITING.value, 0))],
    )
    yield _gauge(
        "pharos_notices_given_up",
        "Notices of the last 90 days that could not be delivered.",
        [((), counts.get(NoticeState.GIVEN_UP.value, 0))],
    )
    led = statistics.led_until is not None and statistics.led_until > now
    yield _gauge("pharos_scheduler_leading", "Whether some worker queues what is due.", [((), led)])


def _gauge(name: str, help_text: str, samples: Samples, labels: tuple[str, ...] = ()) -> Metric:
    family = GaugeMetricFamily(name, help_text, labels=labels)
    for key, value in samples:
        family.add_metric(key, float(value))
    return family


def _counter(name: str, help_text: str, samples: Samples, labels: tuple[str, ...]) -> Metric:
    family = CounterMetricFamily(name, help_text, labels=labels)
    for key, value in samples:
        family.add_metric(key, float(value))
    return family


def _known(samples: Iterable[tuple[tuple[str, ...], float | None]]) -> Samples:
    return [(key, value) for key, value in samples if value is not None]


def _moments(samples: Iterable[tuple[tuple[str, ...], datetime | None]]) -> Samples:
    return [(key, moment.timestamp()) for key, moment in samples if moment is not None]


def _age(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else max((now - moment).total_seconds(), 0.0)


def _took(run: HarvestRun) -> float:
    return 0.0 if run.finished_at is None else _age(run.started_at, run.finished_at)
