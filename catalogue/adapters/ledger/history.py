"""Reads what was: a record's versions over time, and pages and payloads as a source gave them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from catalogue.adapters.ledger import pages as page_rows
from catalogue.adapters.ledger import records as record_rows
from catalogue.adapters.ledger.keys import searchable
from catalogue.adapters.ledger.schema import pages, payloads, reports, retrievals, runs, versions
from catalogue.errors import NotFound
from catalogue.model.history import StoredPage, VersionFacts
from catalogue.model.records import Payload, StoredVersion
from catalogue.model.validation import Verdict

_FACTS = (
    versions.c.version_id,
    versions.c.number,
    versions.c.record_id,
    versions.c.created_at,
    versions.c.kind,
    reports.c.verdict,
    reports.c.profile,
    reports.c.violations,
    reports.c.warnings,
    versions.c.run_id,
    versions.c.pipeline_version,
    versions.c.received_hash,
    versions.c.normalised_hash,
    versions.c.page_url,
    versions.c.payload_hash,
)


def of_record(connection: Connection, record_id: str) -> list[VersionFacts]:
    record_rows.record(connection, record_id)
    query = (
        select(*_FACTS, payloads.c.size.is_not(None).label("payload_kept"))
        .join(reports, reports.c.report_id == versions.c.report_id)
        .outerjoin(payloads, payloads.c.payload_hash == versions.c.payload_hash)
        .where(versions.c.record_id == record_id)
        .order_by(versions.c.number.desc())
    )
    return [_facts(row) for row in connection.execute(query)]


def _facts(row: Any) -> VersionFacts:
    values = row._asdict()
    return VersionFacts(**{**values, "verdict": Verdict(row.verdict), "payload_kept": bool(row.payload_kept)})


def version_at(connection: Connection, record_id: str, at: datetime) -> StoredVersion:
    query = select(func.max(versions.c.number)).where(
        versions.c.record_id == record_id, versions.c.created_at <= at
    )
    number = connection.execute(query).scalar()
    if number is None:
        first = record_rows.record(connection, record_id).first_harvested_at
        raise NotFound(
            f"The record {record_id} was not known at {at:%Y-%m-%d %H:%M:%S} UTC.",
            advice=f"Its first version is of {first:%Y-%m-%d %H:%M:%S} UTC.",
            record_id=record_id,
        )
    return record_rows.version(connection, record_id, int(number))


def stored_pages(connection: Connection, slug: str) -> list[StoredPage]:
    last = select(func.max(runs.c.number)).where(runs.c.source == slug, runs.c.complete)
    complete = connection.execute(last).scalar() or 0
    query = (
        select(pages.c.url, pages.c.documents)
        # Runs may have been pruned: then their pages are as old as can be.
        .outerjoin(runs, runs.c.run_id == pages.c.run_id)
        .where(pages.c.source == slug, func.coalesce(runs.c.number, 0) >= complete)
        .order_by(func.coalesce(runs.c.number, 0).desc(), pages.c.read_at, pages.c.page_id)
    )
    return [StoredPage(row.url, tuple(row.documents)) for row in connection.execute(query)]


def payload_of(connection: Connection, slug: str, payload_hash: str, page_url: str) -> Payload:
    here = (retrievals.c.source == slug, retrievals.c.payload_hash == payload_hash)
    query = (
        select(retrievals)
        .where(*here)
        .order_by((retrievals.c.url == searchable(page_url)).desc(), retrievals.c.retrieved_at.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    body = connection.execute(select(payloads.c.body).where(payloads.c.payload_hash == payload_hash)).scalar()
    if row is None or body is None:
        raise page_rows.not_kept(payload_hash)
    return page_rows.from_row(row, body)
