"""The page about repairs tells of every rule, in order."""

from __future__ import annotations

import re
from pathlib import Path

from catalogue.pipeline.repairs import MINTED, RULE_NAMES

PAGE = Path(__file__).parents[3] / "docs" / "repairs.md"


def test_every_rule_has_its_heading_in_the_order_they_run():
    headings = re.findall(r"^## `([a-z-]+)`$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert headings == [*RULE_NAMES, MINTED]


def test_every_rule_shows_an_example():
    sections = PAGE.read_text("utf-8").split("\n## ")[1:-1]
    assert all("| before | after |" in section for section in sections)
