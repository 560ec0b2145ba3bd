"""Decides what a record is to the ledger: created, updated, unchanged (perhaps reprocessed), with its report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from typing import Protocol

from catalogue.errors import InvalidQuery
from catalogue.harvesting.second_opinion import SecondOpinion
from catalogue.model.records import (
    ChangeKind,
    NewVersion,
    NormalisedRecord,
    OutcomeKind,
    RecordOutcome,
    RecordState,
)
from catalogue.model.validation import ShapesProfile, ValidationReport
from catalogue.model.vocabularies import Vocabularies
from catalogue.pipeline.normalise import PIPELINE_VERSION
from catalogue.pipeline.validate import validate
from catalogue.ports import Clock, ShapeEngine
from catalogue.rdf.graphs import Graph
from catalogue.rdf.literals import preferred
from catalogue.rdf.namespaces import DCT
from catalogue.rdf.terms import NamedNode

Detect = Callable[[Graph, str], str]
Decision = tuple[RecordOutcome, NewVersion | None]


def check_profile(name: str, profiles: Collection[str]) -> None:
    """InvalidQuery when there is no such profile."""
    if name not in ("auto", *profiles):
        known = ", ".join(("auto", *profiles))
        raise InvalidQuery(f"There is no profile {name!r}; there are: {known}.", parameter="profile")


class Decider(Protocol):
    """Whoever decides what records are to the ledger."""

    def begin(
        self, batch: Sequence[tuple[NormalisedRecord, RecordState | None]]
    ) -> Iterator[Callable[[], Decision]]:
        """For each record in order, a function that gives its outcome, and its version if one is to be written."""


class Judge:
    """`profile` is a name or "auto", which asks `detect` for each record. `second` is asked about a sample.

    `threads`: how many records of a batch are judged at once (more than one helps only with an engine that does its work
    outside of the interpreter).
    """

    def __init__(
        self,
        profile: str,
        profiles: Mapping[str, ShapesProfile],
        engine: ShapeEngine,
        vocabularies: Vocabularies,
        clock: Clock,
        detect: Detect,
        *,
        second: SecondOpinion | None = None,
        threads: int = 1,
        is_resumed: bool = False,
    ) -> None:
        self._profile = profile
        self._profiles = profiles
        self._engine = engine
        self._vocabularies = vocabularies
        self._clock = clock
        self._detect = detect
        self._second = second
        self._threads = threads
        self._is_resumed = is_resumed

    def begin(
        self, batch: Sequence[tuple[NormalisedRecord, RecordState | None]]
    ) -> Iterator[Callable[[], Decision]]:
        """For each record in order, a function that gives what `decide` gives, or raises what it raises.

        The records are judged meanwhile, several at once; those that nobody asks for any more are left.
        """
        if self._threads < 2 or len(batch) < 2:
            yield from (partial(self.decide, record, state) for record, state in batch)
            return
        pool = ThreadPoolExecutor(self._threads, "judge")
        try:
            # each with the facts of this run for its log lines
            asked = [
                pool.submit(partial(copy_context().run, self.decide, record, state))
                for record, state in batch
            ]
            yield from (future.result for future in asked)
        finally:
            pool.shutdown(cancel_futures=True)

    def decide(self, record: NormalisedRecord, state: RecordState | None) -> Decision:
        """The outcome, and the version to write (None when nothing is to be written).

        An equal received hash is never an update: when our rules gave another text, or the profile another report,
        the record is unchanged and its new version is `reprocessed` or `verdict`.
        """
        profile = self._profiles[self._name(record)]
        if state is not None and self._stands(record, state, profile):
            # What a worker that died wrote in this very run is met unchanged, and told as what it was then.
            return _outcome(OutcomeKind.UNCHANGED, record, is_named=self._is_resumed), None
        report = self.report(record, profile)
        if state is None:
            return _outcome(OutcomeKind.CREATED, record), NewVersion(record, report, PIPELINE_VERSION)
        if state.received_hash != record.received_hash:
            return _outcome(OutcomeKind.UPDATED, record), NewVersion(record, report, PIPELINE_VERSION)
        kind = ChangeKind.RESTORATION if state.withdrawn_at else ChangeKind.REPROCESSED
        if kind is ChangeKind.REPROCESSED and state.normalised_hash == record.normalised_hash:
            kind = ChangeKind.VERDICT
        return _outcome(OutcomeKind.UNCHANGED, record), NewVersion(record, report, PIPELINE_VERSION, kind)

    def report(self, record: NormalisedRecord, profile: ShapesProfile | None = None) -> ValidationReport:
        """The record's report under the profile (None: the judge's own choice), with the time."""
        profile = profile or self._profiles[self._name(record)]

        def judged(engine: ShapeEngine) -> ValidationReport:
            return validate(record.graph, profile, engine, self._vocabularies, subject=record.subject)

        report = judged(self._engine)
        if self._second is not None and self._second.wants(record.record_id):
            self._second.compare(record.record_id, report, judged)
        return replace(report, checked_at=self._clock.now())

    def _name(self, record: NormalisedRecord) -> str:
        if self._profile != "auto":
            return self._profile
        return self._detect(record.graph, record.subject)

    def _stands(self, record: NormalisedRecord, state: RecordState, profile: ShapesProfile) -> bool:
        return (
            state.withdrawn_at is None
            and state.received_hash == record.received_hash
            and state.pipeline_version == PIPELINE_VERSION
            and state.profile == profile.name
            and state.bundle_hash == profile.bundle_hash
        )


def _outcome(kind: OutcomeKind, record: NormalisedRecord, is_named: bool = False) -> RecordOutcome:
    title = None
    if is_named or kind is not OutcomeKind.UNCHANGED:
        stated = preferred(record.graph.objects(NamedNode(record.subject), DCT.title))
        title = stated.value if stated else None
    return RecordOutcome(
        kind,
        record_id=record.record_id,
        dataset_id=record.dataset_id,
        subject=record.subject,
        page_url=record.page_url,
        title=title,
    )
