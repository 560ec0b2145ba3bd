"""/records/{id}/versions: what a record was over time, and what changed."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from catalogue.discovery.curation import gives_payloads, visible_record
from catalogue.discovery.history import VersionDifference, compare, moment_of
from catalogue.errors import InvalidQuery
from catalogue.model.history import VersionFacts
from catalogue.model.records import StoredVersion
from catalogue.rdf.graphs import from_ntriples
from catalogue.web.context import address
from catalogue.web.description import rdf_response
from catalogue.web.headers import share
from catalogue.web.negotiate import HTML, PAGE_REPRESENTATIONS, TURTLE, rdf_body, representation
from catalogue.web.state import services

blueprint = Blueprint("versions", __name__)

ID = "string(length=20)"


@dataclass(frozen=True, slots=True)
class VersionPage:
    """What the page of one version shows. `changes` is None for a version that is compared with nothing."""

    version: StoredVersion
    facts: VersionFacts
    changes: VersionDifference | None
    text: str


@blueprint.get(f"/records/<{ID}:record_id>/versions")
def index(record_id: str) -> BaseResponse | str:
    """Every version, newest first; with `at`, the one that was current then."""
    ledger = services().ledger
    record = visible_record(ledger, record_id)
    if moment := request.args.get("at", "").strip():
        version = ledger.version_at(record_id, moment_of(moment))
        return redirect(url_for("versions.version", record_id=record_id, number=version.number), code=303)
    return render_template("versions.html", record=record, versions=ledger.history(record_id))


@blueprint.get(f"/records/<{ID}:record_id>/versions/<int:number>")
@blueprint.get(f"/records/<{ID}:record_id>/versions/<int:number>.<suffix>")
def version(record_id: str, number: int, suffix: str | None = None) -> Response:
    """One version: what changed in it, or its RDF."""
    form = representation(PAGE_REPRESENTATIONS, suffix)
    visible_record(services().ledger, record_id)
    found = services().ledger.version(record_id, number)
    response = make_response(_page(found)) if form is HTML else rdf_response(found, form)
    if suffix is None:
        response.vary.add("Accept")
    home = address("records.record", record_id=record_id)
    response.headers["Link"] = f'<{home}>; rel="latest-version"'
    return share(response)


def _page(found: StoredVersion) -> str:
    listed = services().ledger.history(found.record_id)
    since = since_number(found.number)
    changes = compare(services().ledger.version(found.record_id, since), found) if since else None
    facts = next(each for each in listed if each.version_id == found.version_id)
    from_text = rdf_body(from_ntriples(found.content), TURTLE).decode()
    return render_template(
        "version.html",
        page=VersionPage(found, facts, changes, from_text),
        record=services().ledger.record(found.record_id),
        versions=listed,
        as_received=facts.payload_kept and gives_payloads(services().ledger, found.source),
    )


def since_number(number: int) -> int:
    """The version that `since` names, by default the one before; 0 when there is none. InvalidQuery when it is no
    number."""
    text = request.args.get("since", "").strip()
    if not text:
        return number - 1
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:10]) <= 1_000_000_000:
        raise InvalidQuery("since must be the number of a version.", parameter="since")
    return int(text)
