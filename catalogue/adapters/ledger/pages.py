"""Pages as they were last read, and the payloads they came in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, tuple_, update

from catalogue.adapters.ledger import codec
from catalogue.adapters.ledger.chunks import chunks
from catalogue.adapters.ledger.keys import searchable
from catalogue.adapters.ledger.rows import Stamp
from catalogue.adapters.ledger.schema import page_records, pages, payloads, retrievals
from catalogue.errors import NotFound
from catalogue.model.harvest import PageMark, RememberedPage, Validators
from catalogue.model.records import Payload


def stored(connection: Connection, hashes: Iterable[str]) -> set[str]:
    """Those of the payload hashes whose bodies are in the ledger."""
    found: set[str] = set()
    for some in chunks(list(hashes)):
        query = select(payloads.c.payload_hash).where(payloads.c.payload_hash.in_(some))
        found.update(connection.execute(query).scalars())
    return found


def keep_payloads(
    connection: Connection,
    slug: str,
    items: Iterable[Payload],
    bodies: Mapping[str, bytes],
    stamp: Stamp,
) -> None:
    """Stores each body once, and that it was found at this URL. `bodies` are compressed, by hash."""
    by_hash = {item.payload_hash: item for item in items}
    known = stored(connection, by_hash)
    new = [
        {
            "payload_hash": digest,
            "body": bodies.get(digest) or codec.compress_body(item.body),
            "size": len(item.body),
            "stored_at": stamp.now,
        }
        for digest, item in by_hash.items()
        if digest not in known
    ]
    if new:
        connection.execute(insert(payloads), new)
    _keep_retrievals(connection, slug, items, stamp)


def _keep_retrievals(connection: Connection, slug: str, items: Iterable[Payload], stamp: Stamp) -> None:
    wanted = {(searchable(item.url), item.payload_hash): item for item in items}
    table = retrievals
    known: set[tuple[str, str]] = set()
    for some in chunks(list(wanted), 5_000):
        query = select(table.c.url, table.c.payload_hash).where(
            table.c.source == slug, tuple_(table.c.url, table.c.payload_hash).in_(some)
        )
        known.update((row.url, row.payload_hash) for row in connection.execute(query))
    new = [
        {
            "source": slug,
            "url": url,
            "payload_hash": digest,
            "media_type": item.media_type,
            "charset": item.charset,
            "syntax": item.syntax,
            "status": item.status,
            "retrieved_at": item.retrieved_at or stamp.now,
            "run_id": stamp.run_id,
        }
        for (url, digest), item in wanted.items()
        if (url, digest) not in known
    ]
    if new:
        connection.execute(insert(table), new)


def payload(connection: Connection, payload_hash: str) -> Payload:
    """The payload as it was retrieved last. NotFound when it is not (or no longer) kept."""
    query = (
        select(payloads.c.body, retrievals)
        .join(retrievals, retrievals.c.payload_hash == payloads.c.payload_hash)
        .where(payloads.c.payload_hash == payload_hash)
        .order_by(retrievals.c.retrieved_at.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        raise not_kept(payload_hash)
    return from_row(row, row.body)


def not_kept(payload_hash: str) -> NotFound:
    return NotFound(
        "This payload is not kept (any more).",
        advice="How long payloads are kept is set by PHAROS_KEEP_PAYLOADS_DAYS.",
        payload_hash=payload_hash,
    )


def from_row(row: Row[Any], body: bytes) -> Payload:
    """The payload of a row of `retrievals`."""
    return Payload(
        url=row.url,
        body=codec.decompress_body(body),
        payload_hash=row.payload_hash,
        media_type=row.media_type,
        charset=row.charset,
        syntax=row.syntax,
        retrieved_at=row.retrieved_at,
        status=row.status,
    )


def remember(connection: Connection, slug: str, marks: Iterable[PageMark], stamp: Stamp) -> None:
    """Writes what is new of each page; its list of records only when that changed."""
    for mark in marks:
        digest = hashlib.sha256("\n".join(mark.record_ids).encode()).hexdigest()
        url = searchable(mark.url)
        here = (pages.c.source == slug) & (pages.c.url == url)
        known = connection.execute(select(pages.c.page_id, pages.c.records_hash).where(here)).first()
        values = _page_values(mark, digest, stamp)
        if known is None:
            new = insert(pages).values({"source": slug, "url": url, "documents": [], **values})
            new = new.returning(pages.c.page_id)
            page_id = connection.execute(new).scalar_one()
        else:
            page_id = known.page_id
            connection.execute(update(pages).where(pages.c.page_id == page_id).values(values))
        if known is None or known.records_hash != digest:
            _list_records(connection, page_id, mark.record_ids)


def _page_values(mark: PageMark, records_hash: str, stamp: Stamp) -> dict[str, Any]:
    # A page that was passed over keeps the documents that it was read from.
    read = {"documents": list(mark.payload_hashes)} if mark.payload_hashes else {}
    return {
        **read,
        "cursor": mark.cursor,
        "next_cursor": mark.next_cursor,
        "etag": mark.validators.etag,
        "last_modified": mark.validators.last_modified,
        "payload_hash": mark.payload_hash,
        "payload_hashes": list(mark.payload_hashes),
        "records_hash": records_hash,
        "shortcut_key": mark.key,
        "notes": mark.notes,
        "run_id": stamp.run_id,
        "read_at": stamp.now,
    }


def _list_records(connection: Connection, page_id: int, record_ids: tuple[str, ...]) -> None:
    connection.execute(delete(page_records).where(page_records.c.page_id == page_id))
    rows = [{"page_id": page_id, "ordinal": n, "record_id": key} for n, key in enumerate(record_ids)]
    if rows:
        connection.execute(insert(page_records), rows)


def of_run(connection: Connection, run_id: str) -> list[PageMark]:
    """The pages that a run has committed so far, in order."""
    found = []
    for row in connection.execute(
        select(pages).where(pages.c.run_id == run_id).order_by(pages.c.read_at, pages.c.page_id)
    ):
        listed = select(page_records.c.record_id).where(page_records.c.page_id == row.page_id)
        found.append(
            PageMark(
                url=row.url,
                cursor=row.cursor,
                next_cursor=row.next_cursor,
                validators=Validators(row.etag, row.last_modified),
                payload_hash=row.payload_hash,
                record_ids=tuple(connection.execute(listed.order_by(page_records.c.ordinal)).scalars()),
                payload_hashes=tuple(row.payload_hashes),
                notes=row.notes,
            )
        )
    return found


def remembered(connection: Connection, slug: str, url: str) -> RememberedPage | None:
    row = connection.execute(
        select(pages).where(pages.c.source == slug, pages.c.url == searchable(url))
    ).first()
    if row is None:
        return None
    listed = select(page_records.c.record_id).where(page_records.c.page_id == row.page_id)
    return RememberedPage(
        url=url,
        validators=Validators(row.etag, row.last_modified),
        payload_hash=row.payload_hash,
        next_cursor=row.next_cursor,
        record_ids=tuple(connection.execute(listed.order_by(page_records.c.ordinal)).scalars()),
        key=row.shortcut_key,
        notes=row.notes,
    )
