"""What a run does after its last page: withdrawals, or the list of those that wait for a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from catalogue.harvesting.publication import choose
from catalogue.harvesting.run import RunEnd
from catalogue.harvesting.withdrawal import Brakes, Decision, decide
from catalogue.model.harvest import Absence, Batch, FencingToken, RunState
from catalogue.model.records import OutcomeKind, RecordOutcome
from catalogue.ports import Ledger

HELD = "held"


def conclude(ledger: Ledger, token: FencingToken, end: RunEnd, brakes: Brakes) -> RunEnd:
    """Judges what a complete run did not meet; any other run withdraws nothing. LeaseLost when the run was taken over.

    The creates and updates of a run that ends `held` stand; the next complete run supersedes what it held.
    """
    if not end.complete:
        return end
    absences = ledger.absences(token, brakes.window)
    if not absences.records:
        return end
    decision = decide(absences, brakes, end.deleted)
    by_id = {absence.record_id: absence for absence in absences.records}
    batch = Batch(
        outcomes=(*_withdrawn(decision, by_id, end.deleted), *_held(decision, by_id)),
        missing=tuple(by_id),
        withdrawn=decision.withdraw,
    )
    ledger.commit(token, batch, choose)
    counts = replace(end.counts, withdrawn=len(decision.withdraw))
    if decision.held:
        advice = "See which with `pharos runs show`, then `pharos runs release` or `pharos runs discard`."
        return replace(end, state=RunState.HELD, counts=counts, reason=decision.reason, advice=advice)
    return replace(end, counts=counts)


def _withdrawn(
    decision: Decision, by_id: Mapping[str, Absence], deleted: Collection[str]
) -> list[RecordOutcome]:
    return [
        _line(
            OutcomeKind.WITHDRAWN,
            by_id[record_id],
            "deleted" if record_id in deleted else "missing",
            "The source says that it deleted the record."
            if record_id in deleted
            else f"The source did not list the record in {by_id[record_id].missing} complete harvests in a row.",
            "Nothing to do. If the source lists it again, it comes back with its history.",
        )
        for record_id in decision.withdraw
    ]


def _held(decision: Decision, by_id: Mapping[str, Absence]) -> list[RecordOutcome]:
    return [
        _line(
            OutcomeKind.REMARK,
            by_id[record_id],
            HELD,
            "Its withdrawal waits for a person: " + decision.reason,
            "Ask the provider whether it is really gone, then release or discard this run.",
        )
        for record_id in decision.held
    ]


def _line(kind: OutcomeKind, absence: Absence, code: str, reason: str, advice: str) -> RecordOutcome:
    return RecordOutcome(
        kind,
        record_id=absence.record_id,
        dataset_id=absence.dataset_id,
        subject=absence.subject,
        code=code,
        reason=reason,
        advice=advice,
    )
