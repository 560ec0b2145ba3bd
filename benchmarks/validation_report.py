"""The figures of bench_validation as a chapter in Markdown."""

from __future__ import annotations

from typing import Any

MEBIBYTE = 1024 * 1024
TARGET = 60
MOST_GROWTH = 1.05


def render(found: dict[str, Any]) -> str:
    """The chapter, with what each figure is held against."""
    lines = [
        "## Validation",
        "",
        "Processor time on one core, the same generated records in one run, equal findings asserted. *pySHACL*:",
        "`pyshacl.validate` with a shapes graph and a data graph that are read before; *ours*: pySHACL with shapes compiled",
        f"once; *fast*: the engine of the setting `auto`. Held against: at least {TARGET} times pySHACL.",
        "",
        "| profile | triples | findings | pySHACL | ours | fast | records/s, fast | times pySHACL |",
        "|---|---|---|---|---|---|---|---|",
        *(_row(row) for row in found["profiles"]),
        "",
        *_threads(found["threads"]),
        "",
        *_memory(found["memory"]),
        "",
    ]
    return "\n".join(lines)


def ratio(row: dict[str, Any]) -> float:
    """How many times as fast as pySHACL."""
    return float(row["pyshacl"] / row["fast"])


def _row(row: dict[str, Any]) -> str:
    times = ratio(row)
    verdict = "" if times >= TARGET else f" (missed: {TARGET})"
    spent = " | ".join(f"{row[name] * 1000:.2f} ms" for name in ("pyshacl", "ours", "fast"))
    speed = 1 / row["fast"]
    return f"| {row['profile']} | {row['triples']} | {row['results']} | {spent} | {speed:,.0f} | {times:.0f}{verdict} |"


def _threads(found: dict[str, Any]) -> list[str]:
    speeds = [
        f"{found['records'] / seconds:,.0f} records/s on {threads} thread{'s' if threads != '1' else ''}"
        for threads, seconds in found["seconds"].items()
    ]
    return [
        f"The whole stage with the concepts of the vocabularies, `{found['profile']}`: {', '.join(speeds)}."
    ]


def _memory(found: dict[str, Any]) -> list[str]:
    growth = found["all"] / found["tenth"]
    verdict = "flat" if growth <= MOST_GROWTH else f"missed: at most {MOST_GROWTH} times"
    return [
        f"Peak memory after {found['records'] // 10:,} records {found['tenth'] / MEBIBYTE:.0f} MiB, after "
        f"{found['records']:,} records {found['all'] / MEBIBYTE:.0f} MiB ({verdict})."
    ]
