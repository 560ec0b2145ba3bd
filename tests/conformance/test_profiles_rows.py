"""Every row marked mandatory in the specifications has a broken case, and the case raises that finding alone."""

from __future__ import annotations

import pytest
from profile_cases import BrokenCase, broken, broken_cases, example, expected, judge, read, violations

from catalogue.rdf.namespaces import DCAT, PREFIXES

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
# https://healthdcat-ap.github.io/, Release 8, every access level. "-": no kind of value of its own.
HEALTH_MANDATORY = """
    dcat:Dataset         dct:accessRights                1..1  access-level
    dcat:Dataset         dcatap:applicableLegislation    1..n  iri
    dcat:Dataset         dcat:distribution               1..n  dcat:Distribution
    dcat:Dataset         dct:identifier                  1..n  literal
    dcat:Dataset         dct:title                       1..n  literal
    dcat:Dataset         dct:description                 1..n  literal
    dcat:Dataset         dcat:theme                      1..n  data-theme
    dcat:Dataset         healthdcatap:healthCategory     1..n  healthcategories
    dcat:Dataset         healthdcatap:hdab               1..1  foaf:Agent
    dcat:Dataset         healthdcatap:hasStructuredData  1..1  xsd:boolean
    dcat:Dataset         healthdcatap:hasVariables       1..n  csvw:TableGroup
    dcat:Distribution    dcatap:applicableLegislation    1..n  iri
    dcat:Distribution    dcat:accessURL                  1..n  resource
    dcat:Catalog         dcatap:applicableLegislation    1..n  iri
    dcat:Catalog         dct:title                       1..n  literal
    dcat:Catalog         dct:description                 1..n  literal
    dcat:Catalog         dct:publisher                   1..1  foaf:Agent
    dcat:DatasetSeries   dcatap:applicableLegislation    1..n  iri
    foaf:Agent           foaf:name                       1..n  literal
    hdab                 cv:contactPoint                 1..1  cv:ContactPoint
    hdabCoordinator      cv:contactPoint                 1..1  cv:ContactPoint
    custodian            cv:contactPoint                 1..1  cv:ContactPoint
    publisher            cv:contactPoint                 1..1  cv:ContactPoint
    cv:ContactPoint      cv:email                        1..n  literal
    vcard:Kind           vcard:hasEmail                  1..1  iri
    time:TemporalEntity  dct:description                 1..n  literal
    csvw:TableGroup      dct:title                       1..n  literal
    csvw:TableGroup      csvw:table                      1..n  csvw:Table
    csvw:Table           dct:title                       1..n  literal
    csvw:Table           csvw:column                     1..n  csvw:Column
    csvw:Column          csvw:name                       1..1  literal
    csvw:Column          csvw:title                      1..n  literal
    csvw:Column          dct:description                 1..n  literal
    csvw:Column          csvw:datatype                   1..1  literal
"""
NON_PUBLIC_ONLY = """
    dcat:Dataset         dcat:contactPoint               1..n  vcard:Kind
    dcat:Dataset         dcat:keyword                    1..n  literal
    dcat:Dataset         dct:type                        1..n  resource
    dcat:Dataset         dct:provenance                  1..n  resource
"""
# https://semiceu.github.io/DCAT-AP/releases/3.0.0-hvd/
HIGH_VALUE_MANDATORY = """
    dcat:Dataset        dcatap:applicableLegislation  1..n  law
    dcat:Dataset        dcatap:hvdCategory            1..n  category
    dcat:Dataset        dcat:distribution             1..n  dcat:Distribution
    dcat:Distribution   dcatap:applicableLegislation  1..n  law
    dcat:Distribution   dct:license                   0..1  -
    dcat:DataService    dcatap:applicableLegislation  1..n  law
    dcat:DataService    dcatap:hvdCategory            1..n  category
    dcat:DataService    dct:license                   0..1  -
    dcat:DataService    dcat:contactPoint             1..n  vcard:Kind
    dcat:DataService    foaf:page                     1..n  resource
    dcat:DatasetSeries  dcatap:applicableLegislation  1..n  law
    dcat:DatasetSeries  dcatap:hvdCategory            1..n  category
    vcard:Kind          vcard:hasEmail                0..1  iri
"""
# HealthDCAT-AP, Release 5, sensitive data. "publisher" and "hdab": the agent in that role.
RELEASE_5_MANDATORY = """
    dcat:Dataset       dct:accessRights                1..1  resource
    dcat:Dataset       dcatap:applicableLegislation    1..n  iri
    dcat:Dataset       dcat:contactPoint               1..n  vcard:Kind
    dcat:Dataset       dcat:distribution               1..n  dcat:Distribution
    dcat:Dataset       adms:sample                     1..n  dcat:Distribution
    dcat:Dataset       dct:identifier                  1..n  xsd:anyURI
    dcat:Dataset       dcat:keyword                    1..n  literal
    dcat:Dataset       dcat:theme                      1..n  iri
    dcat:Dataset       dct:provenance                  1..n  resource
    dcat:Dataset       dct:spatial                     1..n  resource
    dcat:Dataset       dct:type                        1..1  resource
    dcat:Dataset       dct:publisher                   1..1  foaf:Agent
    dcat:Dataset       dpv:hasPurpose                  1..n  resource
    dcat:Dataset       healthdcatap:hdab               1..1  foaf:Agent
    dcat:Dataset       healthdcatap:healthCategory     1..n  healthcategories
    dcat:Dataset       healthdcatap:healthTheme        1..n  resource
    dcat:Distribution  dcatap:applicableLegislation    1..n  -
    dcat:Distribution  dcat:byteSize                   1..n  -
    dcat:Distribution  dct:format                      1..n  -
    dcat:Distribution  dct:rights                      1..n  -
    dcat:Catalog       dcatap:applicableLegislation    1..n  -
    dcat:DatasetSeries dcatap:applicableLegislation    1..n  -
    dcat:DataService   dcatap:applicableLegislation    1..n  -
    publisher          foaf:homepage                   1..1  iri
    publisher          foaf:mbox                       1..1  iri
    publisher          healthdcatap:publisherNote      1..n  literal
    publisher          healthdcatap:publisherType      1..1  resource
    publisher          healthdcatap:trustedDataHolder  1..1  xsd:boolean
    hdab               foaf:homepage                   1..1  iri
    hdab               foaf:mbox                       1..1  iri
    hasCodeValues      dct:identifier                  1..n  xsd:anyURI
    hasCodeValues      skos:inScheme                   1..n  iri
    vcard:Kind         vcard:hasEmail                  1..n  iri
    vcard:Kind         vcard:hasURL                    1..n  iri
    csvw:Table         dct:title                       1..n  literal
    csvw:Table         csvw:column                     1..n  resource
    csvw:Column        csvw:name                       1..n  literal
    csvw:Column        csvw:titles                     1..n  literal
    csvw:Column        csvw:datatype                   1..n  literal
"""
TABLES = {
    "dcat-ap-3.0.1": DCAT_AP_MANDATORY,
    "dcat-ap-hvd-3.0.0": HIGH_VALUE_MANDATORY,
    "healthdcat-ap-r5": RELEASE_5_MANDATORY,
    "healthdcat-ap-r8": HEALTH_MANDATORY + NON_PUBLIC_ONLY,
}
LEVELS = {"PUBLIC": "valid-dataset-public.ttl", "RESTRICTED": "valid-dataset-restricted.ttl"}


def needed(table: str) -> set[tuple[str, str]]:
    """(row, what to break) for each line of a table."""
    wanted: set[tuple[str, str]] = set()
    for line in filter(str.strip, table.splitlines()):
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


def common_cases() -> list[BrokenCase]:
    """The mandatory cases of HealthDCAT-AP that hold at every level, for nodes that all three examples have."""
    rows = {row for row, _breaks in needed(HEALTH_MANDATORY)}
    subjects = {
        "ex:dataset",
        "ex:files",
        "ex:access-body",
        "ex:variables",
        "ex:patients",
        "ex:age",
        "ex:opening-hours",
    }
    return [
        case
        for case in broken_cases("healthdcat-ap-r8")
        if case.row in rows
        and case.base == "valid-dataset-non-public.ttl"
        and {line.split()[0] for line in case.remove} <= subjects
        and (case.remove or case.focus in subjects)
        and not case.row.startswith(
            ("hdabCoordinator", "custodian", "publisher", "dcat:Dataset dct:accessRights")
        )
    ]


@pytest.mark.parametrize("base", LEVELS.values(), ids=LEVELS)
@pytest.mark.parametrize("case", common_cases(), ids=lambda case: case.id)
def test_what_is_mandatory_for_health_data_is_so_at_each_access_level(case: BrokenCase, base: str) -> None:
    report = judge(broken(case, base), case.profile)
    assert violations(report) == [expected(case)]


def test_the_common_cases_are_not_filtered_away() -> None:
    assert len(common_cases()) > 35


@pytest.mark.parametrize("base", LEVELS.values(), ids=LEVELS)
def test_what_only_non_public_data_needs_is_not_asked_of_others(base: str) -> None:
    graph = read(example("healthdcat-ap-r8", base))
    properties = {line.split()[1] for line in NON_PUBLIC_ONLY.strip().splitlines()}
    named = {t.predicate.value for t in graph.about(graph.instances(DCAT.Dataset)[0])}
    assert not {PREFIXES[p.split(":")[0]] + p.split(":")[1] for p in properties} & named
    assert violations(judge(graph, "healthdcat-ap-r8")) == []
