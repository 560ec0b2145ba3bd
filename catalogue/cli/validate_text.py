"""The report of `pharos validate` for people at a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from catalogue.model.findings import Finding, ReportForPeople, RuleFindings
from catalogue.model.records import RecordOutcome
from catalogue.model.validation import Severity

SHOWN = 5
"""Places that are told of each rule; the formats for machines hold them all."""
WIDTH = 110
MAX_VALUE = 200
_NOUNS = {"Violation": "violation", "Warning": "warning", "Info": "note"}
_WORDS = {Severity.VIOLATION: "VIOLATION", Severity.WARNING: "WARNING", Severity.INFO: "NOTE"}


def text_of(report: ReportForPeople, skipped: Sequence[tuple[str, RecordOutcome]]) -> Iterator[str]:
    """The report line by line: balance, what cannot be kept, then rule by rule, at last what repairs have solved."""
    yield from _balance(report, len(skipped))
    for document, line in skipped:
        yield ""
        yield from _skipped(document, line)
    for group in report.groups:
        yield ""
        yield from _group(group, report)
    if report.repairs:
        yield ""
        yield from _repairs(report)


def _balance(report: ReportForPeople, skipped: int) -> Iterator[str]:
    records = _records(report)
    profiles = ", ".join(
        f"{name} ({n})" if len(report.profiles) > 1 else name for name, n in report.profiles.items()
    )
    yield f"{records} judged" + (f" by {profiles}" if profiles else "")
    for verdict, number in sorted(report.verdicts.items()):
        yield f"  {number:>6,}  {verdict}"
    if skipped:
        yield f"  {skipped:>6,}  cannot be kept"
    found = ", ".join(_count(n, _NOUNS[name]) for name, n in report.counts.items() if n)
    yield f"  {found or 'no findings'}"


def _skipped(document: str, line: RecordOutcome) -> Iterator[str]:
    yield f"{line.subject}"
    yield "  cannot be kept: a harvest would skip it"
    yield f"  why       {line.reason}"
    if line.advice:
        yield f"  do        {line.advice}"
    yield f"  at        {document}"


def _group(group: RuleFindings, report: ReportForPeople) -> Iterator[str]:
    gap = " (known gap)" if group.known_gap else ""
    where = _share(group, report)
    if len(report.profiles) > 1:
        where += f"  ({group.profile})"
    yield f"{_WORDS[group.severity]}{gap}  {group.property or 'the record as a whole'}  {where}"
    yield from _wrapped("", group.advice.what)
    if group.advice.do:
        yield from _wrapped(
            "do        ", group.advice.do + (", for example:" if group.advice.example else "")
        )
    if group.advice.example:
        yield f"            {group.advice.example}"
    for clause in group.rule.clauses:
        yield f"  clause    {clause}"
    for finding in group.findings[:SHOWN]:
        yield from _finding(finding)
    if group.count > min(SHOWN, len(group.findings)):
        yield f"            and {group.count - min(SHOWN, len(group.findings)):,} more (--format csv has all)"


def _finding(finding: Finding) -> Iterator[str]:
    place = f":{finding.place.line}" if finding.place else " (line not known)"
    yield f"  at        {finding.document}{place}  {finding.title or finding.record}"
    if finding.value:
        value = finding.value if len(finding.value) <= MAX_VALUE else finding.value[: MAX_VALUE - 1] + "…"
        yield f"            found: {value}"


def _repairs(report: ReportForPeople) -> Iterator[str]:
    solved = sum(group.count for group in report.solved)
    made = ", ".join(f"{name} ({n:,})" for name, n in sorted(report.repairs.items()))
    yield f"Pharos repaired what was sent: {made}. That solved {_count(solved, 'finding')}."
    for group in report.solved:
        yield f"  solved    {_WORDS[group.severity].lower()}  {group.property}  {_share(group, report)}"
        first = group.findings[0]
        if first.place:
            yield f"            {first.document}:{first.place.line}  {first.place.snippet}"


def _wrapped(title: str, text: str) -> list[str]:
    indent = " " * (2 + len(title))
    return textwrap.wrap(
        text, WIDTH, initial_indent=f"  {title}", subsequent_indent=indent, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def _records(report: ReportForPeople, number: int | None = None) -> str:
    noun = "dataset" if report.are_datasets else "record"
    return _count(report.records if number is None else number, noun)


def _share(group: RuleFindings, report: ReportForPeople) -> str:
    return f"in {group.records:,} of {_records(report, group.of)}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
