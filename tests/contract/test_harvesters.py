"""Every installed harvester over every case in its fixture folder."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import pytest
from harvester_suite import Case, HarvesterSuite

FOLDERS = Path(__file__).resolve().parents[1] / "fixtures" / "harvesters"
CASES = sorted(path.parent for path in FOLDERS.glob("*/*/exchange.json"))


@pytest.fixture(params=CASES, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def case(request):
    return Case(request.param)


@pytest.fixture
def harvester(case):
    (entry,) = entry_points(group="catalogue.harvesters", name=case.folder.parent.name)
    return entry.load()()


class TestHarvesters(HarvesterSuite):
    pass


def test_there_are_cases_of_more_than_one_harvester():
    assert len({folder.parent.name for folder in CASES}) >= 2
