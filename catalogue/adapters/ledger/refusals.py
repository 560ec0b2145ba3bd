"""An erased record that its source still offers does not come back: what a batch is without it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from catalogue.adapters.ledger import erasures
from catalogue.adapters.ledger.codec import EncodedVersion
from catalogue.model.harvest import Batch, PageMark
from catalogue.model.records import OutcomeKind, RecordOutcome
from catalogue.rdf.namespaces import ADMS, DCAT
from catalogue.rdf.terms import NamedNode

CODE = "purged"
REASON = "An operator erased this record here; the source still offers it."
ADVICE = "Nothing to do if it is to stay away; to take it again: `pharos records allow {}`."


def without(batch: Batch, banned: frozenset[str]) -> Batch:
    """The batch as it is written: of banned records nothing but a line that names their id."""
    return replace(
        batch,
        outcomes=tuple(_line(line) if line.record_id in banned else line for line in batch.outcomes),
        versions=tuple(new for new in batch.versions if new.record.record_id not in banned),
        reports=tuple(pair for pair in batch.reports if pair[0] not in banned),
        pages=tuple(_mark(mark, banned) for mark in batch.pages),
        remembered=tuple(_mark(mark, banned) for mark in batch.remembered),
        memberships=tuple(pair for pair in batch.memberships if pair[1] not in banned),
    )


def _line(line: RecordOutcome) -> RecordOutcome:
    kind = line.kind if line.kind is OutcomeKind.DUPLICATE else OutcomeKind.SKIPPED
    return RecordOutcome(
        kind,
        record_id=line.record_id,
        dataset_id=line.dataset_id,
        code=CODE,
        reason=REASON,
        advice=ADVICE.format(line.record_id),
    )


def _mark(mark: PageMark, banned: frozenset[str]) -> PageMark:
    """A page with such a record is read each time: passed over, it would have no line about it."""
    if banned.isdisjoint(mark.record_ids):
        return mark
    return replace(
        mark, key="", notes="", record_ids=tuple(key for key in mark.record_ids if key not in banned)
    )


def drop_bytes(connection: Connection, slug: str, refused: Iterable[EncodedVersion], since: datetime) -> None:
    """Deletes the payloads that brought the refused versions: the documents that these were made of, and those stored
    since the run began that name one of their parts (or them: a later page may list what an earlier one describes)."""
    hashes: set[str] = set()
    iris: dict[str, None] = {}
    for item in refused:
        record = item.new.record
        hashes.add(record.payload_hash)
        iris[record.subject] = None
        for part in record.graph.objects(NamedNode(record.subject), DCAT.distribution, ADMS.sample):
            if isinstance(part, NamedNode):
                iris[part.value] = None
    if iris:
        hashes.update(erasures.payloads_naming(connection, slug, since, list(iris)))
        erasures.drop_payloads(connection, sorted(hashes))
