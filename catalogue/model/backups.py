"""What a backup says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LedgerFacts:
    """`schema`: revision; `position`: last change; `base`: the catalogue's base URL; `rows`: by table."""

    schema: str
    position: int
    base: str | None
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The first entry of a backup file. `sha256` and `size` (bytes) are of the ledger in it."""

    format: int
    pharos: str
    made_at: datetime
    ledger: LedgerFacts
    sha256: str
    size: int
