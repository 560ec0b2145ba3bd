"""Our profiles beside the official material: its examples, and its own shapes judging our broken cases."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pyoxigraph
import pytest
from profile_cases import (
    ENGINE,
    NO_VOCABULARIES,
    PROFILES,
    SHARED,
    BrokenCase,
    broken,
    broken_cases,
    expected,
    judge,
    path_text,
    read,
    violations,
)
from pyoxigraph import RdfFormat

from catalogue.adapters.profiles import load_profiles
from catalogue.model.validation import Severity, ShapesProfile
from catalogue.pipeline.validate import validate
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import PREFIXES

STANDARDS = SHARED / "standards"
R8 = STANDARDS / "healthdcat-ap" / "release-8"
R8_EXAMPLE = R8 / "examples" / "example-healthdcat-dataset.ttl"
DCAT_AP = STANDARDS / "dcat-ap" / "releases" / "3.0.1" / "html"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not STANDARDS.is_dir(), reason="../shared/standards is missing"),
]

FOLDERS = {
    "dcat-ap": DCAT_AP / "examples",
    "healthdcat-ap": R8 / "examples",
    "healthdcat-ap-de": STANDARDS / "healthdcat-ap-de",
    "ckanext-dcat": STANDARDS / "ckanext-dcat" / "examples" / "dcat",
    "health-ri": STANDARDS / "health-ri",
}
# Turtle that no strict parser reads; the parse stage has its own tests for it.
UNREADABLE = {
    "example-bee-population-dataset-series-api.ttl",
    "example-bee-population-dataset-series-combined.ttl",
    "RKI_SARS-CoV-2 Infektionen in Deutschland.ttl",
    "RKI_SARS-CoV-2 Sequenzdaten aus Deutschland.ttl",
    "dataset.ttl",
}
EXAMPLES = sorted(
    path for folder in FOLDERS.values() for path in folder.rglob("*.ttl") if path.name not in UNREADABLE
)


def test_the_official_example_of_release_8_has_no_violation() -> None:
    report = judge(read(R8_EXAMPLE), "healthdcat-ap-r8")
    assert violations(report) == []
    # it is a non-public dataset with every recommended property but dct:source
    assert [(r.path, r.severity) for r in report.results] == [
        ("http://purl.org/dc/terms/source", Severity.WARNING)
    ]


@pytest.mark.parametrize("level", ["PUBLIC", "RESTRICTED"])
def test_the_official_example_is_valid_at_the_other_levels_too(level: str) -> None:
    text = R8_EXAMPLE.read_text().replace("access-right/NON_PUBLIC", f"access-right/{level}")
    graph = Graph(quad.triple for quad in pyoxigraph.parse(text, format=RdfFormat.TURTLE))
    assert violations(judge(graph, "healthdcat-ap-r8")) == []


@pytest.mark.parametrize("profile", [name for name in PROFILES if name != "none"])
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_official_example_is_judged(path: Path, profile: str) -> None:
    # as the parse stage does: some of these have relative IRIs and IRIs with spaces
    quads = pyoxigraph.parse(path=str(path), base_iri="https://example.org/", lenient=True)
    report = judge(Graph(quad.triple for quad in quads), profile)
    assert all(result.message and result.source_shape for result in report.results)


# What our shapes say of the official examples of DCAT-AP, which are fragments: no description, undescribed publishers.
DCAT_AP_EXAMPLES = {
    "Dataset-description-required": 19,
    "Dataset-publisher-value": 5,
    "Dataset-title-required": 7,
    "DatasetSeries-description-required": 8,
}


def test_the_findings_in_the_official_examples_of_dcat_ap_are_these() -> None:
    counted: Counter[str] = Counter()
    for path in sorted(FOLDERS["dcat-ap"].glob("*.ttl")):
        if path.name in UNREADABLE:
            continue
        report = judge(read(path), "dcat-ap-3.0.1")
        counted.update(
            (r.source_shape or "").split("#")[1] for r in report.results if r.severity == "Violation"
        )
    assert dict(counted) == DCAT_AP_EXAMPLES


@cache
def official(path: Path) -> ShapesProfile:
    return load_profiles([path])[path.stem]


def official_shapes(profile: str) -> list[Path]:
    health = [R8 / "validator" / "shapes" / "non-public-shapes.ttl"]
    return [DCAT_AP / "shacl" / "shapes.ttl", *(health if profile.startswith("health") else [])]


# Rules that the official core shapes leave to others of their files (vocabularies, ranges), or state elsewhere.
NOT_IN_THE_CORE_FILES = {
    "dcat:Dataset dcat:theme": "the health theme is a rule of the vocabulary file",
    "csvw:Column csvw:title": "we also accept csvw:titles, so that the path is another",
    "dcat:Dataset healthdcatap:hasVariables": "our rule is on the node, as theirs is when its path is mended",
}
ROLES = {
    "hdab": "healthdcatap:hdab",
    "hdabCoordinator": "healthdcatap:hdabCoordinator",
    "custodian": "geodcatap:custodian",
    "publisher": "dct:publisher",
}
CARDINALITY = [
    case
    for profile in ("dcat-ap-3.0.1", "healthdcat-ap-r8")
    for case in broken_cases(profile)
    if case.breaks in ("missing", "repeated") and case.row not in NOT_IN_THE_CORE_FILES
]


@pytest.mark.parametrize("case", CARDINALITY, ids=lambda case: case.id)
def test_the_official_shapes_find_the_same_missing_or_repeated_property(case: BrokenCase) -> None:
    found = set()
    for path in official_shapes(case.profile):
        report = validate(broken(case), official(path), ENGINE, NO_VOCABULARIES)
        found.update(violations(report))
    assert official_finding(case) in found


def official_finding(case: BrokenCase) -> tuple[str, str, str]:
    """What the official shapes say: of an agent in a role, that the dataset's value does not conform as a node."""
    focus, path, component = expected(case)
    if case.row.split()[0] in ROLES:
        return (
            "<https://hospital.example.org/dataset>",
            path_text(ROLES[case.row.split()[0]], PREFIXES),
            "Node",
        )
    return focus, path, component


@pytest.mark.parametrize("row", NOT_IN_THE_CORE_FILES)
def test_each_exception_is_a_row_of_ours(row: str) -> None:
    assert row in {case.row for case in broken_cases("healthdcat-ap-r8")}
