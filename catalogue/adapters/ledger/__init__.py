"""The ledger on SQL: SQLite in the data folder by default, PostgreSQL by its URL. Not for projections or rules."""

from catalogue.adapters.ledger.ledger import SqlLedger, open_ledger

__all__ = ["SqlLedger", "open_ledger"]
