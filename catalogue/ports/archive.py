"""The side of the ledger that keeps what was: versions, payloads, pages as they were read."""

from __future__ import annotations

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
