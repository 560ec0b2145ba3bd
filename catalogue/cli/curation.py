"""`pharos records curate|hide|unhide|curation`: the operator's own word on a dataset, beside what is harvested."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

from catalogue.bootstrap import open_ledger
from catalogue.cli.context import Invocation, common
from catalogue.cli.output import note, print_json, print_table
from catalogue.cli.workbench import bring_up
from catalogue.discovery.history import short, statements
from catalogue.errors import InvalidQuery
from catalogue.harvesting.curating import Edit, Target, curate, find_target, hide
from catalogue.harvesting.statements import MAX_BYTES, property_of, read_statements, statement_of
from catalogue.model.curation import Curation
from catalogue.ports import Ledger
from catalogue.rdf.graphs import Graph
from catalogue.rdf.terms import NamedNode

F = TypeVar("F", bound=Callable[..., Any])
BY = "cli"
PORTION = 500


def signed(command: F) -> F:
    """Who says it, and why: both stay in the ledger."""
    command = click.option("--by", default=BY, show_default=True, help="Who says so.")(command)
    return click.option("--reason", default="", help="Why; it is kept and not published.")(command)


@click.command("curate")
@click.argument("dataset", metavar="ID")
@click.argument("file", required=False)
@click.option("--set", "put", multiple=True, metavar="PROPERTY=VALUE", help="In place of what is said of it.")
@click.option("--add", "added", multiple=True, metavar="PROPERTY=VALUE", help="Beside what is said of it.")
@click.option(
    "--replace", "replaced", multiple=True, metavar="PROPERTY", help="Show no harvested value of it."
)
@click.option(
    "--restore", "restored", multiple=True, metavar="PROPERTY", help="As the source says it, again."
)
@click.option("--clear", is_flag=True, help="Take back everything that the catalogue says of it.")
@signed
@common
def curate_(
    invocation: Invocation,
    dataset: str,
    file: str | None,
    clear: bool,
    by: str,
    reason: str,
    **said: tuple[str, ...],
) -> None:
    """Say something of a dataset that no harvest overwrites.

    FILE is Turtle ("-" reads standard input) about the dataset, which <> means; it takes the place of all that the
    catalogue said of it before. PROPERTY is a short name (theme, title, keyword, note …), dct:title or an IRI.
    """
    if clear and (file or any(said.values())):
        raise InvalidQuery("--clear goes with nothing else.", parameter="clear")
    if not (clear or file or any(said.values())):
        raise InvalidQuery(
            "Say what: a file, --set, --add, --replace, --restore or --clear.", parameter="file"
        )
    with open_ledger(invocation.settings()) as ledger:
        target = find_target(ledger, dataset)
        made = curate(ledger, target, _edit(target, file, clear, said), by, reason)
    _after(invocation, made)


@click.command("hide")
@click.argument("dataset", metavar="ID")
@signed
@common
def hide_(invocation: Invocation, dataset: str, by: str, reason: str) -> None:
    """Hide a dataset: no search, feed, query or page shows it; harvests go on and nothing is deleted."""
    _hide(invocation, dataset, True, by, reason)


@click.command("unhide")
@click.argument("dataset", metavar="ID")
@signed
@common
def unhide(invocation: Invocation, dataset: str, by: str, reason: str) -> None:
    """Show a hidden dataset again."""
    _hide(invocation, dataset, False, by, reason)


@click.command("curation")
@click.argument("dataset", metavar="[ID]", required=False)
@common
def curation(invocation: Invocation, dataset: str | None) -> None:
    """Show what the catalogue says of a dataset, and who said it when; without ID, of which it says anything."""
    with open_ledger(invocation.settings()) as ledger:
        if dataset is None:
            _list(invocation, ledger)
            return
        target = find_target(ledger, dataset)
        listed = ledger.curations(target.dataset_id)
    if invocation.json:
        print_json([curation_summary(one) for one in listed])
    elif not listed:
        note(f"The catalogue says nothing of its own of {target.subject}.")
    else:
        _show(listed[0])
        print_table([curation_summary(one) for one in listed], ["number", "at", "by", "state", "reason"])


COMMANDS = (curate_, hide_, unhide, curation)


def curation_summary(one: Curation) -> dict[str, Any]:
    """A curation as commands print it."""
    return {
        "dataset": one.dataset_id,
        "iri": one.subject,
        "number": one.number,
        "state": "hidden" if one.hidden else "ended" if one.is_empty else "shown",
        "statements": [str(statement) for statement in statements(one.graph())],
        "replaced": [short(NamedNode(iri)) for iri in one.replaced],
        "by": one.by,
        "at": one.at,
        "reason": one.reason,
    }


def hidden_ids(ledger: Ledger) -> set[str]:
    """The datasets that are hidden."""
    return {one.dataset_id for one in _present(ledger) if one.hidden}


def _present(ledger: Ledger) -> Iterator[Curation]:
    """What the catalogue says of each dataset, where it says anything."""
    after = ""
    while page := ledger.curated(after, PORTION):
        yield from (one for one in page if not one.is_empty)
        after = page[-1].dataset_id


def _edit(target: Target, file: str | None, clear: bool, said: dict[str, tuple[str, ...]]) -> Edit:
    whole, marked = read_statements(_read(file), target.subject) if file else (None, ())
    return Edit(
        whole=Graph() if clear else whole,
        restored=[property_of(text) for text in said["restored"]],
        replaced=[*(NamedNode(iri) for iri in marked), *(property_of(text) for text in said["replaced"])],
        put=[statement_of(text, target.subject) for text in said["put"]],
        added=[statement_of(text, target.subject) for text in said["added"]],
    )


def _read(file: str) -> bytes:
    try:
        if file == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with Path(file).open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidQuery(f"{file} cannot be read: {error.strerror}.", parameter="file") from error


def _hide(invocation: Invocation, dataset: str, hidden: bool, by: str, reason: str) -> None:
    with open_ledger(invocation.settings()) as ledger:
        made = hide(ledger, find_target(ledger, dataset), hidden, by, reason)
    _after(invocation, made)


def _after(invocation: Invocation, made: Curation) -> None:
    bring_up(invocation)
    if invocation.json:
        print_json(curation_summary(made))
    else:
        _show(made)


def _show(one: Curation) -> None:
    said = curation_summary(one)
    click.echo(f"{one.subject} ({one.dataset_id}): {said['state']}")
    for name in said["replaced"]:
        click.echo(f"- {name} as its source says it")
    for statement in said["statements"]:
        click.echo(f"+ {statement}")


def _list(invocation: Invocation, ledger: Ledger) -> None:
    rows = [curation_summary(one) for one in _present(ledger)]
    if invocation.json:
        print_json(rows)
    elif rows:
        shown = [{**row, "statements": len(row["statements"])} for row in rows]
        print_table(shown, ["dataset", "state", "statements", "by", "at", "iri"])
    else:
        note("The catalogue says nothing of its own of any dataset.")
