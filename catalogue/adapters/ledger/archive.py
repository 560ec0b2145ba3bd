"""The part of `SqlLedger` that keeps what was: versions over time, payloads, pages as they were read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from catalogue.adapters.ledger import history, retention
from catalogue.adapters.ledger.engine import Database
from catalogue.model.history import StoredPage, VersionFacts
from catalogue.model.records import Payload, StoredVersion
from catalogue.ports import Clock


class SqlArchive:
    """`catalogue.ports.archive` on a database."""

    _database: Database
    _clock: Clock

    # -- history ----------------------------------------------------------------------------------
    def history(self, record_id: str) -> list[VersionFacts]:
        with self._database.read() as connection:
            return history.of_record(connection, record_id)

    def version_at(self, record_id: str, at: datetime) -> StoredVersion:
        with self._database.read() as connection:
            return history.version_at(connection, record_id, at)

    def stored_pages(self, slug: str) -> list[StoredPage]:
        with self._database.read() as connection:
            return history.stored_pages(connection, slug)

    def payload_of(self, slug: str, payload_hash: str, page_url: str) -> Payload:
        with self._database.read() as connection:
            return history.payload_of(connection, slug, payload_hash, page_url)

    # -- retention --------------------------------------------------------------------------------
    def old_runs(self, before: datetime, last: int) -> list[str]:
        with self._database.read() as connection:
            return retention.old_runs(connection, before, last)

    def forget_run(self, run_id: str) -> None:
        more = True
        while more:
            with self._database.write() as connection:
                more = retention.drop_lines(connection, run_id) == retention.LINES
        with self._database.write() as connection:
            retention.drop_run(connection, run_id)

    def old_payloads(self, before: datetime, after: str, limit: int) -> tuple[list[tuple[str, int]], str]:
        with self._database.read() as connection:
            return retention.old_payloads(connection, before, after, limit)

    def forget_payloads(self, hashes: Sequence[str]) -> list[str]:
        # Ordered, as batches are: one that is being written may begin to need a payload.
        with self._database.write(ordered=True) as connection:
            return retention.drop_payloads(connection, hashes)
