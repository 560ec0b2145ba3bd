"""`pharos settings`: every setting with its value, where it comes from and what it is for."""

from __future__ import annotations

import os

import click

from catalogue.bootstrap import open_ledger
from catalogue.cli.context import Invocation, founding
from catalogue.cli.output import note, print_json, print_table
from catalogue.errors import CatalogueError
from catalogue.settings import describe


@click.command()
@founding
def settings(invocation: Invocation) -> None:
    """Show every setting, its value (secrets hidden) and its origin."""
    rows = describe(invocation.settings(), os.environ)
    for row in rows:
        if row["variable"] == "PHAROS_DATA" and invocation.data:
            row["origin"] = "option"
        if row["variable"] == "PHAROS_BASE" and not row["value"] and (recorded := _recorded_base(invocation)):
            row |= {"value": recorded, "origin": "recorded"}
    if invocation.json:
        print_json(rows)
    else:
        print_table(rows, ["variable", "value", "origin", "help"])


def _recorded_base(invocation: Invocation) -> str | None:
    """None before there is a catalogue. A ledger that cannot be asked is told beside the settings, which may be why."""
    settings = invocation.settings()
    if not settings.ledger and not (settings.data / "ledger.sqlite").exists():
        return None
    try:
        with open_ledger(settings) as ledger:
            return ledger.base()
    except CatalogueError as error:
        note(f"Whether a base URL is recorded cannot be told: {error.detail}")
        return None
