"""The benchmark of validation runs through at tiny sizes and measures what it says. No time is asserted."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

# The benchmarks belong to no installed package.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from benchmarks.apart import here
from benchmarks.bench_validation import PROFILES, Plan, measure
from benchmarks.validation_report import ratio, render
from catalogue.adapters.profiles import load_profiles
from catalogue.adapters.shapes_fast import is_available

pytestmark = pytest.mark.skipif(not is_available(), reason="the package shacl is not installed")


@pytest.fixture(scope="module")
def figures():
    plan = Plan(profiles=("dcat-ap-3.0.1", "healthdcat-ap-r8"), records=10, tries=1, batch=4, many=20)
    return measure(plan, run=here)


def test_every_profile_with_rules_is_measured():
    assert set(PROFILES) == set(load_profiles()) - {"none"}


def test_each_engine_is_timed_on_records_that_the_fast_one_judges_itself(figures):
    for row in figures["profiles"]:
        assert min(row["fast"], row["ours"], row["pyshacl"]) > 0
        assert row["by_fast"] == 1
        assert row["compared"] >= 1
        assert row["results"] > 0


def test_threads_and_memory_are_measured(figures):
    assert all(seconds > 0 for seconds in figures["threads"]["seconds"].values())
    assert 0 < figures["memory"]["tenth"] <= figures["memory"]["all"]


def test_the_chapter_says_what_was_missed(figures):
    row = {**figures["profiles"][0], "pyshacl": 1.0, "fast": 0.1}
    assert ratio(row) == pytest.approx(10)
    chapter = render(json.loads(json.dumps({**figures, "profiles": [row]})))
    assert "10 (missed: 60)" in chapter
    assert "dcat-ap-3.0.1" in chapter
