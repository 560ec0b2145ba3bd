"""What the operator says of datasets: rows that are only added to; the latest of each dataset holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, delete, func, insert, or_, select

from catalogue.adapters.ledger import catalog, codec, counters
from catalogue.adapters.ledger.chunks import chunks
from catalogue.adapters.ledger.schema import records, sources
from catalogue.adapters.ledger.schema_curation import curations
from catalogue.errors import Conflict
from catalogue.model.curation import Curation, NewCuration
from catalogue.model.sources import PublicationPolicy
from catalogue.model.validation import Verdict

_ANY = select(curations.c.curation_id).limit(1)


class Standing(NamedTuple):
    """The curation under which a dataset is shown, or not shown."""

    curation_id: int
    hidden: bool


def standing(connection: Connection, dataset_ids: Sequence[str]) -> dict[str, Standing]:
    """Those of the datasets that the operator says anything of."""
    found: dict[str, Standing] = {}
    # Most catalogues say nothing of their own, and this is asked with every batch.
    if connection.execute(_ANY).first() is None:
        return found
    for some in chunks(dataset_ids):
        # Columns that say whether it is empty, not the texts.
        columns = (
            curations.c.dataset_id,
            curations.c.curation_id,
            curations.c.hidden,
            curations.c.replaced,
            curations.c.statements.is_not(None).label("says"),
        )
        for row in connection.execute(select(*columns).where(curations.c.curation_id.in_(_latest(some)))):
            if row.says or row.replaced or row.hidden:
                found[row.dataset_id] = Standing(row.curation_id, row.hidden)
    return found


def is_hidden(connection: Connection, dataset_id: str) -> bool:
    said = standing(connection, [dataset_id]).get(dataset_id)
    return said is not None and said.hidden


def present(connection: Connection, dataset_id: str) -> Curation | None:
    return next(iter(of_dataset(connection, dataset_id, 1)), None)


def of_dataset(connection: Connection, dataset_id: str, limit: int = 1000) -> list[Curation]:
    query = select(curations).where(curations.c.dataset_id == dataset_id)
    rows = connection.execute(query.order_by(curations.c.number.desc()).limit(limit))
    return [_curation(row) for row in rows]


def latest(connection: Connection, after: str, limit: int) -> list[Curation]:
    """The present curation of each dataset that has one, in order of dataset_id, beginning after the given one."""
    ids = (
        select(func.max(curations.c.curation_id))
        .where(curations.c.dataset_id > after)
        .group_by(curations.c.dataset_id)
    )
    query = select(curations).where(curations.c.curation_id.in_(ids)).order_by(curations.c.dataset_id)
    return [_curation(row) for row in connection.execute(query.limit(limit))]


def withholds(connection: Connection, slug: str) -> bool:
    """Whether a record of the source is of a hidden dataset, or is kept back."""
    latest = select(func.max(curations.c.curation_id)).group_by(curations.c.dataset_id)
    hidden = select(curations.c.dataset_id).where(curations.c.hidden, curations.c.curation_id.in_(latest))
    kept_back = and_(
        sources.c.policy == PublicationPolicy.CONFORMANT.value,
        records.c.withdrawn_at.is_(None),
        records.c.verdict == Verdict.NON_CONFORMANT.value,
    )
    query = select(records.c.record_id).join(sources, sources.c.slug == records.c.source)
    query = query.where(records.c.source == slug, or_(records.c.dataset_id.in_(hidden), kept_back)).limit(1)
    return connection.execute(query).first() is not None


def by_id(connection: Connection, curation_ids: Sequence[int]) -> dict[int, Curation]:
    found: dict[int, Curation] = {}
    for some in chunks(curation_ids):
        rows = connection.execute(select(curations).where(curations.c.curation_id.in_(some)))
        found.update((row.curation_id, _curation(row)) for row in rows)
    return found


def add(connection: Connection, new: NewCuration, by: str, now: datetime) -> Curation:
    """Conflict when another one was added since the one that this follows."""
    before = present(connection, new.dataset_id)
    number = before.number if before else 0
    if number != new.after:
        raise Conflict(
            f"Somebody else has changed what the catalogue says of {new.subject} meanwhile.",
            advice=f"Look at it and try again: `pharos records curation {new.dataset_id}`.",
        )
    row = {
        "curation_id": counters.draw(connection, counters.CURATION, 1),
        "dataset_id": new.dataset_id,
        "number": number + 1,
        "subject": new.subject,
        "statements": codec.compress(new.statements) if new.statements else None,
        "replaced": list(new.replaced),
        "hidden": new.hidden,
        "reason": new.reason,
        "by": by,
        "created_at": now,
    }
    connection.execute(insert(curations), [row])
    catalog.add_event(connection, now, _event(new, before), by, new.dataset_id, detail=new.reason)
    added = present(connection, new.dataset_id)
    assert added is not None
    return added


def forget(connection: Connection, dataset_id: str) -> None:
    connection.execute(delete(curations).where(curations.c.dataset_id == dataset_id))


def _event(new: NewCuration, before: Curation | None) -> str:
    if new.hidden != (before is not None and before.hidden):
        return "dataset-hidden" if new.hidden else "dataset-unhidden"
    return "curation-ended" if new.is_empty else "dataset-curated"


def _latest(dataset_ids: Sequence[str]) -> Any:
    return (
        select(func.max(curations.c.curation_id))
        .where(curations.c.dataset_id.in_(dataset_ids))
        .group_by(curations.c.dataset_id)
    )


def _curation(row: Row[Any]) -> Curation:
    return Curation(
        curation_id=row.curation_id,
        dataset_id=row.dataset_id,
        number=row.number,
        subject=row.subject,
        statements="" if row.statements is None else codec.decompress(row.statements),
        replaced=tuple(row.replaced),
        hidden=row.hidden,
        reason=row.reason,
        by=row.by,
        at=row.created_at,
    )
