"""A checked document to take along: every finding, piece by piece."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence

from catalogue.feeds.report_sheet import csv_header, csv_rows, csv_skipped, record_object, skipped_object
from catalogue.model.findings import Finding, JudgedRecord
from catalogue.model.records import RecordOutcome

Told = Callable[[JudgedRecord], tuple[list[Finding], list[Finding]]]
"""A record's findings, and those that repairs have solved."""


def as_csv(
    records: Iterable[JudgedRecord], skipped: Sequence[RecordOutcome], told: Told, document: str = ""
) -> Iterator[str]:
    """RFC 4180, with a header; a row for each finding and for each record that cannot be kept."""
    yield csv_header()
    for record in records:
        yield from csv_rows(record, *told(record))
    for line in skipped:
        yield csv_skipped(line, document)


def as_json(
    head: dict[str, object],
    records: Iterable[JudgedRecord],
    skipped: Sequence[RecordOutcome],
    told: Told,
    document: str = "",
) -> Iterator[str]:
    """One object: `head`, and `records`, each with every finding."""
    text = json.dumps(head, ensure_ascii=False, indent=2)
    yield (text.removesuffix("\n}") + "," if head else "{") + '\n  "records": ['
    separator = "\n    "
    for record in records:
        yield separator + json.dumps(record_object(record, *told(record)), ensure_ascii=False)
        separator = ",\n    "
    for line in skipped:
        yield separator + json.dumps(skipped_object(line, document), ensure_ascii=False)
        separator = ",\n    "
    yield "\n  ]\n}\n"
