"""`pharos settings`: every setting with its value, where it comes from and what it is for."""

from __future__ import annotations

import os

import click

from catalogue.cli.context import Invocation, founding
from catalogue.cli.output import print_json, print_table
from catalogue.settings import describe


@click.command()
@founding
def settings(invocation: Invocation) -> None:
    """Show every setting, its value (secrets hidden) and its origin."""
    rows = describe(invocation.settings(), os.environ)
    for row in rows:
        if row["variable"] == "PHAROS_DATA" and invocation.data:
            row["origin"] = "option"
    if invocation.json:
        print_json(rows)
    else:
        print_table(rows, ["variable", "value", "origin", "help"])
