"""`make bench`: every measurement, written to docs/performance.md. `python -m benchmarks harvest`: one part anew."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import bench_harvest, bench_incremental, bench_validation, harvest_report, validation_report

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
PARTS: Mapping[str, Callable[[], str]] = {
    "harvest": lambda: harvest_report.render(bench_harvest.measure(bench_harvest.Plan())),
    "incremental": lambda: bench_incremental.render(bench_incremental.measure([10_000], large=[100_000])),
    "validation": lambda: validation_report.render(bench_validation.measure(bench_validation.Plan())),
}
_PART = re.compile(r"<!-- part: (\w+) -->\n(.*?)(?=<!-- part: |\Z)", re.DOTALL)


def replaced(page: str, part: str, text: str) -> str:
    """The page with one part anew, in the order of `PARTS`; what is in no part goes."""
    parts = {**dict(_PART.findall(page)), part: text.rstrip("\n") + "\n\n"}
    told = (f"<!-- part: {name} -->\n{parts[name]}" for name in PARTS if name in parts)
    return "".join(told).rstrip("\n") + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all if none is named.")
    asked = parser.parse_args().parts or list(PARTS)
    if unknown := [name for name in asked if name not in PARTS]:
        parser.error(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    for name in asked:
        # Written after each: whoever stops it keeps what was measured.
        text = PARTS[name]()
        page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        PAGE.write_text(replaced(page, name, text), encoding="utf-8")
        print(f"written: {PAGE}, {name}")


if __name__ == "__main__":
    main()
