"""What the docs say is there: settings, commands, files, links."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from catalogue.cli.app import cli
from catalogue.settings import Settings, describe

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def test_every_setting_is_in_its_table_with_its_default() -> None:
    text = (ROOT / "docs" / "settings.md").read_text()
    for row in describe(Settings(), {}):
        default = f"`{row['value']}`" if row["value"] else ""
        assert f"| `{row['variable']}` | {default} | {row['help']} |" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_files_that_are_named_exist(page: Path) -> None:
    for path in re.findall(
        r"`((?:catalogue|harvesters|shapes|ontologies|deploy|tests|benchmarks)/[\w./-]+)`", page.read_text()
    ):
        if "NAME" not in path:
            assert (ROOT / path).exists(), path


def _commands(group: click.Group, before: tuple[str, ...] = ()) -> dict[tuple[str, ...], click.Command]:
    found: dict[tuple[str, ...], click.Command] = {}
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= _commands(command, (*before, name))
        elif not command.hidden:
            found[(*before, name)] = command
    return found


COMMANDS = _commands(cli)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_and_option_is_documented(words: tuple[str, ...]) -> None:
    text = (ROOT / "docs" / "cli.md").read_text()
    assert f"pharos {' '.join(words)}" in text
    for parameter in COMMANDS[words].params:
        if isinstance(parameter, click.Option):
            long = next(o for o in parameter.opts if o.startswith("--"))
            assert long in text, long


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_that_are_shown_exist(page: Path) -> None:
    for line in re.findall(
        r"pharos ((?:[a-z]+ ?){1,2})",
        "\n".join(re.findall(r"`pharos [^`]+`|^    pharos .*$", page.read_text(), re.M)),
    ):
        words = line.split()
        assert words[0] in cli.commands, line
