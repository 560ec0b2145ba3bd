"""What a harvest costs when nothing, or next to nothing, has changed: with conditional requests and without.

python -m benchmarks.bench_incremental --records 10000      # prints the report
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

import harvesters.dcat_rdf
from benchmarks.apart import apart
from benchmarks.installed import Installed, installed
from benchmarks.spent import MEBIBYTE, machine, peak_memory, spend
from benchmarks.standing import PLAIN, TAGGED, Standing, standing
from catalogue.bootstrap import harvesting_of
from catalogue.model.harvest import HarvestRun

CHANGED = 10
FASTER = 20
"""How many times faster than the first harvest one of equal bytes has to be."""
FLAT = 1.2
LEAD = (
    "Until the last commit to the ledger; 100 records a page. *304*: the server answers conditional requests; *equal bytes*: "
    "it knows none, and sends every page again. *Processor*: seconds of the worker."
)
Run = Callable[..., dict[str, Any]]


def incremental(records: int, path: str, size: int = 100) -> dict[str, Any]:
    """Harvests a catalogue, once more unchanged, and once more with ten records changed on ten pages. Seconds until the
    last commit; pages asked for and parsed; changes written; peak of memory."""
    with standing(records, size) as server, installed(server.base + path, graph=False) as place:
        parsed = _Parsed()
        found: dict[str, Any] = {"records": records, "path": path, "pages": -(-records // size)}
        found["first"] = _measured(place, server, parsed)
        found["again"] = _measured(place, server, parsed)
        step = max(1, records // CHANGED)
        server.change(range(0, records, step)[:CHANGED])
        found["changed"] = _measured(place, server, parsed)
        return found


class _Parsed:
    """Counts the documents that the harvester parses."""

    def __init__(self) -> None:
        self.count = 0
        self._parse = harvesters.dcat_rdf.parse_document
        harvesters.dcat_rdf.parse_document = self._counted

    def _counted(self, *arguments: Any, **named: Any) -> Any:
        self.count += 1
        return self._parse(*arguments, **named)


def _measured(place: Installed, server: Standing, parsed: _Parsed) -> dict[str, Any]:
    ledger = place.services.ledger
    server.change()
    parsed.count, position = 0, ledger.position()
    runs: list[HarvestRun] = []
    claim = place.claim()
    spent = spend(lambda: runs.append(harvesting_of(place.services).execute(claim)))
    counts = runs[0].counts
    if not runs[0].complete:
        raise AssertionError(f"the run was to read everything: {runs[0].reason}")
    return {
        "wall": spent.wall,
        "cpu": spent.cpu,
        "requests": server.change(),
        "parsed": parsed.count,
        "changes": ledger.position() - position,
        "created": counts.created,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "memory": peak_memory(),
    }


def measure(records: Sequence[int], run: Run = apart, large: Sequence[int] = ()) -> dict[str, Any]:
    """Each size with and without conditional requests, each in a process of its own unless `run` does it otherwise.
    `large`: sizes that are only measured with conditional requests."""
    found: dict[str, Any] = {"machine": machine(), "rows": []}
    for size in (*records, *large):
        for path in (TAGGED, PLAIN) if size in records else (TAGGED,):
            print(f"measuring: incremental, {size:,} records, {path}", file=sys.stderr, flush=True)
            found["rows"].append(run("benchmarks.bench_incremental:incremental", records=size, path=path))
    return found


def render(found: dict[str, Any]) -> str:
    """The figures as a section in Markdown, each target with its verdict."""
    head = (
        "| records | server | harvest | seconds | processor | requests | parsed | changes | peak of memory |"
    )
    lines = [head, "|" + "---|" * 9]
    for row in found["rows"]:
        server = "304" if row["path"] == TAGGED else "equal bytes"
        for name, what in (("first", "first"), ("again", "unchanged"), ("changed", f"{CHANGED} changed")):
            cost = row[name]
            cells = (
                f"{row['records']:,}", server, what, f"{cost['wall']:.2f}", f"{cost['cpu']:.2f}",
                cost["requests"], cost["parsed"], cost["changes"], f"{cost['memory'] / MEBIBYTE:.0f} MiB",
            )  # fmt: skip
            lines.append("| " + " | ".join(map(str, cells)) + " |")
    verdicts = "\n".join(f"* {text}: {'met' if is_met else 'missed'}" for text, is_met in targets(found))
    return f"## When little has changed\n\n{LEAD}\n\n{chr(10).join(lines)}\n\n{verdicts}\n"


def targets(found: dict[str, Any]) -> list[tuple[str, bool]]:
    """What we hold ourselves to, with what was measured: by time on a processor, which neighbours disturb least."""
    told = []
    for row in found["rows"]:
        first, again, changed = row["first"], row["again"], row["changed"]
        name = f"{row['records']:,} records, {'304' if row['path'] == TAGGED else 'equal bytes'}"
        ratio = first["cpu"] / again["cpu"]
        if row["path"] == TAGGED:
            is_met = (again["requests"], again["parsed"], again["changes"]) == (row["pages"], 0, 0)
            told.append(
                (f"{name}: one request a page and nothing parsed ({ratio:.0f} times as fast)", is_met)
            )
        else:
            told.append(
                (f"{name}: {ratio:.0f} times as fast as the first (at least {FASTER})", ratio >= FASTER)
            )
        pages = min(CHANGED, row["pages"])
        share = (changed["cpu"] - again["cpu"]) / (first["cpu"] * pages / row["pages"])
        is_met = changed["changes"] == CHANGED and changed["parsed"] == pages and share <= 1
        told.append(
            (
                f"{name}: {CHANGED} changed ones cost {changed['changes']} changes, {changed['parsed']} pages parsed, and "
                f"{share:.0%} of what those pages cost at first",
                is_met,
            )
        )
        grown = max(again["memory"], changed["memory"]) / first["memory"]
        told.append(
            (
                f"{name}: memory grows {grown:.2f} times after the first harvest (at most {FLAT})",
                grown <= FLAT,
            )
        )
    return told


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, action="append", help="Records; may be repeated.")
    parser.add_argument("--json", action="store_true", help="Print the figures instead of the report.")
    asked = parser.parse_args(arguments)
    found = measure(sorted(asked.records or [10_000]))
    print(json.dumps(found, indent=1) if asked.json else render(found))


if __name__ == "__main__":
    main()
