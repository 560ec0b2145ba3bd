"""Findings to take along, every one of them: rows for spreadsheets, objects for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from catalogue.feeds.run_sheet import cell, csv_row
from catalogue.model.findings import Finding, JudgedRecord, Place, ReportForPeople, RuleFindings
from catalogue.model.records import RecordOutcome
from catalogue.model.validation import Severity, ValidationReport, Verdict

COLUMNS = (
    "document", "line", "record", "title", "profile", "verdict", "severity", "known_gap", "property", "found", "what",
    "do", "example", "rule", "clause", "message", "shape", "component", "focus_node", "path", "snippet", "state",
)  # fmt: skip
"""Of the table, one row for each finding. `state`: standing, solved (by a repair) or skipped (a record that cannot be
kept: `severity` is then Violation, `message` says why, `do` what to do)."""


def csv_header() -> str:
    """The first line (RFC 4180)."""
    return csv_row(COLUMNS)


def csv_rows(record: JudgedRecord, findings: Iterable[Finding], solved: Iterable[Finding]) -> Iterator[str]:
    """A line for each finding of the record."""
    for state, told in (("standing", findings), ("solved", solved)):
        for finding in told:
            yield csv_row([cell(value) for value in _row(record.report, finding, state)])


def csv_skipped(line: RecordOutcome, document: str) -> str:
    """The line for a record that cannot be kept."""
    place = (line.position or "").removeprefix("line ")
    known = {
        "document": document, "line": place, "record": line.subject or "", "severity": Severity.VIOLATION.value,
        "verdict": Verdict.NOT_VALIDATED.value, "do": line.advice or "", "message": line.reason or "",
        "component": line.code or "", "snippet": line.snippet or "", "state": "skipped",
    }  # fmt: skip
    return csv_row([cell(known.get(column)) for column in COLUMNS])


def _row(report: ValidationReport, finding: Finding, state: str) -> tuple[str, ...]:
    result, advice, place = finding.result, finding.advice, finding.place
    return (
        finding.document, str(place.line) if place else "", finding.record, finding.title, report.profile,
        report.verdict.value, result.severity.value, "yes" if result.known_gap else "no", finding.property,
        finding.value or "", advice.what, advice.do, advice.example, finding.rule.name,
        " ".join(finding.rule.clauses), result.message, result.source_shape or "", result.component,
        result.focus_node, result.path or "", place.snippet if place else "", state,
    )  # fmt: skip


def record_object(
    record: JudgedRecord, findings: Iterable[Finding], solved: Iterable[Finding]
) -> dict[str, Any]:
    """A record with every finding. `sent`: the verdict on what the provider sent, where repairs were made."""
    report, sent = record.report, record.sent or record.report
    return {
        "record": record.subject,
        "document": record.document,
        "profile": report.profile,
        "verdict": report.verdict.value,
        "counts": report.counts,
        "results": [finding_object(finding) for finding in findings],
        "repairs": [asdict(repair) for repair in record.repairs],
        "sent": {"verdict": sent.verdict.value, "counts": sent.counts},
        "solved": [finding_object(finding) for finding in solved],
        "skipped": None,
    }


def skipped_object(line: RecordOutcome, document: str) -> dict[str, Any]:
    """A record that cannot be kept, in the form of the others."""
    counts = {severity.value: 0 for severity in Severity}
    return {
        "record": line.subject,
        "document": document,
        "profile": None,
        "verdict": Verdict.NOT_VALIDATED.value,
        "counts": counts,
        "results": [],
        "repairs": [],
        "sent": {"verdict": Verdict.NOT_VALIDATED.value, "counts": counts},
        "solved": [],
        "skipped": {"code": line.code, "reason": line.reason, "advice": line.advice},
    }


def finding_object(finding: Finding) -> dict[str, Any]:
    """SHACL's own words, and beside them ours."""
    return {
        **asdict(finding.result),
        "severity": finding.result.severity.value,
        "property": finding.property,
        "found": finding.value,
        **asdict(finding.advice),
        "rule": finding.rule.name,
        "clauses": list(finding.rule.clauses),
        "place": place_object(finding.place),
    }


def place_object(place: Place | None) -> dict[str, Any] | None:
    """Where in the document, or null where that is not known."""
    return None if place is None else {"line": place.line, "exact": place.is_exact, "snippet": place.snippet}


def report_object(report: ReportForPeople) -> dict[str, Any]:
    """The report for people: counts, and rule by rule what is wrong in how many records."""
    return {
        "records": report.records,
        "verdicts": report.verdicts,
        "profiles": report.profiles,
        "counts": report.counts,
        "rules": [_group_object(group) for group in report.groups],
        "solved": [_group_object(group) for group in report.solved],
        "repairs": report.repairs,
    }


def _group_object(group: RuleFindings) -> dict[str, Any]:
    return {
        "profile": group.profile,
        "severity": group.severity.value,
        "known_gap": group.known_gap,
        "property": group.property,
        "records": group.records,
        "of": group.of,
        "count": group.count,
        **asdict(group.advice),
        "rule": group.rule.name,
        "description": group.rule.description,
        "clauses": list(group.rule.clauses),
        "source_shape": group.shape,
        "examples": [
            {
                "record": f.record, "title": f.title, "record_id": f.record_id or None, "document": f.document,
                "found": f.value, "place": place_object(f.place),
            }
            for f in group.findings
        ],
    }  # fmt: skip
