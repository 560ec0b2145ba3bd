"""How fast a catalogue is harvested, stage by stage and as a whole, and how much memory that takes.

python -m benchmarks.bench_harvest --records 1000 --records 10000     # prints the report
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.apart import apart
from benchmarks.harvest_report import render
from benchmarks.spent import machine
from benchmarks.stages import STAGES

Run = Callable[..., dict[str, Any]]
"""Calls a measure, named `module:function`, with its arguments."""

SIZES = (1_000, 10_000)
SLOW = ("validate",)
"""Stages that are measured on a tenth of the records."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured. `sizes`: records of whole runs, smallest first; the smallest one is repeated, `tries` times.

    `stage`: records of each stage alone; `judged`: of the whole run with validation; `peer`: of the naive harvest.
    """

    sizes: tuple[int, ...] = SIZES
    stage: int = 1_000
    judged: int = 1_000
    peer: int = 500
    tries: int = 3


def measure(plan: Plan, run: Run = apart) -> dict[str, Any]:
    """Every figure of the report; each measure in a process of its own, unless `run` does it otherwise."""
    found: dict[str, Any] = {"machine": machine(), "stages": [], "whole": []}
    for name in STAGES:
        records = max(10, plan.stage // 10) if name in SLOW else plan.stage
        _tell(f"{name}, {records:,} records")
        found["stages"].append(run("benchmarks.stages:stage", name=name, records=records, tries=plan.tries))
    for number, records in enumerate(plan.sizes):
        _tell(f"whole, {records:,} records")
        tries = plan.tries if number == 0 else 1
        runs = [run("benchmarks.whole:whole", records=records) for _ in range(tries)]
        found["whole"].append(_typical(runs))
    _tell(f"whole with validation, {plan.judged:,} records")
    found["judged"] = run("benchmarks.whole:whole", records=plan.judged, profile="auto")
    _tell(f"naive harvest, {plan.peer:,} records")
    found["peer"] = run("benchmarks.peer:peer", records=plan.peer)
    found["beside_peer"] = run("benchmarks.whole:whole", records=plan.peer)
    return found


def _typical(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The medians of runs that were done alike."""
    first = runs[0]
    if isinstance(first, dict):
        return {key: _typical([run[key] for run in runs]) for key in first}
    return statistics.median_low(runs) if isinstance(first, int | float) else first


def _tell(what: str) -> None:
    print(f"measuring: {what}", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--records", type=int, action="append", help="Records of a whole run; may be repeated."
    )
    parser.add_argument("--json", action="store_true", help="Print the figures instead of the report.")
    asked = parser.parse_args(arguments)
    found = measure(Plan(sizes=tuple(sorted(asked.records or SIZES))))
    print(json.dumps(found, indent=1) if asked.json else render(found))


if __name__ == "__main__":
    main()
