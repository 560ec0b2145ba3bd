"""`make bench`: every measurement, written to docs/performance.md."""

from __future__ import annotations

from pathlib import Path

from benchmarks import bench_harvest, bench_incremental, bench_validation, harvest_report, validation_report

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"

if __name__ == "__main__":
    harvest = harvest_report.render(bench_harvest.measure(bench_harvest.Plan()))
    incremental = bench_incremental.render(bench_incremental.measure([10_000], large=[100_000]))
    validation = validation_report.render(bench_validation.measure(bench_validation.Plan()))
    PAGE.write_text(f"{harvest}\n{incremental}\n{validation}", encoding="utf-8")
    print(f"written: {PAGE}")
