"""Why a dataset that somebody asks for is not shown."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from catalogue.adapters.ledger import curations, erasures
from catalogue.adapters.ledger.schema import changes
from catalogue.errors import Gone, NotFound
from catalogue.model.curation import hidden
from catalogue.model.records import StoredRecord


def not_published(
    connection: Connection, dataset_id: str, described: Sequence[StoredRecord]
) -> NotFound | Gone:
    """`described`: what is stored of it, from any source."""
    unknown = NotFound(f"There is no dataset {dataset_id}.", dataset_id=dataset_id)
    if not described:
        return erasures.gone_dataset(connection, dataset_id) or unknown
    if curations.is_hidden(connection, dataset_id):
        return hidden(dataset_id)
    if any(record.withdrawn_at is None for record in described):
        return NotFound(
            f"The dataset {dataset_id} is known but not published: its source publishes conformant records only.",
            dataset_id=dataset_id,
        )
    was_published = select(changes.c.seq).where(changes.c.dataset_id == dataset_id).limit(1)
    if connection.execute(was_published).first() is None:
        return unknown
    when = max(record.withdrawn_at for record in described if record.withdrawn_at is not None)
    return Gone(
        f"The dataset {dataset_id} was withdrawn on {when:%Y-%m-%d}.",
        dataset_id=dataset_id,
        withdrawn_at=when,
    )
