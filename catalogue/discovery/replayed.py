"""What a replay changed of what is shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from catalogue.model.records import Change, ChangeKind, PublishedState, StoredVersion
from catalogue.ports import Ledger

PAGE = 200


@dataclass(frozen=True, slots=True)
class ReplayedChange:
    """A dataset that is shown otherwise than before. `before`, `after`: numbers of versions, None for nothing shown;
    equal where only the verdict differs."""

    record: str
    dataset: str
    iri: str
    before: int | None
    after: int | None
    verdict_before: str | None
    verdict_after: str | None


def changed_since(ledger: Ledger, position: int, slugs: Collection[str]) -> dict[str, list[ReplayedChange]]:
    """By source, each dataset whose record of these sources is shown otherwise than at the position, in order of the
    changes. What the operator changed meanwhile is left out, and what was changed back."""
    first: dict[str, PublishedState | None] = {}
    last: dict[str, Change] = {}
    while page := ledger.changes(position, PAGE):
        for change in page:
            if change.kind is not ChangeKind.OVERLAY:
                first.setdefault(change.dataset_id, change.before_state)
                last[change.dataset_id] = change
        position = page[-1].seq
    found: dict[str, list[ReplayedChange]] = {slug: [] for slug in slugs}
    keys = list(last)
    for start in range(0, len(keys), PAGE):
        some = keys[start : start + PAGE]
        pairs = [(first[key], last[key].after_state) for key in some]
        states = {state for pair in pairs for state in pair if state is not None}
        versions = ledger.published_states(sorted(states))
        for before, after in pairs:
            old = versions.get(before) if before else None
            new = versions.get(after) if after else None
            shown = new or old
            if shown is not None and shown.source in found and before != after:
                found[shown.source].append(_changed(shown, old, new))
    return found


def _changed(shown: StoredVersion, old: StoredVersion | None, new: StoredVersion | None) -> ReplayedChange:
    return ReplayedChange(
        record=shown.record_id,
        dataset=shown.dataset_id,
        iri=shown.subject,
        before=old.number if old else None,
        after=new.number if new else None,
        verdict_before=old.report.verdict.value if old else None,
        verdict_after=new.report.verdict.value if new else None,
    )
