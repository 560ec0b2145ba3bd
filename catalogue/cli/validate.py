"""`pharos validate`: what a provider asks before anybody harvests. Needs no data folder and writes nothing."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click

from catalogue.bootstrap import Judging, open_judging
from catalogue.cli.context import Invocation, common
from catalogue.cli.output import note, print_json
from catalogue.cli.sources import as_url
from catalogue.discovery.report_graph import report_graph
from catalogue.errors import InvalidQuery, ParseError, RecordError
from catalogue.harvesting.judge import check_profile
from catalogue.model.harvest import HarvestSource
from catalogue.model.records import NormalisedRecord, Payload, RawRecord
from catalogue.model.validation import Severity, ValidationReport, ValidationResult
from catalogue.pipeline.normalise import normalise
from catalogue.pipeline.parse import parse
from catalogue.pipeline.split import PageFacts, split
from catalogue.rdf.graphs import serialise
from catalogue.rdf.media_types import ACCEPT

Judged = tuple[NormalisedRecord, ValidationReport]
ORDER = list(Severity)


@click.command()
@click.argument("target", metavar="FILE|URL|-")
@click.option("--profile", default="auto", show_default=True, help="Profile to judge by.")
@click.option("--format", "format_", type=click.Choice(["text", "json", "turtle"]), help="Default: text.")
@common
def validate(invocation: Invocation, target: str, profile: str, format_: str | None) -> None:
    """Check the dataset descriptions of a file, a URL or standard input.

    Exit code 0: no violation; 1: violations; 2: usage; 3: it could not be checked.
    """
    judging = open_judging(invocation.settings(), invocation.secrets())
    check_profile(profile, judging.profiles)
    judged = list(_judge(judging, _payload(judging, target), profile))
    _print(judged, format_ or ("json" if invocation.json else "text"))
    violations = sum(report.counts["Violation"] for _, report in judged)
    raise click.exceptions.Exit(1 if violations else 0)


def _payload(judging: Judging, target: str) -> Payload:
    if target == "-":
        body = sys.stdin.buffer.read()
        return Payload("urn:pharos:stdin", body, hashlib.sha256(body).hexdigest())
    url = as_url(target)
    if "://" not in url:
        raise InvalidQuery(f"There is no file {target!r}.", parameter="target")
    if url.endswith("/") and url.startswith("file:"):
        raise InvalidQuery(f"{target!r} is a folder; name its files.", parameter="target")
    clients = judging.files if url.startswith("file:") else judging.http
    with clients.for_source(HarvestSource("validate", url, "dcat_rdf"), lambda: False) as http:
        answer = http.get(url, accept=ACCEPT)
    return Payload(
        answer.url,
        answer.body,
        hashlib.sha256(answer.body).hexdigest(),
        media_type=answer.media_type,
        charset=answer.charset,
    )


def _judge(judging: Judging, payload: Payload, profile: str) -> Iterator[Judged]:
    document = parse(payload)
    for problem in document.problems:
        where = f" (line {problem.line})" if problem.line else ""
        note(f"{problem.rule}{where}: {problem.message}")
    parts = split(document.graph, PageFacts(payload.url, payload.payload_hash))
    found = [*parts.records, *(waiting.record for waiting in parts.deferred)]
    if not found:
        raise ParseError(
            "The document is RDF, but describes no dataset, series or data service.",
            advice="A dataset is a resource of the class dcat:Dataset with at least a title.",
        )
    source = HarvestSource("validate", payload.url, "dcat_rdf")
    for raw in found:
        record = _normalise(raw, source)
        yield record, judging.judge(record, profile)


def _normalise(raw: RawRecord, source: HarvestSource) -> NormalisedRecord:
    try:
        return normalise(raw, source, ())
    except RecordError as error:
        error.detail = f"{raw.subject}: {error.detail}"
        raise


def _print(judged: list[Judged], format_: str) -> None:
    if format_ == "json":
        print_json([_summary(record, report) for record, report in judged])
    elif format_ == "turtle":
        from pyoxigraph import RdfFormat

        for record, report in judged:
            click.echo(serialise(report_graph(report, record.subject), RdfFormat.TURTLE).decode())
    else:
        for record, report in judged:
            _print_text(record, report)


def _summary(record: NormalisedRecord, report: ValidationReport) -> dict[str, Any]:
    return {
        "record": record.subject,
        "profile": report.profile,
        "verdict": report.verdict.value,
        "counts": report.counts,
        "results": [asdict(result) for result in report.results],
        "repairs": [asdict(repair) for repair in record.repairs],
    }


def _print_text(record: NormalisedRecord, report: ValidationReport) -> None:
    counts = ", ".join(f"{n} {name}" for name, n in report.counts.items() if n) or "no findings"
    click.echo(f"{record.subject}\n  {report.verdict.value} ({report.profile}: {counts})")
    for result in sorted(report.results, key=lambda r: (ORDER.index(r.severity), r.path or "")):
        click.echo(_finding(result))
    for repair in record.repairs:
        click.echo(f"  repaired  {repair.rule}: {repair.before} → {repair.after}")


def _finding(result: ValidationResult) -> str:
    text = f"  {result.severity.value:9} {result.path or ''}\n            {result.message}"
    if result.value:
        text += f"\n            found: {result.value[:200]}"
    return text + f"\n            at: {result.focus_node}"
