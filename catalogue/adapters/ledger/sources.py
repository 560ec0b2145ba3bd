"""Registered sources and the descriptions of their root catalogues."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from catalogue.adapters.ledger import catalog, codec, conditions
from catalogue.adapters.ledger.schema import source_descriptions, sources
from catalogue.errors import Conflict, InvalidQuery, NotFound
from catalogue.model.harvest import HarvestSource, PublicationPolicy
from catalogue.model.identifiers import SLUG
from catalogue.model.sources import NoticeTarget


def add(connection: Connection, source: HarvestSource, by: str, now: datetime) -> HarvestSource:
    if not SLUG.match(source.slug):
        raise InvalidQuery(
            f"{source.slug!r} cannot name a source.",
            advice="Use 1 to 64 of a-z, 0-9 and hyphens, neither first nor last a hyphen.",
            parameter="slug",
        )
    known = connection.execute(select(sources).where(sources.c.slug == source.slug)).first()
    if known is None:
        connection.execute(
            insert(sources).values(
                slug=source.slug,
                url=source.url,
                added_at=now,
                scheduled_from=_scheduled_from(source, None, now),
                **_row(source),
            )
        )
        conditions.begin(connection, source.slug)
        kind = "source-added"
    else:
        _refuse_other_url(known, source)
        changed = update(sources).where(sources.c.slug == source.slug)
        since = _scheduled_from(source, known, now)
        connection.execute(changed.values(removed_at=None, scheduled_from=since, **_row(source)))
        kind = "source-changed" if known.removed_at is None else "source-revived"
    catalog.add_event(connection, now, kind, by, source.slug, detail=source.url)
    return get(connection, source.slug)


def _scheduled_from(source: HarvestSource, known: Row[Any] | None, now: datetime) -> datetime | None:
    """When the source's schedule came into force: what was due before it was set is not made up for."""
    if not source.schedule:
        return None
    if known is None or known.removed_at is not None:
        return now
    before = from_row(known)
    same = (before.schedule, before.time_zone) == (source.schedule, source.time_zone)
    return before.scheduled_from if same else now


def _refuse_other_url(known: Row[Any], source: HarvestSource) -> None:
    if known.url != source.url:
        raise Conflict(
            f"The name {source.slug} belongs to {known.url} and is never used for another URL.",
            advice="Choose another name for this source.",
            slug=source.slug,
        )


def get(connection: Connection, slug: str) -> HarvestSource:
    """The source, also when it was removed (see `removed_at`). NotFound when there never was one."""
    row = connection.execute(select(sources).where(sources.c.slug == slug)).first()
    if row is None:
        raise NotFound(f"There is no source {slug}.", advice="`pharos sources list` shows all.", slug=slug)
    return from_row(row)


def shown_of(connection: Connection, slug: str) -> tuple[str, str] | None:
    """What is shown of the source with each of its records: title and country. None when there is no such source."""
    row = connection.execute(select(sources.c.title, sources.c.country).where(sources.c.slug == slug)).first()
    return None if row is None else (row.title, row.country)


def all_of(connection: Connection, include_removed: bool) -> list[HarvestSource]:
    query = select(sources).order_by(sources.c.slug)
    if not include_removed:
        query = query.where(sources.c.removed_at.is_(None))
    return [from_row(row) for row in connection.execute(query)]


def mark_removed(connection: Connection, slug: str, by: str, now: datetime) -> None:
    connection.execute(update(sources).where(sources.c.slug == slug).values(removed_at=now))
    catalog.add_event(connection, now, "source-removed", by, slug)


def description(connection: Connection, slug: str) -> str | None:
    get(connection, slug)
    row = _latest_description(connection, slug)
    return None if row is None else codec.decompress(row.content)


def describe(connection: Connection, slug: str, text: str, run_id: str, now: datetime) -> None:
    """Adds a version of the description unless it equals the latest one."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    latest = _latest_description(connection, slug)
    if latest is not None and latest.content_hash == digest:
        return
    connection.execute(
        insert(source_descriptions).values(
            source=slug,
            number=1 if latest is None else latest.number + 1,
            content=codec.compress(text),
            content_hash=digest,
            run_id=run_id,
            created_at=now,
        )
    )


def _latest_description(connection: Connection, slug: str) -> Row[Any] | None:
    table = source_descriptions
    query = select(table).where(table.c.source == slug).order_by(table.c.number.desc()).limit(1)
    return connection.execute(query).first()


def _row(source: HarvestSource) -> dict[str, Any]:
    return {
        "harvester": source.harvester,
        "title": source.title,
        "country": source.country,
        "profile": source.profile,
        "policy": source.policy.value,
        "priority": source.priority,
        "settings": {
            "options": dict(source.options),
            "credentials": dict(source.credentials),
            "switched_off": list(source.switched_off),
            "schedule": source.schedule,
            "time_zone": source.time_zone,
            "notices": [[target.to, target.secret] for target in source.notices],
            "time_budget": source.time_budget,
        },
    }


def from_row(row: Row[Any]) -> HarvestSource:
    return HarvestSource(
        slug=row.slug,
        url=row.url,
        harvester=row.harvester,
        title=row.title,
        country=row.country,
        profile=row.profile,
        options=row.settings["options"],
        credentials=row.settings["credentials"],
        policy=PublicationPolicy(row.policy),
        priority=row.priority,
        switched_off=tuple(row.settings["switched_off"]),
        schedule=row.settings["schedule"],
        time_zone=row.settings["time_zone"],
        notices=tuple(NoticeTarget(*pair) for pair in row.settings["notices"]),
        time_budget=row.settings["time_budget"],
        added_at=row.added_at,
        removed_at=row.removed_at,
        paused_at=row.paused_at,
        scheduled_from=row.scheduled_from,
    )
