"""Each row of the tables of EUCAIM DCAT-AP 2.0 is used in a record without findings, and breaking it gives one finding."""

from __future__ import annotations

from collections import Counter

import pytest
from eucaim_rows import Row, rows
from profile_cases import (
    SHIPPED,
    BrokenCase,
    brief,
    broken,
    broken_cases,
    example,
    expand,
    expected,
    judge,
    read,
)

from catalogue.model.validation import Severity, ValidationReport, Verdict
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import DCAT, HEALTHDCATAP, PREFIXES
from catalogue.rdf.terms import BlankNode, NamedNode, Triple

EUCAIM = "eucaim-2.0"
COMPLETE, CATALOGUE = "valid-complete.ttl", "valid-catalogue.ttl"
ROWS = rows()
CASES = broken_cases(EUCAIM)
DATASET = NamedNode("https://hospital.example.org/dataset")

Finding = tuple[str, tuple[str, str, str]]


def findings(report: ValidationReport) -> Counter[Finding]:
    return Counter((result.severity.value, brief(result)) for result in report.results)


def of_base(name: str) -> Counter[Finding]:
    return findings(judge(read(example(EUCAIM, name)), EUCAIM, vocabularies=SHIPPED))


BASES = {name: of_base(name) for name in (COMPLETE, CATALOGUE)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_row_has_a_conforming_example_and_each_way_to_break_it(row: Row) -> None:
    nodes = set(read_base(row).instances(DCAT[row.cls.removeprefix("dcat:")]))
    graph = read_base(row)
    for step in row.steps:
        predicate = NamedNode(expand(step, PREFIXES).strip("<>"))
        nodes = {
            o for n in nodes if isinstance(n, NamedNode | BlankNode) for o in graph.objects(n, predicate)
        }
        assert nodes, f"no valid example uses {step} of {row.name}"
    assert row.ways_to_break - {case.breaks for case in CASES if case.row == row.name} == set()


def read_base(row: Row) -> Graph:
    return read(example(EUCAIM, CATALOGUE if row.cls == "dcat:Catalog" else COMPLETE))


def test_no_row_is_listed_or_broken_twice_in_one_way_and_none_is_unknown() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) == 187
    ways = Counter((case.row, case.breaks) for case in CASES)
    assert [way for way, times in ways.items() if times > 1] == []
    assert {case.row for case in CASES} == {row.name for row in ROWS}


def test_the_complete_records_have_no_violation_and_no_warning() -> None:
    assert BASES[CATALOGUE] == Counter()
    assert {severity for severity, _ in BASES[COMPLETE]} == {"Info"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_broken_row_gives_its_own_finding_and_no_other(case: BrokenCase) -> None:
    found = findings(judge(broken(case), EUCAIM, vocabularies=SHIPPED))
    assert found - BASES[case.base] == Counter([(case.severity, expected(case))])


def test_what_the_base_says_is_not_lost_in_a_broken_record() -> None:
    kept = [case for case in CASES if "eucaim:" not in case.row and case.base == COMPLETE]
    assert len(kept) > 200
    found = findings(judge(broken(kept[0]), EUCAIM, vocabularies=SHIPPED))
    assert BASES[COMPLETE] - found == Counter()


def test_obligation_decides_the_severity_of_what_is_missing() -> None:
    by_row = {row.name: row for row in ROWS}
    for case in CASES:
        if case.breaks != "missing" or case.row in GAPS_AND_HINTS:
            continue
        expected_severity = "Warning" if by_row[case.row].obligation == "R" else "Violation"
        assert case.severity == expected_severity, case.id


# The access body is the known gap; whether a catalogue is empty, one record alone cannot say.
GAPS_AND_HINTS = {"dcat:Dataset healthdcatap:hdab", "dcat:Catalog dcat:service", "dcat:Catalog dcat:dataset"}


def test_a_record_whose_access_body_is_missing_is_accepted_with_a_known_gap() -> None:
    graph = Graph(t for t in read(example(EUCAIM, COMPLETE)) if t.predicate != HEALTHDCATAP.hdab)
    report = judge(graph, EUCAIM, vocabularies=SHIPPED)
    assert report.verdict is Verdict.KNOWN_GAP
    gaps = [result for result in report.results if result.known_gap]
    assert [(gap.severity, gap.path) for gap in gaps] == [(Severity.WARNING, HEALTHDCATAP.hdab.value)]


def test_a_known_gap_does_not_hide_a_violation() -> None:
    graph = Graph(
        t for t in read(example(EUCAIM, COMPLETE)) if t.predicate not in (HEALTHDCATAP.hdab, DCAT.version)
    )
    assert judge(graph, EUCAIM, vocabularies=SHIPPED).verdict is Verdict.NON_CONFORMANT


@pytest.mark.parametrize("level", ["PUBLIC", "RESTRICTED", "NON_PUBLIC"])
def test_the_rules_are_the_same_at_every_access_level(level: str) -> None:
    rights = "http://publications.europa.eu/resource/authority/access-right/"
    graph = Graph(
        Triple(t.subject, t.predicate, NamedNode(rights + level))
        if t.predicate.value.endswith("accessRights")
        else t
        for t in read(example(EUCAIM, COMPLETE))
    )
    assert findings(judge(graph, EUCAIM, vocabularies=SHIPPED)) == BASES[COMPLETE]


@pytest.mark.parametrize(
    "version",
    ["0.1.0", "1.0.0-rc.1", "1.0.0+build.7", "10.20.30", "2026.08.1", "2026.08", "2026-08-01", "24.04"],
)
def test_semantic_and_calendar_versions_are_both_right(version: str) -> None:
    case = next(c for c in CASES if c.row.endswith("dcat:version") and c.breaks == "range")
    good = BrokenCase(
        **{f: getattr(case, f) for f in BrokenCase.__dataclass_fields__ if f != "add"},
        add=f'ex:dataset dcat:version "{version}" .',
    )
    assert findings(judge(broken(good), EUCAIM, vocabularies=SHIPPED)) == BASES[COMPLETE]


@pytest.mark.parametrize(
    "name",
    [
        "Health Data Access Body of Austria",
        "Zugangsstelle für Gesundheitsdaten",
        "Nationaal Testbureau",
        "None Such Institute",
        "Unknown Soldier Hospital",
        "Findata",
    ],
)
def test_a_real_name_is_not_taken_for_a_placeholder(name: str) -> None:
    case = next(c for c in CASES if c.breaks == "placeholder TBD")
    good = BrokenCase(
        **{f: getattr(case, f) for f in BrokenCase.__dataclass_fields__ if f != "add"},
        add=f'ex:access-body foaf:name "{name}"@en .',
    )
    assert findings(judge(broken(good), EUCAIM, vocabularies=SHIPPED)) == BASES[COMPLETE]


def test_the_finding_that_is_not_checked_says_so_and_is_only_information() -> None:
    report = judge(read(example(EUCAIM, COMPLETE)), EUCAIM, vocabularies=SHIPPED)
    assert [r.severity for r in report.results] == [Severity.INFO] * 3
    assert all(r.message.startswith("Not checked: ") for r in report.results)
    assert report.verdict is Verdict.CONFORMANT
