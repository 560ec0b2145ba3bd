"""`SqlLedger`: the Ledger port on a database. Each method is one transaction; what it does stands in the modules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from catalogue.adapters.ledger import (
    absences,
    batches,
    catalog,
    changes,
    counters,
    memberships,
    pages,
    publication,
    records,
    runs,
    sources,
)
from catalogue.adapters.ledger.archive import SqlArchive
from catalogue.adapters.ledger.curating import SqlCurating
from catalogue.adapters.ledger.engine import Database
from catalogue.adapters.ledger.migrate import migrate
from catalogue.adapters.ledger.operations import SqlOperations
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
from catalogue.ports import Clock, PublicationRule


def open_ledger(url: str, clock: Clock) -> SqlLedger:
    """Opens the ledger at a database URL, creating or upgrading its schema. ConfigurationError when the schema is
    newer than this code; LedgerUnavailable when the database does not answer."""
    database = Database(url)
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    return SqlLedger(database, clock)


class SqlLedger(SqlOperations, SqlArchive, SqlCurating):
    """May be used by several threads, and beside other processes that opened the same URL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def close(self) -> None:
        self._database.close()

    # -- catalogue --------------------------------------------------------------------------------
    def base(self) -> str | None:
        with self._database.read() as connection:
            return catalog.base(connection)

    def record_base(self, base: str) -> None:
        with self._database.write(ordered=True) as connection:
            catalog.record_base(connection, base)

    def move_base(self, base: str, by: str) -> None:
        with self._database.write(ordered=True) as connection:
            catalog.move_base(connection, base, by, self._clock.now())

    # -- sources ----------------------------------------------------------------------------------
    def add_source(self, source: HarvestSource, by: str) -> HarvestSource:
        with self._database.write(ordered=True) as connection:
            now = self._clock.now()
            before = sources.shown_of(connection, source.slug)
            added = sources.add(connection, source, by, now)
            if before not in (None, sources.shown_of(connection, source.slug)):
                publication.touch_source(connection, source.slug, now)
            return added

    def source(self, slug: str) -> HarvestSource:
        with self._database.read() as connection:
            return sources.get(connection, slug)

    def sources(self, include_removed: bool = False) -> list[HarvestSource]:
        with self._database.read() as connection:
            return sources.all_of(connection, include_removed)

    def remove_source(self, slug: str, rule: PublicationRule, by: str) -> int:
        with self._database.write(ordered=True) as connection:
            if sources.get(connection, slug).removed_at is not None:
                return 0
            now = self._clock.now()
            runs.end_removed(connection, slug, by, now)
            sources.mark_removed(connection, slug, by, now)
            count = publication.withdraw_source(connection, slug, rule, now)
        self._recount(slug)
        return count

    def republish(self, slug: str, rule: PublicationRule) -> int:
        with self._database.write(ordered=True) as connection:
            sources.get(connection, slug)
            return publication.settle_source(connection, slug, rule, self._clock.now())

    def source_description(self, slug: str) -> str | None:
        with self._database.read() as connection:
            return sources.description(connection, slug)

    # -- runs -------------------------------------------------------------------------------------
    def enqueue(self, slug: str, request: RunRequest) -> HarvestRun:
        with self._database.write(ordered=True) as connection:
            return runs.enqueue(connection, slug, request, self._clock.now())

    def claim(self, worker: str, lease: timedelta, run_id: str | None = None) -> Claim | None:
        with self._database.write() as connection:
            return runs.claim(connection, worker, lease, run_id, self._clock.now())

    def heartbeat(self, token: FencingToken, lease: timedelta) -> HarvestRun:
        with self._database.write() as connection:
            return runs.heartbeat(connection, token, lease, self._clock.now())

    def end_leases(self) -> int:
        with self._database.write() as connection:
            return runs.end_leases(connection, self._clock.now())

    def commit(self, token: FencingToken, batch: Batch, rule: PublicationRule) -> int:
        stored: set[str] = set()
        if batch.payloads:
            with self._database.read() as connection:
                stored = pages.stored(connection, [payload.payload_hash for payload in batch.payloads])
        encoded = batches.encode(batch, stored)
        with self._database.write(ordered=True) as connection:
            return batches.commit(connection, token, encoded, rule, self._clock.now())

    def finish(
        self, token: FencingToken, state: RunState, *, reason: str = "", advice: str = "",
        complete: bool = False, evidence: str = "", retry_at: datetime | None = None,
        code: RunCode = RunCode.NONE,
    ) -> HarvestRun:  # fmt: skip
        said = {
            "reason": reason,
            "advice": advice,
            "complete": complete,
            "evidence": evidence,
            "code": code.value,
        }
        with self._database.write() as connection:
            run = runs.finish(connection, token, state, self._clock.now(), retry_at, **said)
        self._recount(run.source)
        return run

    def absences(self, token: FencingToken, window: timedelta) -> Absences:
        with self._database.read() as connection:
            return absences.of_run(connection, token, self._clock.now() - window)

    def resolve(self, run_id: str, release: bool, rule: PublicationRule, by: str) -> HarvestRun:
        with self._database.write(ordered=True) as connection:
            run = absences.resolve(connection, run_id, release, rule, by, self._clock.now())
        self._recount(run.source)
        return run

    def cancel(self, run_id: str, by: str) -> HarvestRun:
        with self._database.write() as connection:
            return runs.cancel(connection, run_id, by, self._clock.now())

    def run(self, run_id: str) -> HarvestRun:
        with self._database.read() as connection:
            return runs.get(connection, run_id)

    def runs(self, slug: str | None = None, limit: int = 50, offset: int = 0) -> list[HarvestRun]:
        with self._database.read() as connection:
            return runs.latest(connection, slug, limit, offset)

    def outcomes(
        self, run_id: str, kinds: Sequence[str] = (), limit: int = 1000, offset: int = 0
    ) -> list[RecordOutcome]:
        with self._database.read() as connection:
            return runs.lines(connection, run_id, kinds, limit, offset)

    # -- pages and payloads -----------------------------------------------------------------------
    def remembered_page(self, slug: str, url: str) -> RememberedPage | None:
        with self._database.read() as connection:
            return pages.remembered(connection, slug, url)

    def pages_of_run(self, run_id: str) -> list[PageMark]:
        with self._database.read() as connection:
            return pages.of_run(connection, run_id)

    def payload(self, payload_hash: str) -> Payload:
        with self._database.read() as connection:
            return pages.payload(connection, payload_hash)

    # -- records ----------------------------------------------------------------------------------
    def states(self, record_ids: Sequence[str]) -> dict[str, RecordState]:
        with self._database.read() as connection:
            return records.states(connection, record_ids)

    def record(self, record_id: str) -> StoredRecord:
        with self._database.read() as connection:
            return records.record(connection, record_id)

    def records_of_dataset(self, dataset_id: str) -> list[StoredRecord]:
        with self._database.read() as connection:
            return records.of_dataset(connection, dataset_id)

    def records_of_source(self, slug: str, limit: int = 1000, offset: int = 0) -> list[StoredRecord]:
        with self._database.read() as connection:
            return records.of_source(connection, slug, limit, offset)

    def memberships(self, record_id: str) -> list[str]:
        with self._database.read() as connection:
            return memberships.of_record(connection, record_id)

    def version(self, record_id: str, number: int | None = None) -> StoredVersion:
        with self._database.read() as connection:
            return records.version(connection, record_id, number)

    def versions(self, version_ids: Sequence[int]) -> dict[int, StoredVersion]:
        with self._database.read() as connection:
            return records.versions_of(connection, version_ids)

    def find_dataset(self, *, iri: str | None = None, identifier: str | None = None) -> list[str]:
        with self._database.read() as connection:
            return records.find_dataset(connection, iri, identifier)

    # -- changes ----------------------------------------------------------------------------------
    def position(self) -> int:
        with self._database.read() as connection:
            return counters.last(connection, counters.CHANGE)

    def changes(self, after: int, limit: int) -> list[Change]:
        with self._database.read() as connection:
            return changes.after(connection, after, limit)

    def published_states(self, states: Sequence[PublishedState]) -> dict[PublishedState, StoredVersion]:
        with self._database.read() as connection:
            return records.states_of(connection, states)

    def published(self, after: str | None, limit: int) -> list[StoredVersion]:
        with self._database.read() as connection:
            return records.published_after(connection, after, limit)

    def published_ids(self, after: str | None, limit: int) -> list[str]:
        with self._database.read() as connection:
            return records.published_ids(connection, after, limit)

    def published_versions(self, dataset_ids: Sequence[str]) -> dict[str, StoredVersion]:
        with self._database.read() as connection:
            return records.published_versions(connection, dataset_ids)

    def published_count(self) -> int:
        with self._database.read() as connection:
            return records.published_count(connection)

    def published_version(self, dataset_id: str) -> StoredVersion:
        with self._database.read() as connection:
            return records.published_version(connection, dataset_id)

    # -- events -----------------------------------------------------------------------------------
    def add_event(self, kind: str, by: str, subject: str, detail: str = "") -> None:
        with self._database.write() as connection:
            catalog.add_event(connection, self._clock.now(), kind, by, subject, detail=detail)

    def events(self, limit: int = 100) -> list[tuple[datetime, str, str, str, str]]:
        with self._database.read() as connection:
            return catalog.latest_events(connection, limit)
