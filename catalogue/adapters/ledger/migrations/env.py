"""Runs revisions on the connection that the ledger hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from catalogue.adapters.ledger import schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.meta.metadata,
    # We begin transactions ourselves, so SQLite's DDL is as transactional as PostgreSQL's.
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
