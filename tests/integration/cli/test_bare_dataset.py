"""A dataset with an IRI and its class, and nothing else, is told by `validate` and `harvest` alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_kit import PREFIXES, Folder, dataset
from loopback import Answer, Loopback

BARE = "<https://clinic.example/only> a dcat:Dataset ."


def test_alone_in_its_document_it_is_one_skipped_line_and_exit_code_1(folder: Folder, tmp_path: Path) -> None:
    file = tmp_path / "only.ttl"
    file.write_text(PREFIXES + BARE)
    (judged,) = folder.json("validate", str(file), code=1)
    assert (judged["verdict"], judged["skipped"]["code"]) == ("not-validated", "bare")
    run = folder.json("harvest", str(file), code=1)
    assert (run["state"], run["counts"]["found"], run["counts"]["skipped"]) == ("completed-with-errors", 1, 1)
    (line,) = [o for o in folder.json("runs", "show", run["run"])["outcomes"] if o["kind"] == "skipped"]
    assert line["reason"] == judged["skipped"]["reason"]
    assert "Only its type is said" in line["reason"]
    assert "dct:title" in line["advice"]


def test_in_a_catalogue_it_is_named_beside_those_that_are_kept(folder: Folder, tmp_path: Path) -> None:
    file = tmp_path / "good.ttl"
    listed = "<https://clinic.example/c> a dcat:Catalog ; dcat:dataset <https://clinic.example/only> .\n"
    file.write_text(PREFIXES + listed + BARE + dataset("one"))
    told = folder.json("validate", str(file), "--profile", "none", code=1)
    assert [each["record"] for each in told if each["skipped"]] == ["<https://clinic.example/only>"]
    counts = folder.json("harvest", str(file), code=1)["counts"]
    assert (counts["found"], counts["created"], counts["skipped"]) == (2, 1, 1)


@pytest.mark.parametrize("described_first", [True, False])
def test_one_that_another_page_describes_is_the_record_of_that_page(
    folder: Folder, provider: Loopback, described_first: bool
) -> None:
    pages = [dataset("one"), "<https://clinic.example/datasets/one> a dcat:Dataset .\n"]
    first, second = pages if described_first else reversed(pages)
    view = '<> a hydra:PartialCollectionView ; hydra:next "/second" .\n'
    hydra = "@prefix hydra: <http://www.w3.org/ns/hydra/core#> .\n"
    provider.on("/first", Answer((PREFIXES + hydra + view + first).encode(), media_type="text/turtle"))
    provider.on("/second", Answer((PREFIXES + second).encode(), media_type="text/turtle"))
    counts = folder.json("harvest", provider.url("/first"))["counts"]
    assert (counts["found"], counts["created"], counts["skipped"]) == (1, 1, 0)
