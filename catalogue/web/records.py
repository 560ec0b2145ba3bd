"""/records: the description of one source, and where skolem IRIs of the graph store and those of curations lead."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from catalogue.discovery.curation import visible_record
from catalogue.errors import Gone, NotFound
from catalogue.model.records import StoredVersion
from catalogue.web.description import described, description_page
from catalogue.web.state import services

blueprint = Blueprint("records", __name__)

ID = "string(length=20)"


@blueprint.get(f"/records/<{ID}:record_id>")
@blueprint.get(f"/records/<{ID}:record_id>.<suffix>")
def record(record_id: str, suffix: str | None = None) -> Response:
    version = current_version(record_id)
    return described(version, "records.record", {"record_id": record_id}, suffix, _page)


@blueprint.get(f"/.well-known/genid/<{ID}:record_id>/<path:_label>")
def blank_node(record_id: str, _label: str) -> BaseResponse:
    """A blank node of a record has no page of its own: see the record (RDF 1.1 Concepts, section 3.5)."""
    visible_record(services().ledger, record_id)
    return redirect(url_for("records.record", record_id=record_id), code=303)


@blueprint.get(f"/curation/<{ID}:dataset_id>")
def curation(dataset_id: str) -> BaseResponse:
    """What the catalogue says of a dataset stands in the dataset's page, and in its RDF."""
    found = services().ledger.published_version(dataset_id)
    if found.curation is None:
        raise NotFound("The catalogue says nothing of its own of this dataset.")
    return redirect(url_for("datasets.dataset", dataset_id=dataset_id, _anchor="curation"), code=303)


def current_version(record_id: str) -> StoredVersion:
    """The record's current version. NotFound when unknown, Gone when its source no longer offers it, or it was erased
    or is hidden."""
    stored = visible_record(services().ledger, record_id)
    if stored.withdrawn_at is not None:
        raise Gone(
            f"The source withdrew this record; it was last offered on {stored.last_seen_at:%Y-%m-%d}.",
            advice="Ask the source, or search for the dataset's title: another source may describe it.",
        )
    return services().ledger.version(record_id)


def _page(version: StoredVersion) -> Response:
    records = services().ledger.records_of_dataset(version.dataset_id)
    others = [record for record in records if record.record_id != version.record_id]
    return make_response(description_page(version, others=others, is_dataset=False))
