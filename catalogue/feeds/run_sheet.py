"""A run to take along: its balance sheet and every line, as CSV or JSON, piece by piece."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Protocol

from catalogue.model.harvest import HarvestRun
from catalogue.model.records import RecordOutcome

PORTION = 1_000
COLUMNS = (
    "kind", "record", "dataset", "iri", "title", "page", "position", "snippet", "code", "reason", "advice", "count",
)  # fmt: skip
TOTAL = "total"
"""The kind of the rows that hold the balance sheet: `code` names what is counted, `count` how many."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Lines(Protocol):
    """Whatever tells a run's lines: the ledger, or what everybody may see of it."""

    def outcomes(
        self, run_id: str, kinds: Sequence[str] = (), limit: int = 1000, offset: int = 0
    ) -> list[RecordOutcome]: ...


Address = Callable[[str], str]
"""How a page's address is shown."""


def as_csv(ledger: Lines, run: HarvestRun, address: Address = str) -> Iterator[str]:
    """RFC 4180, with a header. The balance sheet comes first."""
    yield csv_row(COLUMNS)
    for name, value in asdict(run.counts).items():
        yield csv_row([TOTAL, *[""] * 7, name, "", "", value])
    for line in lines(ledger, run.run_id):
        yield csv_row([*map(cell, _line(line, address).values()), ""])


def as_json(ledger: Lines, run: HarvestRun, address: Address = str) -> Iterator[str]:
    """One object: the run's facts, `counts`, and `outcomes` with one object a line."""
    head = json.dumps(_facts(run), ensure_ascii=False, indent=2)
    yield head.removesuffix("\n}") + ',\n  "outcomes": ['
    separator = "\n    "
    for line in lines(ledger, run.run_id):
        yield separator + json.dumps(_line(line, address), ensure_ascii=False)
        separator = ",\n    "
    yield "\n  ]\n}\n"


def lines(ledger: Lines, run_id: str) -> Iterator[RecordOutcome]:
    """Every line of the run, a portion in memory at a time."""
    offset = 0
    while portion := ledger.outcomes(run_id, limit=PORTION, offset=offset):
        yield from portion
        offset += len(portion)


def _facts(run: HarvestRun) -> dict[str, Any]:
    moments = {"queued_at": run.queued_at, "started_at": run.started_at, "finished_at": run.finished_at}
    return {
        "run": run.run_id,
        "id": run.run_id,
        "source": run.source,
        "state": run.state.value,
        "counts": asdict(run.counts),
        "complete": run.complete,
        "evidence": run.evidence,
        "code": run.code.value,
        "reason": run.reason,
        "advice": run.advice,
        "resolution": run.resolution,
        **{name: _moment(value) for name, value in moments.items()},
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _line(line: RecordOutcome, address: Address) -> dict[str, str | None]:
    return {
        "kind": line.kind.value,
        "record": line.record_id,
        "dataset": line.dataset_id,
        "iri": line.subject,
        "title": line.title,
        "page": address(line.page_url) if line.page_url else None,
        "position": line.position,
        "snippet": line.snippet,
        "code": line.code,
        "reason": line.reason,
        "advice": line.advice,
    }


def cell(value: str | None) -> str:
    """Spreadsheets compute what looks like a formula, and these texts come from strangers."""
    text = value or ""
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_row(values: Any) -> str:
    """One line of RFC 4180."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow(values)
    return buffer.getvalue()
