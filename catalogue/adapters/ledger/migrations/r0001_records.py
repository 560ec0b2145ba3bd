"""Part of revision 0001: payloads, records, versions, what is published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

INSTANT = sa.DateTime(timezone=True)


def create_record_tables() -> None:
    _payloads()
    _retrievals()
    _records()
    _versions()
    _reports()
    _identifiers()
    _published()
    _changes()
    _memberships()


def _payloads() -> None:
    op.create_table(
        "payloads",
        sa.Column("payload_hash", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("stored_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("payload_hash", name="pk_payloads"),
    )


def _retrievals() -> None:
    op.create_table(
        "retrievals",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("payload_hash", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text()),
        sa.Column("charset", sa.Text()),
        sa.Column("syntax", sa.Text()),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("retrieved_at", INSTANT, nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payload_hash"], ["payloads.payload_hash"], name="fk_retrievals_payload_hash"
        ),
        sa.ForeignKeyConstraint(["source"], ["sources.slug"], name="fk_retrievals_source"),
        sa.PrimaryKeyConstraint("source", "url", "payload_hash", name="pk_retrievals"),
    )
    op.create_index("ix_retrievals_payload_hash", "retrievals", ["payload_hash", "retrieved_at"])


def _records() -> None:
    op.create_table(
        "records",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("primary_class", sa.Text(), nullable=False),
        sa.Column("current_version", sa.BigInteger(), nullable=False),
        sa.Column("version_count", sa.Integer(), nullable=False),
        sa.Column("received_hash", sa.Text(), nullable=False),
        sa.Column("normalised_hash", sa.Text(), nullable=False),
        sa.Column("pipeline_version", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("bundle_hash", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("first_seen_at", INSTANT, nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.Column("last_seen_run", sa.Text(), nullable=False),
        sa.Column("missing_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("missing_run", sa.Text()),
        sa.Column("withdrawn_at", INSTANT),
        sa.Column("withdrawal_reason", sa.Text()),
        sa.ForeignKeyConstraint(["source"], ["sources.slug"], name="fk_records_source"),
        sa.PrimaryKeyConstraint("record_id", name="pk_records"),
    )
    op.create_index("ix_records_dataset_id", "records", ["dataset_id"])
    op.create_index("ix_records_source_subject", "records", ["source", sa.text("substr(subject, 1, 400)")])
    op.create_index("ix_records_subject", "records", ["subject"], postgresql_using="hash")


def _versions() -> None:
    op.create_table(
        "versions",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("primary_class", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("received", sa.LargeBinary()),
        sa.Column("received_hash", sa.Text(), nullable=False),
        sa.Column("normalised_hash", sa.Text(), nullable=False),
        sa.Column("repairs", sa.JSON(), nullable=False),
        sa.Column("page_url", sa.Text(), nullable=False),
        sa.Column("payload_hash", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("pipeline_version", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.record_id"], name="fk_versions_record_id"),
        sa.PrimaryKeyConstraint("version_id", name="pk_versions"),
        sa.UniqueConstraint("record_id", "number", name="uq_versions_record_id"),
    )
    op.create_index("ix_versions_payload_hash", "versions", ["payload_hash"])


def _reports() -> None:
    op.create_table(
        "reports",
        sa.Column("report_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("engine_version", sa.Text(), nullable=False),
        sa.Column("bundle_hash", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("violations", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("infos", sa.Integer(), nullable=False),
        sa.Column("results", sa.LargeBinary()),
        sa.Column("checked_at", INSTANT, nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["versions.version_id"], name="fk_reports_version_id"),
        sa.PrimaryKeyConstraint("report_id", name="pk_reports"),
    )
    op.create_index("ix_reports_version_id", "reports", ["version_id"])


def _identifiers() -> None:
    op.create_table(
        "identifiers",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.record_id"], name="fk_identifiers_record_id"),
        sa.PrimaryKeyConstraint("record_id", "value", name="pk_identifiers"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_identifiers_value", "identifiers", ["value"])


def _published() -> None:
    op.create_table(
        "published",
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("curation_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(["record_id"], ["records.record_id"], name="fk_published_record_id"),
        sa.ForeignKeyConstraint(["version_id"], ["versions.version_id"], name="fk_published_version_id"),
        sa.PrimaryKeyConstraint("dataset_id", name="pk_published"),
    )
    op.create_index("ix_published_record_id", "published", ["record_id"])


def _changes() -> None:
    op.create_table(
        "changes",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("before", sa.BigInteger()),
        sa.Column("before_report", sa.BigInteger()),
        sa.Column("before_curation", sa.BigInteger()),
        sa.Column("after", sa.BigInteger()),
        sa.Column("after_report", sa.BigInteger()),
        sa.Column("after_curation", sa.BigInteger()),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_changes"),
    )
    op.create_index("ix_changes_dataset_id", "changes", ["dataset_id", "seq"])


def _memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("catalogue", sa.Text(), nullable=False),
        sa.Column("last_seen_run", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.slug"], name="fk_memberships_source"),
        sa.PrimaryKeyConstraint("source", "record_id", "catalogue", name="pk_memberships"),
        sqlite_with_rowid=False,
    )
