"""Which catalogues list a record: rows of their own, for a dataset that leaves a catalogue is no other dataset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite

from catalogue.adapters.ledger.keys import searchable
from catalogue.adapters.ledger.rows import Stamp
from catalogue.adapters.ledger.schema import records
from catalogue.adapters.ledger.schema_memberships import memberships


def note(connection: Connection, slug: str, pairs: Sequence[tuple[str, str]], stamp: Stamp) -> None:
    """Keeps each (catalogue IRI, record id) once, with the run that met it last: one statement for all."""
    if not pairs:
        return
    kept = {(searchable(catalogue), record_id) for catalogue, record_id in pairs}
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    new = insert(memberships).values(
        record_id=bindparam("record_id"),
        catalogue=bindparam("catalogue"),
        source=slug,
        last_seen_run=stamp.run_id,
    )
    keys = [memberships.c.source, memberships.c.record_id, memberships.c.catalogue]
    marked = (
        new.on_conflict_do_update(index_elements=keys, set_={"last_seen_run": new.excluded.last_seen_run})
        if stamp.asked
        else new.on_conflict_do_nothing(index_elements=keys)
    )
    # In one order, so that no two writers wait for each other's rows.
    rows: list[dict[str, Any]] = [{"record_id": key, "catalogue": iri} for iri, key in sorted(kept)]
    connection.execute(marked, rows)


def forget_unmet(connection: Connection, slug: str, stamp: Stamp) -> None:
    """Drops what the run, which has read everything, did not meet. A record that it did not meet either may only be
    missing for a while: it keeps its memberships."""
    absent = exists().where(
        records.c.record_id == memberships.c.record_id, records.c.last_seen_run != stamp.run_id
    )
    connection.execute(
        delete(memberships).where(
            memberships.c.source == slug, memberships.c.last_seen_run != stamp.run_id, ~absent
        )
    )


def of_record(connection: Connection, record_id: str) -> list[str]:
    query = (
        select(memberships.c.catalogue)
        .join(
            records,
            (records.c.source == memberships.c.source) & (records.c.record_id == memberships.c.record_id),
        )
        .where(records.c.record_id == record_id)
    )
    # Sorted here: an order of the database's own depends on its collation.
    return sorted(connection.execute(query).scalars())
