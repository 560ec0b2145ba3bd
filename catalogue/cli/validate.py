"""`pharos validate`: what a provider asks before anybody harvests. Needs no data folder and writes nothing."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click

from catalogue.bootstrap import Judging, open_judging
from catalogue.cli.context import Invocation, founding
from catalogue.cli.output import note, print_json
from catalogue.cli.sources import as_url
from catalogue.discovery.report_graph import report_graph
from catalogue.errors import InvalidQuery, ParseError, RecordError
from catalogue.harvesting.judge import check_profile
from catalogue.harvesting.lines import skipped, untyped
from catalogue.model.harvest import HarvestSource
from catalogue.model.records import NormalisedRecord, Payload, RecordOutcome
from catalogue.model.validation import Severity, ValidationReport, ValidationResult, Verdict
from catalogue.pipeline.normalise import normalise
from catalogue.pipeline.parse import parse
from catalogue.pipeline.split import PageFacts, split
from catalogue.rdf.graphs import serialise
from catalogue.rdf.media_types import ACCEPT

Judged = tuple[NormalisedRecord, ValidationReport] | RecordOutcome
"""A record with its report; or why it cannot be kept, in the words of a harvest."""
ORDER = list(Severity)


@click.command()
@click.argument("target", metavar="FILE|URL|-")
@click.option("--profile", default="auto", show_default=True, help="Profile to judge by.")
@click.option("--format", "format_", type=click.Choice(["text", "json", "turtle"]), help="Default: text.")
@founding
def validate(invocation: Invocation, target: str, profile: str, format_: str | None) -> None:
    """Check the dataset descriptions of a file, a URL or standard input.

    Exit code 0: no violation; 1: violations, or a record that cannot be kept; 2: usage; 3: it could not be checked.
    """
    judging = open_judging(invocation.settings(), invocation.secrets())
    check_profile(profile, judging.profiles)
    found = list(_judge(judging, _payload(judging, target), profile))
    _print(found, format_ or ("json" if invocation.json else "text"))
    failing = (isinstance(each, RecordOutcome) or each[1].counts["Violation"] for each in found)
    raise click.exceptions.Exit(1 if any(failing) else 0)


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
    if not found and not parts.untyped:
        raise ParseError(
            "The document is RDF, but describes no dataset, series or data service.",
            advice="A dataset is a resource of the class dcat:Dataset with at least a title.",
        )
    source = HarvestSource("validate", payload.url, "dcat_rdf")
    for raw in found:
        try:
            record = normalise(raw, source, ())
        except RecordError as error:
            yield skipped(error, raw.page_url, raw.subject)
        else:
            yield record, judging.judge(record, profile)
    for node in parts.untyped:
        yield untyped(node, payload.url)


def _print(found: list[Judged], format_: str) -> None:
    if format_ == "json":
        print_json([_summary(each) for each in found])
        return
    for each in found:
        if isinstance(each, RecordOutcome):
            click.echo(_not_kept(each), err=format_ == "turtle")
        elif format_ == "turtle":
            from pyoxigraph import RdfFormat

            record, report = each
            click.echo(serialise(report_graph(report, record.subject), RdfFormat.TURTLE).decode())
        else:
            _print_text(*each)


def _summary(judged: Judged) -> dict[str, Any]:
    if isinstance(judged, RecordOutcome):
        return {
            "record": judged.subject,
            "profile": None,
            "verdict": Verdict.NOT_VALIDATED.value,
            "counts": {severity.value: 0 for severity in Severity},
            "results": [],
            "repairs": [],
            "skipped": {"code": judged.code, "reason": judged.reason, "advice": judged.advice},
        }
    record, report = judged
    return {
        "record": record.subject,
        "profile": report.profile,
        "verdict": report.verdict.value,
        "counts": report.counts,
        "results": [asdict(result) for result in report.results],
        "repairs": [asdict(repair) for repair in record.repairs],
        "skipped": None,
    }


def _not_kept(line: RecordOutcome) -> str:
    text = f"{line.subject}\n  cannot be kept: a harvest would skip it\n  why       {line.reason}"
    return f"{text}\n  do        {line.advice}" if line.advice else text


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
