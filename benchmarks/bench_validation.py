"""How fast records are validated, beside pySHACL as people use it, and how much memory many records take.

python -m benchmarks.bench_validation --records 300      # prints the report
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.apart import apart
from benchmarks.spent import machine
from benchmarks.validation_report import render

Run = Callable[..., dict[str, Any]]

PROFILES = ("dcat-ap-3.0.1", "dcat-ap-hvd-3.0.0", "healthdcat-ap-r5", "healthdcat-ap-r8", "eucaim-2.0")


RECORDS, MANY = 300, 100_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured. `records`: of each profile by the fast engine; pySHACL gets a tenth of them, the same ones.

    `many`: records of the measure of memory; `batch`: of the measure of threads.
    """

    profiles: tuple[str, ...] = PROFILES
    records: int = RECORDS
    tries: int = 3
    batch: int = 2_000
    many: int = MANY


def measure(plan: Plan, run: Run = apart) -> dict[str, Any]:
    """Every figure of the report; each measure in a process of its own, unless `run` does it otherwise."""
    found: dict[str, Any] = {"machine": machine(), "profiles": []}
    for name in plan.profiles:
        _tell(f"{name}, {plan.records:,} records")
        arguments = {"profile": name, "records": plan.records, "tries": plan.tries}
        found["profiles"].append(run("benchmarks.engines:beside_pyshacl", **arguments))
    _tell(f"threads, {plan.batch:,} records")
    found["threads"] = run("benchmarks.engines:on_threads", records=plan.batch, tries=plan.tries)
    _tell(f"memory, {plan.many:,} records")
    found["memory"] = run("benchmarks.engines:memory", records=plan.many)
    return found


def _tell(what: str) -> None:
    print(f"measuring: {what}", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=RECORDS, help="Records of each profile.")
    parser.add_argument("--many", type=int, default=MANY, help="Records of the measure of memory.")
    parser.add_argument("--json", action="store_true", help="Print the figures instead of the report.")
    asked = parser.parse_args(arguments)
    found = measure(Plan(records=asked.records, many=asked.many))
    print(json.dumps(found, indent=1) if asked.json else render(found))


if __name__ == "__main__":
    main()
