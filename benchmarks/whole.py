"""The whole run as the worker of `pharos serve` does it: a harvest, and the projections that follow meanwhile.

In the process that is measured stand the harvest and the projector; the SPARQL server and the provider have their own.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any

from benchmarks.generated import Pages
from benchmarks.installed import Installed, installed
from benchmarks.served import serving
from benchmarks.spent import peak_memory, processor_seconds, spend
from catalogue.bootstrap import Services, harvesting_of, projections_of
from catalogue.harvesting.projector import Projector
from catalogue.model.harvest import HarvestRun

PATIENCE = 3_600.0


def whole(records: int, profile: str = "none", again: bool = True, size: int = 100) -> dict[str, Any]:
    """Harvests a generated catalogue, and once more unchanged; seconds, counts and peaks in bytes."""
    with serving(Pages(records, size)) as url, installed(url, profile) as place:
        projections = projections_of(place.services)
        for projection in projections:
            # The first look writes the vocabularies, as a server does when it starts.
            projection.position()
        projector = Projector(place.services.ledger, projections)
        gc.collect()
        gc.freeze()
        idle = peak_memory()
        projector.start()
        try:
            found = {"records": records, "profile": profile, "idle": idle}
            found["first"] = _measured(place, expected=("created", records))
            if again:
                found["second"] = _measured(place, expected=("unchanged", records))
        finally:
            projector.stop()
        return {**found, "worker": peak_memory(), "child": peak_memory(place.child_pid)}


def _measured(place: Installed, expected: tuple[str, int]) -> dict[str, Any]:
    runs: list[HarvestRun] = []
    harvested: list[float] = []
    began = time.perf_counter()
    before = processor_seconds(place.child_pid)

    def work() -> None:
        runs.append(harvesting_of(place.services).execute(place.claim()))
        harvested.append(time.perf_counter() - began)
        _wait(lambda: _is_projected(place.services))

    spent = spend(work)
    kind, count = expected
    counts = runs[0].counts
    if getattr(counts, kind) != count:
        raise AssertionError(f"{count} records were to be {kind}: {counts} {runs[0].reason}")
    return {
        "wall": spent.wall,
        "harvest": harvested[0],
        "cpu": spent.cpu,
        "child_cpu": processor_seconds(place.child_pid) - before,
        "worker": peak_memory(),
        "child": peak_memory(place.child_pid),
        "state": runs[0].state.value,
    }


def _is_projected(services: Services) -> bool:
    end = services.ledger.position()
    return services.search.position() == end and services.graph.position() == end


def _wait(is_done: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_done():
        if time.monotonic() > until:
            raise AssertionError("the projections do not come to the end")
        time.sleep(0.05)
