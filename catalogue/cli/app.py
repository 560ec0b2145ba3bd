"""The command group; commands register themselves here."""

from __future__ import annotations

from pathlib import Path

import click

from catalogue import __version__
from catalogue.cli.context import Invocation
from catalogue.cli.export import export
from catalogue.cli.harvest import harvest
from catalogue.cli.rebuild import rebase, rebuild
from catalogue.cli.runs import runs
from catalogue.cli.search import search
from catalogue.cli.serve import serve, web, worker
from catalogue.cli.settings import settings
from catalogue.cli.sources import sources
from catalogue.cli.sparql import sparql
from catalogue.cli.validate import validate


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pharos")
@click.option("--data", type=click.Path(path_type=Path), help="Data folder (or PHAROS_DATA).")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@click.pass_context
def cli(ctx: click.Context, data: Path | None, as_json: bool) -> None:
    """Pharos: a FAIR metadata catalogue and harvester for health data."""
    ctx.obj = Invocation(data, as_json)


for command in (
    harvest,
    validate,
    sources,
    runs,
    search,
    sparql,
    export,
    rebuild,
    rebase,
    serve,
    settings,
    worker,
    web,
):
    cli.add_command(command)
