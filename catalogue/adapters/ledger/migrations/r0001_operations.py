"""Part of revision 0001: how sources are doing, who leads, what is to be told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def create_operations_tables() -> None:
    _conditions()
    _totals()
    _leases()
    _outbox()


def _conditions() -> None:
    op.create_table(
        "conditions",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("health", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed_at", INSTANT),
        sa.Column("retry_at", INSTANT),
        sa.Column("ended_run", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("last_complete_at", INSTANT),
        sa.Column("last_full_at", INSTANT),
        sa.Column("scheduled_at", INSTANT),
        sa.Column("announced_run", sa.Text(), server_default="", nullable=False),
        sa.Column("announced_health", sa.Text(), nullable=False),
        sa.Column("conformance", sa.Float()),
        sa.ForeignKeyConstraint(["source"], ["sources.slug"], name="fk_conditions_source"),
        sa.PrimaryKeyConstraint("source", name="pk_conditions"),
    )


def _totals() -> None:
    op.create_table(
        "run_totals",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("runs", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.slug"], name="fk_run_totals_source"),
        sa.PrimaryKeyConstraint("source", "state", "code", name="pk_run_totals"),
    )
    op.create_table(
        "record_totals",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.slug"], name="fk_record_totals_source"),
        sa.PrimaryKeyConstraint("source", "state", name="pk_record_totals"),
    )


def _leases() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", INSTANT),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    table = sa.table("leases", sa.column("name"), sa.column("holder"))
    op.bulk_insert(table, [{"name": "leader", "holder": ""}])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("number", KEY, nullable=False),
        sa.Column("notice_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_try_at", INSTANT),
        sa.Column("delivered_at", INSTANT),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_outbox"),
        sa.UniqueConstraint("notice_key", name="uq_outbox_notice_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_state", "outbox", ["state", "next_try_at"])
