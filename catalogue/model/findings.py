"""Findings as people read them: grouped by rule, worst first, with what to do and where in the document."""

from __future__ import annotations

from dataclasses import dataclass, field

from catalogue.model.records import Repair
from catalogue.model.validation import Severity, ValidationReport, ValidationResult
from catalogue.rdf.document_statements import DocumentStatements
from catalogue.rdf.graphs import Graph
from catalogue.rdf.terms import NamedNode


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the document, from 1, with its text. `is_exact`: the statement itself stands there; otherwise the
    description of what the finding is about begins there."""

    line: int
    snippet: str
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """What a profile says of one of its shapes: sh:name, sh:description, and the clauses (rdfs:seeAlso)."""

    name: str = ""
    description: str = ""
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """A finding's message in parts: what is wrong, what to do, an example to write instead ("" where there is none)."""

    what: str
    do: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of one record.

    `property`: the way from the record to what is at fault, in prefixed names (`dcat:distribution / dct:license`).
    `value`: what was found there, in N-Triples form. `place` is None where the line is not known. `document`: where the
    record came from; `record_id`: its id where it is stored.
    """

    record: str
    title: str
    result: ValidationResult
    property: str
    rule: Rule
    advice: Advice
    value: str | None = None
    place: Place | None = None
    document: str = ""
    record_id: str = ""


@dataclass(frozen=True, slots=True)
class RuleFindings:
    """Everything that one rule finds at one property. `records` counts the records that have it, `of` those that were
    judged by its profile, `count` findings; `findings` may hold fewer of them (see `discovery.findings.Grouping`)."""

    profile: str
    shape: str | None
    severity: Severity
    known_gap: bool
    property: str
    rule: Rule
    advice: Advice
    records: int
    of: int
    count: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class JudgedRecord:
    """A record with its report.

    `graph`: what was judged. Where repairs were made, `sent` is the report of what the provider sent (`sent_graph`,
    where the record is called `sent_node`) and `solved` its findings that the repairs took away. `document`: where it
    comes from, as it is shown; `statements`: that document's text where it is at hand; `record_id`: its id where it is
    stored.
    """

    subject: str
    graph: Graph
    report: ValidationReport
    repairs: tuple[Repair, ...] = ()
    sent: ValidationReport | None = None
    solved: tuple[ValidationResult, ...] = ()
    sent_graph: Graph | None = None
    sent_node: NamedNode | None = None
    document: str = ""
    statements: DocumentStatements | None = None
    record_id: str = ""


@dataclass(frozen=True, slots=True)
class ReportForPeople:
    """The findings of many records. `verdicts`, `profiles`: how many records have each. `solved`: what was at fault in
    what the providers sent and is not any more after our repairs; `repairs`: how many each rule made.
    `are_datasets`: whether every record is a dcat:Dataset."""

    records: int
    verdicts: dict[str, int]
    profiles: dict[str, int]
    groups: tuple[RuleFindings, ...]
    solved: tuple[RuleFindings, ...] = ()
    repairs: dict[str, int] = field(default_factory=dict)
    are_datasets: bool = True

    @property
    def counts(self) -> dict[str, int]:
        """Findings by severity; every severity is present."""
        return {
            severity.value: sum(group.count for group in self.groups if group.severity is severity)
            for severity in Severity
        }
