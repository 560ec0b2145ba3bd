"""Notices: who is told what, on a change of a source's state and on nothing else."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from catalogue.errors import CatalogueError, ConfigurationError, HarvestError, NotFound, SourceError
from catalogue.harvesting.notice_texts import Words, words_of
from catalogue.model.conditions import Health, SourceCondition
from catalogue.model.harvest import HarvestRun, HarvestSource
from catalogue.model.notices import Notice, NoticeKind, OutboxEntry
from catalogue.model.sources import NoticeTarget
from catalogue.model.validation import Verdict
from catalogue.ports import Clock
from catalogue.ports.operations import NoticeSender, Outbox

log = logging.getLogger(__name__)

HOLD = timedelta(minutes=5)
"""After this long without a word, a notice that somebody took is sent by another."""
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
GIVEN_UP_AFTER = timedelta(days=2)
KEPT = timedelta(days=30)
"""How long the outbox remembers what was delivered or given up."""


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """`everyone`: who is told of every source. `base`: our public URL, for links. `drop`: by how much the share of
    records without a violation (0 to 1) must fall to be told."""

    base: str
    everyone: tuple[NoticeTarget, ...] = ()
    drop: float = 0.05


def announce(outbox: Outbox, rules: NoticeRules) -> int:
    """Writes the notices of every source whose runs have ended since the last time, and returns how many."""
    conditions = outbox.conditions()
    written = 0
    for source in outbox.sources():
        condition = conditions.get(source.slug)
        if condition is None or condition.ended_run == condition.announced_run:
            continue
        written += _announce_source(outbox, source, condition, rules)
    return written


def deliver(
    outbox: Outbox,
    senders: Mapping[str, NoticeSender],
    clock: Clock,
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Sends what is due, and returns how many were delivered. One that fails is tried again, ever later; a receiver
    that refuses for good, or for two days, is given up. `stop` ends it after the notice in hand."""
    count = 0
    # One at a time: what is taken and not sent in time would be sent by another too.
    while not stop() and (taken := outbox.take_due_notices(1, HOLD)):
        count += _deliver(outbox, taken[0], senders, clock)
    return count


def forget(outbox: Outbox, clock: Clock) -> int:
    """Drops what was delivered or given up long ago."""
    return outbox.prune_notices(clock.now() - KEPT)


def trial_notices(targets: Sequence[NoticeTarget], rules: NoticeRules, now: datetime) -> list[Notice]:
    """One notice for each target that says that notices arrive."""
    words = words_of(NoticeKind.TEST, None, None, {}, rules.base)
    return [_notice(NoticeKind.TEST, "", now.isoformat(), target, words) for target in targets]


def targets_of(source: HarvestSource, rules: NoticeRules) -> tuple[NoticeTarget, ...]:
    """The source's own and everyone's, each once."""
    return tuple({target.to: target for target in (*rules.everyone, *source.notices)}.values())


def scheme_of(target: NoticeTarget) -> str:
    """Which sender serves the target: mailto or https (also for http)."""
    return "mailto" if target.to.startswith("mailto:") else "https"


def _announce_source(
    outbox: Outbox, source: HarvestSource, condition: SourceCondition, rules: NoticeRules
) -> int:
    share = conformant_share(outbox.verdict_counts(source.slug))
    kinds = changes_of(condition, share, rules.drop)
    fell = NoticeKind.CONFORMANCE_FELL in kinds
    after = replace(
        condition,
        announced_run=condition.ended_run,
        announced_health=condition.health,
        conformance=_baseline(condition.conformance, share, fell),
    )
    notices = []
    run = _run(outbox, condition.ended_run) if kinds else None
    if run is not None:
        facts = {"failures": condition.failures, "share": share, "share_before": condition.conformance}
        for kind in kinds:
            words = words_of(kind, source, run, facts, rules.base)
            notices += [
                _notice(kind, source.slug, run.run_id, target, words) for target in targets_of(source, rules)
            ]
    written = outbox.announce(condition, after, notices)
    return len(notices) if written else 0


def _run(outbox: Outbox, run_id: str) -> HarvestRun | None:
    """The run, or None when it was pruned before anybody could be told of it."""
    try:
        return outbox.run(run_id)
    except NotFound:
        return None


def changes_of(condition: SourceCondition, share: float | None, drop: float) -> list[NoticeKind]:
    """What there is to tell: ok → failing, failing → ok, anything → held, and conformance that fell."""
    before, now = condition.announced_health, condition.health
    kinds = []
    if now is Health.FAILING and before is not Health.FAILING:
        kinds.append(NoticeKind.FAILING)
    if now is Health.HELD and before is not Health.HELD:
        kinds.append(NoticeKind.HELD)
    if now is Health.OK and before is Health.FAILING:
        kinds.append(NoticeKind.RECOVERED)
    if share is not None and condition.conformance is not None and condition.conformance - share > drop:
        kinds.append(NoticeKind.CONFORMANCE_FELL)
    return kinds


def conformant_share(verdicts: Mapping[str, int]) -> float | None:
    """Share of records without a violation; None when there is no record."""
    total = sum(verdicts.values())
    if not total:
        return None
    return 1 - verdicts.get(Verdict.NON_CONFORMANT.value, 0) / total


def _baseline(before: float | None, share: float | None, fell: bool) -> float | None:
    """What the next share is compared with: the best since the last notice, so that a slow fall is told too."""
    if share is None or before is None:
        return before if share is None else share
    return share if fell else max(before, share)


def _notice(kind: NoticeKind, slug: str, event: str, target: NoticeTarget, words: Words) -> Notice:
    key = hashlib.sha256(f"{kind.value}\n{slug}\n{event}\n{target.to}".encode()).hexdigest()[:32]
    return Notice(key, kind, slug, target, words.subject, words.text, words.facts)


def _deliver(outbox: Outbox, entry: OutboxEntry, senders: Mapping[str, NoticeSender], clock: Clock) -> int:
    notice = entry.notice
    said = {"notice": notice.key, "kind": notice.kind.value, "source": notice.source}
    try:
        senders[scheme_of(notice.target)].send(notice)
    except (HarvestError, ConfigurationError) as error:
        until = _next_try(entry, error, clock.now())
        outbox.notice_postponed(notice.key, until, error.detail)
        word = "notice given up" if until is None else "notice waits"
        log.warning(word, extra={**said, "reason": error.detail, "do": error.advice, "again_at": until})
        return 0
    outbox.notice_delivered(notice.key)
    log.info("notice delivered", extra=said)
    return 1


def _next_try(entry: OutboxEntry, error: CatalogueError, now: datetime) -> datetime | None:
    """When it is tried again; None to give up."""
    is_final = isinstance(error, SourceError)
    until = now + min(FIRST_WAIT * (1 << min(entry.attempts - 1, 12)), LONGEST_WAIT)
    return None if is_final or until - entry.created_at > GIVEN_UP_AFTER else until
