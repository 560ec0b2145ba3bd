"""What a run does after its last page: withdrawals, or the list of those that wait for a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from catalogue.harvesting.publication import choose
from catalogue.harvesting.renames import Rename, find_renames
from catalogue.harvesting.run import RunEnd
from catalogue.harvesting.withdrawal import Brakes, Decision, decide
from catalogue.model.harvest import Absence, Batch, FencingToken, RunState
from catalogue.model.records import OutcomeKind, RecordOutcome
from catalogue.model.run_codes import RunCode
from catalogue.ports import Ledger

HELD, RENAMED = "held", "renamed"


def conclude(ledger: Ledger, token: FencingToken, end: RunEnd, brakes: Brakes) -> RunEnd:
    """Judges what a complete run did not meet; any other run withdraws nothing. LeaseLost when the run was taken over.

    The creates and updates of a run that ends `held` stand; the next complete run supersedes what it held. A run that
    goes on after its worker died here tells what that one withdrew as its own.
    """
    if not end.complete:
        return end
    absences = ledger.absences(token, brakes.window)
    if not (absences.records or absences.left):
        return end
    slug = ledger.run(token.run_id).source
    renames = find_renames(ledger, slug, token.run_id, absences.records, brakes.grace)
    known = {rename.old for rename in renames}
    others = tuple(absence for absence in absences.records if absence.record_id not in known)
    decision = decide(replace(absences, records=others), brakes, end.deleted)
    by_id = {absence.record_id: absence for absence in (*absences.records, *absences.left)}
    gone = (*(absence.record_id for absence in absences.left), *decision.withdraw)
    batch = Batch(
        outcomes=(
            *_withdrawn(gone, by_id, end.deleted),
            *(_renamed(rename, by_id[rename.old]) for rename in renames),
            *_held(decision, by_id),
        ),
        missing=tuple(absence.record_id for absence in absences.records),
        withdrawn=decision.withdraw,
    )
    ledger.commit(token, batch, choose)
    counts = replace(end.counts, withdrawn=len(gone))
    if not (renames or decision.held):
        return replace(end, counts=counts)
    reason = " ".join(filter(None, (_count_of(renames), decision.reason)))
    advice = "See which with `pharos runs show`, then `pharos runs release` or `pharos runs discard`."
    code = RunCode.WITHDRAWALS if decision.held else RunCode.RENAMED
    return replace(end, state=RunState.HELD, counts=counts, reason=reason, advice=advice, code=code)


def _withdrawn(
    gone: Collection[str], by_id: Mapping[str, Absence], deleted: Collection[str]
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
        for record_id in gone
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


def _count_of(renames: Sequence[Rename]) -> str:
    if not renames:
        return ""
    first = f"{renames[0].old_subject}, now {renames[0].new_subject}"
    if len(renames) == 1:
        return f"One record looks like the same record under a new name: {first}; the old name stays until a person releases it."
    return (
        f"{len(renames)} records look like the same records under new names, such as {first}; "
        "the old names stay until a person releases them."
    )


def _renamed(rename: Rename, absence: Absence) -> RecordOutcome:
    return _line(
        OutcomeKind.REMARK,
        absence,
        RENAMED,
        f"Looks like the same record under a new name, {rename.new_subject}: {rename.evidence}.",
        "Release this run to withdraw the old name; discard it if these are two datasets.",
    )


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
