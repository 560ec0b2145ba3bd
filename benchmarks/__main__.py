"""`make bench`: every measurement, written to docs/performance.md."""

from __future__ import annotations

from pathlib import Path

from benchmarks.bench_harvest import Plan, measure
from benchmarks.harvest_report import render

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"

if __name__ == "__main__":
    PAGE.write_text(render(measure(Plan())), encoding="utf-8")
    print(f"written: {PAGE}")
