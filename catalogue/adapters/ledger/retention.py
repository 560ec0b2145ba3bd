"""Finds and forgets old runs and payloads, a few at a time. What is still needed is looked up again when it is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from catalogue.adapters.ledger.chunks import chunks
from catalogue.adapters.ledger.runs import LIVE
from catalogue.adapters.ledger.schema import outcomes, pages, payloads, records, retrievals, runs, versions

LINES = 5_000
"""Lines of a run that are deleted in one transaction."""


def old_runs(connection: Connection, before: datetime, last: int) -> list[str]:
    """Runs that ended before then, oldest first, without those that stay whatever their age."""
    rank = func.row_number().over(partition_by=runs.c.source, order_by=runs.c.number.desc())
    ranked = select(runs.c.number, rank.label("rank")).subquery()
    complete = select(func.max(runs.c.number)).where(runs.c.complete).group_by(runs.c.source)
    query = (
        select(runs.c.run_id)
        .join(ranked, ranked.c.number == runs.c.number)
        .where(
            ranked.c.rank > last,
            runs.c.finished_at < before,
            runs.c.state.not_in(LIVE),
            runs.c.number.not_in(complete),
        )
        .order_by(runs.c.number)
    )
    return list(connection.execute(query).scalars())


def drop_lines(connection: Connection, run_id: str) -> int:
    """Deletes a portion of the run's lines and returns how many."""
    some = select(outcomes.c.ordinal).where(outcomes.c.run_id == run_id).order_by(outcomes.c.ordinal)
    portion = some.limit(LINES).scalar_subquery()
    gone = delete(outcomes).where(outcomes.c.run_id == run_id, outcomes.c.ordinal.in_(portion))
    return connection.execute(gone).rowcount


def drop_run(connection: Connection, run_id: str) -> None:
    connection.execute(delete(runs).where(runs.c.run_id == run_id))


def old_payloads(
    connection: Connection, before: datetime, after: str, limit: int
) -> tuple[list[tuple[str, int]], str]:
    """Payloads (hash, size) stored before then that nothing needs, among the next `limit` ones after a hash; and the
    hash to go on after ("" at the end)."""
    query = (
        select(payloads.c.payload_hash, payloads.c.size)
        .where(payloads.c.stored_at < before, payloads.c.payload_hash > after)
        .order_by(payloads.c.payload_hash)
        .limit(limit)
    )
    found = [(row.payload_hash, row.size) for row in connection.execute(query)]
    kept = needed(connection, [payload_hash for payload_hash, _ in found])
    following = found[-1][0] if len(found) == limit else ""
    return [(payload_hash, size) for payload_hash, size in found if payload_hash not in kept], following


def drop_payloads(connection: Connection, hashes: Sequence[str]) -> list[str]:
    """Deletes those of the payloads that nothing needs, and returns them."""
    kept = needed(connection, hashes)
    gone = [payload_hash for payload_hash in hashes if payload_hash not in kept]
    for some in chunks(gone):
        connection.execute(delete(retrievals).where(retrievals.c.payload_hash.in_(some)))
        connection.execute(delete(payloads).where(payloads.c.payload_hash.in_(some)))
    return gone


def needed(connection: Connection, hashes: Sequence[str]) -> set[str]:
    """Those that a current version was made of, or that stand on a page as it was last read."""
    found: set[str] = set()
    for some in chunks(hashes):
        current = (
            select(versions.c.payload_hash)
            .join(records, records.c.current_version == versions.c.version_id)
            .where(versions.c.payload_hash.in_(some))
        )
        found.update(connection.execute(current).scalars())
    left = set(hashes) - found
    if left:
        for row in connection.execute(select(pages.c.payload_hash, pages.c.documents)):
            found.update(left.intersection((row.payload_hash, *row.documents)))
    return found
