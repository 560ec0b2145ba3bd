"""Model → what the API answers."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from catalogue.discovery.curation import curation_answer
from catalogue.discovery.facets import hint_text
from catalogue.discovery.properties import compact
from catalogue.discovery.records import record_view
from catalogue.model.harvest import HarvestRun, HarvestSource
from catalogue.model.records import RecordOutcome, StoredRecord, StoredVersion
from catalogue.model.search import SearchDocument, SearchHint, SearchPage
from catalogue.model.status import SourceStatus
from catalogue.model.validation import ValidationReport
from catalogue.web.context import address, facet_value
from catalogue.web.negotiate import RDF_REPRESENTATIONS
from catalogue.web.presentation import in_language
from catalogue.web.sanitise import excerpt, public_address
from catalogue.web.state import languages, services

MAX_DESCRIPTION = 2_000
MAX_KEYWORDS = 100


def search_answer(page: SearchPage) -> dict[str, Any]:
    facets = {
        name: [{"value": v.value, "label": v.label or v.value, "count": v.count} for v in values]
        for name, values in page.facets.items()
    }
    hits = [hit_answer(hit.document) for hit in page.hits]
    return {
        "total": page.total,
        "hits": hits,
        "facets": facets,
        "page": page.page,
        "size": page.size,
        "hints": [hint_answer(hint) for hint in page.hints],
    }


def hint_answer(hint: SearchHint) -> dict[str, Any]:
    nearest = [{"value": v.value, "label": v.label or v.value, "count": v.count} for v in hint.nearest]
    return {"parameter": hint.parameter, "value": hint.value, "detail": hint_text(hint), "nearest": nearest}


def hit_answer(document: SearchDocument) -> dict[str, Any]:
    title = in_language(document.titles)
    return {
        "id": document.dataset_id,
        "iri": document.iri,
        "title": title.text or document.iri,
        "language": title.language,
        "description": excerpt(in_language(document.descriptions).text, MAX_DESCRIPTION),
        "source": document.source,
        "source_title": document.source_title or document.source,
        "verdict": document.verdict,
        "publisher": document.publisher,
        "modified": document.modified,
        "issued": document.issued,
        "keywords": list(document.keywords[:MAX_KEYWORDS]),
        "identifiers": list(document.identifiers),
        "kind": compact(document.kind),
        "conditions": labelled(document, "condition"),
        "modalities": labelled(document, "modality"),
        "access_rights": labelled(document, "access_rights"),
        "countries": labelled(document, "country"),
        "url": address("datasets.dataset", dataset_id=document.dataset_id),
    }


def labelled(document: SearchDocument, facet: str) -> list[dict[str, str]]:
    return [{"value": value, "label": facet_value(facet, value)} for value in document.facets.get(facet, ())]


def report_answer(report: ValidationReport) -> dict[str, Any]:
    return {
        "profile": report.profile,
        "verdict": report.verdict.value,
        "counts": report.counts,
        "engine": report.engine,
        "engine_version": report.engine_version,
        "bundle_hash": report.bundle_hash,
        "checked_at": report.checked_at,
        "results": [asdict(result) | {"severity": result.severity.value} for result in report.results],
    }


def record_summary(record: StoredRecord) -> dict[str, Any]:
    return {
        "id": record.record_id,
        "dataset": record.dataset_id,
        "iri": record.subject,
        "source": record.source,
        "verdict": record.verdict.value,
        "published": record.published,
        "version": record.version_count,
        "first_harvested_at": record.first_harvested_at,
        "last_seen_at": record.last_seen_at,
        "withdrawn_at": record.withdrawn_at,
        "url": address("records.record", record_id=record.record_id),
    }


def record_answer(version: StoredVersion) -> dict[str, Any]:
    view = record_view(version, services().vocabularies, languages())
    url = address("records.record", record_id=version.record_id)
    return record_summary(services().ledger.record(version.record_id)) | {
        "title": view.title,
        "kind": version.primary_class,
        "page_url": public_address(version.page_url, version.source),
        "harvested_at": version.created_at,
        "run": version.run_id,
        "pipeline_version": version.pipeline_version,
        "report": report_answer(version.report),
        "repairs": [asdict(repair) for repair in version.repairs],
        "representations": representations(url),
    }


def dataset_answer(version: StoredVersion) -> dict[str, Any]:
    url = address("datasets.dataset", dataset_id=version.dataset_id)
    record = record_answer(replace(version, curation=None))
    said = curation_answer(version)
    records = services().ledger.records_of_dataset(version.dataset_id)
    return {
        "id": version.dataset_id,
        "iri": version.subject,
        "title": record_view(version, services().vocabularies, languages()).title
        if said
        else record["title"],
        "url": url,
        "verdict": version.report.verdict.value,
        "record": record,
        "curation": asdict(said) if said else None,
        "other_records": [record_summary(r) for r in records if r.record_id != version.record_id],
        "representations": representations(url),
    }


def representations(url: str) -> list[dict[str, str]]:
    return [{"media_type": form.media_type, "url": f"{url}.{form.suffix}"} for form in RDF_REPRESENTATIONS]


def run_answer(run: HarvestRun) -> dict[str, Any]:
    return {
        "id": run.run_id,
        "run": run.run_id,
        "source": run.source,
        "state": run.state.value,
        "counts": asdict(run.counts),
        "queued_at": run.queued_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "complete": run.complete,
        "evidence": run.evidence,
        "code": run.code.value,
        "reason": run.reason,
        "advice": run.advice,
        "url": address("runs.run", run_id=run.run_id),
    }


def outcome_answer(outcome: RecordOutcome, source: str) -> dict[str, Any]:
    return {
        "kind": outcome.kind.value,
        "record": outcome.record_id,
        "dataset": outcome.dataset_id,
        "iri": outcome.subject,
        "title": outcome.title,
        "page_url": public_address(outcome.page_url, source) if outcome.page_url else None,
        "position": outcome.position,
        "snippet": outcome.snippet,
        "code": outcome.code,
        "reason": outcome.reason,
        "advice": outcome.advice,
    }


def source_answer(
    source: HarvestSource, datasets: int | None, last_run: HarvestRun | None, status: SourceStatus
) -> dict[str, Any]:
    return {
        "slug": source.slug,
        "title": source.title or source.slug,
        "url": public_address(source.url),
        "harvester": source.harvester,
        "country": source.country,
        "profile": source.profile,
        "policy": source.policy.value,
        "datasets": datasets,
        "status": status.standing.value,
        "statuses": [standing.value for standing in status.standings],
        "failures": status.failures,
        "last_complete_at": status.last_complete_at,
        "staleness_seconds": status.staleness_seconds,
        "left_alone_until": status.left_alone_until,
        "next_run_at": status.next_run_at,
        "last_run": run_answer(last_run) if last_run else None,
    }
