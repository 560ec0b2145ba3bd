"""`pharos records`: what is kept of each record, version by version."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Any

import click

from catalogue.bootstrap import open_ledger
from catalogue.cli.context import Invocation, common, common_group
from catalogue.cli.curation import COMMANDS as CURATION
from catalogue.cli.curation import curation_summary, hidden_ids
from catalogue.cli.erasure import COMMANDS as ERASURE
from catalogue.cli.output import note, print_json, print_table
from catalogue.cli.record_ids import found_id
from catalogue.discovery.history import compare, moment_of
from catalogue.errors import InvalidQuery
from catalogue.model.history import VersionFacts
from catalogue.model.records import StoredRecord
from catalogue.rdf.graphs import from_ntriples, serialise
from catalogue.rdf.media_types import OUTPUTS

SYNTAXES = {output.name: output.format for output in OUTPUTS.values()}
VERSION_COLUMNS = ("version", "at", "kind", "verdict", "violations", "warnings", "run", "payload")


@click.group()
@common_group
def records() -> None:
    """Look at records and their versions; say something of them, hide them, erase them."""


@records.command("list")
@click.argument("source")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True)
@common
def list_(invocation: Invocation, source: str, limit: int) -> None:
    """List the records of a source."""
    with open_ledger(invocation.settings()) as ledger:
        found = ledger.records_of_source(source, limit)
        hidden = hidden_ids(ledger)
    rows = [
        record_summary(record) | ({"state": "hidden"} if record.dataset_id in hidden else {})
        for record in found
    ]
    if invocation.json:
        print_json(rows)
    elif rows:
        print_table(rows, ["record", "dataset", "versions", "verdict", "state", "iri"])
    else:
        note(f"No record of {source} is stored.")


@records.command()
@click.argument("record_id", metavar="ID")
@click.option(
    "--at", metavar="DATE", help="As it was then: 2026-11-24 (the end of that day) or 2026-11-24T08:30Z."
)
@click.option("--version", "number", type=click.IntRange(min=1), help="This version.")
@click.option("--format", "syntax", type=click.Choice(list(SYNTAXES)), default="turtle", show_default=True)
@common
def show(invocation: Invocation, record_id: str, at: str | None, number: int | None, syntax: str) -> None:
    """Show a record: its versions, and the text of the current one or of the one that is asked for."""
    if at and number:
        raise InvalidQuery("--at and --version ask for two things at once.", parameter="at")
    with open_ledger(invocation.settings()) as ledger:
        record_id = found_id(ledger, record_id)
        record, facts = ledger.record(record_id), ledger.history(record_id)
        version = ledger.version_at(record_id, moment_of(at)) if at else ledger.version(record_id, number)
        said = ledger.curation(record.dataset_id)
    text = serialise(from_ntriples(version.content), SYNTAXES[syntax]).decode()
    if invocation.json:
        answer = {
            **record_summary(record),
            "versions": [version_summary(each) for each in facts],
            "shown": version.number,
            "text": text,
            "repairs": [asdict(repair) for repair in version.repairs],
            "curation": curation_summary(said) if said and not said.is_empty else None,
        }
        print_json(answer)
        return
    for name, value in record_summary(record).items():
        click.echo(f"{name:10} {value}")
    if said and not said.is_empty:
        word = "hidden" if said.hidden else "shown with statements of its own"
        click.echo(f"{'catalogue':10} {word}: pharos records curation {record.dataset_id}")
    print_table([version_summary(each) for each in facts], VERSION_COLUMNS)
    click.echo(f"\n# version {version.number}")
    click.echo(text, nl=False)


@records.command()
@click.argument("record_id", metavar="ID")
@click.argument("first", type=click.IntRange(min=1), metavar="V1")
@click.argument("second", type=click.IntRange(min=1), metavar="V2")
@common
def diff(invocation: Invocation, record_id: str, first: int, second: int) -> None:
    """Show which statements came and went between two versions."""
    with open_ledger(invocation.settings()) as ledger:
        record_id = found_id(ledger, record_id)
        found = compare(ledger.version(record_id, first), ledger.version(record_id, second))
    if invocation.json:
        print_json({"record": record_id, **asdict(found)})
        return
    for sign, listed in (("-", found.removed), ("+", found.added)):
        for statement in listed:
            click.echo(f"{sign} {statement}")
    if not (found.added or found.removed):
        note("No statement differs.")


@records.command()
@click.argument("record_id", metavar="ID")
@click.option("--version", "number", type=click.IntRange(min=1), help="Default: the current one.")
@common
def payload(invocation: Invocation, record_id: str, number: int | None) -> None:
    """Write the bytes that a version was made of, as its source sent them, to standard output."""
    with open_ledger(invocation.settings()) as ledger:
        version = ledger.version(found_id(ledger, record_id), number)
        found = ledger.payload_of(version.source, version.payload_hash, version.page_url)
    if invocation.json:
        facts = {
            "record": version.record_id,
            "version": version.number,
            "url": found.url,
            "media_type": found.media_type,
            "retrieved_at": found.retrieved_at,
            "size": len(found.body),
            "sha256": found.payload_hash,
        }
        print_json(facts)
        return
    sys.stdout.buffer.write(found.body)


def record_summary(record: StoredRecord) -> dict[str, Any]:
    """The record as commands print it."""
    return {
        "record": record.record_id,
        "dataset": record.dataset_id,
        "source": record.source,
        "iri": record.subject,
        "versions": record.version_count,
        "verdict": record.verdict.value,
        "state": "withdrawn" if record.withdrawn_at else "published" if record.published else "kept back",
        "first_harvested_at": record.first_harvested_at,
        "last_seen_at": record.last_seen_at,
        "withdrawn_at": record.withdrawn_at,
    }


def version_summary(facts: VersionFacts) -> dict[str, Any]:
    """A version as commands print it; `payload` says whether its bytes are kept."""
    return {
        "version": facts.number,
        "at": facts.created_at,
        "kind": facts.kind,
        "verdict": facts.verdict.value,
        "profile": facts.profile,
        "violations": facts.violations,
        "warnings": facts.warnings,
        "run": facts.run_id,
        "pipeline": facts.pipeline_version,
        "page_url": facts.page_url,
        "payload": "kept" if facts.payload_kept else "gone",
        "sha256": facts.payload_hash,
    }


for command in (*CURATION, *ERASURE):
    records.add_command(command)
