"""What the ledger knows of the catalogue itself: its base URL, and the events (who did what)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from catalogue.adapters.ledger.schema import events, meta
from catalogue.errors import ConfigurationError

BASE = "base"


def base(connection: Connection) -> str | None:
    return connection.execute(select(meta.c.value).where(meta.c.name == BASE)).scalar()


def record_base(connection: Connection, url: str) -> None:
    url = url.rstrip("/")
    known = base(connection)
    if known is None:
        connection.execute(insert(meta).values(name=BASE, value=url))
    elif known != url:
        raise ConfigurationError(
            f"This catalogue was first used as {known}, but PHAROS_BASE is now {url}.",
            advice=f"Set PHAROS_BASE={known}, or move the catalogue with `pharos rebase {url}`.",
        )


def move_base(connection: Connection, url: str, by: str, now: datetime) -> None:
    before = base(connection)
    connection.execute(delete(meta).where(meta.c.name == BASE))
    record_base(connection, url)
    add_event(connection, now, "base-moved", by, url.rstrip("/"), detail=f"from {before}" if before else "")


def add_event(
    connection: Connection, at: datetime, kind: str, by: str, subject: str, *, detail: str = ""
) -> None:
    connection.execute(insert(events).values(at=at, kind=kind, by=by, subject=subject, detail=detail))


def latest_events(connection: Connection, limit: int) -> list[tuple[datetime, str, str, str, str]]:
    columns = (events.c.at, events.c.kind, events.c.by, events.c.subject, events.c.detail)
    rows = connection.execute(select(*columns).order_by(events.c.event_id.desc()).limit(limit))
    return [(row.at, row.kind, row.by, row.subject, row.detail) for row in rows]
