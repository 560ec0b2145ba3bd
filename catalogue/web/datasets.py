"""/datasets: search, look-up by IRI or identifier, and the dataset itself in every representation."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from catalogue.discovery.facets import preferred
from catalogue.discovery.search import OTHER_PARAMETERS, parse_search, run_search
from catalogue.errors import BackendError, NotFound
from catalogue.model.records import StoredVersion
from catalogue.model.search import FACETS, SORTS
from catalogue.web.description import described, description_page
from catalogue.web.parameters import once
from catalogue.web.state import languages, services

blueprint = Blueprint("datasets", __name__)

KNOWN = frozenset({*FACETS, *OTHER_PARAMETERS})
ID = "string(length=20)"
OTHER_LOOK_UP = {
    "iri": "Ask for the value of its dct:identifier with ?identifier=",
    "identifier": "Ask for its IRI with ?iri=",
}
"""Way to look a dataset up → the other one."""


@blueprint.get("/datasets")
def search() -> BaseResponse | str:
    for parameter in ("iri", "identifier"):
        if value := once(parameter).strip():
            return _look_up(parameter, value)
    query = preferred(parse_search(_known_arguments(), languages()), services().vocabularies)
    page = run_search(services().search, services().vocabularies, query, services().ledger)
    shown = min(page.total, 10_000)
    return render_template(
        "search.html", query=query, page=page, sorts=SORTS, pages=max(1, -(-shown // query.size)),
        chosen=[(facet, value) for facet, values in query.filters.items() for value in values],
    )  # fmt: skip


def _known_arguments() -> list[tuple[str, str]]:
    """A page forgives empty fields of its own form, and what it does not know (of which it tells: `strays`)."""
    return [
        (name, value) for name, value in request.args.items(multi=True) if name in KNOWN and value.strip()
    ]


def _look_up(parameter: str, value: str) -> BaseResponse | str:
    found = list(dict.fromkeys(services().ledger.find_dataset(**{parameter: value})))
    if not found:
        raise NotFound(
            f"No dataset here has the {'IRI' if parameter == 'iri' else 'identifier'} that was asked for.",
            advice=f"{OTHER_LOOK_UP[parameter]}, or search for its title.",
        )
    if len(found) == 1:
        return redirect(url_for("datasets.dataset", dataset_id=found[0]), code=303)
    entries = [entry for dataset_id in found[:100] if (entry := _document(dataset_id)) is not None]
    return render_template("lookup.html", parameter=parameter, value=value, found=found, entries=entries)


def _document(dataset_id: str) -> Any:
    try:
        return services().search.document(dataset_id)
    except BackendError:
        return None


@blueprint.get(f"/datasets/<{ID}:dataset_id>")
@blueprint.get(f"/datasets/<{ID}:dataset_id>.<suffix>")
def dataset(dataset_id: str, suffix: str | None = None) -> Response:
    version = services().ledger.published_version(dataset_id)
    return described(version, "datasets.dataset", {"dataset_id": dataset_id}, suffix, _page)


def _page(version: StoredVersion) -> Response:
    records = services().ledger.records_of_dataset(version.dataset_id)
    others = [record for record in records if record.record_id != version.record_id]
    return make_response(description_page(version, others=others, is_dataset=True))
