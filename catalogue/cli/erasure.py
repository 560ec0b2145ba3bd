"""`pharos records purge|allow|erased`: forget a record for good, and what happens when its source still offers it."""

from __future__ import annotations

import sys
from typing import Any

import click

from catalogue.bootstrap import open_ledger
from catalogue.cli.context import Invocation, common
from catalogue.cli.curation import BY, signed
from catalogue.cli.output import note, print_json, print_table
from catalogue.cli.record_ids import found_id
from catalogue.cli.workbench import bring_up
from catalogue.errors import InvalidQuery
from catalogue.harvesting.erasing import purge
from catalogue.model.erasure import Erasure
from catalogue.model.records import StoredRecord


@click.command("purge")
@click.argument("record_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@signed
@common
def purge_(invocation: Invocation, record_id: str, yes: bool, by: str, reason: str) -> None:
    """Erase a record: its versions, reports, and the documents that it came in. This cannot be undone.

    Its source may go on offering it: it is refused then, until `pharos records allow ID`.
    """
    with open_ledger(invocation.settings()) as ledger:
        record = ledger.record(found_id(ledger, record_id))
        if not yes and not _agreed(invocation, record):
            note("Nothing was erased.")
            raise click.exceptions.Exit(1)
        done = purge(ledger, record.record_id, by, reason)
    bring_up(invocation)
    if invocation.json:
        print_json(erasure_summary(done) | {"versions": done.versions, "payloads": done.payloads})
        return
    note(f"Erased {done.record_id}: {done.versions} versions and {done.payloads} documents as received.")
    note("Backups that were made before still hold it; see docs/operations.md, Erasure.")


@click.command("allow")
@click.argument("record_id", metavar="ID")
@click.option("--by", default=BY, show_default=True, help="Who says so.")
@common
def allow(invocation: Invocation, record_id: str, by: str) -> None:
    """Take an erased record again when its source offers it."""
    with open_ledger(invocation.settings()) as ledger:
        erased = ledger.allow(record_id, by)
    if invocation.json:
        print_json(erasure_summary(erased))
    else:
        note(f"The next harvest of {erased.source} takes {record_id} again, if it is still there.")


@click.command("erased")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True)
@common
def erased(invocation: Invocation, limit: int) -> None:
    """List what was erased: by whom, when and why."""
    with open_ledger(invocation.settings()) as ledger:
        rows = [erasure_summary(one) for one in ledger.erasures(limit)]
    if invocation.json:
        print_json(rows)
    elif rows:
        print_table(rows, ["record", "source", "erased_at", "by", "allowed_at", "reason"])
    else:
        note("No record was ever erased.")


COMMANDS = (purge_, allow, erased)


def erasure_summary(one: Erasure) -> dict[str, Any]:
    """An erasure as commands print it: nothing in it says what the record was."""
    return {
        "record": one.record_id,
        "dataset": one.dataset_id,
        "source": one.source,
        "iri_sha256": one.iri_hash,
        "erased_at": one.erased_at,
        "by": one.by,
        "reason": one.reason,
        "allowed_at": one.allowed_at,
    }


def _agreed(invocation: Invocation, record: StoredRecord) -> bool:
    if invocation.json or not sys.stdin.isatty():
        raise InvalidQuery(
            "Nothing was erased: there is nobody to ask.", advice="Say --yes to erase it.", parameter="yes"
        )
    click.echo(
        f"{record.subject}, as {record.source} describes it: {record.version_count} versions.", err=True
    )
    click.echo("Documents that it came in go with it, also where they hold other records too.", err=True)
    return click.confirm("Erase it for good?", default=False, err=True)
