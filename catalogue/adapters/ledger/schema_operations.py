"""The tables of a catalogue that runs by itself: how sources are doing, who leads, what is to be told."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Float, ForeignKey, Index, Integer, Table, Text

from catalogue.adapters.ledger.columns import Instant, Key, Words, metadata

conditions = Table(
    "conditions",
    metadata,
    Column("source", ForeignKey("sources.slug"), primary_key=True),
    Column("health", Text, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failed_at", Instant),
    Column("retry_at", Instant),
    Column("ended_run", Text, nullable=False, server_default=""),
    Column("ended_at", Instant),
    Column("last_complete_at", Instant),
    Column("last_full_at", Instant),
    Column("scheduled_at", Instant),
    Column("announced_run", Text, nullable=False, server_default=""),
    Column("announced_health", Text, nullable=False),
    Column("conformance", Float),
)

# Runs that were pruned stay counted.
run_totals = Table(
    "run_totals",
    metadata,
    Column("source", ForeignKey("sources.slug"), primary_key=True),
    Column("state", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("runs", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
)

record_totals = Table(
    "record_totals",
    metadata,
    Column("source", ForeignKey("sources.slug"), primary_key=True),
    Column("state", Text, primary_key=True),
    Column("records", BigInteger, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", Instant),
)

outbox = Table(
    "outbox",
    metadata,
    Column("number", Key, primary_key=True),
    Column("notice_key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    # No foreign key: an operator's test speaks of no source.
    Column("source", Text, nullable=False),
    Column("target", Words, nullable=False),
    Column("secret", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("body", Words, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("attempts", BigInteger, nullable=False, server_default="0"),
    Column("next_try_at", Instant),
    Column("delivered_at", Instant),
    Column("reason", Words, nullable=False, server_default=""),
    Index("ix_outbox_state", "state", "next_try_at"),
    sqlite_autoincrement=True,
)
