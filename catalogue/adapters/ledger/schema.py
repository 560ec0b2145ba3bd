"""The tables of the ledger, as this code knows them; `migrations/` says how a database gets there."""

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
    func,
    literal_column,
    text,
)

from catalogue.adapters.ledger.columns import Instant, Key, Words, metadata
from catalogue.adapters.ledger.schema_published import changes as changes  # noqa: PLC0414 - re-exported
from catalogue.adapters.ledger.schema_published import published as published  # noqa: PLC0414 - re-exported

meta = Table("meta", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

# Numbers are drawn from rows, not from the engine's sequences: never used twice, also after an erasure, and the
# same statements on every engine.
counters = Table(
    "counters", metadata, Column("name", Text, primary_key=True), Column("value", BigInteger, nullable=False)
)

sources = Table(
    "sources",
    metadata,
    Column("slug", Text, primary_key=True),
    Column("url", Words, nullable=False),
    Column("harvester", Text, nullable=False),
    Column("title", Words, nullable=False),
    Column("country", Words, nullable=False),
    Column("profile", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("removed_at", Instant),
    Column("paused_at", Instant),
    Column("scheduled_from", Instant),
)

source_descriptions = Table(
    "source_descriptions",
    metadata,
    Column("source", ForeignKey("sources.slug"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

COUNTS = (
    "found",
    "created",
    "updated",
    "unchanged",
    "skipped",
    "failed",
    "duplicate",
    "withdrawn",
    "reprocessed",
    "pages",
    "triples_outside",
)
LIVE_RUN = text("state IN ('queued', 'running')")

runs = Table(
    "runs",
    metadata,
    Column("number", Key, primary_key=True),
    Column("run_id", Text, nullable=False, unique=True),
    Column("source", ForeignKey("sources.slug"), nullable=False),
    Column("state", Text, nullable=False),
    *(Column(name, BigInteger, nullable=False, server_default="0") for name in COUNTS),
    Column("request", JSON, nullable=False),
    Column("queued_at", Instant, nullable=False),
    Column("scheduled_at", Instant),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    Column("heartbeat_at", Instant),
    Column("lease_until", Instant),
    Column("token", BigInteger, nullable=False, server_default="0"),
    Column("worker", Text),
    Column("cancel_requested", Boolean, nullable=False, server_default="0"),
    Column("outcome_rows", BigInteger, nullable=False, server_default="0"),
    Column("resume_cursor", Words),
    Column("checkpoint", JSON(none_as_null=True)),
    Column("complete", Boolean, nullable=False, server_default="0"),
    Column("evidence", Words, nullable=False, server_default=""),
    Column("code", Text, nullable=False, server_default=""),
    Column("reason", Words, nullable=False, server_default=""),
    Column("advice", Words, nullable=False, server_default=""),
    Column("resolution", Text, nullable=False, server_default=""),
    UniqueConstraint("source", "scheduled_at"),
    Index("one_live_run_per_source", "source", unique=True, sqlite_where=LIVE_RUN, postgresql_where=LIVE_RUN),
    Index("ix_runs_state", "state", "number"),
    Index("ix_runs_source_number", "source", "number"),
    sqlite_autoincrement=True,
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("run_id", ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", BigInteger, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("record_id", Text),
    Column("dataset_id", Text),
    Column("subject", Words),
    Column("page_url", Words),
    Column("position", Words),
    Column("snippet", Words),
    Column("code", Text),
    Column("reason", Words),
    Column("advice", Words),
    Column("title", Words),
)

pages = Table(
    "pages",
    metadata,
    Column("page_id", Key, primary_key=True),
    Column("source", ForeignKey("sources.slug"), nullable=False),
    Column("url", Words, nullable=False),
    Column("cursor", Words, nullable=False),
    Column("next_cursor", Words),
    Column("etag", Words),
    Column("last_modified", Words),
    Column("payload_hash", Text, nullable=False),
    Column("payload_hashes", JSON, nullable=False),
    Column("documents", JSON, nullable=False),
    Column("records_hash", Text, nullable=False),
    Column("shortcut_key", Text, nullable=False, server_default=""),
    Column("notes", Words, nullable=False, server_default=""),
    Column("run_id", Text, nullable=False),
    Column("read_at", Instant, nullable=False),
    UniqueConstraint("source", "url"),
)

page_records = Table(
    "page_records",
    metadata,
    Column("page_id", ForeignKey("pages.page_id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("record_id", Text, nullable=False),
    sqlite_with_rowid=False,
)

payloads = Table(
    "payloads",
    metadata,
    Column("payload_hash", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("stored_at", Instant, nullable=False),
)

# One body may come from several URLs, and its relative IRIs then mean different things.
retrievals = Table(
    "retrievals",
    metadata,
    Column("source", ForeignKey("sources.slug"), primary_key=True),
    Column("url", Words, primary_key=True),
    Column("payload_hash", ForeignKey("payloads.payload_hash"), primary_key=True),
    Column("media_type", Words),
    Column("charset", Words),
    Column("syntax", Words),
    Column("status", Integer, nullable=False),
    Column("retrieved_at", Instant, nullable=False),
    Column("run_id", Text, nullable=False),
    Index("ix_retrievals_payload_hash", "payload_hash", "retrieved_at"),
)

records = Table(
    "records",
    metadata,
    Column("record_id", Text, primary_key=True),
    Column("dataset_id", Text, nullable=False, index=True),
    Column("source", ForeignKey("sources.slug"), nullable=False),
    Column("subject", Text, nullable=False),
    Column("primary_class", Text, nullable=False),
    Column("current_version", BigInteger, nullable=False),
    Column("version_count", Integer, nullable=False),
    Column("received_hash", Text, nullable=False),
    Column("normalised_hash", Text, nullable=False),
    Column("pipeline_version", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("bundle_hash", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("last_seen_run", Text, nullable=False),
    Column("missing_count", Integer, nullable=False, server_default="0"),
    Column("missing_run", Text),
    Column("withdrawn_at", Instant),
    Column("withdrawal_reason", Text),
    # No index but a hash takes an IRI of any length.
    Index("ix_records_subject", "subject", postgresql_using="hash"),
)
BY_SUBJECT = func.substr(records.c.subject, literal_column("1"), literal_column("400"))
"""The order in which a source's records are listed."""
Index("ix_records_source_subject", records.c.source, BY_SUBJECT)

versions = Table(
    "versions",
    metadata,
    Column("version_id", BigInteger, primary_key=True, autoincrement=False),
    Column("record_id", ForeignKey("records.record_id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("dataset_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("primary_class", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("received", LargeBinary),
    Column("received_hash", Text, nullable=False),
    Column("normalised_hash", Text, nullable=False),
    Column("repairs", JSON, nullable=False),
    Column("page_url", Words, nullable=False),
    Column("payload_hash", Text, nullable=False),
    # No foreign key: runs are pruned, versions are not.
    Column("run_id", Text, nullable=False),
    Column("pipeline_version", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("report_id", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("record_id", "number"),
    Index("ix_versions_payload_hash", "payload_hash"),
)

reports = Table(
    "reports",
    metadata,
    Column("report_id", BigInteger, primary_key=True, autoincrement=False),
    Column("version_id", ForeignKey("versions.version_id"), nullable=False, index=True),
    Column("profile", Text, nullable=False),
    Column("engine", Text, nullable=False),
    Column("engine_version", Text, nullable=False),
    Column("bundle_hash", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("violations", Integer, nullable=False),
    Column("warnings", Integer, nullable=False),
    Column("infos", Integer, nullable=False),
    Column("results", LargeBinary),
    Column("checked_at", Instant, nullable=False),
    Column("run_id", Text, nullable=False),
)

identifiers = Table(
    "identifiers",
    metadata,
    Column("record_id", ForeignKey("records.record_id"), primary_key=True),
    Column("value", Text, primary_key=True, index=True),
    sqlite_with_rowid=False,
)

events = Table(
    "events",
    metadata,
    Column("event_id", Key, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("subject", Words, nullable=False),
    Column("detail", Words, nullable=False),
    sqlite_autoincrement=True,
)
