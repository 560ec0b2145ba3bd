"""What stays of a record that was erased: that it was, by whom and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Erasure:
    """`iri_hash`: sha256 hex of the record's IRI. Until `allowed_at` the record is refused when its source still offers
    it. `versions`, `payloads`: how many were deleted; told once, by the purge itself."""

    record_id: str
    dataset_id: str
    source: str
    iri_hash: str
    by: str
    reason: str
    erased_at: datetime
    allowed_at: datetime | None = None
    versions: int = 0
    payloads: int = 0
