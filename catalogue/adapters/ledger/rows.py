"""The rows that a version, a report and a record become."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalogue.adapters.ledger import codec
from catalogue.adapters.ledger.codec import EncodedVersion
from catalogue.model.validation import ValidationReport

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who writes (the run), and when. `asked`: the source was; else nothing counts as seen."""

    run_id: str
    now: datetime
    asked: bool = True


def version_row(item: EncodedVersion, number: int, stamp: Stamp) -> Row:
    """Without version_id and report_id."""
    record = item.new.record
    return {
        "record_id": record.record_id,
        "number": number,
        "dataset_id": record.dataset_id,
        "subject": record.subject,
        "primary_class": record.primary_class,
        "content": item.content,
        "received": item.received,
        "received_hash": record.received_hash,
        "normalised_hash": record.normalised_hash,
        "repairs": codec.encode_repairs(record.repairs),
        "page_url": record.page_url,
        "payload_hash": record.payload_hash,
        "run_id": stamp.run_id,
        "pipeline_version": item.new.pipeline_version,
        "kind": item.new.kind.value,
        "created_at": stamp.now,
    }


def report_row(report: ValidationReport, results: bytes | None, stamp: Stamp) -> Row:
    """Without report_id and version_id."""
    counts = report.counts
    return {
        "profile": report.profile,
        "engine": report.engine,
        "engine_version": report.engine_version,
        "bundle_hash": report.bundle_hash,
        "verdict": report.verdict.value,
        "violations": counts["Violation"],
        "warnings": counts["Warning"],
        "infos": counts["Info"],
        "results": results,
        "checked_at": report.checked_at or stamp.now,
        "run_id": stamp.run_id,
    }


def record_row(item: EncodedVersion, version_id: int, number: int) -> Row:
    """What a record is with this version, without when it was seen."""
    record = item.new.record
    return {
        "dataset_id": record.dataset_id,
        "source": record.source,
        "subject": record.subject,
        "primary_class": record.primary_class,
        "current_version": version_id,
        "version_count": number,
        "received_hash": record.received_hash,
        "normalised_hash": record.normalised_hash,
        **judged_row(item.new.report),
        "pipeline_version": item.new.pipeline_version,
    }


def judged_row(report: ValidationReport) -> Row:
    return {"profile": report.profile, "bundle_hash": report.bundle_hash, "verdict": report.verdict.value}


def seen_row(stamp: Stamp) -> Row:
    """Being met ends every absence."""
    return {
        "last_seen_at": stamp.now,
        "last_seen_run": stamp.run_id,
        "missing_count": 0,
        "withdrawn_at": None,
        "withdrawal_reason": None,
    }
