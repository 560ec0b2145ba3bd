"""One of a thing is not called many, and advice fits what the command does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catalogue.cli.search import _print as print_page
from catalogue.harvesting.lines import outside
from catalogue.model.search import SearchPage
from catalogue.model.wording import counted

Pharos = Callable[..., Any]
DATASET = (
    "<https://x.example/1> a <http://www.w3.org/ns/dcat#Dataset> ; <http://purl.org/dc/terms/title> 'T' ."
)


@pytest.mark.parametrize(
    ("number", "words", "text"),
    [
        (0, ("dataset",), "0 datasets"),
        (1, ("dataset",), "1 dataset"),
        (2, ("dataset",), "2 datasets"),
        (1, ("entry", "entries"), "1 entry"),
        (1200, ("entry", "entries"), "1,200 entries"),
    ],
)
def test_a_number_has_the_noun_that_goes_with_it(number: int, words: tuple[str, ...], text: str) -> None:
    assert counted(number, *words) == text


def test_search_counts_one_dataset(capsys: pytest.CaptureFixture[str]) -> None:
    print_page(SearchPage(1, (), {}, 1, 20))
    assert capsys.readouterr().err == "1 dataset\n"


def test_one_triple_outside_belongs_and_two_belong() -> None:
    assert outside(1, []).reason.startswith("1 triple belongs to")
    assert outside(2, []).reason.startswith("2 triples belong to")


def test_a_harvest_of_one_page_says_so(pharos: Pharos, tmp_path: Path) -> None:
    file = tmp_path / "one.ttl"
    file.write_text(DATASET + " <https://x.example/2> <https://x.example/p> 'outside' .")
    told = pharos("harvest", str(file), "--dry-run", "--profile", "none")
    assert told.out == "tmp-one: completed (1 found, 1 created, 1 page, 1 triple outside)\n".replace(
        "tmp-one", told.out.split(":")[0]
    )


def test_a_private_address_says_what_to_set_and_nothing_of_registering(pharos: Pharos) -> None:
    told = pharos("validate", "http://127.0.0.1:9/")
    assert told.code == 3
    assert "PHAROS_ALLOW_HOSTS" in told.err
    assert "regist" not in told.err
