"""The measurement of little changes runs through at a tiny size and measures what it says. No time is asserted."""

from __future__ import annotations

import sys
from pathlib import Path

# The benchmarks belong to no installed package.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from benchmarks.bench_incremental import incremental, render, targets
from benchmarks.standing import PLAIN, TAGGED


def test_each_harvest_is_measured_with_what_it_asked_and_wrote():
    found = {"rows": [incremental(60, path, size=5) for path in (TAGGED, PLAIN)]}
    for row in found["rows"]:
        first, again, changed = row["first"], row["again"], row["changed"]
        assert (first["requests"], first["parsed"], first["created"]) == (12, 12, 60)
        assert (again["requests"], again["parsed"], again["changes"], again["unchanged"]) == (12, 0, 0, 60)
        assert (changed["requests"], changed["parsed"], changed["changes"]) == (12, 10, 10)
        assert (changed["updated"], changed["unchanged"]) == (10, 50)
    page = render(found)
    assert page.count("| 60 | 304 |") == page.count("| 60 | equal bytes |") == 3
    assert len(targets(found)) == 6
