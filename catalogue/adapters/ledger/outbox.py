"""Notices that wait to be delivered, and what became of the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from catalogue.adapters.ledger import catalog, conditions
from catalogue.adapters.ledger.schema_operations import outbox
from catalogue.model.conditions import SourceCondition
from catalogue.model.notices import Notice, NoticeKind, NoticeState, OutboxEntry
from catalogue.model.sources import NoticeTarget


def announce(
    connection: Connection,
    before: SourceCondition,
    after: SourceCondition,
    notices: Sequence[Notice],
    now: datetime,
) -> bool:
    """Writes the notices and what they speak of. False, and nothing written, when the source's runs have moved on or
    another one was faster."""
    stored = conditions.get(connection, before.source, locked=True)
    if (stored.ended_run, stored.announced_run) != (before.ended_run, before.announced_run):
        return False
    conditions.put(connection, after)
    add(connection, notices, now)
    return True


def add(connection: Connection, notices: Sequence[Notice], now: datetime) -> None:
    """A notice whose key is known was written before."""
    for notice in notices:
        known = connection.execute(select(outbox.c.number).where(outbox.c.notice_key == notice.key)).first()
        if known is None:
            connection.execute(insert(outbox).values(**_row(notice), created_at=now, next_try_at=now))


def is_due(connection: Connection, now: datetime) -> bool:
    """Whether any notice waits for this moment: a look without writing."""
    waiting = (outbox.c.state == NoticeState.WAITING.value, outbox.c.next_try_at <= now)
    return connection.execute(select(outbox.c.number).where(*waiting).limit(1)).first() is not None


def take_due(connection: Connection, limit: int, hold: timedelta, now: datetime) -> list[OutboxEntry]:
    """Waiting notices whose time has come, oldest first, counted as one more try. Nobody else gets them for `hold`;
    after it they are due again, whatever became of who took them."""
    due = (
        select(outbox.c.number)
        .where(outbox.c.state == NoticeState.WAITING.value, outbox.c.next_try_at <= now)
        .order_by(outbox.c.number)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    numbers = list(connection.execute(due).scalars())
    taken = update(outbox).where(outbox.c.number.in_(numbers))
    rows = connection.execute(
        taken.values(attempts=outbox.c.attempts + 1, next_try_at=now + hold).returning(outbox)
    )
    return [_entry(row) for row in sorted(rows, key=lambda row: row.number)]


def delivered(connection: Connection, key: str, now: datetime) -> None:
    values = {"state": NoticeState.DELIVERED.value, "delivered_at": now, "next_try_at": None, "reason": ""}
    connection.execute(update(outbox).where(outbox.c.notice_key == key).values(**values))


def postponed(connection: Connection, key: str, until: datetime | None, reason: str, now: datetime) -> None:
    """`until` is None when it is given up, which is an event."""
    values: dict[str, Any] = {"next_try_at": until, "reason": reason}
    if until is None:
        values["state"] = NoticeState.GIVEN_UP.value
    changed = update(outbox).where(outbox.c.notice_key == key).values(**values)
    row = connection.execute(changed.returning(outbox)).one()
    if until is None:
        catalog.add_event(
            connection, now, "notice-given-up", "notices", row.source or row.kind, detail=reason
        )


def latest(connection: Connection, slug: str | None, limit: int) -> list[OutboxEntry]:
    query = select(outbox).order_by(outbox.c.number.desc()).limit(limit)
    if slug is not None:
        query = query.where(outbox.c.source == slug)
    return [_entry(row) for row in connection.execute(query)]


def prune(connection: Connection, before: datetime) -> int:
    """Forgets what was delivered or given up before then."""
    old = delete(outbox).where(outbox.c.state != NoticeState.WAITING.value, outbox.c.created_at < before)
    return connection.execute(old).rowcount


def _row(notice: Notice) -> dict[str, Any]:
    return {
        "notice_key": notice.key,
        "kind": notice.kind.value,
        "source": notice.source,
        "target": notice.target.to,
        "secret": notice.target.secret,
        "subject": notice.subject,
        "body": notice.text,
        "facts": dict(notice.facts),
        "state": NoticeState.WAITING.value,
    }


def _entry(row: Row[Any]) -> OutboxEntry:
    return OutboxEntry(
        Notice(
            key=row.notice_key,
            kind=NoticeKind(row.kind),
            source=row.source,
            target=NoticeTarget(row.target, row.secret),
            subject=row.subject,
            text=row.body,
            facts=row.facts,
        ),
        NoticeState(row.state),
        row.created_at,
        row.attempts,
        row.next_try_at,
        row.delivered_at,
        row.reason,
    )
