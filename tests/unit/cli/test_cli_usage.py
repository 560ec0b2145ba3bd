"""Wrong use of the command line: exit code 2, one sentence that names what is wrong, and what to do."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from catalogue.cli.app import SUMMARIES, cli
from catalogue.cli.entry import run

Pharos = Callable[..., Any]

WRONG = {
    "unknown-command": (["frobnicate"], "No such command 'frobnicate'"),
    "unknown-option": (["harvest", "x", "--fast"], "No such option"),
    "no-argument": (["harvest"], "Missing argument 'URL|SOURCE'"),
    "limit-0": (["harvest", "http://x.example/", "--limit", "0"], "--limit"),
    "limit-text": (["harvest", "http://x.example/", "--limit", "ten"], "'ten' is not a valid integer"),
    "unknown-source": (["harvest", "nowhere"], "no source, file or folder 'nowhere'"),
    "unknown-profile": (["harvest", "http://x.example/", "--profile", "dcat"], "dcat-ap-3.0.1"),
    "unknown-harvester": (["harvest", "http://x.example/", "--harvester", "oai"], "fair_data_point"),
    "not-a-web-address": (["harvest", "ftp://x.example/"], "not an http or https URL"),
    "password-in-url": (["harvest", "http://ada:secret@x.example/"], "by reference"),
    "unknown-run": (["runs", "show", "r1"], "There is no run r1"),
    "runs-of-unknown-source": (["runs", "list", "nowhere"], "nowhere"),
    "unknown-source-shown": (["sources", "show", "nowhere"], "nowhere"),
    "unknown-source-removed": (["sources", "remove", "nowhere"], "nowhere"),
    "slug": (["sources", "add", "http://x.example/", "--slug", "A b"], "lower-case letters"),
    "country": (["sources", "add", "http://x.example/", "--country", "XYZ"], "ISO 3166-1"),
    "secret-itself": (["sources", "add", "http://x.example/", "--bearer", "s3cr3t"], "env:NAME"),
    "two-credentials": (
        ["sources", "add", "http://x.example/", "--bearer", "env:A", "--basic", "ada", "env:B"],
        "--bearer, --basic",
    ),
    "unknown-repair": (["sources", "add", "http://x.example/", "--switch-off", "magic"], "no repair 'magic'"),
    "option-form": (["sources", "add", "http://x.example/", "--option", "depth"], "NAME=VALUE"),
    "unknown-harvester-option": (["sources", "add", "http://x.example/", "-o", "depth=1"], "'depth'"),
    "facet-form": (["search", "--facet", "modality"], "NAME=VALUE"),
    "unknown-facet": (["search", "--facet", "colour=red"], "theme"),
    "page-0": (["search", "--page", "0"], "--page"),
    "unknown-sort": (["search", "--sort", "best"], "relevance"),
    "no-query": (["sparql", "count.rq"], "neither a SPARQL query nor a file"),
    "unknown-format": (["export", "--format", "csv"], "n-quads"),
    "no-such-folder": (["export", "--output", "nowhere/all.nq"], "cannot be written"),
    "rebuild-what": (["rebuild", "ledger"], "'graph', 'search'"),
    "rebase-to": (["rebase", "catalogue"], "http or https URL"),
    "port": (["serve", "--port", "70000"], "65535"),
    "host": (["serve", "--host", "192.0.2.1", "--port", "0"], "--port"),
    "no-file": (["validate", "nothing.ttl"], "no file 'nothing.ttl'"),
    "validate-profile": (["validate", "-", "--profile", "dcat"], "there are: auto"),
    "validate-folder": (["validate", "."], "name its files"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_use_is_named(pharos: Pharos, case: str) -> None:
    words, named = WRONG[case]
    told = pharos(*words)
    assert told.code == 2
    assert named in told.err
    assert told.out == ""
    assert "s3cr3t" not in told.err


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("PHAROS_PORT", "many", "PHAROS_PORT is 'many'"),
        ("PHAROS_BASE", "catalogue", "an http or https URL"),
        ("PHAROS_LOG_LEVEL", "LOUD", "DEBUG, INFO"),
        ("PHAROS_COLOUR", "red", "PHAROS_COLOUR is not a setting of Pharos"),
        ("PHAROS_LEDGER", "mysql://x/y", "sqlite or postgresql"),
    ],
)
def test_a_wrong_setting_is_named(
    pharos: Pharos, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, named: str
) -> None:
    monkeypatch.setenv(variable, value)
    told = pharos("sources", "list")
    assert (told.code, told.out) == (2, "")
    assert named in told.err


def test_a_data_folder_that_is_a_file_is_named(pharos: Pharos, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = pharos("sources", "add", "http://x.example/", "--data", str(tmp_path / "file"))
    assert told.code == 2
    assert f"The data folder {tmp_path / 'file'} cannot be made" in told.err
    assert "--data or PHAROS_DATA" in told.err


def test_a_ledger_that_is_no_database_is_told(pharos: Pharos, tmp_path: Path) -> None:
    (tmp_path / "data" / "ledger.sqlite").write_bytes(
        b"not a database, but long enough to be read as one" * 100
    )
    told = pharos("runs", "list")
    assert told.code == 3
    assert "not a database" in told.err
    *_, last = (tmp_path / "data" / "commands.log").read_text().splitlines()
    assert "sqlite3.DatabaseError" in json.loads(last)["trace"]


def test_a_url_in_use_is_no_name_for_another(pharos: Pharos) -> None:
    pharos("sources", "add", "http://x.example/", "--slug", "x")
    told = pharos("sources", "add", "http://y.example/", "--slug", "x")
    assert told.code == 2
    assert "x" in told.err


def test_a_known_source_keeps_its_harvester(pharos: Pharos) -> None:
    pharos("sources", "add", "http://x.example/", "--slug", "x")
    told = pharos("harvest", "x", "--harvester", "fair_data_point")
    assert told.code == 2
    assert "pharos sources add http://x.example/ --harvester fair_data_point" in told.err


def test_adding_again_changes_only_what_is_named(pharos: Pharos) -> None:
    pharos(
        "sources", "add", "http://x.example/", "--title", "Clinic", "--country", "nl", "--bearer", "env:TOKEN"
    )
    told = pharos("sources", "add", "http://x.example/", "--priority", "5", "--json")
    source = json.loads(told.out)
    assert (source["title"], source["country"], source["priority"]) == ("Clinic", "NL", 5)
    assert source["credentials"] == {"scheme": "bearer", "secret": "env:TOKEN"}
    told = pharos("sources", "add", "http://x.example/", "--no-credentials", "--json")
    assert json.loads(told.out)["credentials"] == {}


@pytest.mark.parametrize(("said", "kept"), [("nl", "NL"), ("GRC", "GR"), ("", "")])
def test_a_country_is_kept_as_its_code_of_two_letters(pharos: Pharos, said: str, kept: str) -> None:
    told = pharos("sources", "add", "http://x.example/", "--country", said, "--json")
    assert json.loads(told.out)["country"] == kept


def test_json_and_data_stand_before_or_after_the_name(pharos: Pharos, tmp_path: Path) -> None:
    elsewhere = str(tmp_path / "elsewhere")
    pharos("sources", "add", "http://x.example/", "--data", elsewhere)
    for words in (
        ("--json", "--data", elsewhere, "sources", "list"),
        ("sources", "--json", "--data", elsewhere, "list"),
        ("sources", "list", "--json", "--data", elsewhere),
    ):
        assert [source["url"] for source in json.loads(pharos(*words).out)] == ["http://x.example/"]
    assert json.loads(pharos("sources", "list", "--json").out) == []


def test_the_data_folder_is_for_its_owner(bare_pharos: Pharos, tmp_path: Path) -> None:
    bare_pharos("sources", "add", "http://x.example/")
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_settings_tell_value_and_origin_and_hide_secrets(
    pharos: Pharos, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHAROS_PROXY", "http://ada:s3cr3t@proxy.example")
    rows = {row["variable"]: row for row in json.loads(pharos("settings", "--json").out)}
    assert (rows["PHAROS_PROXY"]["value"], rows["PHAROS_PROXY"]["origin"]) == ("(set)", "environment")
    assert rows["PHAROS_PORT"]["origin"] == "default"
    rows = {row["variable"]: row for row in json.loads(pharos("settings", "--json", "--data", "there").out)}
    assert (rows["PHAROS_DATA"]["value"], rows["PHAROS_DATA"]["origin"]) == ("there", "option")


def test_every_listed_command_has_a_module_and_says_what_its_summary_says() -> None:
    assert [name for name, command in cli.commands.items() if not command.hidden] == list(SUMMARIES)
    for name, summary in SUMMARIES.items():
        first = cli.commands[name].get_short_help_str(200)
        assert first.split()[0] == summary.split()[0], name


def test_a_fault_of_ours_is_a_sentence_and_its_trace_is_kept(
    pharos: Pharos, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def divide() -> None:
        raise ZeroDivisionError("nothing to divide by")

    pharos("sources", "list")
    assert run([], divide) == 3
    told = capfd.readouterr().err
    assert "ZeroDivisionError: nothing to divide by" in told
    assert "Traceback" not in told
    line = json.loads((tmp_path / "data" / "commands.log").read_text())
    assert "ZeroDivisionError" in line["trace"]
