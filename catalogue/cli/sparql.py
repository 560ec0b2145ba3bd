"""`pharos sparql`: the same gateway as /sparql, against the running child or one of our own."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from catalogue.bootstrap import sparql_gateway
from catalogue.cli.context import Invocation, common
from catalogue.cli.workbench import reading, working
from catalogue.errors import InvalidQuery

FORMATS = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "turtle": "text/turtle",
    "n-triples": "application/n-triples",
}


@click.command()
@click.argument("query", metavar="QUERY|FILE|-")
@click.option(
    "--format", "format_", type=click.Choice(list(FORMATS)), help="Default: JSON, or Turtle for graphs."
)
@common
def sparql(invocation: Invocation, query: str, format_: str | None) -> None:
    """Ask the catalogue in SPARQL 1.1 (SELECT, ASK, CONSTRUCT, DESCRIBE)."""
    text = _text(query)
    accept = FORMATS[format_] if format_ else None
    if invocation.folder().runtime():
        with reading(invocation) as services:
            answer = sparql_gateway(services).answer(text, accept)
    else:
        with working(invocation, "sparql") as bench:
            answer = sparql_gateway(bench.services).answer(text, accept)
    body = answer.body
    sys.stdout.buffer.write(body)
    if not body.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")


def _text(query: str) -> str:
    if query == "-":
        return sys.stdin.read()
    # A query text may be longer than a path may be: only a short, single line can name a file.
    if len(query) < 1024 and "{" not in query and Path(query).is_file():
        return Path(query).read_text()
    if "{" not in query and not query.strip().upper().startswith(("DESCRIBE", "PREFIX", "BASE")):
        raise InvalidQuery(f"{query!r} is neither a SPARQL query nor a file.", parameter="query")
    return query
