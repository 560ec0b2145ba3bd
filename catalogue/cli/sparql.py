"""`pharos sparql`: the same gateway as /sparql, against the running child or one of our own."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from catalogue.bootstrap import sparql_gateway
from catalogue.cli.context import Invocation, common
from catalogue.cli.workbench import beside_or_alone, reading, working
from catalogue.errors import InvalidQuery, StoreUnavailable
from catalogue.ports import GraphStore

PATIENCE = 15.0

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

    def beside() -> bytes:
        with reading(invocation) as services:
            _wait_for_store(services.graph)
            return sparql_gateway(services).answer(text, accept).body

    def alone() -> bytes:
        with working(invocation, "sparql") as bench:
            bench.project("graph")
            return sparql_gateway(bench.services).answer(text, accept).body

    body = beside_or_alone(invocation.folder(), beside, alone)
    sys.stdout.buffer.write(body if body.endswith(b"\n") else body + b"\n")


def _wait_for_store(graph: GraphStore) -> None:
    """A server that has just started, or starts its store anew, is given some seconds."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            graph.position()
        except StoreUnavailable:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


def _text(query: str) -> str:
    try:
        if query == "-":
            return sys.stdin.buffer.read().decode()
        # A query may be longer than a path may be: only a short, single line can name a file.
        if len(query) < 1024 and "{" not in query and Path(query).is_file():
            return Path(query).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise InvalidQuery(f"The query cannot be read from {query}: {error}.", parameter="query") from error
    if "{" not in query and not query.strip().upper().startswith(("DESCRIBE", "PREFIX", "BASE")):
        raise InvalidQuery(f"{query!r} is neither a SPARQL query nor a file.", parameter="query")
    return query
