"""Every row marked mandatory in the specifications has a broken case, and the case raises that finding alone."""

from __future__ import annotations

import pytest
from profile_cases import BrokenCase, broken, broken_cases, expected, judge, violations

# class, property, cardinality, whether the row fixes a kind of value.
# https://semiceu.github.io/DCAT-AP/releases/3.0.1/
DCAT_AP_MANDATORY = """
    dcat:Catalog        dct:title           1..n  literal
    dcat:Catalog        dct:description     1..n  literal
    dcat:Catalog        dct:publisher       1..1  foaf:Agent
    dcat:Dataset        dct:title           1..n  literal
    dcat:Dataset        dct:description     1..n  literal
    dcat:Distribution   dcat:accessURL      1..n  resource
    dcat:DataService    dct:title           1..n  literal
    dcat:DataService    dcat:endpointURL    1..n  resource
    dcat:DatasetSeries  dct:title           1..n  literal
    dcat:DatasetSeries  dct:description     1..n  literal
    dcat:CatalogRecord  dct:modified        1..1  date
    dcat:CatalogRecord  foaf:primaryTopic   1..1  resource
    foaf:Agent          foaf:name           1..n  literal
    spdx:Checksum       spdx:algorithm      1..1  resource
    spdx:Checksum       spdx:checksumValue  1..1  xsd:hexBinary
    dcat:Relationship   dcat:hadRole        1..n  resource
    dcat:Relationship   dct:relation        1..n  resource
    skos:Concept        skos:prefLabel      1..n  literal
    skos:ConceptScheme  dct:title           1..n  literal
"""
TABLES = {"dcat-ap-3.0.1": DCAT_AP_MANDATORY}


def needed(table: str) -> set[tuple[str, str]]:
    """(row, what to break) for each line of a table."""
    wanted: set[tuple[str, str]] = set()
    for line in table.strip().splitlines():
        cls, prop, cardinality, value = line.split()
        row = f"{cls} {prop}"
        wanted.add((row, "missing"))
        if cardinality.endswith("..1"):
            wanted.add((row, "repeated"))
        if value != "-":
            wanted.add((row, "range"))
    return wanted


@pytest.mark.parametrize("profile", TABLES)
def test_each_mandatory_row_has_exactly_one_case_for_each_way_to_break_it(profile: str) -> None:
    cases = [(case.row, case.breaks) for case in broken_cases(profile)]
    assert sorted(cases) == sorted(set(cases)), "a row is broken twice in one way"
    assert needed(TABLES[profile]) - set(cases) == set()


ALL_CASES = [case for profile in TABLES for case in broken_cases(profile)]


@pytest.mark.parametrize("case", ALL_CASES, ids=lambda case: case.id)
def test_a_broken_row_gives_its_own_violation_and_no_other(case: BrokenCase) -> None:
    report = judge(broken(case), case.profile)
    assert violations(report) == [expected(case)]
