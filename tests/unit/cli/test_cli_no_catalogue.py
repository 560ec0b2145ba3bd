"""A mistyped --data is told, and not made into an empty catalogue; only commands that begin one make its folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Pharos = Callable[..., Any]

READING = {
    "search": ["search", "breast"],
    "runs-list": ["runs", "list"],
    "runs-show": ["runs", "show", "r1"],
    "sources-list": ["sources", "list"],
    "sources-show": ["sources", "show", "clinic"],
    "sources-export": ["sources", "export"],
    "sources-remove": ["sources", "remove", "clinic"],
    "sources-pause": ["sources", "pause", "clinic"],
    "sources-schedule": ["sources", "schedule", "clinic"],
    "sparql": ["sparql", "ASK { ?s ?p ?o }"],
    "records-list": ["records", "list", "clinic"],
    "records-show": ["records", "show", "r1"],
    "notices-list": ["notices", "list"],
    "export": ["export"],
    "verify": ["verify"],
    "replay": ["replay"],
    "prune": ["prune"],
    "rebuild": ["rebuild", "search"],
    "rebase": ["rebase", "https://new.example"],
    "backup": ["backup", "all.pharos"],
}


@pytest.mark.parametrize("case", READING)
def test_a_folder_without_a_catalogue_is_told_and_nothing_is_made(
    bare_pharos: Pharos, tmp_path: Path, case: str
) -> None:
    before = sorted(tmp_path.iterdir())
    told = bare_pharos(*READING[case], "--data", str(tmp_path / "mistyped"))
    assert (told.code, told.out) == (2, "")
    assert str(tmp_path / "mistyped") in told.err
    assert "--data" in told.err
    assert sorted(tmp_path.iterdir()) == before


def test_a_folder_of_something_else_is_no_catalogue_and_stays_as_it_is(
    bare_pharos: Pharos, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "thesis.tex").write_text("")
    told = bare_pharos("runs", "list")
    assert told.code == 2
    assert f"There is no catalogue in {tmp_path / 'data'}." in told.err
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["thesis.tex"]


def test_adding_a_source_begins_a_catalogue(bare_pharos: Pharos, tmp_path: Path) -> None:
    assert bare_pharos("sources", "add", "http://x.example/", "--slug", "x").code == 0
    assert [source["slug"] for source in json.loads(bare_pharos("sources", "list", "--json").out)] == ["x"]


def test_validate_and_settings_need_no_catalogue_and_make_none(bare_pharos: Pharos, tmp_path: Path) -> None:
    file = tmp_path / "empty.ttl"
    file.write_text("<https://x.example/1> a <http://www.w3.org/ns/dcat#Dataset> ; <http://e.example/p> 1 .")
    assert bare_pharos("settings").code == 0
    assert bare_pharos("validate", str(file), "--profile", "none").code == 0
    assert not (tmp_path / "data").exists()
