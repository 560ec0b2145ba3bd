"""From the sources of a file to what has to be done: a plan that can be shown, and that does nothing twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from catalogue.errors import Conflict
from catalogue.harvesting.source_file import KINDS, Described
from catalogue.model.harvest import HarvestSource
from catalogue.ports import Ledger, PublicationRule

_REPUBLISH = ("policy", "priority")
"""Settings whose change may change what is published."""


class Action(StrEnum):
    ADD = "add"
    CHANGE = "change"
    REVIVE = "revive"
    REMOVE = "remove"
    LEAVE = "leave"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one source. `differences`: setting → (before, after). `records`: live records that would leave
    the catalogue, of a source that is not in the file."""

    action: Action
    slug: str
    wanted: Described | None = None
    differences: tuple[tuple[str, object, object], ...] = ()
    records: int = 0

    @property
    def is_change(self) -> bool:
        return self.action not in (Action.LEAVE, Action.KEEP)


def plan(wanted: Sequence[Described], ledger: Ledger, *, prune: bool) -> list[Step]:
    """The steps that make the ledger's sources those of the file, which may leave others as they are (`prune` removes
    them). Conflict when a name of the file belongs to another URL."""
    known = {source.slug: source for source in ledger.sources(include_removed=True)}
    steps = [_step(item, known) for item in wanted]
    named = {item.source.slug for item in wanted}
    for slug, source in known.items():
        if slug not in named and source.removed_at is None:
            count = sum(ledger.verdict_counts(slug).values())
            steps.append(Step(Action.REMOVE if prune else Action.LEAVE, slug, records=count))
    return sorted(steps, key=lambda step: step.slug)


def carry_out(steps: Sequence[Step], ledger: Ledger, rule: PublicationRule, by: str) -> int:
    """Does the steps, and returns how many changes of what is published followed. Broken off, it can be done again."""
    before = ledger.position()
    for step in steps:
        if step.action is Action.REMOVE:
            ledger.remove_source(step.slug, rule, by)
        elif step.wanted is not None and step.is_change:
            _settle(step, step.wanted, ledger, rule, by)
    return ledger.position() - before


def _settle(step: Step, wanted: Described, ledger: Ledger, rule: PublicationRule, by: str) -> None:
    ledger.add_source(wanted.source, by)
    if wanted.paused is True:
        ledger.pause_source(step.slug, by)
    elif wanted.paused is False:
        ledger.resume_source(step.slug, by)
    names = {name for name, _, _ in step.differences}
    if names.intersection(_REPUBLISH):
        ledger.republish(step.slug, rule)


def _step(item: Described, known: Mapping[str, HarvestSource]) -> Step:
    source = item.source
    before = known.get(source.slug)
    if before is None:
        return Step(Action.ADD, source.slug, item)
    if before.url != source.url:
        raise Conflict(
            f"The name {source.slug} belongs to {before.url} and is never used for another URL.",
            advice="Choose another name for this source in the file.",
            slug=source.slug,
        )
    differences = _differences(before, item)
    if before.removed_at is not None:
        return Step(Action.REVIVE, source.slug, item, differences)
    return Step(Action.CHANGE if differences else Action.KEEP, source.slug, item, differences)


def _differences(before: HarvestSource, item: Described) -> tuple[tuple[str, object, object], ...]:
    found = []
    for name in KINDS:
        if name == "paused":
            continue
        old, new = getattr(before, name), getattr(item.source, name)
        if old != new:
            found.append((name, old, new))
    paused = before.paused_at is not None
    if item.paused is not None and item.paused != paused:
        found.append(("paused", paused, item.paused))
    return tuple(found)
