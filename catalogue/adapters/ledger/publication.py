"""Settles which version of a dataset is published after something changed, and appends the change rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from catalogue.adapters.ledger import counters, curations
from catalogue.adapters.ledger.chunks import chunks
from catalogue.adapters.ledger.schema import changes, published, records, sources, versions
from catalogue.adapters.ledger.versions import Written
from catalogue.model.records import ChangeKind
from catalogue.model.validation import Verdict
from catalogue.ports import Candidate, PublicationRule

SETTLED_TOGETHER = 1_000
"""Datasets whose candidates are held in memory at once."""


class Shown(NamedTuple):
    """What is published of a dataset."""

    record_id: str
    version_id: int
    report_id: int
    curation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What happened to one dataset: what was published of it before and is after, None for nothing."""

    dataset_id: str
    kind: ChangeKind
    before: Shown | None
    after: Shown | None


def settle(
    connection: Connection, dataset_ids: Sequence[str], rule: PublicationRule, now: datetime, written: Written
) -> int:
    """Asks the rule about each dataset once and returns how many changes were appended."""
    count = 0
    for some in chunks(dataset_ids, SETTLED_TOGETHER):
        shown = _published(connection, some)
        candidates, reports = _candidates(connection, some)
        curated = curations.standing(connection, some)
        hidden = {d for d, curation in curated.items() if curation.hidden}
        chosen = {d: rule(candidates[d]) if d in candidates else None for d in some if d not in hidden}
        after = {
            d: Shown(
                c.record_id,
                c.version_id,
                reports[c.version_id],
                curated[d].curation_id if d in curated else None,
            )
            for d, c in chosen.items()
            if c is not None
        }
        returning = [d for d in after if d not in shown]
        earlier = _last_kinds(connection, returning)
        moves = []
        for dataset in some:
            pair = (shown.get(dataset), after.get(dataset))
            kind = _kind(*pair, dataset in candidates, earlier.get(dataset), written)
            if pair[0] and dataset in hidden and dataset in candidates:
                kind = ChangeKind.OVERLAY
            if kind is not None:
                moves.append(Move(dataset, kind, *pair))
        _apply(connection, moves, now)
        count += len(moves)
    return count


def withdraw_source(connection: Connection, slug: str, rule: PublicationRule, now: datetime) -> int:
    """Withdraws every live record of a source that was marked removed; returns how many stopped being published."""
    live = records.c.source == slug, records.c.withdrawn_at.is_(None)
    shown = select(func.count()).select_from(
        published.join(records, published.c.record_id == records.c.record_id)
    )
    count = int(connection.execute(shown.where(*live)).scalar_one())
    connection.execute(
        update(records).where(*live).values(withdrawn_at=now, withdrawal_reason="source removed")
    )
    settle_source(connection, slug, rule, now)
    return count


def touch_source(connection: Connection, slug: str, now: datetime) -> None:
    """Appends a change for every published dataset of the source that leaves it as it is: what projections hold of it
    beside its record (the source's title, its country) is to be made anew."""
    query = (
        select(published)
        .join(records, published.c.record_id == records.c.record_id)
        .where(records.c.source == slug)
        .order_by(published.c.dataset_id)
    )
    rows = connection.execute(query).all()
    for some in chunks(rows, SETTLED_TOGETHER):
        shown = {
            row.dataset_id: Shown(row.record_id, row.version_id, row.report_id, row.curation_id)
            for row in some
        }
        _apply(connection, [Move(d, ChangeKind.PUBLICATION, one, one) for d, one in shown.items()], now)


def settle_source(connection: Connection, slug: str, rule: PublicationRule, now: datetime) -> int:
    """Asks the rule again about every dataset that the source describes."""
    query = select(records.c.dataset_id).where(records.c.source == slug).order_by(records.c.dataset_id)
    return settle(connection, connection.execute(query).scalars().all(), rule, now, Written())


def _kind(
    before: Shown | None,
    after: Shown | None,
    is_described: bool,
    last: ChangeKind | None,
    written: Written,
) -> ChangeKind | None:
    """The kind of the change, or None when nothing changed. `is_described`: some live record is there."""
    if after is None:
        if before is None:
            return None
        # Records that the rule keeps back are in quarantine, not withdrawn.
        return ChangeKind.PUBLICATION if is_described else ChangeKind.WITHDRAWAL
    if before is None:
        return _kind_of_appearance(after, last, written.kinds)
    if before.record_id != after.record_id:
        return ChangeKind.PUBLICATION
    if before.version_id != after.version_id:
        return written.kinds.get(after.version_id, ChangeKind.CONTENT)
    if before.curation_id != after.curation_id:
        return ChangeKind.OVERLAY
    # A report with the same findings is no change: what is published keeps naming the one before it.
    return ChangeKind.VERDICT if after.record_id in written.judged else None


def _kind_of_appearance(after: Shown, last: ChangeKind | None, kinds: Mapping[int, ChangeKind]) -> ChangeKind:
    if last is None:
        return ChangeKind.CONTENT if after.version_id in kinds else ChangeKind.PUBLICATION
    if last is ChangeKind.OVERLAY:
        return last
    return ChangeKind.RESTORATION if last is ChangeKind.WITHDRAWAL else ChangeKind.PUBLICATION


def _published(connection: Connection, dataset_ids: list[str]) -> dict[str, Shown]:
    query = select(published).where(published.c.dataset_id.in_(dataset_ids))
    return {
        row.dataset_id: Shown(row.record_id, row.version_id, row.report_id, row.curation_id)
        for row in connection.execute(query)
    }


def _candidates(
    connection: Connection, dataset_ids: list[str]
) -> tuple[dict[str, list[Candidate]], dict[int, int]]:
    """Live records by dataset, and the present report of each one's version."""
    query = (
        select(*_CANDIDATE)
        .join(sources, sources.c.slug == records.c.source)
        .join(versions, versions.c.version_id == records.c.current_version)
        .where(
            records.c.dataset_id.in_(dataset_ids),
            records.c.withdrawn_at.is_(None),
            sources.c.removed_at.is_(None),
        )
        .order_by(records.c.record_id)
    )
    found: dict[str, list[Candidate]] = {}
    reports: dict[int, int] = {}
    for row in connection.execute(query):
        found.setdefault(row.dataset_id, []).append(_candidate(row))
        reports[row.current_version] = row.report_id
    return found, reports


def _candidate(row: Any) -> Candidate:
    return Candidate(
        record_id=row.record_id,
        version_id=row.current_version,
        source=row.source,
        source_url=row.url,
        subject=row.subject,
        priority=row.priority,
        policy=row.policy,
        verdict=Verdict(row.verdict),
        first_harvested_at=row.first_seen_at,
    )


_CANDIDATE = (
    records.c.dataset_id,
    versions.c.report_id,
    records.c.verdict,
    records.c.record_id,
    records.c.current_version,
    records.c.source,
    sources.c.url,
    records.c.subject,
    sources.c.priority,
    sources.c.policy,
    records.c.first_seen_at,
)


def _last_kinds(connection: Connection, dataset_ids: list[str]) -> dict[str, ChangeKind]:
    """Kind of the latest change of each dataset that ever had one."""
    found: dict[str, ChangeKind] = {}
    for some in chunks(dataset_ids):
        latest = (
            select(func.max(changes.c.seq))
            .where(changes.c.dataset_id.in_(some))
            .group_by(changes.c.dataset_id)
        )
        query = select(changes.c.dataset_id, changes.c.kind).where(changes.c.seq.in_(latest))
        found.update((row.dataset_id, ChangeKind(row.kind)) for row in connection.execute(query))
    return found


def _apply(connection: Connection, moves: Sequence[Move], now: datetime) -> None:
    if not moves:
        return
    first = counters.draw(connection, counters.CHANGE, len(moves))
    rows = [_change_row(seq, move, now) for seq, move in enumerate(moves, first)]
    connection.execute(insert(changes), rows)
    gone = [move.dataset_id for move in moves if move.after is None]
    if gone:
        connection.execute(delete(published).where(published.c.dataset_id.in_(gone)))
    new = [_published_row(move) for move in moves if move.before is None]
    if new:
        connection.execute(insert(published), new)
    moved = [
        {
            "key": m.dataset_id,
            "record": m.after.record_id,
            "version": m.after.version_id,
            "report": m.after.report_id,
            "curation": m.after.curation_id,
        }
        for m in moves
        if m.before is not None and m.after is not None and m.before != m.after
    ]
    if moved:
        statement = update(published).where(published.c.dataset_id == bindparam("key"))
        values: dict[str, Any] = {
            "record_id": bindparam("record"),
            "version_id": bindparam("version"),
            "report_id": bindparam("report"),
            "curation_id": bindparam("curation"),
        }
        connection.execute(statement.values(values), moved)


def _change_row(seq: int, move: Move, now: datetime) -> dict[str, Any]:
    concerned = move.after or move.before
    assert concerned is not None
    return {
        "seq": seq,
        "dataset_id": move.dataset_id,
        "record_id": concerned.record_id,
        "kind": move.kind.value,
        "before": move.before.version_id if move.before else None,
        "before_report": move.before.report_id if move.before else None,
        "before_curation": move.before.curation_id if move.before else None,
        "after": move.after.version_id if move.after else None,
        "after_report": move.after.report_id if move.after else None,
        "after_curation": move.after.curation_id if move.after else None,
        "at": now,
    }


def _published_row(move: Move) -> dict[str, Any]:
    assert move.after is not None
    return {"dataset_id": move.dataset_id, **move.after._asdict()}
