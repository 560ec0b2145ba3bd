"""What the ledger keeps of the past: a record's versions without their texts, pages as they were last read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from catalogue.model.validation import Verdict


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """A version without its text. `kind`: why it was written (content, reprocessed …); `verdict`: of its latest report.

    `payload_kept`: whether the bytes that it was made of are still there.
    """

    version_id: int
    number: int
    record_id: str
    created_at: datetime
    kind: str
    verdict: Verdict
    profile: str
    violations: int
    warnings: int
    run_id: str
    pipeline_version: str
    received_hash: str
    normalised_hash: str
    page_url: str
    payload_hash: str
    payload_kept: bool


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page as it was last read: its address and the hashes of its documents, in order."""

    url: str
    documents: tuple[str, ...]
