"""One batch, one transaction: what `commit` writes, in order, and what the run's counts become."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from catalogue.adapters.ledger import (
    absences,
    codec,
    counters,
    erasures,
    memberships,
    pages,
    publication,
    refusals,
    runs,
    sources,
)
from catalogue.adapters.ledger.chunks import chunks
from catalogue.adapters.ledger.codec import EncodedVersion
from catalogue.adapters.ledger.rows import Stamp, seen_row
from catalogue.adapters.ledger.schema import COUNTS, outcomes, records, versions
from catalogue.adapters.ledger.schema import runs as runs_table
from catalogue.adapters.ledger.versions import VersionWriter
from catalogue.model.harvest import Batch, FencingToken
from catalogue.model.records import ChangeKind, OutcomeKind, RecordOutcome
from catalogue.ports import PublicationRule


@dataclass(frozen=True, slots=True)
class EncodedBatch:
    """A batch with its compressed columns: made before the transaction, which then only writes."""

    batch: Batch
    versions: tuple[EncodedVersion, ...]
    bodies: Mapping[str, bytes]


def encode(batch: Batch, stored: set[str]) -> EncodedBatch:
    """`stored`: hashes of payloads that need not be compressed again."""
    new = {p.payload_hash: p for p in batch.payloads if p.payload_hash not in stored}
    bodies = {digest: codec.compress_body(p.body) for digest, p in new.items()}
    return EncodedBatch(batch, tuple(codec.encode(v) for v in batch.versions), bodies)


def commit(
    connection: Connection, token: FencingToken, encoded: EncodedBatch, rule: PublicationRule, now: datetime
) -> int:
    """Writes everything of the batch and returns the last change's number."""
    run = runs.held(connection, token)
    encoded, refused = _without_erased(connection, run, encoded)
    batch, stamp = encoded.batch, Stamp(run.run_id, now, not encoded.batch.replayed)
    again = _met_again(connection, run, batch.outcomes)
    met = [version.record.record_id for version in batch.versions]
    returning: dict[str, None] = {}
    if stamp.asked:
        pages.keep_payloads(connection, run.source, batch.payloads, encoded.bodies, stamp)
        returning = _returning(connection, [*batch.seen, *met])
    writer = VersionWriter(connection, stamp, [*met, *(record_id for record_id, _ in batch.reports)])
    written = writer.write(encoded.versions, batch.reports)
    written.datasets.update(returning)
    lines = [_as_first_met(outcome, again) for outcome in batch.outcomes]
    rows = _write_lines(connection, run, lines)
    if stamp.asked:
        _mark_seen(connection, batch.seen, stamp)
        pages.remember(connection, run.source, (*batch.pages, *batch.remembered), stamp)
    if batch.source_description is not None:
        sources.describe(connection, run.source, batch.source_description, run.run_id, now)
    memberships.note(connection, run.source, batch.memberships, stamp)
    if batch.all_memberships:
        memberships.forget_unmet(connection, run.source, stamp)
    refusals.drop_bytes(connection, run.source, refused, run.started_at)
    absences.count_missing(connection, batch.missing, stamp)
    written.datasets.update(dict.fromkeys(absences.withdraw(connection, batch.withdrawn, now)))
    publication.settle(connection, list(written.datasets), rule, now, written)
    reprocessed = written.reprocessed + sum(kind is ChangeKind.REPROCESSED for _, kind in again.values())
    _update_run(connection, run, batch, _counts(run, batch, lines, reprocessed), run.outcome_rows + rows)
    return counters.last(connection, counters.CHANGE)


def _without_erased(
    connection: Connection, run: Row[Any], encoded: EncodedBatch
) -> tuple[EncodedBatch, list[EncodedVersion]]:
    """The batch without records that were erased and may not come back, and their versions. Looked up here, so that an
    erasure holds for a run that had begun before it."""
    banned = erasures.banned(connection, run.source)
    if not banned:
        return encoded, []
    refused = [item for item in encoded.versions if item.new.record.record_id in banned]
    kept = tuple(item for item in encoded.versions if item.new.record.record_id not in banned)
    return EncodedBatch(refusals.without(encoded.batch, banned), kept, encoded.bodies), refused


def _met_again(
    connection: Connection, run: Row[Any], lines: Sequence[RecordOutcome]
) -> dict[str, tuple[int, ChangeKind]]:
    """Records met unchanged by a worker that resumes, because its forerunner wrote them in this very run after the
    last page it finished: version count and kind of what was written."""
    found: dict[str, tuple[int, ChangeKind]] = {}
    if run.token == 1:
        return found
    ids = [
        line.record_id for line in lines if line.kind is OutcomeKind.UNCHANGED and line.record_id is not None
    ]
    joined = records.join(versions, versions.c.version_id == records.c.current_version)
    for some in chunks(ids):
        query = (
            select(records.c.record_id, records.c.version_count, versions.c.kind)
            .select_from(joined)
            .where(records.c.record_id.in_(some), versions.c.run_id == run.run_id)
        )
        for record_id, count, kind in connection.execute(query):
            found[record_id] = (count, ChangeKind(kind))
    return found


def _as_first_met(line: RecordOutcome, again: Mapping[str, tuple[int, ChangeKind]]) -> RecordOutcome:
    """The outcome that an undisturbed run would have noted."""
    met = again.get(line.record_id or "") if line.kind is OutcomeKind.UNCHANGED else None
    if met is None or met[1] is not ChangeKind.CONTENT:
        # A version of any other kind was written for a record that was unchanged then too.
        return line
    return dataclasses.replace(line, kind=OutcomeKind.CREATED if met[0] == 1 else OutcomeKind.UPDATED)


def _returning(connection: Connection, record_ids: Sequence[str]) -> dict[str, None]:
    """Datasets of those records that are withdrawn: being met revives them."""
    found: dict[str, None] = {}
    for some in chunks(record_ids):
        query = select(records.c.dataset_id).where(
            records.c.record_id.in_(some), records.c.withdrawn_at.is_not(None)
        )
        found.update(dict.fromkeys(connection.execute(query).scalars()))
    return found


def _mark_seen(connection: Connection, record_ids: Sequence[str], stamp: Stamp) -> None:
    for some in chunks(record_ids):
        connection.execute(update(records).where(records.c.record_id.in_(some)).values(seen_row(stamp)))


def _write_lines(connection: Connection, run: Row[Any], lines: Sequence[RecordOutcome]) -> int:
    """Writes a row for each outcome but the unchanged ones, and returns how many."""
    told = [line for line in lines if line.kind is not OutcomeKind.UNCHANGED]
    if told:
        rows = [
            {**{name: getattr(line, name) for name in _FIELDS}, "run_id": run.run_id, "ordinal": ordinal}
            for ordinal, line in enumerate(told, run.outcome_rows)
        ]
        connection.execute(insert(outcomes), rows)
    return len(told)


_FOUND = (
    OutcomeKind.CREATED,
    OutcomeKind.UPDATED,
    OutcomeKind.UNCHANGED,
    OutcomeKind.SKIPPED,
    OutcomeKind.FAILED,
    OutcomeKind.DUPLICATE,
)
_FIELDS = tuple(field.name for field in dataclasses.fields(RecordOutcome))


def _counts(run: Row[Any], batch: Batch, lines: Sequence[RecordOutcome], reprocessed: int) -> dict[str, int]:
    kinds = Counter(line.kind for line in lines)
    added = {kind.value: kinds[kind] for kind in OutcomeKind}
    added["found"] = sum(kinds[kind] for kind in _FOUND)
    added["reprocessed"] = reprocessed
    added["pages"] = len(batch.pages)
    added["triples_outside"] = batch.triples_outside
    return {name: getattr(run, name) + added[name] for name in COUNTS}


def _update_run(
    connection: Connection, run: Row[Any], batch: Batch, counts: dict[str, int], outcome_rows: int
) -> None:
    values: dict[str, Any] = {**counts, "outcome_rows": outcome_rows}
    # The last page has no next cursor: a worker that resumes reads it again, so it must not be counted yet.
    if batch.pages and batch.pages[-1].next_cursor is not None and not batch.replayed:
        values["resume_cursor"] = batch.pages[-1].next_cursor
        values["checkpoint"] = {"counts": counts, "outcome_rows": outcome_rows}
    connection.execute(update(runs_table).where(runs_table.c.number == run.number).values(values))
