"""Runs that a schedule asks for, who may ask for them, and sources that pause."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update

from catalogue.adapters.ledger import catalog, conditions, runs, sources
from catalogue.adapters.ledger.schema import sources as sources_table
from catalogue.adapters.ledger.schema_operations import leases
from catalogue.model.harvest import HarvestRun, HarvestSource, RunRequest

LEADER = "leader"


def enqueue(
    connection: Connection, slug: str, request: RunRequest, scheduled_at: datetime, now: datetime
) -> HarvestRun | None:
    """Uses up the scheduled time, and queues a run for it unless one is under way.

    None when the time was used before, when a run of the source is queued or running, or when it is not harvested
    any more.
    """
    condition = conditions.get(connection, slug, locked=True)
    if condition.scheduled_at is not None and condition.scheduled_at >= scheduled_at:
        return None
    source = sources.get(connection, slug)
    if source.removed_at is not None or source.paused_at is not None:
        return None
    conditions.put(connection, replace(condition, scheduled_at=scheduled_at))
    if runs.live_of(connection, slug) is not None:
        return None
    return runs.insert_queued(connection, slug, request, now, scheduled_at)


def lead(connection: Connection, holder: str, lease: timedelta, now: datetime) -> bool:
    """Takes or keeps the lead; False while another holder's lease lasts."""
    free = or_(leases.c.holder == holder, leases.c.until.is_(None), leases.c.until < now)
    taken = update(leases).where(leases.c.name == LEADER, free).values(holder=holder, until=now + lease)
    return connection.execute(taken).rowcount == 1


def leads_until(connection: Connection, holder: str) -> datetime | None:
    """The end of the holder's lease, or None when it is not the leader."""
    query = select(leases.c.until).where(leases.c.name == LEADER, leases.c.holder == holder)
    return connection.execute(query).scalar()


def resign(connection: Connection, holder: str) -> None:
    mine = update(leases).where(leases.c.name == LEADER, leases.c.holder == holder)
    connection.execute(mine.values(holder="", until=None))


def pause(connection: Connection, slug: str, by: str, now: datetime) -> HarvestSource:
    source = sources.get(connection, slug)
    if source.paused_at is not None:
        return source
    connection.execute(update(sources_table).where(sources_table.c.slug == slug).values(paused_at=now))
    runs.stop_paused(connection, slug, by, now)
    catalog.add_event(connection, now, "source-paused", by, slug)
    return sources.get(connection, slug)


def resume(connection: Connection, slug: str, by: str, now: datetime) -> HarvestSource:
    source = sources.get(connection, slug)
    if source.paused_at is None:
        return source
    since = now if source.schedule else None
    changed = update(sources_table).where(sources_table.c.slug == slug)
    connection.execute(changed.values(paused_at=None, scheduled_from=since))
    catalog.add_event(connection, now, "source-resumed", by, slug)
    return sources.get(connection, slug)
