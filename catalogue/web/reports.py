"""/sources/{slug}/report: what is to be mended in everything that a source offers, by rule."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from flask import Blueprint, Response, current_app, render_template

from catalogue.bootstrap_validation import Checker
from catalogue.discovery.report_graph import turtle_of
from catalogue.discovery.source_report import judged_records
from catalogue.errors import NotFound
from catalogue.feeds.report_downloads import as_csv, as_json
from catalogue.model.findings import JudgedRecord, ReportForPeople
from catalogue.model.harvest import HarvestSource
from catalogue.web.sanitise import public_address
from catalogue.web.state import services

blueprint = Blueprint("reports", __name__)

MOST = 2_000
"""Records that the page and the API group; the downloads have all. A few seconds, when nobody asked before."""
KEPT = 20
_REMEMBERED = 16
_EXTENSION = "pharos-source-reports"
MEDIA_TYPES = {"csv": "text/csv", "json": "application/json", "ttl": "text/turtle"}


@dataclass(frozen=True, slots=True)
class SourceReport:
    """`is_whole`: whether every record of the source is in it."""

    source: HarvestSource
    report: ReportForPeople
    is_whole: bool


@blueprint.get("/sources/<slug>/report")
def page(slug: str) -> str:
    return render_template("source_report.html", found=source_report(slug), most=MOST)


@blueprint.get("/sources/<slug>/report.<suffix>")
def download(slug: str, suffix: str) -> Response:
    """Every finding of every record."""
    if suffix not in MEDIA_TYPES:
        raise NotFound(
            f"There is no report with the suffix .{suffix[:20]}.", advice="There are .csv, .json and .ttl."
        )
    source = services().ledger.source(slug)
    records, told = _records(slug), Checker.of(services()).findings
    if suffix == "csv":
        pieces = as_csv(records, (), told)
    elif suffix == "ttl":
        pieces = turtle_of(records)
    else:
        pieces = as_json({"source": source.slug, "title": source.title}, records, (), told)
    response = Response(pieces, content_type=f"{MEDIA_TYPES[suffix]}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="report-{slug}.{suffix}"'
    return response


def source_report(slug: str) -> SourceReport:
    """The grouped report of a source, remembered until anything changes in the ledger. NotFound."""
    memory: _Memory = current_app.extensions.setdefault(_EXTENSION, _Memory())
    source = services().ledger.source(slug)
    key = (slug, services().ledger.position())
    found = memory.get(key)
    if found is None:
        grouping = Checker.of(services()).grouping(KEPT)
        records = _records(slug)
        for record in islice(records, MOST):
            grouping.add(record)
        found = SourceReport(source, grouping.report(), next(records, None) is None)
        memory.put(key, found)
    return replace(found, source=source)


def _records(slug: str) -> Iterator[JudgedRecord]:
    """Of the request that asks: a download goes on after it."""
    found = judged_records(services().ledger, slug)
    return (replace(record, document=public_address(record.document)) for record in found)


class _Memory:
    """The last few reports."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[str, int], SourceReport] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, int]) -> SourceReport | None:
        with self._lock:
            return self._found.get(key)

    def put(self, key: tuple[str, int], report: SourceReport) -> None:
        with self._lock:
            self._found[key] = report
            while len(self._found) > _REMEMBERED:
                self._found.popitem(last=False)
