"""The example files say what they are: valid ones have no violation, invalid ones exactly those in their comments."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from profile_cases import PROFILES, SHAPES, SHIPPED, judge, path_text, read, violations

from catalogue.model.validation import Verdict

EXPECT = re.compile(r"^# expect: (?P<focus>\S+) (?P<path>.*?) ?(?P<component>\w+)$", re.MULTILINE)
FILES = sorted(SHAPES.glob("*/examples/*.ttl"))


def name(path: Path) -> str:
    return f"{path.parts[-3]}/{path.name}"


@pytest.mark.parametrize("path", [p for p in FILES if p.name.startswith("valid-")], ids=name)
def test_a_valid_example_has_no_violation(path: Path) -> None:
    report = judge(read(path), path.parts[-3], vocabularies=SHIPPED)
    assert violations(report) == []


@pytest.mark.parametrize(
    "path", [p for p in FILES if "no finding" in p.read_text().splitlines()[0]], ids=name
)
def test_an_example_that_claims_no_finding_has_none(path: Path) -> None:
    report = judge(read(path), path.parts[-3], vocabularies=SHIPPED)
    assert report.results == ()
    assert report.verdict is Verdict.CONFORMANT


@pytest.mark.parametrize("path", [p for p in FILES if p.name.startswith("invalid-")], ids=name)
def test_an_invalid_example_has_exactly_the_violations_it_announces(path: Path) -> None:
    announced = [
        (m["focus"], path_text(m["path"]), m["component"]) for m in EXPECT.finditer(path.read_text())
    ]
    assert announced, f"{path.name} announces nothing"
    assert violations(judge(read(path), path.parts[-3], vocabularies=SHIPPED)) == sorted(announced)


def test_each_example_is_named_valid_or_invalid() -> None:
    assert [p.name for p in FILES if not p.name.startswith(("valid-", "invalid-"))] == []
    assert {p.parts[-3] for p in FILES} == set(PROFILES) - {"none"}
