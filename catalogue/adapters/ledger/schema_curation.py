"""The tables of what the operator does to records: statements beside what was harvested, and erasures."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from catalogue.adapters.ledger.columns import Instant, Words, metadata

# About the dataset, whichever source's record is shown for it, and also while none is. A row is never changed: the one
# with the highest number holds.
curations = Table(
    "curations",
    metadata,
    Column("curation_id", BigInteger, primary_key=True, autoincrement=False),
    Column("dataset_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("subject", Text, nullable=False),
    Column("statements", LargeBinary),
    Column("replaced", JSON, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("reason", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("dataset_id", "number"),
)

# Nothing here says what the record was.
erasures = Table(
    "erasures",
    metadata,
    Column("record_id", Text, primary_key=True),
    Column("dataset_id", Text, nullable=False, index=True),
    Column("source", ForeignKey("sources.slug"), nullable=False),
    Column("iri_hash", Text, nullable=False),
    Column("by", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("erased_at", Instant, nullable=False),
    Column("allowed_at", Instant),
    Index("ix_erasures_source", "source", "allowed_at"),
)
