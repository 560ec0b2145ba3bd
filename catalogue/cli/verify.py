"""`pharos verify`: whether graph store and search index hold what the ledger says is published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

import click

from catalogue.bootstrap import Services, projections_of
from catalogue.cli.context import Invocation, common
from catalogue.cli.output import note, print_json, print_table
from catalogue.cli.requests import ask, carry_out
from catalogue.cli.workbench import beside_or_alone, reading, working
from catalogue.projections import verify as comparing
from catalogue.projections.verify import Checkable, Checked

PATIENCE = 30.0
"""Seconds to wait for a running server's projections."""
SHOWN = 50
DIFFERENCES = 1

Mend = Callable[[Checked], None]


@click.command()
@click.option("--fix", is_flag=True, help="Project again what differs.")
@click.option(
    "--sample",
    type=click.FloatRange(0, 100, min_open=True),
    metavar="PERCENT",
    help="Share of the datasets that is compared whole. Default: all below 10,000, else 1 and at least 1,000 of them.",
)
@common
def verify(invocation: Invocation, fix: bool, sample: float | None) -> int:
    """Compare ledger, graph store and search index. Exit code 0 when all agree, 1 when not."""
    share = None if sample is None else sample / 100
    folder = invocation.folder()

    def beside() -> tuple[list[Checked], list[Checked]]:
        def mend(found: Checked) -> None:
            note(f"The server on this data folder mends {found.projection}.")
            ask(folder, _request(found))

        with reading(invocation) as services:
            return _verify(services, projections_of(services), share, PATIENCE, mend if fix else None)

    def alone() -> tuple[list[Checked], list[Checked]]:
        with working(invocation, "verify") as bench:
            services, projections = bench.services, projections_of(bench.services)

            def mend(found: Checked) -> None:
                carry_out(services, projections, _request(found))

            return _verify(services, projections, share, 0.0, mend if fix else None)

    found, left = beside_or_alone(folder, beside=beside, alone=alone)
    _tell(invocation, found, left, fix)
    return DIFFERENCES if any(checked.differences for checked in left) else 0


def _verify(
    services: Services,
    projections: Sequence[Checkable],
    share: float | None,
    patience: float,
    mend: Mend | None,
) -> tuple[list[Checked], list[Checked]]:
    """What was found, and what is left of it after mending."""
    found, left = [], []
    for projection in projections:
        checked = comparing.verify(services.ledger, projection, share=share, patience=patience)
        found.append(checked)
        if mend and checked.differences:
            mend(checked)
            mended = checked.dataset_ids()
            checked = comparing.verify(services.ledger, projection, only=mended, patience=patience)
        left.append(checked)
    return found, left


def _request(found: Checked) -> dict[str, object]:
    return {"mend": found.projection, "datasets": found.dataset_ids()}


def _tell(invocation: Invocation, found: list[Checked], left: list[Checked], fix: bool) -> None:
    agree = not any(checked.differences for checked in left)
    if invocation.json:
        mended = fix and {"left": [asdict(d) for checked in left for d in checked.differences]}
        print_json({"agree": agree, "parts": [asdict(checked) for checked in found], **(mended or {})})
        return
    columns = ("projection", "position", "ledger_position", "held", "published", "compared")
    rows = [{**asdict(checked), "differences": len(checked.differences)} for checked in found]
    print_table(rows, [*columns, "differences"])
    for checked in found:
        for difference in checked.differences[:SHOWN]:
            click.echo(f"{difference.projection}: {difference.dataset_id or 'position'}: {difference.detail}")
        if len(checked.differences) > SHOWN:
            click.echo(f"{checked.projection}: {len(checked.differences) - SHOWN} more; --json lists all")
    if agree:
        note("Mended: all agree." if any(c.differences for c in found) else "All agree.")
    elif fix:
        note("Not all could be mended: run it again, or `pharos rebuild` makes a part anew.")
    else:
        note("`pharos verify --fix` mends what differs.")
