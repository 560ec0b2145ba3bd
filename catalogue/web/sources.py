"""/sources: where descriptions come from and how their harvests went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template

from catalogue.bootstrap_operations import schedule_rules
from catalogue.errors import BackendError, InvalidQuery
from catalogue.harvesting.status import status_of
from catalogue.model.conditions import SourceCondition
from catalogue.model.harvest import HarvestRun, HarvestSource
from catalogue.model.search import SearchQuery
from catalogue.model.status import SourceStatus
from catalogue.web.parameters import once
from catalogue.web.state import services

blueprint = Blueprint("sources", __name__)

RECORDS_PER_PAGE = 50
RUNS_SHOWN = 30
MAX_SIZE = 100
FACET_LIMIT = 100
"""Fewest values at which a facet may have been cut."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source with its last run, the number of its published datasets (None: not known now) and how it is doing."""

    source: HarvestSource
    last_run: HarvestRun | None
    datasets: int | None
    status: SourceStatus


@blueprint.get("/sources")
def index() -> str:
    return render_template("sources.html", rows=source_rows())


@blueprint.get("/sources/<slug>")
def source(slug: str) -> str:
    ledger = services().ledger
    found = ledger.source(slug)
    page = page_number()
    records = ledger.records_of_source(slug, limit=RECORDS_PER_PAGE + 1, offset=(page - 1) * RECORDS_PER_PAGE)
    versions = ledger.versions([record.current_version for record in records[:RECORDS_PER_PAGE]])
    return render_template(
        "source.html",
        source=found,
        status=source_status(found, ledger.condition(slug)),
        runs=ledger.runs(slug, limit=RUNS_SHOWN),
        records=[(record, versions.get(record.current_version)) for record in records[:RECORDS_PER_PAGE]],
        page=page,
        has_more=len(records) > RECORDS_PER_PAGE,
    )


def source_rows() -> list[SourceRow]:
    """Every source that is harvested, by title."""
    sources, conditions = services().ledger.sources(), services().ledger.conditions()
    counts = datasets_by_source([source.slug for source in sources])
    rows = [
        SourceRow(
            source,
            next(iter(services().ledger.runs(source.slug, limit=1)), None),
            counts.get(source.slug),
            source_status(source, conditions.get(source.slug, SourceCondition(source.slug))),
        )
        for source in sources
    ]
    return sorted(rows, key=lambda row: (row.source.title or row.source.slug).casefold())


def source_status(source: HarvestSource, condition: SourceCondition) -> SourceStatus:
    """How the source is doing now, by the rules of this installation."""
    parts = services()
    return status_of(source, condition, schedule_rules(parts.settings), parts.clock.now())


def datasets_by_source(slugs: Sequence[str]) -> dict[str, int]:
    """Published datasets of each source, as the search index counts them; empty when it cannot be asked."""
    index = services().search
    try:
        found = index.search(SearchQuery(size=1, facets=("source",))).facets.get("source", ())
        counts = {value.value: value.count for value in found}
        # An index lists the most frequent values of a facet only; what it left out is asked for by name.
        for slug in slugs if len(found) >= FACET_LIMIT else ():
            if slug not in counts:
                counts[slug] = index.search(SearchQuery(size=1, facets=(), filters={"source": (slug,)})).total
    except BackendError:
        return {}
    return dict.fromkeys(slugs, 0) | counts


def page_number(name: str = "page") -> int:
    """The page that is asked for, from 1. InvalidQuery names the parameter."""
    text = once(name, "1")
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:10]) <= 1_000_000:
        raise InvalidQuery(f"{name} must be a whole number from 1.", parameter=name)
    return int(text)


def page_size(default: int = 50) -> int:
    """How many entries a page holds, 1 to 100. InvalidQuery names the parameter."""
    text = once("size", str(default))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:10]) <= MAX_SIZE:
        raise InvalidQuery(f"size must be a whole number from 1 to {MAX_SIZE}.", parameter="size")
    return int(text)
