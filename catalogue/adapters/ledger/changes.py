"""Reads the sequence of changes that every projection follows."""

from __future__ import annotations

from sqlalchemy import Connection, select

from catalogue.adapters.ledger.schema import changes
from catalogue.model.records import Change, ChangeKind


def after(connection: Connection, seq: int, limit: int) -> list[Change]:
    query = select(changes).where(changes.c.seq > seq).order_by(changes.c.seq).limit(limit)
    return [
        Change(
            seq=row.seq,
            dataset_id=row.dataset_id,
            record_id=row.record_id,
            kind=ChangeKind(row.kind),
            before=row.before,
            after=row.after,
            at=row.at,
            before_report=row.before_report,
            after_report=row.after_report,
            before_curation=row.before_curation,
            after_curation=row.after_curation,
        )
        for row in connection.execute(query)
    ]
