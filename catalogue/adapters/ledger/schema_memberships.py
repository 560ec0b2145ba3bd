"""The table of which catalogue lists what, as sources say it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table, Text

from catalogue.adapters.ledger.columns import metadata

# No foreign key to records: a catalogue's page may come before those of what it lists, and list what nobody describes.
memberships = Table(
    "memberships",
    metadata,
    Column("source", ForeignKey("sources.slug"), primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("catalogue", Text, primary_key=True),
    Column("last_seen_run", Text, nullable=False),
    sqlite_with_rowid=False,
)
