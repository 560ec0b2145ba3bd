"""Lives of a worker over one data folder, each a process of its own, forked from one that has everything imported.

`Lives` starts the forking process (this file as a program), which takes one plan a line and answers how it ended.
"""

from __future__ import annotations

import faulthandler
import json
import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from soak_points import ANY_MOMENT, Mortal, MortalHttp, Points, die
from soak_state import snapshot

from catalogue import bootstrap
from catalogue.adapters.data_folder import DataFolder
from catalogue.adapters.http import HttpClientsOnRequests
from catalogue.adapters.ledger import open_ledger
from catalogue.adapters.profiles import load_profiles
from catalogue.bootstrap import Services, embedded_store, harvesting_of, open_services, projections_of
from catalogue.harvesting.worker import Worker
from catalogue.settings import Settings

BASE = "https://pharos.example"
LONGEST = 600.0
"""Seconds after which a life that does not come to its end shows where it stands and is ended."""
PROFILES = cache(load_profiles)
"""Read once, before the first life, and not in each."""


@dataclass(frozen=True)
class Plan:
    """One life. `at`: what its clock shows. `does`: "harvest" (the projections stand still), "project", "both", or
    "look" (writes its state to `out`). It dies when `point` is reached for the `count`-th time ("" never).

    `down`: "graph" (no server runs), "search" (the index's folder is gone). `settings`: those that differ."""

    folder: str
    ledger: str
    at: str
    run_id: str = ""
    does: str = "both"
    point: str = ""
    count: int = 1
    delay: float = 0.0
    out: str = ""
    down: Sequence[str] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StoppedClock:
    """Shows the same time all through a round: what is written does not depend on how often it was begun."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@contextmanager
def services_of(plan: Plan, points: Points) -> Iterator[Services]:
    """Real services, with places to die in all that leaves a trace outside the process."""
    folder = Path(plan.folder)
    clock = StoppedClock(datetime.fromisoformat(plan.at))
    given = {"allow_hosts": ("127.0.0.1",), "retries": 0, "port": 9, **plan.settings}
    settings = Settings(data=folder, base=BASE, ledger=plan.ledger, **given)
    home = DataFolder(folder)
    with (
        home.lock("command"),
        nullcontext() if "graph" in plan.down else embedded_store(settings, home, "command"),
        open_services(settings, home, {}, writer=True) as services,
    ):
        ledger = open_ledger(plan.ledger, clock)
        if "search" in plan.down:
            shutil.rmtree(home.search)
        try:
            yield replace(
                services,
                clock=clock,
                profiles=PROFILES(),
                ledger=Mortal(ledger, points, "commit", "commit", "finish"),
                http=MortalHttp(HttpClientsOnRequests(settings, clock), points),
                graph=Mortal(services.graph, points, "position", "apply"),
                search=Mortal(services.search, points, "position", "apply"),
            )
        finally:
            ledger.close()


def live(plan: Plan) -> None:
    """Works as `pharos worker` does until the run has ended and the projections have followed it."""
    points = Points(plan.point, plan.count, plan.delay, note=lambda point: Path(plan.out).write_text(point))
    with services_of(plan, points) as services:
        if plan.does == "look":
            Path(plan.out).write_text(json.dumps(snapshot(services), default=str, sort_keys=True))
            return
        services.ledger.end_leases()
        if plan.point == ANY_MOMENT:
            points.note(ANY_MOMENT)
            timer = threading.Timer(plan.delay, die)
            timer.daemon = True
            timer.start()
        _work(plan, services, points)


def _work(plan: Plan, services: Services, points: Points) -> None:
    projections = [Mortal(p, points, "projection", "apply") for p in projections_of(services)]
    following = projections if plan.does != "harvest" else []
    stop = threading.Event()

    def is_done() -> bool:
        ledger = services.ledger
        end = ledger.position()
        return ledger.run(plan.run_id).state.is_final and all(
            p.position() == end for p in following if p.name not in plan.down
        )

    def look() -> None:
        if is_done():
            stop.set()

    Worker("soak", services.ledger, harvesting_of(services), following, look).run(stop)
    if plan.point == ANY_MOMENT and plan.out != os.devnull:
        Path(plan.out).unlink()


class Lives:
    """The forking process. `live` returns the point at which the life was ended, or "" when it came to its end."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Lives:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()

    def live(self, plan: Plan) -> str:
        out = Path(plan.folder) / "soak-out"
        out.unlink(missing_ok=True)
        answer = self._ask(replace(plan, out=str(out)))
        if answer == -9:
            return out.read_text()
        assert answer == 0, f"a life ended with status {answer}: {plan}"
        return ""

    def ended(self, plan: Plan) -> int:
        """How the life's process ended, whatever it was."""
        return self._ask(replace(plan, out=os.devnull))

    def look(self, plan: Plan) -> Any:
        """The state of the folder."""
        out = Path(plan.folder) / "soak-out"
        assert self._ask(replace(plan, does="look", out=str(out))) == 0
        return json.loads(out.read_text())

    def _ask(self, plan: Plan) -> int:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(asdict(plan)) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def main() -> None:
    logging.basicConfig(level=logging.CRITICAL)
    PROFILES()
    own = bootstrap.load_vocabularies()
    # No life adds vocabularies of an operator's.
    bootstrap.load_vocabularies = lambda *added: own
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            # The plans that follow are not this life's.
            os.close(0)
            status = 1
            try:
                faulthandler.dump_traceback_later(LONGEST, exit=True)
                live(Plan(**json.loads(line)))
                status = 0
            except BaseException:
                logging.critical("a life failed", exc_info=True)
            finally:
                os._exit(status)
        _, ended = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(ended), flush=True)


if __name__ == "__main__":
    main()
