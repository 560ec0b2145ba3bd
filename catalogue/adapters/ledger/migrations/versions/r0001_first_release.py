"""The schema of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from catalogue.adapters.ledger.migrations.r0001_curation import create_curation_tables
from catalogue.adapters.ledger.migrations.r0001_operations import create_operations_tables
from catalogue.adapters.ledger.migrations.r0001_records import create_record_tables

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
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


def upgrade() -> None:
    _meta()
    _counters()
    _events()
    _sources()
    _source_descriptions()
    _runs()
    _outcomes()
    _pages()
    _page_records()
    create_record_tables()
    create_operations_tables()
    create_curation_tables()


def downgrade() -> None:
    raise NotImplementedError("An older release reads no newer ledger: restore a backup.")


def _meta() -> None:
    op.create_table(
        "meta",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_meta"),
    )


def _counters() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    table = sa.table("counters", sa.column("name"), sa.column("value"))
    op.bulk_insert(
        table, [{"name": name, "value": 0} for name in ("change", "version", "report", "curation")]
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_events"),
        sqlite_autoincrement=True,
    )


def _sources() -> None:
    op.create_table(
        "sources",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("harvester", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT),
        sa.Column("paused_at", INSTANT),
        sa.Column("scheduled_from", INSTANT),
        sa.PrimaryKeyConstraint("slug", name="pk_sources"),
    )


def _source_descriptions() -> None:
    op.create_table(
        "source_descriptions",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.slug"], name="fk_source_descriptions_source"),
        sa.PrimaryKeyConstraint("source", "number", name="pk_source_descriptions"),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("number", KEY, nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), server_default="0", nullable=False) for name in COUNTS),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("queued_at", INSTANT, nullable=False),
        sa.Column("scheduled_at", INSTANT),
        sa.Column("started_at", INSTANT),
        sa.Column("finished_at", INSTANT),
        sa.Column("heartbeat_at", INSTANT),
        sa.Column("lease_until", INSTANT),
        sa.Column("token", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("worker", sa.Text()),
        sa.Column("cancel_requested", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("outcome_rows", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("resume_cursor", sa.Text()),
        sa.Column("checkpoint", sa.JSON(none_as_null=True)),
        sa.Column("complete", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("evidence", sa.Text(), server_default="", nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("advice", sa.Text(), server_default="", nullable=False),
        sa.Column("resolution", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.slug"], name="fk_runs_source"),
        sa.PrimaryKeyConstraint("number", name="pk_runs"),
        sa.UniqueConstraint("run_id", name="uq_runs_run_id"),
        sa.UniqueConstraint("source", "scheduled_at", name="uq_runs_source"),
        sqlite_autoincrement=True,
    )
    _run_indexes()


def _run_indexes() -> None:
    op.create_index("ix_runs_source_number", "runs", ["source", "number"])
    op.create_index("ix_runs_state", "runs", ["state", "number"])
    op.create_index(
        "one_live_run_per_source",
        "runs",
        ["source"],
        unique=True,
        sqlite_where=sa.text("state IN ('queued', 'running')"),
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )


def _outcomes() -> None:
    op.create_table(
        "outcomes",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text()),
        sa.Column("dataset_id", sa.Text()),
        sa.Column("subject", sa.Text()),
        sa.Column("page_url", sa.Text()),
        sa.Column("position", sa.Text()),
        sa.Column("snippet", sa.Text()),
        sa.Column("code", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("advice", sa.Text()),
        sa.Column("title", sa.Text()),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name="fk_outcomes_run_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "ordinal", name="pk_outcomes"),
    )


def _pages() -> None:
    op.create_table(
        "pages",
        sa.Column("page_id", KEY, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("next_cursor", sa.Text()),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("payload_hash", sa.Text(), nullable=False),
        sa.Column("payload_hashes", sa.JSON(), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("records_hash", sa.Text(), nullable=False),
        sa.Column("shortcut_key", sa.Text(), server_default="", nullable=False),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("read_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.slug"], name="fk_pages_source"),
        sa.PrimaryKeyConstraint("page_id", name="pk_pages"),
        sa.UniqueConstraint("source", "url", name="uq_pages_source"),
    )


def _page_records() -> None:
    op.create_table(
        "page_records",
        sa.Column("page_id", KEY, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["page_id"], ["pages.page_id"], name="fk_page_records_page_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("page_id", "ordinal", name="pk_page_records"),
        sqlite_with_rowid=False,
    )
