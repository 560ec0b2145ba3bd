"""`pharos rebuild` and `pharos rebase`: projections made anew from the ledger."""

from __future__ import annotations

from dataclasses import replace

import click

from catalogue.bootstrap import Services, projections_of
from catalogue.cli.context import Invocation, common
from catalogue.cli.output import note, print_json
from catalogue.cli.requests import ask, carry_out
from catalogue.cli.workbench import beside_or_alone, working
from catalogue.errors import FolderBusy
from catalogue.settings import Settings


@click.command()
@click.argument("what", type=click.Choice(["graph", "search"]))
@common
def rebuild(invocation: Invocation, what: str) -> None:
    """Make the graph store or the search index anew from the ledger."""
    folder = invocation.folder()

    def alone() -> int:
        with working(invocation, "rebuild") as bench:
            return _rebuild(bench.services, what)

    def beside() -> int:
        note(f"The server on this data folder rebuilds {what}.")
        return int(ask(folder, {"rebuild": what})["position"])

    position = beside_or_alone(folder, beside=beside, alone=alone)
    if invocation.json:
        print_json({"projection": what, "position": position})
    else:
        note(f"Rebuilt {what} up to change {position}.")


@click.command()
@click.argument("base", metavar="URL")
@common
def rebase(invocation: Invocation, base: str) -> None:
    """Move the catalogue to another public base URL, and make the graph anew with it."""
    checked = Settings.from_env({"PHAROS_BASE": base}).public_base
    set_before = invocation.settings().base
    before, position = beside_or_alone(
        invocation.folder(), beside=_refuse_to_move, alone=lambda: _move(invocation, checked)
    )
    if invocation.json:
        print_json({"base": checked, "before": before, "position": position})
    else:
        note(f"The catalogue is now {checked} (before: {before}).")
    if set_before and set_before.rstrip("/") != checked:
        note(f"PHAROS_BASE is still {set_before}: set it to {checked} before the next command.")


def _refuse_to_move() -> tuple[str, int]:
    raise FolderBusy("A catalogue moves only while nothing runs.", advice="Stop `pharos serve` first.")


def _move(invocation: Invocation, base: str) -> tuple[str, int]:
    """Records the new base and makes the graph with it; returns the old base and the graph's position."""
    settings = replace(invocation.settings(), base="")
    with working(invocation, "rebase", settings=settings) as bench:
        before = bench.services.base
        bench.services.ledger.move_base(base, by="cli")
    # Opened again: the services of before would make the graph with the old base.
    with working(invocation, "rebase", settings=settings) as bench:
        return before, _rebuild(bench.services, "graph")


def _rebuild(services: Services, what: str) -> int:
    done = carry_out(services, projections_of(services), {"rebuild": what})
    return int(str(done["position"]))
