"""The ledger: the only truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from catalogue.model.harvest import (
    Absences,
    Batch,
    Claim,
    FencingToken,
    HarvestRun,
    HarvestSource,
    PageMark,
    RememberedPage,
    RunRequest,
    RunState,
)
from catalogue.model.records import (
    Change,
    Payload,
    PublishedState,
    RecordOutcome,
    RecordState,
    StoredRecord,
    StoredVersion,
)
from catalogue.model.run_codes import RunCode
from catalogue.model.validation import Verdict
from catalogue.ports.archive import History, Retaining
from catalogue.ports.curation import Curating, Erasing
from catalogue.ports.operations import Outbox, Statistics, Timetable


@dataclass(frozen=True, slots=True)
class Candidate:
    """One live record that could be shown for a dataset."""

    record_id: str
    version_id: int
    source: str
    source_url: str
    subject: str
    priority: int
    policy: str
    verdict: Verdict
    first_harvested_at: datetime


PublicationRule = Callable[[Sequence[Candidate]], Candidate | None]
"""Chooses which record of a dataset is published; None publishes none (quarantine)."""


class Ledger(Timetable, Outbox, Statistics, History, Retaining, Curating, Erasing, Protocol):
    """The only truth. Every write is one transaction; commit order is change order."""

    def close(self) -> None: ...

    # -- catalogue --------------------------------------------------------------------------------
    def base(self) -> str | None:
        """The base URL recorded when the catalogue was first served or PHAROS_BASE first given; None before."""

    def record_base(self, base: str) -> None: ...

    def move_base(self, base: str, by: str) -> None:
        """Replaces the recorded base URL. The graph must be rebuilt: its IRIs are made of the base."""

    # -- sources ----------------------------------------------------------------------------------
    def add_source(self, source: HarvestSource, by: str) -> HarvestSource:
        """Registers a source. Conflict when the slug was ever used for another URL; the same slug and URL again
        revives a removed source or replaces the settings of a live one. Another title or country is a change of
        everything that is published of it: one row each, with the same before and after."""

    def source(self, slug: str) -> HarvestSource: ...

    def sources(self, include_removed: bool = False) -> list[HarvestSource]: ...

    def remove_source(self, slug: str, rule: PublicationRule, by: str) -> int:
        """Takes the source's records out of publication (change rows) and returns how many. Versions stay."""

    def republish(self, slug: str, rule: PublicationRule) -> int:
        """Asks the rule again about every dataset of the source (its priority or policy changed; see `add_source`)
        and returns how many changes followed."""

    def source_description(self, slug: str) -> str | None:
        """Latest canonical N-Triples of the root catalogue's own description."""

    # -- runs -------------------------------------------------------------------------------------
    def enqueue(self, slug: str, request: RunRequest) -> HarvestRun:
        """Queues a run; if the source has a queued or running run already, that one is returned."""

    def claim(self, worker: str, lease: timedelta, run_id: str | None = None) -> Claim | None:
        """Takes the oldest queued run (or this one), or a running one whose lease has ended, with a new token."""

    def heartbeat(self, token: FencingToken, lease: timedelta) -> HarvestRun:
        """Extends the lease and returns the run (see `cancel_requested`). LeaseLost when the token is void."""

    def end_leases(self) -> int:
        """Lets every running run be claimed at once and returns how many; for those who know that whoever ran them
        is gone. One who lives after all meets LeaseLost."""

    def commit(self, token: FencingToken, batch: Batch, rule: PublicationRule) -> int:
        """Writes the batch in one transaction and returns the position. LeaseLost when the token is void."""

    def finish(
        self,
        token: FencingToken,
        state: RunState,
        *,
        reason: str = "",
        advice: str = "",
        complete: bool = False,
        evidence: str = "",
        retry_at: datetime | None = None,
        code: RunCode = RunCode.NONE,
    ) -> HarvestRun:
        """Ends the run and notes how its source is doing. `retry_at`: the source asked not to be asked before."""

    def absences(self, token: FencingToken, window: timedelta) -> Absences:
        """What the run has not met of its source's live records. LeaseLost when the token is void."""

    def resolve(self, run_id: str, release: bool, rule: PublicationRule, by: str) -> HarvestRun:
        """A person's word on a held run: release withdraws what is still missing, discard begins its grace anew.
        Conflict when it is not held, was resolved, or a newer complete run has spoken."""

    def cancel(self, run_id: str, by: str) -> HarvestRun:
        """A queued run becomes cancelled; a running one is asked to stop."""

    def run(self, run_id: str) -> HarvestRun: ...

    def runs(self, slug: str | None = None, limit: int = 50, offset: int = 0) -> list[HarvestRun]:
        """Newest first."""

    def outcomes(
        self, run_id: str, kinds: Sequence[str] = (), limit: int = 1000, offset: int = 0
    ) -> list[RecordOutcome]: ...

    # -- pages and payloads -----------------------------------------------------------------------
    def remembered_page(self, slug: str, url: str) -> RememberedPage | None: ...

    def pages_of_run(self, run_id: str) -> list[PageMark]:
        """The pages that the run has committed so far, in order."""

    def payload(self, payload_hash: str) -> Payload: ...

    # -- records ----------------------------------------------------------------------------------
    def states(self, record_ids: Sequence[str]) -> dict[str, RecordState]: ...

    def record(self, record_id: str) -> StoredRecord: ...

    def records_of_dataset(self, dataset_id: str) -> list[StoredRecord]:
        """Every source's record of the dataset, the published one first; empty when unknown."""

    def records_of_source(self, slug: str, limit: int = 1000, offset: int = 0) -> list[StoredRecord]: ...

    def memberships(self, record_id: str) -> list[str]:
        """IRIs of the catalogues that list the record, sorted; empty when none does or the record is unknown."""

    def version(self, record_id: str, number: int | None = None) -> StoredVersion:
        """One version of a record (None: the current one)."""

    def versions(self, version_ids: Sequence[int]) -> dict[int, StoredVersion]: ...

    def find_dataset(self, *, iri: str | None = None, identifier: str | None = None) -> list[str]:
        """dataset_ids of records whose subject, or one of whose dct:identifier values, equals the text."""

    # -- changes ----------------------------------------------------------------------------------
    def position(self) -> int:
        """The last change's number, 0 before the first."""

    def changes(self, after: int, limit: int) -> list[Change]: ...

    def published_states(self, states: Sequence[PublishedState]) -> dict[PublishedState, StoredVersion]:
        """Versions, each with the report and under the curation that a change row names; what was erased since is
        missing."""

    def published(self, after: str | None, limit: int) -> list[StoredVersion]:
        """Published versions in order of dataset_id, beginning after the given one."""

    def published_ids(self, after: str | None, limit: int) -> list[str]:
        """Ids of published datasets in order, beginning after the given one."""

    def published_versions(self, dataset_ids: Sequence[str]) -> dict[str, StoredVersion]:
        """What is published of these datasets; those of which nothing is are missing."""

    def published_count(self) -> int: ...

    def published_version(self, dataset_id: str) -> StoredVersion:
        """NotFound when nothing is published under the id; Gone when it was and is withdrawn, hidden or erased."""

    # -- events -----------------------------------------------------------------------------------
    def add_event(self, kind: str, by: str, subject: str, detail: str = "") -> None:
        """Notes what a person or part did (append only)."""

    def events(self, limit: int = 100) -> list[tuple[datetime, str, str, str, str]]:
        """(when, kind, by, subject, detail), newest first."""
