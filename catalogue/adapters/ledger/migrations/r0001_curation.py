"""Part of revision 0001: the operator's statements, and erasures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

INSTANT = sa.DateTime(timezone=True)


def create_curation_tables() -> None:
    _curations()
    _erasures()


def _curations() -> None:
    op.create_table(
        "curations",
        sa.Column("curation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("statements", sa.LargeBinary()),
        sa.Column("replaced", sa.JSON(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("curation_id", name="pk_curations"),
        sa.UniqueConstraint("dataset_id", "number", name="uq_curations_dataset_id"),
    )


def _erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("iri_hash", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("erased_at", INSTANT, nullable=False),
        sa.Column("allowed_at", INSTANT),
        sa.ForeignKeyConstraint(["source"], ["sources.slug"], name="fk_erasures_source"),
        sa.PrimaryKeyConstraint("record_id", name="pk_erasures"),
    )
    op.create_index("ix_erasures_dataset_id", "erasures", ["dataset_id"])
    op.create_index("ix_erasures_source", "erasures", ["source", "allowed_at"])
