"""Reads records, versions and what is published of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select, union

from catalogue.adapters.ledger import codec, curations, erasures, sources
from catalogue.adapters.ledger.chunks import chunks
from catalogue.adapters.ledger.keys import searchable
from catalogue.adapters.ledger.schema import (
    BY_SUBJECT,
    identifiers,
    published,
    records,
    reports,
    versions,
)
from catalogue.adapters.ledger.unpublished import not_published
from catalogue.errors import InvalidQuery, NotFound
from catalogue.model.curation import Curation
from catalogue.model.records import PublishedState, RecordState, StoredRecord, StoredVersion
from catalogue.model.validation import ValidationReport, Verdict

_STATE = (
    records.c.record_id,
    records.c.received_hash,
    records.c.normalised_hash,
    records.c.pipeline_version,
    records.c.profile,
    records.c.bundle_hash,
    records.c.current_version,
    records.c.withdrawn_at,
)


def states(connection: Connection, record_ids: Sequence[str]) -> dict[str, RecordState]:
    found: dict[str, RecordState] = {}
    for some in chunks(record_ids):
        for row in connection.execute(select(*_STATE).where(records.c.record_id.in_(some))):
            found[row.record_id] = RecordState(*row)
    return found


def _records() -> Select[Any]:
    shown = published.c.record_id.is_not(None).label("published")
    return select(records, shown).outerjoin(published, published.c.record_id == records.c.record_id)


def record(connection: Connection, record_id: str) -> StoredRecord:
    row = connection.execute(_records().where(records.c.record_id == record_id)).first()
    if row is None:
        raise erasures.gone(connection, record_id) or NotFound(
            f"There is no record {record_id}.", record_id=record_id
        )
    return _stored_record(row)


def of_dataset(connection: Connection, dataset_id: str) -> list[StoredRecord]:
    rows = connection.execute(
        _records().where(records.c.dataset_id == dataset_id).order_by(records.c.first_seen_at)
    )
    return sorted(map(_stored_record, rows), key=lambda r: (not r.published, r.withdrawn_at is not None))


def of_source(connection: Connection, slug: str, limit: int, offset: int) -> list[StoredRecord]:
    sources.get(connection, slug)
    query = _records().where(records.c.source == slug).order_by(BY_SUBJECT, records.c.record_id)
    return [_stored_record(row) for row in connection.execute(query.limit(limit).offset(offset))]


def _stored_record(row: Row[Any]) -> StoredRecord:
    return StoredRecord(
        record_id=row.record_id,
        dataset_id=row.dataset_id,
        source=row.source,
        subject=row.subject,
        current_version=row.current_version,
        version_count=row.version_count,
        verdict=Verdict(row.verdict),
        first_harvested_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        published=bool(row.published),
        withdrawn_at=row.withdrawn_at,
    )


_REPORT = [
    c.label(f"report_{c.name}") for c in reports.c if c.name not in ("version_id", "run_id", "report_id")
]


def _versions() -> Select[Any]:
    """Versions with the latest report of each; columns that two tables name alike get the report's name in front."""
    return (
        select(versions, records.c.source, records.c.first_seen_at, *_REPORT)
        .join(records, records.c.record_id == versions.c.record_id)
        .join(reports, reports.c.report_id == versions.c.report_id)
    )


def version(connection: Connection, record_id: str, number: int | None) -> StoredVersion:
    current = versions.c.version_id == records.c.current_version
    wanted = current if number is None else versions.c.number == number
    row = connection.execute(_versions().where(versions.c.record_id == record_id, wanted)).first()
    if row is None:
        if (erased := erasures.gone(connection, record_id)) is not None:
            raise erased
        what = f"record {record_id}" if number is None else f"version {number} of record {record_id}"
        raise NotFound(f"There is no {what}.", record_id=record_id)
    return _stored_version(row)


def states_of(
    connection: Connection, states: Sequence[PublishedState]
) -> dict[PublishedState, StoredVersion]:
    """Versions, each with the report and under the curation that it is published with."""
    plain = versions_of(connection, sorted({version_id for version_id, *_ in states}))
    wanted = sorted({report_id for _, report_id, _ in states})
    said: dict[int, Curation | None] = {0: None}
    said.update(curations.by_id(connection, sorted({state[2] for state in states} - {0})))
    judged: dict[int, ValidationReport] = {}
    for some in chunks(wanted):
        for row in connection.execute(
            select(reports.c.report_id, *_REPORT).where(reports.c.report_id.in_(some))
        ):
            judged[row.report_id] = _report(row)
    return {
        (version_id, report_id, curation_id): replace(
            plain[version_id], report=judged[report_id], curation=said[curation_id]
        )
        for version_id, report_id, curation_id in states
        if version_id in plain and report_id in judged and curation_id in said
    }


def versions_of(connection: Connection, version_ids: Sequence[int]) -> dict[int, StoredVersion]:
    found: dict[int, StoredVersion] = {}
    for some in chunks(version_ids):
        for row in connection.execute(_versions().where(versions.c.version_id.in_(some))):
            found[row.version_id] = _stored_version(row)
    return found


def _stored_version(row: Row[Any]) -> StoredVersion:
    content = codec.decompress(row.content)
    return StoredVersion(
        version_id=row.version_id,
        number=row.number,
        record_id=row.record_id,
        dataset_id=row.dataset_id,
        source=row.source,
        subject=row.subject,
        primary_class=row.primary_class,
        content=content,
        received=content if row.received is None else codec.decompress(row.received),
        received_hash=row.received_hash,
        normalised_hash=row.normalised_hash,
        repairs=codec.decode_repairs(row.repairs),
        page_url=row.page_url,
        payload_hash=row.payload_hash,
        run_id=row.run_id,
        created_at=row.created_at,
        first_harvested_at=row.first_seen_at,
        pipeline_version=row.pipeline_version,
        report=_report(row),
    )


def _report(row: Row[Any]) -> ValidationReport:
    return ValidationReport(
        profile=row.report_profile,
        engine=row.report_engine,
        engine_version=row.report_engine_version,
        bundle_hash=row.report_bundle_hash,
        results=codec.decode_results(row.report_results),
        checked_at=row.report_checked_at,
    )


def find_dataset(connection: Connection, iri: str | None, identifier: str | None) -> list[str]:
    """Withdrawn records are found too: their page says what was known."""
    found: list[Select[Any]] = []
    if iri is not None:
        found.append(select(records.c.dataset_id).where(records.c.subject == iri))
    if identifier is not None:
        named = and_(
            identifiers.c.record_id == records.c.record_id, identifiers.c.value == searchable(identifier)
        )
        found.append(select(records.c.dataset_id).join(identifiers, named))
    if not found:
        raise InvalidQuery("Say which dataset: by its IRI or by an identifier.", parameter="iri")
    # A union of one is no union: several sources' records of one dataset would come several times.
    return sorted(set(connection.execute(union(*found)).scalars()))


_SHOWN = (published.c.version_id, published.c.report_id, published.c.curation_id)


def _state(row: Any) -> PublishedState:
    return row.version_id, row.report_id, row.curation_id or 0


def published_after(connection: Connection, after: str | None, limit: int) -> list[StoredVersion]:
    # The ids first: a sort must not carry the texts along.
    ids = select(*_SHOWN).order_by(published.c.dataset_id).limit(limit)
    if after is not None:
        ids = ids.where(published.c.dataset_id > after)
    wanted = [_state(row) for row in connection.execute(ids)]
    found = states_of(connection, wanted)
    return [found[state] for state in wanted]


def published_ids(connection: Connection, after: str | None, limit: int) -> list[str]:
    query = select(published.c.dataset_id).order_by(published.c.dataset_id).limit(limit)
    if after is not None:
        query = query.where(published.c.dataset_id > after)
    return list(connection.execute(query).scalars())


def published_versions(connection: Connection, dataset_ids: Sequence[str]) -> dict[str, StoredVersion]:
    found: dict[str, StoredVersion] = {}
    for some in chunks(dataset_ids):
        query = select(*_SHOWN).where(published.c.dataset_id.in_(some))
        wanted = [_state(row) for row in connection.execute(query)]
        stored = states_of(connection, wanted)
        found.update((version.dataset_id, version) for version in stored.values())
    return found


def published_count(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(published)).scalar_one())


def published_version(connection: Connection, dataset_id: str) -> StoredVersion:
    query = _versions().add_columns(published.c.curation_id)
    query = query.join(published, published.c.version_id == versions.c.version_id)
    row = connection.execute(query.where(published.c.dataset_id == dataset_id)).first()
    if row is None:
        raise not_published(connection, dataset_id, of_dataset(connection, dataset_id))
    found = _stored_version(row)
    if row.curation_id is None:
        return found
    return replace(found, curation=curations.by_id(connection, [row.curation_id])[row.curation_id])
