"""/api/v1: search, datasets, records, sources and runs as JSON."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response, request

from catalogue.discovery.curation import PublicLines
from catalogue.discovery.search import parse_search, run_search
from catalogue.errors import InvalidQuery
from catalogue.web.api import schemas, views
from catalogue.web.api.parameters import OutcomeParameters, RunsParameters, SearchParameters
from catalogue.web.headers import share
from catalogue.web.records import current_version
from catalogue.web.runs import outcome_kinds, source_filter
from catalogue.web.sources import datasets_by_source, page_number, page_size, source_rows, source_status
from catalogue.web.state import languages, services

blueprint = APIBlueprint("api", __name__, url_prefix="/api/v1", tag="Pharos")

ID = "string(length=20)"


@blueprint.after_request
def shared(response: Response) -> Response:
    """Answers of the API may be read by scripts of other sites, and kept for a moment."""
    response.vary.add("Accept-Language")
    return share(response, max_age=10 if response.status_code == 200 else 0)


@blueprint.get("/datasets")
@blueprint.input(SearchParameters, location="query", arg_name="_query", validation=False)
@blueprint.output(schemas.SearchAnswer, description="Datasets that match, with facets.")
@blueprint.doc(
    summary="Search datasets", tags=["Datasets"], operation_id="searchDatasets", responses=[400, 503]
)
def search(_query: Any) -> dict[str, Any]:
    """Search datasets

    Words, filters, order and page. A facet is a parameter of its name; a repeated one means any of its values, two
    different ones mean both. Labels and texts come in the language of Accept-Language where there is one.
    """
    query = parse_search(request.args.items(multi=True), languages())
    return views.search_answer(
        run_search(services().search, services().vocabularies, query, services().ledger)
    )


@blueprint.get(f"/datasets/<{ID}:dataset_id>")
@blueprint.output(schemas.Dataset, description="The dataset with the record that is shown for it.")
@blueprint.doc(
    summary="One dataset", tags=["Datasets"], operation_id="getDataset", responses=[400, 404, 410, 503]
)
def dataset(dataset_id: str) -> dict[str, Any]:
    expect()
    return views.dataset_answer(services().ledger.published_version(dataset_id))


@blueprint.get(f"/records/<{ID}:record_id>")
@blueprint.output(schemas.Record, description="The record with its verdict, report and repairs.")
@blueprint.doc(
    summary="One source's record of a dataset",
    tags=["Datasets"],
    operation_id="getRecord",
    responses=[400, 404, 410, 503],
)
def record(record_id: str) -> dict[str, Any]:
    expect()
    return views.record_answer(current_version(record_id))


@blueprint.get("/sources")
@blueprint.output(schemas.Sources, description="Every source that is harvested.")
@blueprint.doc(summary="Sources", tags=["Harvesting"], operation_id="listSources", responses=[400, 503])
def sources() -> dict[str, Any]:
    expect()
    rows = source_rows()
    return {"sources": [views.source_answer(r.source, r.datasets, r.last_run, r.status) for r in rows]}


@blueprint.get("/sources/<slug>")
@blueprint.output(schemas.SourceDetail, description="The source with its last run.")
@blueprint.doc(summary="One source", tags=["Harvesting"], operation_id="getSource", responses=[400, 404, 503])
def source(slug: str) -> dict[str, Any]:
    expect()
    found = services().ledger.source(slug)
    datasets = datasets_by_source([slug]).get(slug)
    last_run = next(iter(services().ledger.runs(slug, limit=1)), None)
    status = source_status(found, services().ledger.condition(slug))
    return views.source_answer(found, datasets, last_run, status)


@blueprint.get("/runs")
@blueprint.input(RunsParameters, location="query", arg_name="_query", validation=False)
@blueprint.output(schemas.Runs, description="Runs, newest first.")
@blueprint.doc(summary="Runs", tags=["Harvesting"], operation_id="listRuns", responses=[400, 503])
def runs(_query: Any) -> dict[str, Any]:
    expect("page", "size", "source")
    page, size = page_number(), page_size()
    found = services().ledger.runs(source_filter(), limit=size, offset=(page - 1) * size)
    return {"runs": [views.run_answer(run) for run in found], "page": page, "size": size}


@blueprint.get("/runs/<run_id>")
@blueprint.input(OutcomeParameters, location="query", arg_name="_query", validation=False)
@blueprint.output(schemas.RunDetail, description="The run with one page of its outcomes.")
@blueprint.doc(summary="One run", tags=["Harvesting"], operation_id="getRun", responses=[400, 404, 503])
def run(run_id: str, _query: Any) -> dict[str, Any]:
    expect("page", "size", "kind")
    page, size = page_number(), page_size()
    found = services().ledger.run(run_id)
    outcomes = PublicLines(services().ledger).outcomes(
        run_id, outcome_kinds(), limit=size, offset=(page - 1) * size
    )
    return views.run_answer(found) | {
        "outcomes": [views.outcome_answer(outcome, found.source) for outcome in outcomes],
        "page": page,
        "size": size,
    }


def expect(*names: str) -> None:
    """InvalidQuery when the request has a parameter that is not one of these."""
    for name in request.args:
        if name not in names:
            known = f"It knows {', '.join(names)}." if names else "It knows none."
            raise InvalidQuery(
                f"This address has no parameter {name[:50]!r}.", advice=known, parameter=name[:50]
            )
