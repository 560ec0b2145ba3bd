"""Reports of records → one report for people: by rule, worst first, with counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from catalogue.discovery.finding_paths import FindingPaths, IsConcept, known_by_its_type
from catalogue.discovery.places import Places
from catalogue.discovery.rules import advice_of
from catalogue.model.findings import Finding, ReportForPeople, Rule, RuleFindings
from catalogue.model.records import Repair
from catalogue.model.validation import Severity, ValidationReport, ValidationResult
from catalogue.rdf.document_statements import DocumentStatements
from catalogue.rdf.graphs import Graph
from catalogue.rdf.literals import preferred
from catalogue.rdf.namespaces import DCT
from catalogue.rdf.terms import NamedNode, Subject

_RANK = {Severity.VIOLATION: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True)
class JudgedRecord:
    """A record with its report. `graph`: what was judged; `solved`: findings that only what was sent had (`received`,
    where the record is called `received_node`); `document`: where it comes from, as it is shown;
    `statements`: that document's text where it is at hand; `record_id`: its id where it is stored."""

    subject: str
    graph: Graph
    report: ValidationReport
    repairs: tuple[Repair, ...] = ()
    solved: tuple[ValidationResult, ...] = ()
    received: Graph | None = None
    received_node: Subject | None = None
    document: str = ""
    statements: DocumentStatements | None = None
    record_id: str = ""


def findings_of(
    record: JudgedRecord, is_concept: IsConcept = known_by_its_type
) -> tuple[list[Finding], list[Finding]]:
    """The record's findings in the order of its report, and those that repairs have solved."""
    start = NamedNode(record.subject)
    paths = FindingPaths(record.graph, start, is_concept)
    places = Places(record.statements, record.graph, start, record.repairs) if record.statements else None
    stated = preferred(record.graph.objects(start, DCT.title))
    title = stated.value if stated else ""

    def finding(result: ValidationResult, paths: FindingPaths, places: Places | None) -> Finding:
        about = paths.about(result)
        return Finding(
            record.subject, title, result, about.property, about.value,
            places.of(result) if places else None, record.document, record.record_id,
        )  # fmt: skip

    solved: list[Finding] = []
    if record.solved and record.received is not None:
        sent_as = record.received_node or start
        before = FindingPaths(record.received, sent_as, is_concept)
        as_sent = Places(record.statements, record.received, sent_as) if record.statements else None
        solved = [finding(result, before, as_sent) for result in record.solved]
    return [finding(result, paths, places) for result in record.report.results], solved


def group(
    records: Iterable[JudgedRecord],
    rules: Callable[[str], Mapping[str, Rule]],
    *,
    is_concept: IsConcept = known_by_its_type,
    keep: int | None = None,
) -> ReportForPeople:
    """One report of all the records. `rules` gives a profile's rules by its name (see `rules.rules_of`; an unknown one
    has none). `keep`: most findings that a group holds; the counts are of all."""
    total, verdicts, profiles, repairs = 0, Counter[str](), Counter[str](), Counter[str]()
    standing, solved = _Groups(rules, keep), _Groups(rules, keep)
    for record in records:
        total += 1
        verdicts[record.report.verdict.value] += 1
        profiles[record.report.profile] += 1
        repairs.update(repair.rule for repair in record.repairs)
        now, before = findings_of(record, is_concept)
        standing.add(record.report.profile, now)
        solved.add(record.report.profile, before)
    return ReportForPeople(
        total, dict(verdicts), dict(profiles), standing.sorted(), solved.sorted(), dict(repairs)
    )


_Key = tuple[str, str | None, str, Severity, bool, str]


@dataclass(slots=True)
class _Group:
    first: Finding
    count: int = 0
    records: int = 0
    last_record: int = -1
    kept: list[Finding] = field(default_factory=list)


class _Groups:
    def __init__(self, rules: Callable[[str], Mapping[str, Rule]], keep: int | None) -> None:
        self._rules = rules
        self._keep = keep
        self._groups: dict[_Key, _Group] = {}
        self._number = 0

    def add(self, profile: str, findings: Iterable[Finding]) -> None:
        """The findings of one more record."""
        self._number += 1
        for finding in findings:
            result = finding.result
            # the same rule says different things of different kinds of fault only where it has no message of its own
            key = (
                profile, result.source_shape, result.component, result.severity, result.known_gap, finding.property
            )  # fmt: skip
            group = self._groups.setdefault(key, _Group(finding))
            group.count += 1
            if group.last_record != self._number:
                group.records += 1
                group.last_record = self._number
            if self._keep is None or len(group.kept) < self._keep:
                group.kept.append(finding)

    def sorted(self) -> tuple[RuleFindings, ...]:
        """Worst first; then what concerns most records; then by property."""
        made = [self._made(key, group) for key, group in self._groups.items()]
        return tuple(
            sorted(
                made,
                key=lambda g: (
                    _RANK[g.severity],
                    g.known_gap,
                    -g.records,
                    -g.count,
                    g.property,
                    g.shape or "",
                ),
            )
        )

    def _made(self, key: _Key, group: _Group) -> RuleFindings:
        profile, shape, _, severity, known_gap, path = key
        rule = self._rules(profile).get(shape or "", Rule())
        return RuleFindings(
            profile, shape, severity, known_gap, path, rule, advice_of(group.first.result),
            group.records, group.count, tuple(group.kept),
        )  # fmt: skip
