"""The tables of what is shown, and of every change of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from catalogue.adapters.ledger.columns import Instant, metadata

published = Table(
    "published",
    metadata,
    Column("dataset_id", Text, primary_key=True),
    Column("record_id", ForeignKey("records.record_id"), nullable=False, index=True),
    Column("version_id", ForeignKey("versions.version_id"), nullable=False),
    Column("report_id", BigInteger, nullable=False),
    Column("curation_id", BigInteger),
)

# No foreign keys: a change outlives what it speaks of (erasure).
changes = Table(
    "changes",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("dataset_id", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("before", BigInteger),
    Column("before_report", BigInteger),
    Column("before_curation", BigInteger),
    Column("after", BigInteger),
    Column("after_report", BigInteger),
    Column("after_curation", BigInteger),
    Column("at", Instant, nullable=False),
    Index("ix_changes_dataset_id", "dataset_id", "seq"),
)
