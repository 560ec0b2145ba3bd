"""With --json an error is one JSON object on stdout beside its sentence on stderr, whatever went wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from catalogue.cli.entry import asks_for_json, run

Pharos = Callable[..., Any]

WRONG: dict[str, tuple[list[str], int, str]] = {
    "unknown-run": (["runs", "show", "r1", "--json"], 2, "NotFound"),
    "unknown-facet": (["--json", "search", "--facet", "colour=red"], 2, "InvalidQuery"),
    "unknown-command": (["--json", "frobnicate"], 2, "UsageError"),
    "unknown-option": (["harvest", "x", "--fast", "--json"], 2, "UsageError"),
    "no-number": (["search", "--page", "ten", "--json"], 2, "UsageError"),
    "no-dataset": (["validate", "empty.ttl", "--json"], 3, "ParseError"),
}


@pytest.mark.parametrize("case", WRONG)
def test_an_error_is_one_object(pharos: Pharos, tmp_path: Path, case: str) -> None:
    (tmp_path / "empty.ttl").write_text("")
    words, code, kind = WRONG[case]
    told = pharos(*words)
    answer = json.loads(told.out)
    assert list(answer) == ["error"]
    assert told.code == answer["error"]["exit_code"] == code
    assert answer["error"]["code"] == kind
    assert answer["error"]["detail"] in told.err


def test_what_to_do_and_which_parameter_are_fields(pharos: Pharos) -> None:
    error = json.loads(pharos("search", "--facet", "colour=red", "--json").out)["error"]
    assert error["parameter"] == "facet"
    error = json.loads(pharos("harvest", "nowhere", "--json").out)["error"]
    assert "sources list" in error["advice"]


def test_without_json_standard_output_stays_empty(pharos: Pharos) -> None:
    assert pharos("runs", "show", "r1").out == ""


def test_a_fault_of_ours_is_an_object_too(pharos: Pharos, capfd: pytest.CaptureFixture[str]) -> None:
    @click.command()
    @click.option("--json", "as_json", is_flag=True)
    def divide(as_json: bool) -> None:
        raise ZeroDivisionError("nothing to divide by")

    assert run(["--json"], divide) == 3
    error = json.loads(capfd.readouterr().out)["error"]
    assert (error["code"], error["exit_code"]) == ("InternalError", 3)


def test_a_word_to_search_for_is_no_option() -> None:
    assert not asks_for_json(["search", "--", "--json"])
    assert asks_for_json(["search", "--json", "--", "x"])
