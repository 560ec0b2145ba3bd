"""`pharos export`: leave with everything that is published, as RDF."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

import click

from catalogue.bootstrap import open_ledger
from catalogue.bootstrap_base import base_of
from catalogue.cli.context import Invocation, common
from catalogue.cli.output import note, print_json
from catalogue.errors import InvalidQuery
from catalogue.feeds.export import SYNTAXES, ExportSyntax
from catalogue.feeds.export import export as export_records
from catalogue.model.wording import counted
from catalogue.ports import Ledger


@click.command()
@click.option("--format", "syntax", type=click.Choice(list(SYNTAXES)), default="n-quads", show_default=True)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="File; default, and -: standard output.",
)
@common
def export(invocation: Invocation, syntax: str, output: Path | None) -> None:
    """Write every published record as RDF (n-quads and trig: one named graph for each)."""
    settings = invocation.settings()
    with open_ledger(settings) as ledger:
        base = base_of(settings, ledger)
        if output is None or str(output) == "-":
            _write(ledger, base, SYNTAXES[syntax], sys.stdout.buffer)
            return
        count = _to_file(ledger, base, SYNTAXES[syntax], output)
    if invocation.json:
        print_json({"records": count, "file": str(output), "format": syntax})
    else:
        note(f"Wrote {counted(count, 'record')} to {output}.")


def _to_file(ledger: Ledger, base: str, syntax: ExportSyntax, output: Path) -> int:
    """Writes beside the target and then takes its place: a broken export leaves the old file."""
    draft = output.with_name(f".{output.name}.part")
    try:
        with draft.open("wb") as stream:
            count = _write(ledger, base, syntax, stream)
        draft.replace(output)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InvalidQuery(f"{output} cannot be written: {error.strerror}.", parameter="output") from error
    return count


def _write(ledger: Ledger, base: str, syntax: ExportSyntax, stream: BinaryIO) -> int:
    count = 0
    for piece in export_records(ledger, base, syntax):
        stream.write(piece)
        count += 1
    return count
