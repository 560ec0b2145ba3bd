"""The lines of a run: each says what, where, why and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from catalogue.errors import RecordError
from catalogue.model.harvest import PageProblem
from catalogue.model.records import NormalisedRecord, OutcomeKind, RecordOutcome
from catalogue.model.wording import counted
from catalogue.pipeline.split import SplitPage
from catalogue.rdf.documents import DocumentProblem


def skipped(error: RecordError, page_url: str, subject: str | None = None) -> RecordOutcome:
    """A document or record that could not be taken."""
    line = error.context.get("line")
    return RecordOutcome(
        OutcomeKind.SKIPPED,
        subject=subject,
        page_url=page_url,
        position=f"line {line}" if line else None,
        snippet=str(error.context.get("snippet") or "")[:200] or None,
        code=error.code,
        reason=error.detail,
        advice=error.advice,
    )


def unread(problem: PageProblem) -> RecordOutcome:
    """A document of a page that the harvester could not have or read."""
    return RecordOutcome(
        OutcomeKind.SKIPPED if problem.counts_as_record else OutcomeKind.REMARK,
        page_url=problem.url,
        code=problem.code,
        reason=problem.reason,
        advice=problem.advice,
        snippet=problem.snippet or None,
    )


def lost_part(flaw: DocumentProblem, page_url: str) -> RecordOutcome:
    """A place of a document that was left out; the rest of the document was read."""
    return RecordOutcome(
        OutcomeKind.REMARK,
        page_url=page_url,
        code=flaw.rule,
        reason=flaw.message,
        position=f"line {flaw.line}" if flaw.line else None,
        snippet=flaw.snippet or None,
        advice="Mend this place of the document: what it said is missing here.",
    )


def untyped(subject: str, page_url: str) -> RecordOutcome:
    """A resource that a catalogue lists and describes, without saying what it is."""
    return RecordOutcome(
        OutcomeKind.SKIPPED,
        subject=subject,
        page_url=page_url,
        code="untyped",
        reason="A catalogue lists this resource, but nowhere is it said to be a dataset, a series or a data service.",
        advice='Give it its class: rdf:type dcat:Dataset (in JSON-LD: "@type": "dcat:Dataset").',
    )


def bare(subject: str, page_url: str) -> RecordOutcome:
    """A resource of which only the class is said."""
    return RecordOutcome(
        OutcomeKind.SKIPPED,
        subject=subject,
        page_url=page_url,
        code="bare",
        reason="Only its type is said: no document that gives this resource its class describes it.",
        advice="Describe it, with at least a title (dct:title); or, where a document of its own does, let the catalogue lead to that.",
    )


def unrecorded(parts: SplitPage, page_url: str) -> list[RecordOutcome]:
    """A line for each resource that the page claims and does not make a record of; another page may."""
    return [
        *(untyped(node, page_url) for node in parts.untyped),
        *(bare(node, page_url) for node in parts.bare),
    ]


def outside(count: int, examples: Sequence[str]) -> RecordOutcome:
    """Triples that belong to no record. Not an error: sources also describe other things."""
    return RecordOutcome(
        OutcomeKind.REMARK,
        code="outside",
        reason=f"{counted(count, 'triple')} belong{'s' if count == 1 else ''} to no dataset, series or data service: left out.",
        snippet="; ".join(examples)[:400] or None,
        advice="Nothing to do, unless one of these should be part of a dataset: then link it from there.",
    )


def met_before(record_id: str, page_url: str, record: NormalisedRecord | None = None) -> RecordOutcome:
    """A second description of a resource in one run; no `record` when its page was passed over."""
    return RecordOutcome(
        OutcomeKind.DUPLICATE,
        record_id=record_id,
        dataset_id=record.dataset_id if record else None,
        subject=record.subject if record else None,
        page_url=page_url,
        code="met-before",
        reason="The source describes this resource more than once; the first description was taken.",
        advice="Describe each resource once, or give each an IRI of its own.",
    )


def failed(record: NormalisedRecord, code: str, reason: str, advice: str) -> RecordOutcome:
    """A record that Pharos could not handle."""
    return RecordOutcome(
        OutcomeKind.FAILED,
        record_id=record.record_id,
        dataset_id=record.dataset_id,
        subject=record.subject,
        page_url=record.page_url,
        code=code,
        reason=reason,
        advice=advice,
    )
