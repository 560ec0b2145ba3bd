"""Forgets old runs and payloads, in small transactions, so that nobody waits for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from catalogue.model.retention import Pruned, Retention
from catalogue.ports import Clock, Ledger

log = logging.getLogger(__name__)

PORTION = 50
"""Payloads that are looked at, and forgotten, together."""


def prune(
    ledger: Ledger,
    clock: Clock,
    retention: Retention,
    *,
    dry_run: bool = False,
    stop: Callable[[], bool] = lambda: False,
) -> Pruned:
    """Forgets what is older than it need be, and says how much; `dry_run` only says it. Ends early when `stop` says so."""
    done = Pruned()
    if retention.runs is not None:
        for run_id in ledger.old_runs(clock.now() - retention.runs, retention.last):
            if stop():
                return done
            if not dry_run:
                ledger.forget_run(run_id)
            done = replace(done, runs=done.runs + 1)
    if retention.payloads is not None:
        done = _prune_payloads(ledger, clock, retention, done, dry_run, stop)
    if not dry_run and (done.runs or done.payloads):
        log.info("pruned", extra={"runs": done.runs, "payloads": done.payloads, "bytes": done.size})
    return done


def _prune_payloads(
    ledger: Ledger, clock: Clock, retention: Retention, done: Pruned, dry_run: bool, stop: Callable[[], bool]
) -> Pruned:
    assert retention.payloads is not None
    before, after = clock.now() - retention.payloads, ""
    while not stop():
        found, after = ledger.old_payloads(before, after, PORTION)
        sizes = dict(found)
        gone = list(sizes) if dry_run else ledger.forget_payloads(list(sizes))
        done = replace(
            done, payloads=done.payloads + len(gone), size=done.size + sum(sizes[each] for each in gone)
        )
        if not after:
            break
    return done
