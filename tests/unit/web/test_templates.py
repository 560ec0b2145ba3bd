"""Rules that every template keeps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import catalogue.web

TEMPLATES = sorted((Path(catalogue.web.__file__).parent / "templates").glob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_only_texts_of_the_template_itself_pass_through_gettext(path: Path) -> None:
    """Jinja's gettext gives markup: a value from elsewhere would not be escaped."""
    assert re.findall(r"(?<![a-z])_\((?!\s*[\"'])", path.read_text()) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_nothing_is_called_safe_in_a_template(path: Path) -> None:
    assert "|safe}" not in path.read_text().replace(" ", "")
    assert "autoescape false" not in path.read_text()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_harvested_links_pass_the_scheme_check(path: Path) -> None:
    hrefs = re.findall(r'(?:href|src|action)="\{\{\s*([^"]*?)\s*\}\}', path.read_text())
    allowed = ("url_for(", "address(", "contact", "without(")
    assert [href for href in hrefs if not href.startswith(allowed) and "safe_href" not in href] == []
