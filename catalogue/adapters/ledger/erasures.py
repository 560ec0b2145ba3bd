"""Erases records, and refuses erased ones that their source still offers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, or_, select, update

from catalogue.adapters.ledger import catalog, codec, curations
from catalogue.adapters.ledger.chunks import chunks
from catalogue.adapters.ledger.schema import (
    identifiers,
    outcomes,
    page_records,
    pages,
    payloads,
    records,
    reports,
    retrievals,
    runs,
    versions,
)
from catalogue.adapters.ledger.schema_curation import erasures
from catalogue.adapters.ledger.schema_memberships import memberships
from catalogue.errors import Gone, NotFound
from catalogue.model.erasure import Erasure
from catalogue.rdf.mentions import mentions

REASON = "erased"


def of_record(connection: Connection, record_id: str) -> Erasure | None:
    row = connection.execute(select(erasures).where(erasures.c.record_id == record_id)).first()
    return None if row is None else _erasure(row)


def latest(connection: Connection, limit: int) -> list[Erasure]:
    rows = connection.execute(select(erasures).order_by(erasures.c.erased_at.desc()).limit(limit))
    return [_erasure(row) for row in rows]


def gone(connection: Connection, record_id: str) -> Gone | None:
    """What is said of an erased record; None when it was not erased."""
    erased = of_record(connection, record_id)
    return None if erased is None else _gone(erased.erased_at)


def gone_dataset(connection: Connection, dataset_id: str) -> Gone | None:
    """What is said of a dataset whose last record was erased."""
    query = select(erasures.c.erased_at).where(erasures.c.dataset_id == dataset_id)
    when = connection.execute(query.order_by(erasures.c.erased_at.desc()).limit(1)).scalar()
    return None if when is None else _gone(when)


def _gone(when: datetime) -> Gone:
    return Gone(
        f"This record was erased on {when:%Y-%m-%d}: nothing of it is kept here.",
        advice="Ask its source, or whoever runs this catalogue.",
        erased_at=when,
    )


def banned(connection: Connection, slug: str) -> frozenset[str]:
    """Records of the source that were erased and may not come back."""
    query = select(erasures.c.record_id).where(erasures.c.source == slug, erasures.c.allowed_at.is_(None))
    return frozenset(connection.execute(query).scalars())


def allow(connection: Connection, record_id: str, by: str, now: datetime) -> Erasure:
    """NotFound when the record was not erased. Allowed again, it stays allowed since the first time."""
    erased = of_record(connection, record_id)
    if erased is None:
        raise NotFound(f"No record {record_id} was erased.", advice="`pharos records erased` lists them.")
    if erased.allowed_at is not None:
        return erased
    connection.execute(update(erasures).where(erasures.c.record_id == record_id).values(allowed_at=now))
    catalog.add_event(connection, now, "record-allowed", by, record_id)
    return replace(erased, allowed_at=now)


def note(connection: Connection, row: Row[Any], by: str, reason: str, now: datetime) -> Erasure:
    """Writes down that the record (a row of `records`) is erased now."""
    erased = Erasure(
        record_id=row.record_id,
        dataset_id=row.dataset_id,
        source=row.source,
        iri_hash=hashlib.sha256(row.subject.encode()).hexdigest(),
        by=by,
        reason=reason,
        erased_at=now,
    )
    connection.execute(delete(erasures).where(erasures.c.record_id == row.record_id))
    values = {name: getattr(erased, name) for name in erasures.c.keys()}  # noqa: SIM118 - no mapping
    connection.execute(insert(erasures), [values])
    detail = f"IRI sha256:{erased.iri_hash}" + (f"; {reason}" if reason else "")
    catalog.add_event(connection, now, "record-purged", by, row.record_id, detail=detail)
    return erased


def stamp_withdrawn(connection: Connection, record_id: str, now: datetime) -> None:
    """The record is no longer one that may be shown."""
    connection.execute(
        update(records)
        .where(records.c.record_id == record_id)
        .values(withdrawn_at=now, withdrawal_reason=REASON)
    )


def drop_record(connection: Connection, row: Row[Any]) -> int:
    """Deletes everything of a record that is not shown, and returns how many versions that were."""
    record_id = row.record_id
    _scrub_lines(connection, row)
    own = select(versions.c.version_id).where(versions.c.record_id == record_id)
    connection.execute(delete(reports).where(reports.c.version_id.in_(own)))
    count = connection.execute(delete(versions).where(versions.c.record_id == record_id)).rowcount
    connection.execute(delete(identifiers).where(identifiers.c.record_id == record_id))
    connection.execute(delete(memberships).where(memberships.c.record_id == record_id))
    _forget_pages(connection, row)
    connection.execute(delete(records).where(records.c.record_id == record_id))
    others = select(records.c.record_id).where(records.c.dataset_id == row.dataset_id).limit(1)
    if connection.execute(others).first() is None:
        curations.forget(connection, row.dataset_id)
    return count


def _forget_pages(connection: Connection, row: Row[Any]) -> None:
    """Pages that held it, or that a harvester noted its IRI of, are read whole the next time."""
    on = select(page_records.c.page_id).where(page_records.c.record_id == row.record_id)
    noted = and_(pages.c.source == row.source, pages.c.notes.contains(row.subject, autoescape=True))
    void = {"shortcut_key": "", "etag": None, "last_modified": None, "notes": ""}
    connection.execute(update(pages).where(or_(pages.c.page_id.in_(on), noted)).values(void))
    connection.execute(delete(page_records).where(page_records.c.record_id == row.record_id))


def _scrub_lines(connection: Connection, row: Row[Any]) -> None:
    """Lines of runs keep that something was met, not what."""
    ours = select(runs.c.run_id).where(runs.c.source == row.source)
    named = or_(
        outcomes.c.record_id == row.record_id,
        outcomes.c.subject == row.subject,
        outcomes.c.snippet.contains(row.subject, autoescape=True),
        outcomes.c.reason.contains(row.subject, autoescape=True),
    )
    nothing = dict.fromkeys(("subject", "page_url", "position", "snippet", "title", "advice"))
    statement = update(outcomes).where(outcomes.c.run_id.in_(ours), named)
    connection.execute(statement.values({**nothing, "reason": "The record was erased."}))


def payloads_known(connection: Connection, row: Row[Any]) -> set[str]:
    """Payloads that hold the record for all we know: those its versions were made of, and everything that was ever
    found at the addresses of these and of its pages."""
    made_of = select(versions.c.payload_hash).where(versions.c.record_id == row.record_id)
    found = set(connection.execute(made_of).scalars())
    urls = set(
        connection.execute(
            select(versions.c.page_url).where(versions.c.record_id == row.record_id).distinct()
        ).scalars()
    )
    held = select(pages.c.url, pages.c.documents, pages.c.payload_hash).join(
        page_records, page_records.c.page_id == pages.c.page_id
    )
    for page in connection.execute(held.where(page_records.c.record_id == row.record_id)):
        urls.add(page.url)
        # Of a page of many documents the record is in one or two, which its versions or their words tell.
        if len(page.documents) < 2:
            found.update((*page.documents, page.payload_hash))
    for some in chunks(sorted(found - {""})):
        here = retrievals.c.source == row.source, retrievals.c.payload_hash.in_(some)
        urls.update(connection.execute(select(retrievals.c.url).where(*here)).scalars())
    for some in chunks(sorted(urls)):
        here = retrievals.c.source == row.source, retrievals.c.url.in_(some)
        found.update(connection.execute(select(retrievals.c.payload_hash).where(*here)).scalars())
    return found


def drop_payloads(connection: Connection, hashes: Sequence[str]) -> int:
    """Deletes the payloads, whatever else is made of them."""
    count = 0
    for some in chunks(hashes):
        connection.execute(delete(retrievals).where(retrievals.c.payload_hash.in_(some)))
        count += connection.execute(delete(payloads).where(payloads.c.payload_hash.in_(some))).rowcount
    return count


def payloads_naming(connection: Connection, slug: str, since: datetime, iris: Sequence[str]) -> list[str]:
    """Payloads of the source, stored since then, that name one of the IRIs."""
    query = (
        select(payloads.c.body, retrievals)
        .join(retrievals, retrievals.c.payload_hash == payloads.c.payload_hash)
        .where(retrievals.c.source == slug, payloads.c.stored_at >= since)
    )
    found: dict[str, None] = {}
    for row in connection.execute(query.execution_options(yield_per=20)):
        said = {"media_type": row.media_type, "charset": row.charset, "syntax": row.syntax}
        if mentions(codec.decompress_body(row.body), row.url, iris, **said):
            found[row.payload_hash] = None
    return list(found)


def _erasure(row: Row[Any]) -> Erasure:
    return Erasure(**row._asdict())
