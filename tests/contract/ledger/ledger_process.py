"""A second process for ledger tests: `python ledger_process.py TASK URL ARGUMENTS…`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from datetime import timedelta

from ledger_kit import StillClock, batch, begin, rule, source, version

from catalogue.adapters.ledger import SqlLedger, open_ledger
from catalogue.model.harvest import RunRequest
from catalogue.ports import Candidate


def write(ledger: SqlLedger, slug: str, count: str) -> None:
    """Commits `count` batches of two records."""
    token = begin(ledger, slug)
    for number in range(int(count)):
        ledger.commit(
            token, batch(version(slug, f"{slug}-{number}"), version(slug, "common", str(number))), rule
        )


def die(ledger: SqlLedger, slug: str) -> None:
    """Is killed inside a transaction that has written versions already."""
    token = begin(ledger, slug)

    def last_word(candidates: Sequence[Candidate]) -> Candidate | None:
        os.kill(os.getpid(), signal.SIGKILL)
        return rule(candidates)

    ledger.commit(token, batch(version(slug, 1), version(slug, 2)), last_word)


def claim(ledger: SqlLedger, worker: str) -> None:
    """Prints the id of every run it gets."""
    while taken := ledger.claim(worker, timedelta(hours=1)):
        print(taken.run.run_id)


def queue(ledger: SqlLedger, slug: str, count: str) -> None:
    """Asks for a run `count` times and prints the ids."""
    ledger.add_source(source(slug), by="process")
    for _ in range(int(count)):
        print(ledger.enqueue(slug, RunRequest()).run_id)


def look(ledger: SqlLedger) -> None:
    print(ledger.position())


if __name__ == "__main__":
    task, url, *arguments = sys.argv[1:]
    opened = open_ledger(url, StillClock())
    globals()[task](opened, *arguments)
    opened.close()
