"""`pharos sources apply` and `export`: sources as a file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import click

from catalogue.adapters.profiles import ProfilesOnDemand
from catalogue.adapters.vocabularies import load_vocabularies
from catalogue.bootstrap import open_ledger
from catalogue.cli.context import Invocation, common, founding
from catalogue.cli.output import note, print_json
from catalogue.cli.workbench import bring_up
from catalogue.errors import InvalidQuery
from catalogue.harvesting.publication import choose
from catalogue.harvesting.registry import load_harvesters
from catalogue.harvesting.source_file import Known, read_sources, write_sources
from catalogue.harvesting.source_plan import Action, Step, carry_out, plan
from catalogue.model.wording import counted

BY = "cli"
MARKS = {Action.ADD: "+", Action.CHANGE: "~", Action.REVIVE: "+", Action.REMOVE: "-", Action.LEAVE: "?"}


@click.command()
@click.argument("file", metavar="FILE|-")
@click.option("--prune", is_flag=True, help="Also remove the sources that the file does not name.")
@click.option("--dry-run", is_flag=True, help="Show the plan only.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@founding
def apply(invocation: Invocation, file: str, *, prune: bool, dry_run: bool, yes: bool) -> None:
    """Make the sources those of a TOML file. Shows what would change, and asks."""
    profiles = ProfilesOnDemand(invocation.folder().profiles)
    known = Known(load_harvesters(), profiles, load_vocabularies())
    wanted = read_sources(_read(file), "standard input" if file == "-" else file, known)
    with open_ledger(invocation.settings()) as ledger:
        steps = plan(wanted, ledger, prune=prune)
        changes = [step for step in steps if step.is_change]
        if not invocation.json:
            _show(steps, prune)
        agreed = bool(changes) and not dry_run and (yes or _ask(invocation, file))
        published = carry_out(steps, ledger, choose, BY) if agreed else 0
    if published:
        bring_up(invocation)
    if invocation.json:
        print_json({"applied": agreed, "changes": [_step_summary(step) for step in steps]})
    elif agreed:
        note("Done.")
    elif changes:
        note("Nothing was changed.")


@click.command()
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to this file.")
@common
def export(invocation: Invocation, output: Path | None) -> None:
    """Write the sources as the TOML file that `apply` reads. Secrets stay references."""
    with open_ledger(invocation.settings()) as ledger:
        text = write_sources(ledger.sources())
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidQuery(f"{output} cannot be written: {error.strerror}.", parameter="output") from error


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidQuery(f"{file} cannot be read: {error.strerror}.", parameter="file") from error
    except UnicodeDecodeError as error:
        raise InvalidQuery(f"{file} is not text in UTF-8, as TOML is.", parameter="file") from error


def _ask(invocation: Invocation, file: str) -> bool:
    if invocation.json or file == "-" or not sys.stdin.isatty():
        raise InvalidQuery(
            "Nothing was changed: there is nobody to ask.",
            advice="Say --yes to change the sources, or --dry-run to see the plan.",
            parameter="yes",
        )
    return click.confirm("Change the sources so?", default=False, err=True)


def _show(steps: Sequence[Step], prune: bool) -> None:
    for step in steps:
        if step.action is not Action.KEEP:
            click.echo(f"{MARKS[step.action]} {step.slug}: {_words(step)}")
        for name, before, after in step.differences:
            click.echo(f"    {name}: {_plain(before)} → {_plain(after)}")
    kept = sum(step.action is Action.KEEP for step in steps)
    if kept:
        note(f"{kept} stay as they are.")
    if not prune and any(step.action is Action.LEAVE for step in steps):
        note("Sources that are not in the file stay; --prune removes them.")


def _words(step: Step) -> str:
    url = step.wanted.source.url if step.wanted else ""
    return {
        Action.ADD: f"new, {url}",
        Action.CHANGE: "changes",
        Action.REVIVE: f"comes back, {url}",
        Action.REMOVE: f"is removed; {counted(step.records, 'record')} {'leaves' if step.records == 1 else 'leave'} the catalogue",
        Action.LEAVE: "is not in the file",
        Action.KEEP: "stays as it is",
    }[step.action]


def _step_summary(step: Step) -> dict[str, Any]:
    return {
        "slug": step.slug,
        "action": step.action.value,
        "differences": {name: [_json(before), _json(after)] for name, before, after in step.differences},
        "records": step.records,
    }


def _json(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return [_json(item) for item in value] if isinstance(value, tuple | list) else value


def _plain(value: object) -> str:
    said = _json(value)
    return "nothing" if said in ("", [], {}, None) else str(said)
