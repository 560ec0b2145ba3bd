"""The side of the ledger that keeps what was: versions, payloads, pages as they were read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from catalogue.model.history import StoredPage, VersionFacts
from catalogue.model.records import Payload, StoredVersion


class History(Protocol):
    """Every version of every record, and what it was made of."""

    def history(self, record_id: str) -> list[VersionFacts]:
        """The record's versions, newest first. NotFound when there is no such record."""

    def version_at(self, record_id: str, at: datetime) -> StoredVersion:
        """The version that was current at that moment. NotFound when the record was not known yet."""

    def stored_pages(self, slug: str) -> list[StoredPage]:
        """The source's pages as they were last read: those of the last complete run and of any run after it (of all
        runs, when none was complete); the latest run first, in the order of reading."""

    def payload_of(self, slug: str, payload_hash: str, page_url: str) -> Payload:
        """The payload as this source gave it; where several addresses gave the same bytes, at the page's own.
        NotFound when it is not kept (any more)."""


class Retaining(Protocol):
    """Forgetting what is old. Versions are not."""

    def old_runs(self, before: datetime, last: int) -> list[str]:
        """Runs that ended before then, oldest first, but for the `last` ones of each source and its last complete one."""

    def forget_run(self, run_id: str) -> None:
        """Deletes the run with its lines, in small transactions."""

    def old_payloads(self, before: datetime, after: str, limit: int) -> tuple[list[tuple[str, int]], str]:
        """Payloads (hash, size) stored before then that no current version and no page as it was last read needs, among
        the next `limit` ones after a hash ("" at first); and the hash to go on after ("" at the end)."""

    def forget_payloads(self, hashes: Sequence[str]) -> list[str]:
        """Deletes those of the payloads that are not needed, and returns them."""
