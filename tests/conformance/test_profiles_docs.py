"""The page on profiles says what the shapes say."""

from __future__ import annotations

import pytest
from profile_cases import PROFILES
from profile_tables import BEGIN, PAGE, fresh, table

NAMES = [name for name in PROFILES if name != "none"]


def test_the_tables_of_the_page_are_those_of_the_shapes() -> None:
    page = PAGE.read_text()
    assert fresh(page) == page, "run: python tests/conformance/profile_tables.py"


@pytest.mark.parametrize("name", PROFILES)
def test_the_page_names_every_profile(name: str) -> None:
    assert f"`{name}`" in PAGE.read_text()


@pytest.mark.parametrize("name", NAMES)
def test_every_profile_with_rules_has_its_table(name: str) -> None:
    assert BEGIN.format(name=name) in PAGE.read_text()
    assert len(table(name).splitlines()) > 25


def test_a_rule_of_one_level_is_shown_at_that_level_alone() -> None:
    rows = [
        line
        for line in table("healthdcat-ap-r8").splitlines()
        if "`dcat:keyword`" in line and "Dataset" in line
    ]
    assert [row.rsplit("|", 2)[1].strip() for row in rows] == ["non-public"]
