"""Several writers and readers at once, in threads and in processes, and one that dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event
from time import sleep

from ledger_kit import LEASE, StillClock, batch, begin, replayed, rule, shown, source, version

from catalogue.adapters.ledger import SqlLedger, open_ledger
from catalogue.model.harvest import RunRequest
from catalogue.model.records import Change
from catalogue.ports import Candidate

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def _start(task: str, url: str, *arguments: object) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(ROOT), str(HERE), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, str(HERE / "ledger_process.py"), task, url, *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}
    )


def _output(process: subprocess.Popen[str]) -> list[str]:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return out.split()


def test_changes_of_writers_in_threads_and_a_process_are_in_order_of_commit(
    ledger: SqlLedger, ledger_url: str
) -> None:
    """A follower that asks for what is new never has to look back."""
    over = Event()
    followed: list[Change] = []

    def follow() -> None:
        while True:
            ended = over.is_set()
            page = ledger.changes(followed[-1].seq if followed else 0, 5)
            followed.extend(page)
            if ended and not page:
                return
            sleep(0.01)

    def write(slug: str) -> None:
        token = begin(ledger, slug)
        for number in range(15):
            ledger.commit(
                token, batch(version(slug, f"{slug}-{number}"), version(slug, "common", str(number))), rule
            )

    with ThreadPoolExecutor(5) as pool:
        follower = pool.submit(follow)
        process = _start("write", ledger_url, "p", 15)
        for writer in [pool.submit(write, slug) for slug in "abc"]:
            writer.result()
        _output(process)
        over.set()
        follower.result()
    assert followed == ledger.changes(0, 10_000)
    assert [change.seq for change in followed] == list(range(1, ledger.position() + 1))
    assert len(shown(ledger)) == 4 * 15 + 1
    assert replayed(ledger) == shown(ledger)


def test_changes_of_four_processes_are_in_order_of_commit(ledger: SqlLedger, ledger_url: str) -> None:
    """They meet at one dataset, and a follower never sees a number below one that it saw."""
    processes = [_start("write", ledger_url, slug, 10) for slug in "abcd"]
    followed: list[Change] = []
    while True:
        ended = all(process.poll() is not None for process in processes)
        page = ledger.changes(followed[-1].seq if followed else 0, 3)
        followed.extend(page)
        if ended and not page:
            break
    for process in processes:
        _output(process)
    assert followed == ledger.changes(0, 10_000)
    assert len(shown(ledger)) == 4 * 10 + 1
    assert replayed(ledger) == shown(ledger)


def test_a_process_killed_inside_a_transaction_leaves_nothing_of_it(
    ledger: SqlLedger, ledger_url: str
) -> None:
    process = _start("die", ledger_url, "a")
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    [run] = ledger.runs("a")
    assert (run.counts.found, ledger.position(), ledger.records_of_source("a")) == (0, 0, [])
    assert ledger.commit(begin(ledger, "b"), batch(version("b", 1)), rule) == 1


def test_no_run_is_claimed_twice(ledger: SqlLedger, ledger_url: str) -> None:
    for number in range(30):
        ledger.add_source(source(f"s{number}"), by="ada")
        ledger.enqueue(f"s{number}", RunRequest())
    processes = [_start("claim", ledger_url, f"p{n}") for n in range(2)]

    def claim(worker: int) -> list[str]:
        taken = []
        while got := ledger.claim(f"t{worker}", LEASE):
            taken.append(got.run.run_id)
        return taken

    with ThreadPoolExecutor(4) as pool:
        in_threads = [run_id for taken in pool.map(claim, range(4)) for run_id in taken]
    in_processes = [run_id for process in processes for run_id in _output(process)]
    assert sorted(in_threads + in_processes) == sorted(run.run_id for run in ledger.runs(limit=100))


def test_two_that_ask_for_a_run_at_once_get_the_same_one(ledger: SqlLedger, ledger_url: str) -> None:
    ledger.add_source(source("a"), by="ada")
    processes = [_start("queue", ledger_url, "a", 5) for _ in range(2)]
    ids = {run_id for process in processes for run_id in _output(process)}
    assert ids == {run.run_id for run in ledger.runs("a")}
    assert len(ids) == 1


def test_readers_do_not_wait_for_a_writer(ledger: SqlLedger) -> None:
    """Nor do they see what it has not committed."""
    token = begin(ledger, "a")
    seen: list[object] = []

    def look(candidates: Sequence[Candidate]) -> Candidate | None:
        with ThreadPoolExecutor(1) as pool:
            seen.append(
                pool.submit(lambda: (ledger.position(), ledger.records_of_source("a"))).result(timeout=20)
            )
        return rule(candidates)

    ledger.commit(token, batch(version("a", 1)), look)
    assert seen == [(0, [])]


def test_many_that_open_a_new_ledger_at_once_all_find_it_ready(ledger_url: str) -> None:
    processes = [_start("look", ledger_url) for _ in range(4)]
    assert [_output(process) for process in processes] == [["0"]] * 4


def test_threads_that_open_a_new_ledger_at_once_all_find_it_ready(ledger_url: str, clock: StillClock) -> None:
    together = Barrier(4)

    def open_and_look(_: int) -> int:
        together.wait()
        opened = open_ledger(ledger_url, clock)
        try:
            return opened.position()
        finally:
            opened.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(open_and_look, range(4))) == [0] * 4
