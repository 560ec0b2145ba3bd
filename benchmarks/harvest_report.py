"""The figures of a harvest's measurement as a page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from benchmarks.spent import MEBIBYTE

STAGE_TARGET, WHOLE_TARGET, MEMORY_TARGET = 500, 200, 1.2
SLOW = "validate"


def render(found: dict[str, Any]) -> str:
    """Markdown, from the figures of `bench_harvest.measure`."""
    parts = [
        "# Performance",
        "Written by `make bench`; one part anew: `python -m benchmarks harvest`, `incremental` or `validation`. "
        "Larger catalogues: "
        "`python -m benchmarks.bench_harvest --records 1000 --records 100000` prints this page for them.",
        _machine(found["machine"]),
        _what(),
        "## The whole harvest",
        _whole(found),
        "## Memory",
        _memory(found["whole"]),
        "## Each stage alone",
        _stages(found["stages"]),
        "## Against a naive harvest",
        _peer(found),
    ]
    return "\n\n".join(parts) + "\n"


def _machine(facts: dict[str, Any]) -> str:
    libraries = ", ".join(f"{name} {version}" for name, version in facts["libraries"].items())
    return (
        f"Measured on {facts['system']}, {facts['processor']}, {facts['cores']} cores, "
        f"{facts['memory'] / 1024**3:.0f} GiB of memory, Python {facts['python']}; {libraries}. "
        f"Load average when it began: {facts['load']}. Beyond the number of cores the clock counts the neighbours as "
        "well: then the processor time is the one to compare, and a target that only it meets says so."
    )


def _what() -> str:
    return (
        "The input is a generated catalogue in paged Turtle over loopback HTTP, from a process of its own: records in "
        "the style of DCAT-AP and EUCAIM, 40 to 70 triples each, with blank nodes, one to three distributions, "
        "eight languages, shared publishers, and one record in twenty with a part on another page. *Clock* is elapsed "
        "time; *processor* is the time of the worker process on a processor, with that of the SPARQL server where it "
        "takes part. Where a measure was repeated, the median is given."
    )


def _whole(found: dict[str, Any]) -> str:
    rows = []
    for run in found["whole"]:
        rows.append(
            (
                "no validation",
                run,
                "first",
                _verdict(run["records"], run["first"]["wall"], run["first"]["cpu"], WHOLE_TARGET),
            )
        )
        rows.append(("no validation", run, "second", ""))
    rows.append(("validation", found["judged"], "first", ""))
    rows.append(("validation", found["judged"], "second", ""))
    lines = [
        (
            f"{run['records']:,}",
            f"{'first' if which == 'first' else 'second, all unchanged'}, {profile}",
            _rate(run["records"], run[which]["wall"]),
            _rate(run["records"], run[which]["harvest"]),
            _each(run["records"], run[which]["cpu"]),
            _each(run["records"], run[which]["child_cpu"]),
            verdict,
        )
        for profile, run, which, verdict in rows
    ]
    head = ("records", "harvest", "records/s", "in the ledger", "worker", "SPARQL server", "target")
    return (
        _table(head, lines)
        + "\n\nThird column: by the clock, which stops when ledger, graph store and search index all hold every "
        f"record; target: above {WHOLE_TARGET} records/s for the first harvest without validation. Fourth column: by "
        "the clock, until the ledger had every record. Then processor time for each record: of the worker (which one "
        "core can give once) and of the SPARQL server."
    )


def _memory(runs: list[dict[str, Any]]) -> str:
    lines = [
        (f"{run['records']:,}", _mebibytes(run["idle"]), _mebibytes(run["worker"]), _mebibytes(run["child"]))
        for run in runs
    ]
    text = _table(("records", "worker at rest", "worker, peak", "SPARQL server, peak"), lines)
    if len(runs) > 1:
        ratio = runs[-1]["worker"] / runs[0]["worker"]
        verdict = "met" if ratio <= MEMORY_TARGET else "missed"
        text += (
            f"\n\nThe worker takes {ratio:.2f} times as much for {runs[-1]['records']:,} records as for "
            f"{runs[0]['records']:,} (target: at most {MEMORY_TARGET}; {verdict}). The SPARQL server is a child with a "
            "cache of its own: it fills its write buffers before it writes them to disk."
        )
    return text


def _stages(stages: list[dict[str, Any]]) -> str:
    lines = []
    for row in stages:
        spent = row["cpu"] + row["child_cpu"]
        is_slow = row["stage"] == SLOW
        target = "" if is_slow else _verdict(row["records"], row["wall"], spent, STAGE_TARGET)
        processor = _rate(row["records"], spent)
        lines.append(
            (row["stage"], f"{row['records']:,}", _rate(row["records"], row["wall"]), processor, target)
        )
    head = ("stage", "records", "records/s, clock", "records/s, processor", "target")
    return (
        _table(head, lines)
        + f"\n\nTarget: above {STAGE_TARGET} records/s each, validation apart. *fetch* holds a parse: pages are "
        "followed by what they say. Validation is by the profile HealthDCAT-AP."
    )


def _peer(found: dict[str, Any]) -> str:
    peer, ours = found["peer"], found["beside_peer"]
    parse = next(row for row in found["stages"] if row["stage"] == "parse")
    first = ours["first"]
    by_clock = (peer["wall"] / peer["records"]) / (first["wall"] / ours["records"])
    spent = (peer["cpu"] + peer["child_cpu"]) / peer["records"]
    by_processor = spent / ((first["cpu"] + first["child_cpu"]) / ours["records"])
    parse_ratio = (peer["parse_cpu"] / peer["records"]) / (parse["cpu"] / parse["records"])
    lines = [
        (
            "rdflib, then DROP and INSERT a record",
            _rate(peer["records"], peer["wall"]),
            _rate(peer["records"], peer["cpu"] + peer["child_cpu"]),
        ),
        (
            "Pharos",
            _rate(ours["records"], ours["first"]["wall"]),
            _rate(ours["records"], ours["first"]["cpu"] + ours["first"]["child_cpu"]),
        ),
        (
            "Pharos, the second time",
            _rate(ours["records"], ours["second"]["wall"]),
            _rate(ours["records"], ours["second"]["cpu"] + ours["second"]["child_cpu"]),
        ),
    ]
    return (
        f"The same {peer['records']:,} records from the same server into the same engine, in the same run. The naive "
        "harvest keeps no ledger, no versions, no hashes and no search index, and does everything again the next time.\n\n"
        + _table(("harvest", "records/s, clock", "records/s, processor"), lines)
        + f"\n\nPharos is {by_processor:.1f} times as fast as the naive harvest by processor time ({by_clock:.1f} by the "
        f"clock), with ledger, versions and search index; its parser is {parse_ratio:.0f} times as fast as rdflib's."
    )


def _verdict(records: int, clock: float, processor: float, target: int) -> str:
    """By the clock; where neighbours held the processors, by the processor time that one core has to give."""
    if records / clock > target:
        return "met"
    return (
        "missed by the clock, met in processor time"
        if processor and records / processor > target
        else "missed"
    )


def _rate(records: int, seconds: float) -> str:
    return f"{records / seconds:,.0f}" if seconds else ""


def _each(records: int, seconds: float) -> str:
    return f"{seconds / records * 1000:.2f} ms"


def _mebibytes(size: int) -> str:
    return f"{size / MEBIBYTE:,.0f} MiB"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)
