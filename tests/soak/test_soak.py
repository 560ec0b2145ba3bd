"""Workers are killed again and again while a source changes from day to day; the catalogue ends as if none had been.

PHAROS_TEST_SOAK_KILLS, _RECORDS and _SEED set the size and the dice (`make soak`: 200 kills, 2,000 records).
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from loopback import Loopback
from postgres import PostgresServer
from soak_life import Lives, Plan
from soak_points import ANY_MOMENT, POINTS
from soak_source import ChangingSource

from catalogue.adapters.ledger import open_ledger
from catalogue.model.harvest import HarvestSource, RunRequest

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("PHAROS_TEST_SOAK_KILLS", "20"))
RECORDS = int(os.environ.get("PHAROS_TEST_SOAK_RECORDS", "120"))
LEAST = 10 if KILLS >= 200 else 1
SEED = int(os.environ.get("PHAROS_TEST_SOAK_SEED", str(KILLS)))
DEATHS_OF_A_RUN = 2
"""One more and the engine gives the run up, as it should."""
FIRST_DAY = datetime(2026, 3, 1, 4, tzinfo=UTC)
PROJECTING = tuple(point for point in POINTS if point.endswith(("projection", "position")))
HARVESTING = tuple(point for point in POINTS if point not in PROJECTING)


@dataclass
class Soak:
    """A catalogue that is killed, and its twin that is not, over the same source on the same days."""

    lives: Lives
    server: Loopback
    source: ChangingSource
    disturbed: Plan
    calm: Plan
    chance: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    missed: int = 0
    longest: float = 1.5 if RECORDS >= 1000 else 0.8
    """Seconds at a moment of which a life may end by itself."""

    def day(self, number: int) -> None:
        self.source.serve(number, self.server)
        at = (FIRST_DAY + timedelta(days=number)).isoformat()
        twin = replace(self.calm, at=at)
        self.lives.live(replace(twin, run_id=self._enqueue(twin)))
        plan = replace(self.disturbed, at=at)
        plan = replace(plan, run_id=self._enqueue(plan))
        if number % 2:
            self._kill(plan, "both", (*POINTS, ANY_MOMENT), DEATHS_OF_A_RUN)
        else:
            self._kill(plan, "harvest", (*HARVESTING, ANY_MOMENT), DEATHS_OF_A_RUN)
            self.lives.live(replace(plan, does="harvest"))
            self._kill(plan, "project", (*PROJECTING, ANY_MOMENT), DEATHS_OF_A_RUN)
        self.lives.live(plan)

    def _kill(self, plan: Plan, does: str, points: tuple[str, ...], times: int) -> None:
        for deaths in range(times):
            point = min(points, key=lambda p: (self.kills[p], self.chance.random()))
            # Two projections, and a batch of them holds 200 changes; of the pages, those before the last death are done.
            pages = self.source.records // self.source.page_size
            most = 2 + self.source.records // 1000 if point in PROJECTING else 2 + pages // (deaths + 1)
            count = self.chance.randint(1, most)
            delay = self.chance.uniform(0, self.longest if point == ANY_MOMENT else 0.03)
            reached = self.lives.live(replace(plan, does=does, point=point, count=count, delay=delay))
            self.kills.update([reached] if reached else [])
            self.missed += not reached

    def _enqueue(self, plan: Plan) -> str:
        ledger = open_ledger(plan.ledger, _At(datetime.fromisoformat(plan.at)))
        try:
            if not ledger.sources():
                url = self.server.url("/1")
                ledger.add_source(HarvestSource("clinic", url, "dcat_rdf", profile="none"), "test")
            return ledger.enqueue("clinic", RunRequest("test")).run_id
        finally:
            ledger.close()

    def states(self) -> tuple[Any, Any]:
        return self.lives.look(self.disturbed), self.lives.look(self.calm)


@dataclass(frozen=True)
class _At:
    at: datetime

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def lives() -> Iterator[Lives]:
    with Lives() as running:
        yield running


def _soak(lives: Lives, server: Loopback, folder: Path, disturbed_ledger: str) -> Soak:
    for name in ("disturbed", "calm"):
        (folder / name).mkdir()
    at = FIRST_DAY.isoformat()
    calm = Plan(str(folder / "calm"), f"sqlite:///{folder / 'calm' / 'ledger.sqlite'}", at)
    disturbed = Plan(str(folder / "disturbed"), disturbed_ledger, at)
    page_size = max(20, RECORDS // 20)
    return Soak(lives, server, ChangingSource(RECORDS, page_size), disturbed, calm, random.Random(SEED))


def _run(soak: Soak) -> None:
    day = 0
    while soak.kills.total() < KILLS or min(soak.kills[point] for point in POINTS) < LEAST:
        soak.day(day)
        day += 1
        assert day <= KILLS, f"the points are not reached: {soak.kills}"
    print(f"{soak.kills.total()} kills in {day} days, {soak.missed} lives ended before: {dict(soak.kills)}")
    killed, calm = soak.states()
    for part in ("runs", "records", "published", "graph", "documents", "found"):
        _compare(part, killed[part], calm[part])
    assert killed["behind"] == calm["behind"] == [0, 0]


def _compare(part: str, killed: Any, calm: Any) -> None:
    """The first few differences instead of thousands."""
    if isinstance(calm, dict):
        names = killed.keys() | calm.keys()
        wrong = {n: (killed.get(n), calm.get(n)) for n in sorted(names) if killed.get(n) != calm.get(n)}
        assert not wrong, f"{part}: {len(wrong)} differ, such as {dict(list(wrong.items())[:3])}"
    elif isinstance(calm, list):
        assert len(killed) == len(calm)
        for day, (one, other) in enumerate(zip(killed, calm, strict=True)):
            lines = set(one.pop("lines")) ^ set(other.pop("lines"))
            assert not lines, f"{part}, day {day}: {len(lines)} lines differ, such as {sorted(lines)[:6]}"
            assert one == other, f"{part}, day {day}"
    else:
        assert killed == calm, part


@pytest.mark.timeout(7200)
def test_kills_leave_no_trace_on_sqlite(tmp_path: Path, lives: Lives) -> None:
    with Loopback() as server:
        _run(_soak(lives, server, tmp_path, f"sqlite:///{tmp_path / 'disturbed' / 'ledger.sqlite'}"))


@pytest.mark.server
@pytest.mark.timeout(7200)
def test_kills_leave_no_trace_on_postgresql(tmp_path: Path, lives: Lives, postgresql: PostgresServer) -> None:
    with Loopback() as server, postgresql.database() as url:
        _run(_soak(lives, server, tmp_path, url))
