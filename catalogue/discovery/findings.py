"""Reports of records → one report for people: by rule, worst first, with counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from catalogue.discovery.finding_paths import FindingPaths, IsConcept, known_by_its_type
from catalogue.discovery.places import Places
from catalogue.discovery.rules import advice_of
from catalogue.model.findings import Finding, JudgedRecord, ReportForPeople, Rule, RuleFindings
from catalogue.model.validation import Severity, ValidationResult
from catalogue.rdf.literals import preferred
from catalogue.rdf.namespaces import DCAT, DCT
from catalogue.rdf.terms import NamedNode

_RANK = {Severity.VIOLATION: 0, Severity.WARNING: 1, Severity.INFO: 2}


def findings_of(
    record: JudgedRecord, rules: Mapping[str, Rule], is_concept: IsConcept = known_by_its_type
) -> tuple[list[Finding], list[Finding]]:
    """The record's findings in the order of its report, and those that repairs have solved. `rules`: those of the
    profile, by shape (see `rules.rules_of`)."""
    start = NamedNode(record.subject)
    stated = preferred(record.graph.objects(start, DCT.title))
    title = stated.value if stated else ""

    def told(
        results: Iterable[ValidationResult], paths: FindingPaths, places: Places | None
    ) -> list[Finding]:
        found = []
        for result in results:
            about = paths.about(result)
            found.append(
                Finding(
                    record.subject, title, result, about.property, rules.get(result.source_shape or "", Rule()),
                    advice_of(result), about.value, places.of(result) if places else None,
                    record.document, record.record_id,
                )
            )  # fmt: skip
        return found

    document = record.statements
    places = Places(document, record.graph, start, record.repairs) if document else None
    found = told(record.report.results, FindingPaths(record.graph, start, is_concept), places)
    if not record.solved or record.sent_graph is None:
        return found, []
    node = record.sent_node or start
    as_sent = Places(document, record.sent_graph, node) if document else None
    return found, told(record.solved, FindingPaths(record.sent_graph, node, is_concept), as_sent)


class Grouping:
    """Makes one report of many records, one after the other.

    `rules` gives a profile's rules by its name (none for one that is unknown). `keep`: most findings that a group
    holds; the counts are of all.
    """

    def __init__(
        self,
        rules: Callable[[str], Mapping[str, Rule]],
        is_concept: IsConcept = known_by_its_type,
        keep: int | None = None,
    ) -> None:
        self._rules = rules
        self._is_concept = is_concept
        self._records = 0
        self._are_datasets = True
        self._verdicts, self._profiles, self._repairs = Counter[str](), Counter[str](), Counter[str]()
        self._standing, self._solved = _Groups(keep), _Groups(keep)

    def add(self, record: JudgedRecord) -> None:
        self._records += 1
        self._are_datasets &= DCAT.Dataset in record.graph.types(NamedNode(record.subject))
        self._verdicts[record.report.verdict.value] += 1
        self._profiles[record.report.profile] += 1
        self._repairs.update(repair.rule for repair in record.repairs)
        now, before = findings_of(record, self._rules(record.report.profile), self._is_concept)
        self._standing.add(record.report.profile, now)
        self._solved.add(record.report.profile, before)

    def report(self) -> ReportForPeople:
        """The report of what was added so far."""
        return ReportForPeople(
            self._records,
            dict(self._verdicts),
            dict(self._profiles),
            self._standing.sorted(self._profiles),
            self._solved.sorted(self._profiles),
            dict(self._repairs),
            self._are_datasets,
        )


def group(
    records: Iterable[JudgedRecord],
    rules: Callable[[str], Mapping[str, Rule]],
    *,
    is_concept: IsConcept = known_by_its_type,
    keep: int | None = None,
) -> ReportForPeople:
    """One report of all the records (see `Grouping`)."""
    grouping = Grouping(rules, is_concept, keep)
    for record in records:
        grouping.add(record)
    return grouping.report()


_Key = tuple[str, str | None, str, Severity, bool, str]


@dataclass(slots=True)
class _Group:
    first: Finding
    count: int = 0
    records: int = 0
    last_record: int = -1
    kept: list[Finding] = field(default_factory=list)


class _Groups:
    def __init__(self, keep: int | None) -> None:
        self._keep = keep
        self._groups: dict[_Key, _Group] = {}
        self._number = 0

    def add(self, profile: str, findings: Iterable[Finding]) -> None:
        """The findings of one more record."""
        self._number += 1
        for finding in findings:
            result = finding.result
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

    def sorted(self, judged: Mapping[str, int]) -> tuple[RuleFindings, ...]:
        """Worst first; then what concerns most records; then by property. `judged`: records by profile."""
        made = [_made(key, group, judged[key[0]]) for key, group in self._groups.items()]
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


def _made(key: _Key, group: _Group, judged: int) -> RuleFindings:
    profile, shape, _, severity, known_gap, path = key
    first = group.first
    return RuleFindings(
        profile, shape, severity, known_gap, path, first.rule, first.advice, group.records, judged, group.count,
        tuple(group.kept),
    )  # fmt: skip
