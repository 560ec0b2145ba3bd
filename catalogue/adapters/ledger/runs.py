"""The queue of runs: enqueue, claim with a fencing token, heartbeat, finish, cancel, and reading them."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, Update, and_, delete, insert, or_, select, update

from catalogue.adapters.ledger import catalog, conditions, sources, totals
from catalogue.adapters.ledger.schema import COUNTS, outcomes, runs
from catalogue.errors import Conflict, LeaseLost, NotFound
from catalogue.model.harvest import Claim, FencingToken, HarvestRun, RunCounts, RunRequest, RunState
from catalogue.model.records import OutcomeKind, RecordOutcome
from catalogue.model.run_codes import RunCode

LIVE = (RunState.QUEUED.value, RunState.RUNNING.value)
_OUTCOME_FIELDS = tuple(field.name for field in dataclasses.fields(RecordOutcome) if field.name != "kind")


def enqueue(connection: Connection, slug: str, request: RunRequest, now: datetime) -> HarvestRun:
    source = sources.get(connection, slug)
    if source.removed_at is not None:
        raise Conflict(
            f"The source {slug} was removed.", advice=f"Add it again: `pharos sources add {source.url}`."
        )
    if source.paused_at is not None and not request.replay:
        raise Conflict(
            f"The source {slug} is paused since {source.paused_at:%Y-%m-%d %H:%M} UTC.",
            advice=f"Let it go on first: `pharos sources resume {slug}`.",
        )
    return live_of(connection, slug) or insert_queued(connection, slug, request, now, None)


def live_of(connection: Connection, slug: str) -> HarvestRun | None:
    """The source's queued or running run."""
    live = connection.execute(select(runs).where(runs.c.source == slug, runs.c.state.in_(LIVE))).first()
    return None if live is None else from_row(live)


def insert_queued(
    connection: Connection, slug: str, request: RunRequest, now: datetime, scheduled_at: datetime | None
) -> HarvestRun:
    values = {
        "run_id": secrets.token_hex(8),
        "source": slug,
        "state": RunState.QUEUED.value,
        "request": dataclasses.asdict(request),
        "queued_at": now,
        "scheduled_at": scheduled_at,
    }
    return from_row(connection.execute(insert(runs).values(values).returning(runs)).one())


def claim(
    connection: Connection, worker: str, lease: timedelta, run_id: str | None, now: datetime
) -> Claim | None:
    expired = and_(runs.c.state == RunState.RUNNING.value, runs.c.lease_until < now)
    free = or_(runs.c.state == RunState.QUEUED.value, expired)
    oldest = (
        select(runs.c.number).where(free).order_by(runs.c.number).limit(1).with_for_update(skip_locked=True)
    )
    if run_id is not None:
        oldest = oldest.where(runs.c.run_id == run_id)
    taken = update(runs).where(runs.c.number == oldest.scalar_subquery()).values(
        state=RunState.RUNNING.value,
        token=runs.c.token + 1,
        worker=worker,
        lease_until=now + lease,
        heartbeat_at=now,
    )  # fmt: skip
    row = connection.execute(taken.returning(runs)).first()
    if row is None:
        return None
    row = _begin(connection, row, now)
    return Claim(
        run=from_row(row),
        source=sources.get(connection, row.source),
        token=FencingToken(row.run_id, row.token),
        resume_cursor=row.resume_cursor,
    )


def _begin(connection: Connection, row: Row[Any], now: datetime) -> Row[Any]:
    """A first claim starts the clock; a later one goes back to the last committed page, whose records after it
    will be met once more."""
    if row.token == 1:
        values: dict[str, Any] = {"started_at": now}
    else:
        mark = row.checkpoint or {"counts": dict.fromkeys(COUNTS, 0), "outcome_rows": 0}
        after = and_(outcomes.c.run_id == row.run_id, outcomes.c.ordinal >= mark["outcome_rows"])
        connection.execute(delete(outcomes).where(after))
        values = {**mark["counts"], "outcome_rows": mark["outcome_rows"]}
    return _one(connection, update(runs).where(runs.c.number == row.number).values(values))


def _one(connection: Connection, statement: Update) -> Row[Any]:
    return connection.execute(statement.returning(runs)).one()


def held(connection: Connection, token: FencingToken) -> Row[Any]:
    """The run's row, kept from other writers until the transaction ends. LeaseLost when the token is void."""
    return _first(connection, token, select(runs).where(_valid(token)).with_for_update())


def seen_as_held(connection: Connection, token: FencingToken) -> Row[Any]:
    """The same for those who only read: the run may be lost in the next moment."""
    return _first(connection, token, select(runs).where(_valid(token)))


def _first(connection: Connection, token: FencingToken, query: Select[Any]) -> Row[Any]:
    row = connection.execute(query).first()
    if row is None:
        raise _lost(connection, token)
    return row


def _valid(token: FencingToken) -> Any:
    return and_(
        runs.c.run_id == token.run_id, runs.c.token == token.token, runs.c.state == RunState.RUNNING.value
    )


def _lost(connection: Connection, token: FencingToken) -> LeaseLost:
    run = get(connection, token.run_id)
    what = f"is {run.state}" if run.state.is_final else f"is held by {run.worker}"
    return LeaseLost(f"Run {run.run_id} {what}: nothing more is written for this claim.", run_id=run.run_id)


def heartbeat(connection: Connection, token: FencingToken, lease: timedelta, now: datetime) -> HarvestRun:
    beat = update(runs).where(_valid(token)).values(heartbeat_at=now, lease_until=now + lease)
    row = connection.execute(beat.returning(runs)).first()
    if row is None:
        raise _lost(connection, token)
    return from_row(row)


def end_leases(connection: Connection, now: datetime) -> int:
    """Lets every running run be claimed again; a holder that lives after all loses it at its next write."""
    running = update(runs).where(runs.c.state == RunState.RUNNING.value, runs.c.lease_until >= now)
    return connection.execute(running.values(lease_until=now - timedelta(seconds=1))).rowcount


def finish(
    connection: Connection,
    token: FencingToken,
    state: RunState,
    now: datetime,
    retry_at: datetime | None = None,
    **said: Any,
) -> HarvestRun:
    """`said`: reason, advice, complete, evidence, code."""
    if not state.is_final:
        raise ValueError(f"a run cannot end as {state}")
    ended = (
        update(runs).where(_valid(token)).values(state=state.value, finished_at=now, lease_until=None, **said)
    )
    row = connection.execute(ended.returning(runs)).first()
    if row is None:
        raise _lost(connection, token)
    run = from_row(row)
    conditions.note_end(connection, run, retry_at)
    totals.count_end(connection, run)
    return run


def cancel(connection: Connection, run_id: str, by: str, now: datetime) -> HarvestRun:
    return _stop(connection, run_id, f"Cancelled by {by}.", RunCode.CANCELLED, by, now)


def _stop(
    connection: Connection, run_id: str, reason: str, code: RunCode, by: str, now: datetime
) -> HarvestRun:
    row = connection.execute(select(runs).where(runs.c.run_id == run_id).with_for_update()).first()
    if row is None:
        raise unknown(run_id)
    if row.state == RunState.CANCELLED.value:
        return from_row(row)
    if row.state not in LIVE:
        raise Conflict(f"Run {run_id} is {row.state} already.", run_id=run_id)
    catalog.add_event(connection, now, "run-cancelled", by, run_id, detail=row.source)
    # Nobody is left to stop a run whose lease has ended.
    if row.state == RunState.QUEUED.value or row.lease_until < now:
        return _end(connection, row.number, reason, code, now)
    asked = {"cancel_requested": True, "reason": reason, "code": code.value}
    return from_row(_one(connection, update(runs).where(runs.c.number == row.number).values(asked)))


def stop_paused(connection: Connection, slug: str, by: str, now: datetime) -> None:
    """Cancels the source's queued run, or asks its running one to stop, saying that a person paused the source."""
    live = live_of(connection, slug)
    if live is not None:
        _stop(connection, live.run_id, f"The source was paused by {by}.", RunCode.PAUSED, by, now)


def end_removed(connection: Connection, slug: str, by: str, now: datetime) -> None:
    """Cancels the queued or running run of a source that a person removed, at once; its worker's token is void from
    here on."""
    live = select(runs.c.number).where(runs.c.source == slug, runs.c.state.in_(LIVE)).with_for_update()
    for number in connection.execute(live).scalars().all():
        _end(connection, number, f"The source was removed by {by}.", RunCode.REMOVED, now)


def _end(connection: Connection, number: int, reason: str, code: RunCode, now: datetime) -> HarvestRun:
    values = {
        "state": RunState.CANCELLED.value,
        "finished_at": now,
        "lease_until": None,
        "cancel_requested": True,
        "reason": reason,
        "code": code.value,
    }
    run = from_row(_one(connection, update(runs).where(runs.c.number == number).values(values)))
    totals.count_end(connection, run)
    return run


def get(connection: Connection, run_id: str) -> HarvestRun:
    row = connection.execute(select(runs).where(runs.c.run_id == run_id)).first()
    if row is None:
        raise unknown(run_id)
    return from_row(row)


def unknown(run_id: str) -> NotFound:
    return NotFound(f"There is no run {run_id}.", advice="`pharos runs list` shows them.", run_id=run_id)


def latest(connection: Connection, slug: str | None, limit: int, offset: int) -> list[HarvestRun]:
    query = select(runs).order_by(runs.c.number.desc()).limit(limit).offset(offset)
    if slug is not None:
        query = query.where(runs.c.source == slug)
    return [from_row(row) for row in connection.execute(query)]


def lines(
    connection: Connection, run_id: str, kinds: Sequence[str], limit: int, offset: int
) -> list[RecordOutcome]:
    get(connection, run_id)
    query = select(outcomes).where(outcomes.c.run_id == run_id)
    if kinds:
        query = query.where(outcomes.c.kind.in_(list(kinds)))
    rows = connection.execute(query.order_by(outcomes.c.ordinal).limit(limit).offset(offset))
    return [
        RecordOutcome(OutcomeKind(row.kind), **{name: getattr(row, name) for name in _OUTCOME_FIELDS})
        for row in rows
    ]


def from_row(row: Row[Any]) -> HarvestRun:
    return HarvestRun(
        run_id=row.run_id,
        source=row.source,
        state=RunState(row.state),
        counts=RunCounts(**{name: getattr(row, name) for name in COUNTS}),
        request=RunRequest(**row.request),
        queued_at=row.queued_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        heartbeat_at=row.heartbeat_at,
        worker=row.worker,
        complete=row.complete,
        evidence=row.evidence,
        reason=row.reason,
        advice=row.advice,
        cancel_requested=row.cancel_requested,
        resolution=row.resolution,
        scheduled_at=row.scheduled_at,
        code=RunCode(row.code),
    )
