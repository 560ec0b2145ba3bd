"""The first page: one search box, what is here, where to begin."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template

from catalogue.discovery.search import run_search
from catalogue.errors import BackendError
from catalogue.model.harvest import HarvestRun
from catalogue.model.search import FacetValue, SearchPage, SearchQuery
from catalogue.web.state import languages, services

blueprint = Blueprint("home", __name__)

ENTRANCES = ("condition", "modality", "country")
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Entrance:
    """One facet as a way in: its most frequent values."""

    facet: str
    values: tuple[FacetValue, ...]
    largest: int


@blueprint.get("/")
def index() -> str:
    found = _newest()
    entrances = [
        Entrance(facet, values, max(value.count for value in values))
        for facet in ENTRANCES
        if found is not None and (values := found.facets.get(facet, ())[:SHOWN])
    ]
    return render_template(
        "home.html",
        dataset_count=services().ledger.published_count(),
        source_count=len(services().ledger.sources()),
        last_run=_last_finished(),
        found=found,
        entrances=entrances,
    )


def _newest() -> SearchPage | None:
    """The last modified datasets with the facets of the entrances; None when the index cannot be asked."""
    query = SearchQuery(sort="-modified", size=6, facets=ENTRANCES, languages=languages())
    try:
        return run_search(services().search, services().vocabularies, query, services().ledger)
    except BackendError:
        return None


def _last_finished() -> HarvestRun | None:
    return next((run for run in services().ledger.runs(limit=20) if run.finished_at), None)
