"""Where a run's results go: into the ledger batch by batch, or nowhere but the counts (dry run)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from catalogue.harvesting.publication import choose
from catalogue.model.harvest import Batch, FencingToken, PageMark, RunCounts
from catalogue.model.records import ChangeKind, NewVersion, OutcomeKind, Payload, RecordOutcome
from catalogue.ports import Ledger

SEEN = 10
"""How many times more outcomes than versions fit into a batch: a record that was only seen is an id."""


MEMBERS = 1_000
"""Memberships that fit into a batch: a catalogue's page may list everything."""


class Sink(Protocol):
    def write(self, batch: Batch) -> None: ...


class LedgerSink:
    """Commits each batch under the run's token."""

    def __init__(self, ledger: Ledger, token: FencingToken) -> None:
        self._ledger = ledger
        self._token = token

    def write(self, batch: Batch) -> None:
        self._ledger.commit(self._token, batch, choose)


class NullSink:
    """Keeps nothing."""

    def write(self, batch: Batch) -> None:
        del batch


class BatchBuilder:
    """Collects what one transaction will commit and counts it. A page's mark is written with its last records."""

    def __init__(self, sink: Sink, size: int, counts: RunCounts) -> None:
        self._sink = sink
        self._size = size
        self.counts = counts
        self._reset()

    def _reset(self) -> None:
        self._outcomes: list[RecordOutcome] = []
        self._remarks: list[RecordOutcome] = []
        self._versions: list[NewVersion] = []
        self._seen: list[str] = []
        self._pages: list[PageMark] = []
        self._payloads: dict[str, Payload] = {}
        self._members: dict[tuple[str, str], None] = {}
        self._outside = 0
        self._description: str | None = None

    def outcome(self, outcome: RecordOutcome, version: NewVersion | None = None) -> None:
        """Adds one found record's outcome, with its version if one is to be written."""
        self._outcomes.append(outcome)
        if version is not None:
            self._versions.append(version)
        if outcome.kind is OutcomeKind.UNCHANGED and outcome.record_id:
            self._seen.append(outcome.record_id)
        self._count(outcome, version)
        if len(self._versions) >= self._size or len(self._outcomes) >= SEEN * self._size:
            self.flush()

    def remark(self, outcome: RecordOutcome) -> None:
        """Adds a line that stands for no record: something of a document was left out."""
        self._remarks.append(outcome)

    def payload(self, payload: Payload) -> None:
        self._payloads[payload.payload_hash] = payload

    def members(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Adds (catalogue IRI, record id) pairs."""
        for pair in pairs:
            self._members[pair] = None
            if len(self._members) >= MEMBERS:
                self.flush()

    def page(self, mark: PageMark, outside: int, description: str | None) -> None:
        """Adds a page that was read to its end, and commits it with what is waiting."""
        self._pages.append(mark)
        self._outside += outside
        self._description = description or self._description
        self.counts = replace(
            self.counts, pages=self.counts.pages + 1, triples_outside=self.counts.triples_outside + outside
        )
        self.flush()

    def account(self, triples: int) -> None:
        """Takes back so many triples that were counted as outside and found their record after all."""
        self._outside -= triples
        self.counts = replace(self.counts, triples_outside=self.counts.triples_outside - triples)

    def remember(self, marks: Sequence[PageMark]) -> None:
        """Writes pages as the next run may pass them over, a batch at a time."""
        for start in range(0, len(marks), self._size):
            self._sink.write(Batch(remembered=tuple(marks[start : start + self._size])))

    def forget_members(self) -> None:
        """Tells that every membership of the source has been met in this run."""
        self._sink.write(Batch(all_memberships=True))

    def flush(self) -> None:
        """Commits what is waiting, if anything."""
        told = self._outcomes or self._remarks or self._members
        if not (told or self._pages or self._payloads or self._outside):
            return
        batch = Batch(
            outcomes=(*self._outcomes, *self._remarks),
            versions=tuple(self._versions),
            seen=tuple(self._seen),
            pages=tuple(self._pages),
            payloads=tuple(self._payloads.values()),
            triples_outside=self._outside,
            source_description=self._description,
            memberships=tuple(self._members),
        )
        self._sink.write(batch)
        self._reset()

    def _count(self, outcome: RecordOutcome, version: NewVersion | None) -> None:
        name = outcome.kind.value
        changes = {name: getattr(self.counts, name) + 1}
        if outcome.kind is not OutcomeKind.WITHDRAWN:
            changes["found"] = self.counts.found + 1
        if outcome.kind is OutcomeKind.UNCHANGED and version and version.kind is ChangeKind.REPROCESSED:
            changes["reprocessed"] = self.counts.reprocessed + 1
        self.counts = replace(self.counts, **changes)
