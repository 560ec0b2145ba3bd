"""A dataset without IRI, title and identifier cannot be kept: `validate` and `harvest` say so alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_kit import PREFIXES, Folder, dataset

NAMELESS = {
    "class only": "[] a dcat:Dataset .",
    "listed": '<https://clinic.example/c> a dcat:Catalog ; dct:title "C" ; dcat:dataset [ a dcat:Dataset ] .',
    "described": '[] a dcat:Dataset ; dct:description "Scans."@en .',
    "series": "[] a dcat:DatasetSeries .",
}
REASON = "The description without a title has neither a usable IRI nor a dct:identifier."


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "catalogue.ttl"


@pytest.mark.parametrize("case", NAMELESS)
def test_a_nameless_dataset_is_one_skipped_line_and_exit_code_1(
    folder: Folder, file: Path, case: str
) -> None:
    file.write_text(PREFIXES + NAMELESS[case])
    (judged,) = folder.json("validate", str(file), code=1)
    assert (judged["skipped"]["code"], judged["skipped"]["reason"]) == ("MissingIdentifier", REASON)
    assert (judged["verdict"], judged["profile"], judged["results"]) == ("not-validated", None, [])
    run = folder.json("harvest", str(file), code=1)
    assert (run["state"], run["counts"]["found"], run["counts"]["skipped"]) == ("completed-with-errors", 1, 1)
    (line,) = folder.json("runs", "show", run["run"])["outcomes"]
    assert (line["kind"], line["code"], line["reason"]) == ("skipped", "MissingIdentifier", REASON)
    assert line["advice"] == judged["skipped"]["advice"]
    assert "dct:identifier" in line["advice"]


def test_people_read_what_why_and_what_to_do(folder: Folder, file: Path) -> None:
    file.write_text(PREFIXES + NAMELESS["class only"])
    told = folder.pharos("validate", str(file))
    assert told.code == 1
    assert "cannot be kept" in told.out
    assert REASON in told.out
    assert "Give the resource an http(s) IRI of its own" in told.out


def test_the_others_of_the_document_are_judged_all_the_same(folder: Folder, file: Path) -> None:
    file.write_text(PREFIXES + "[] a dcat:Dataset .\n" + dataset("one"))
    told = folder.json("validate", str(file), "--profile", "none", code=1)
    assert [each["skipped"] is None for each in told].count(True) == 1
    assert folder.json("harvest", str(file), code=1)["counts"]["created"] == 1


def test_an_untyped_member_is_skipped_by_both(folder: Folder, file: Path) -> None:
    file.write_text(
        PREFIXES + '<https://clinic.example/c> a dcat:Catalog ; dct:title "C" ; dcat:dataset '
        '<https://clinic.example/d> . <https://clinic.example/d> dct:description "D" .'
    )
    (judged,) = folder.json("validate", str(file), code=1)
    run = folder.json("harvest", str(file), code=1)
    (line,) = [o for o in folder.json("runs", "show", run["run"])["outcomes"] if o["kind"] == "skipped"]
    assert line["reason"] == judged["skipped"]["reason"]


def test_a_catalogue_that_is_only_typed_is_no_record(folder: Folder, file: Path) -> None:
    file.write_text(PREFIXES + "[] a dcat:Catalog .")
    assert folder.json("harvest", str(file))["counts"]["found"] == 0
