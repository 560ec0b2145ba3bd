"""Writes versions, their reports and the records' present state. Not what is published: see `publication`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update

from catalogue.adapters.ledger import codec, counters
from catalogue.adapters.ledger.chunks import chunks
from catalogue.adapters.ledger.codec import EncodedVersion
from catalogue.adapters.ledger.rows import (
    Row,
    Stamp,
    judged_row,
    record_row,
    report_row,
    seen_row,
    version_row,
)
from catalogue.adapters.ledger.schema import identifiers, records, reports, versions
from catalogue.errors import NotFound
from catalogue.model.records import ChangeKind
from catalogue.model.validation import ValidationReport


@dataclass(slots=True)
class Written:
    """What a batch did to records: datasets to settle (in order), kinds of new versions, records judged anew."""

    datasets: dict[str, None] = field(default_factory=dict)
    kinds: dict[int, ChangeKind] = field(default_factory=dict)
    judged: set[str] = field(default_factory=set)

    @property
    def reprocessed(self) -> int:
        return sum(kind is ChangeKind.REPROCESSED for kind in self.kinds.values())


@dataclass(slots=True)
class _Current:
    """A record as it stands while a batch is being written."""

    dataset_id: str
    version_id: int
    number: int
    received_hash: str
    normalised_hash: str
    verdict: str
    results: bytes | None


class VersionWriter:
    """Collects the rows of one batch, in order, and writes each table with one statement."""

    def __init__(self, connection: Connection, stamp: Stamp, record_ids: Sequence[str]) -> None:
        self._connection = connection
        self._stamp = stamp
        self._current = _current(connection, record_ids)
        self._known = set(self._current)
        self._versions: dict[int, Row] = {}
        self._reports: list[Row] = []
        self._moved: dict[int, int] = {}
        self._records: dict[str, Row] = {}
        self._identifiers: dict[str, tuple[str, ...]] = {}
        self._written = Written()

    def write(
        self, items: Sequence[EncodedVersion], judged: Sequence[tuple[str, ValidationReport]]
    ) -> Written:
        version_id = counters.draw(self._connection, counters.VERSION, len(items))
        for item in items:
            if self._stands(item):
                self._judge_again(item)
            else:
                self._add(item, version_id)
                version_id += 1
        for record_id, report in judged:
            if record_id not in self._current:
                raise NotFound(f"There is no record {record_id} to judge.", record_id=record_id)
            self._judge(record_id, report, codec.encode_results(report))
        self._flush()
        return self._written

    def _stands(self, item: EncodedVersion) -> bool:
        current, record = self._current.get(item.new.record.record_id), item.new.record
        return current is not None and (
            (current.received_hash, current.normalised_hash, current.dataset_id)
            == (record.received_hash, record.normalised_hash, record.dataset_id)
        )

    def _add(self, item: EncodedVersion, version_id: int) -> None:
        record, report = item.new.record, item.new.report
        current = self._current.get(record.record_id)
        number = 1 if current is None else current.number + 1
        if current is not None:
            self._written.datasets[current.dataset_id] = None
        self._written.datasets[record.dataset_id] = None
        self._written.kinds[version_id] = item.new.kind
        self._versions[version_id] = {
            "version_id": version_id,
            **version_row(item, number, self._stamp),
        }
        self._identifiers[record.record_id] = item.identifiers
        self._records[record.record_id] = {
            **record_row(item, version_id, number),
            **self._seen(record.record_id),
        }
        self._current[record.record_id] = _Current(
            record.dataset_id,
            version_id,
            number,
            record.received_hash,
            record.normalised_hash,
            report.verdict.value,
            item.results,
        )
        self._report(version_id, report, item.results)

    def _judge_again(self, item: EncodedVersion) -> None:
        """The same content through another pipeline or profile: what stands is met, checked and kept."""
        record_id = item.new.record.record_id
        self._judge(record_id, item.new.report, item.results)
        self._records[record_id].update(self._seen(record_id), pipeline_version=item.new.pipeline_version)

    def _seen(self, record_id: str) -> Row:
        return seen_row(self._stamp) if self._stamp.asked or record_id not in self._known else {}

    def _judge(self, record_id: str, report: ValidationReport, results: bytes | None) -> None:
        """A new report of the version that stands; a change only if it says something else."""
        current = self._current[record_id]
        verdict = report.verdict.value
        if verdict != current.verdict or not codec.same_results(results, current.results):
            self._written.judged.add(record_id)
            self._written.datasets[current.dataset_id] = None
            current.verdict, current.results = verdict, results
        self._records.setdefault(record_id, {}).update(judged_row(report))
        self._report(current.version_id, report, results)

    def _report(self, version_id: int, report: ValidationReport, results: bytes | None) -> None:
        self._reports.append({"version_id": version_id, **report_row(report, results, self._stamp)})

    def _flush(self) -> None:
        self._number_reports()
        new = [
            {"record_id": key, "first_seen_at": self._stamp.now, **row}
            for key, row in self._records.items()
            if key not in self._known
        ]
        self._insert(records, new)
        self._insert(versions, list(self._versions.values()))
        self._insert(reports, self._reports)
        self._update_records()
        self._update_reports_of()
        self._write_identifiers()

    def _number_reports(self) -> None:
        first = counters.draw(self._connection, counters.REPORT, len(self._reports))
        for report_id, row in enumerate(self._reports, first):
            row["report_id"] = report_id
            version = self._versions.get(row["version_id"])
            if version is None:
                self._moved[row["version_id"]] = report_id
            else:
                version["report_id"] = report_id

    def _insert(self, table: Table, rows: list[Row]) -> None:
        if rows:
            self._connection.execute(insert(table), rows)

    def _update_records(self) -> None:
        # All rows of one statement have the same columns: new versions, equal ones, mere verdicts.
        alike: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for key, row in self._records.items():
            if key in self._known:
                alike[tuple(sorted(row))].append({"key": key, **row})
        for names, rows in alike.items():
            values: dict[Any, Any] = {records.c[name]: bindparam(name) for name in names}
            statement = update(records).where(records.c.record_id == bindparam("key"))
            self._connection.execute(statement.values(values), rows)

    def _update_reports_of(self) -> None:
        rows = [{"key": version_id, "new_report": number} for version_id, number in self._moved.items()]
        if rows:
            statement = update(versions).where(versions.c.version_id == bindparam("key"))
            self._connection.execute(statement.values({versions.c.report_id: bindparam("new_report")}), rows)

    def _write_identifiers(self) -> None:
        known = [key for key in self._identifiers if key in self._known]
        for some in chunks(known):
            self._connection.execute(delete(identifiers).where(identifiers.c.record_id.in_(some)))
        named = self._identifiers.items()
        self._insert(
            identifiers, [{"record_id": key, "value": value} for key, values in named for value in values]
        )


def _current(connection: Connection, record_ids: Sequence[str]) -> dict[str, _Current]:
    joined = records.join(versions, versions.c.version_id == records.c.current_version).join(
        reports, reports.c.report_id == versions.c.report_id
    )
    columns = (
        records.c.dataset_id,
        records.c.current_version,
        records.c.version_count,
        records.c.received_hash,
        records.c.normalised_hash,
        records.c.verdict,
        reports.c.results,
    )
    found: dict[str, _Current] = {}
    for some in chunks(record_ids):
        query = select(records.c.record_id, *columns).select_from(joined).where(records.c.record_id.in_(some))
        for record_id, *values in connection.execute(query):
            found[record_id] = _Current(*values)
    return found
