"""The records of a source as they stand after its last harvest, with their reports."""

from __future__ import annotations

from collections.abc import Iterator

from catalogue.model.findings import JudgedRecord
from catalogue.model.records import StoredVersion
from catalogue.ports import Ledger
from catalogue.rdf.graphs import from_ntriples

PORTION = 200


def judged_records(ledger: Ledger, slug: str) -> Iterator[JudgedRecord]:
    """Every record that the source offers now (withdrawn ones left out), a portion in memory at a time."""
    offset = 0
    while portion := ledger.records_of_source(slug, limit=PORTION, offset=offset):
        offset += len(portion)
        live = [record for record in portion if record.withdrawn_at is None]
        versions = ledger.versions([record.current_version for record in live])
        for record in live:
            if (version := versions.get(record.current_version)) is not None:
                yield judged_record(version)


def judged_record(version: StoredVersion) -> JudgedRecord:
    """A stored version with its report. Its document is not at hand, so its findings have no lines."""
    return JudgedRecord(
        version.subject,
        from_ntriples(version.content),
        version.report,
        version.repairs,
        document=version.page_url,
        record_id=version.record_id,
    )
