"""The command group. A command's module is loaded when the command is called: `pharos --help` loads none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

import click

from catalogue import __version__
from catalogue.cli.context import given, shared_options

SUMMARIES = {
    "harvest": "Harvest a source now, by its name or its URL.",
    "validate": "Check the dataset descriptions of files, URLs or standard input.",
    "profiles": "List and show profiles, and add them from files of shapes.",
    "vocabularies": "List and show vocabularies, and add them from ontology files.",
    "sources": "Register, schedule, list and remove sources.",
    "runs": "Look at runs and their outcomes.",
    "records": "Look at records, their versions and what changed.",
    "replay": "Put stored payloads through today's pipeline; no provider is asked.",
    "notices": "See what was told to whom, and try whether notices arrive.",
    "search": "Search the published datasets.",
    "sparql": "Ask the catalogue in SPARQL 1.1.",
    "export": "Write every published record as RDF.",
    "verify": "Compare ledger, graph store and search index, and mend what differs.",
    "backup": "Write the ledger into one file, also while a server runs.",
    "restore": "Fill an empty data folder or database from a backup.",
    "prune": "Forget runs and payloads that are older than they need be.",
    "rebuild": "Make the graph store or the search index anew from the ledger.",
    "rebase": "Move the catalogue to another public base URL.",
    "serve": "Run the catalogue: web server, worker and SPARQL server.",
    "settings": "Show every setting, its value and its origin.",
}
PARTS = ("worker", "web")
"""Parts of `serve`, each able to run alone; not for everyday use, so not listed."""

MODULES = {"restore": "backup", "rebase": "rebuild", "worker": "parts", "web": "parts"}
"""Module of a command where it is not called like the command."""


class Commands(Mapping[str, click.Command]):
    """Commands by name, loaded when they are asked for."""

    def __getitem__(self, name: str) -> click.Command:
        if name not in self:
            raise KeyError(name)
        module = import_module(f"catalogue.cli.{MODULES.get(name, name)}")
        command: click.Command = getattr(module, name)
        return command

    def __contains__(self, name: object) -> bool:
        return name in SUMMARIES or name in PARTS

    def __iter__(self) -> Iterator[str]:
        return iter((*SUMMARIES, *PARTS))

    def __len__(self) -> int:
        return len(SUMMARIES) + len(PARTS)


class Pharos(click.Group):
    """Lists the commands in the order in which a newcomer needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(SUMMARIES)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))


@click.group(cls=Pharos, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pharos")
@shared_options
@click.pass_context
def cli(ctx: click.Context, /, **options: object) -> None:
    """Pharos: a FAIR metadata catalogue and harvester for health data."""
    ctx.obj = given(ctx, options)


cli.commands = Commands()  # type: ignore[assignment]
