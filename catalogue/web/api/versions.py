"""/api/v1/records/{id}/versions: what a record was over time."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from apiflask import APIBlueprint, FileSchema
from flask import Response, redirect, request, url_for

from catalogue.discovery.curation import gives_payloads, visible_record
from catalogue.discovery.history import compare, moment_of
from catalogue.errors import InvalidQuery
from catalogue.model.history import VersionFacts
from catalogue.web.api import schemas_versions as schemas
from catalogue.web.api import views
from catalogue.web.api.parameters import AtParameters, SinceParameters
from catalogue.web.api.v1 import ID, expect, shared
from catalogue.web.context import address
from catalogue.web.description import rdf_response
from catalogue.web.negotiate import RDF_REPRESENTATIONS, best, representation
from catalogue.web.payloads import payload_response
from catalogue.web.sanitise import public_address
from catalogue.web.state import services
from catalogue.web.versions import since_number

blueprint = APIBlueprint("api_versions", __name__, url_prefix="/api/v1", tag="Pharos")
blueprint.after_request(shared)

JSON = "application/json"


@blueprint.get(f"/records/<{ID}:record_id>/versions")
@blueprint.input(AtParameters, location="query", arg_name="_query", validation=False)
@blueprint.output(schemas.Versions, description="Every version, newest first.")
@blueprint.doc(
    summary="Versions of a record",
    tags=["Datasets"],
    operation_id="listVersions",
    responses={303: "With at: the version that was current then.", 400: "", 404: "", 410: "", 503: ""},
)
def versions(record_id: str, _query: Any) -> Any:
    """Versions of a record

    With `at`, the answer leads to the version that was current at that moment (303).
    """
    expect("at")
    record = visible_record(services().ledger, record_id)
    if moment := request.args.get("at", "").strip():
        found = services().ledger.version_at(record_id, moment_of(moment))
        return redirect(url_for("api_versions.version", record_id=record_id, number=found.number), code=303)
    given = gives_payloads(services().ledger, record.source)
    source = services().ledger.record(record_id).source
    return {
        "record": record_id,
        "versions": [version_answer(facts, given, source) for facts in services().ledger.history(record_id)],
    }


@blueprint.get(f"/records/<{ID}:record_id>/versions/<int:number>")
@blueprint.output(
    schemas.VersionDetail, description="The version with its report and repairs; RDF by Accept."
)
@blueprint.doc(
    summary="One version of a record",
    tags=["Datasets"],
    operation_id="getVersion",
    responses=[400, 404, 410, 503],
)
def version(record_id: str, number: int) -> Any:
    """One version of a record

    JSON, or the version's own triples where Accept prefers a media type of RDF, or by a suffix (.ttl, .jsonld, .rdf,
    .nt).
    """
    expect()
    visible_record(services().ledger, record_id)
    found = services().ledger.version(record_id, number)
    wanted = best(request.accept_mimetypes, [JSON, *(form.media_type for form in RDF_REPRESENTATIONS)])
    if wanted not in (None, JSON):
        response = rdf_response(found, representation(RDF_REPRESENTATIONS))
        response.vary.add("Accept")
        return response
    listed = services().ledger.history(record_id)
    facts = next(each for each in listed if each.version_id == found.version_id)
    return version_answer(facts, gives_payloads(services().ledger, found.source), found.source) | {
        "report": views.report_answer(found.report),
        "repairs": [asdict(repair) for repair in found.repairs],
    }


@blueprint.get(f"/records/<{ID}:record_id>/versions/<int:number>.<suffix>")
@blueprint.doc(hide=True)
def version_text(record_id: str, number: int, suffix: str) -> Response:
    """The version's own triples."""
    visible_record(services().ledger, record_id)
    return rdf_response(
        services().ledger.version(record_id, number), representation(RDF_REPRESENTATIONS, suffix)
    )


@blueprint.get(f"/records/<{ID}:record_id>/versions/<int:number>/diff")
@blueprint.input(SinceParameters, location="query", arg_name="_query", validation=False)
@blueprint.output(schemas.Difference, description="Statements that came and went.")
@blueprint.doc(
    summary="What changed in a version",
    tags=["Datasets"],
    operation_id="getDifference",
    responses=[400, 404, 410, 503],
)
def difference(record_id: str, number: int, _query: Any) -> dict[str, Any]:
    """What changed in a version

    Compared with the version before it, or with the one that `since` names.
    """
    expect("since")
    since = since_number(number)
    if since < 1:
        raise InvalidQuery(
            "The first version has none before it.", advice="Name another: ?since=2", parameter="since"
        )
    ledger = services().ledger
    visible_record(ledger, record_id)
    found = compare(ledger.version(record_id, since), ledger.version(record_id, number))
    return {"record": record_id, **asdict(found)}


@blueprint.get(f"/records/<{ID}:record_id>/versions/<int:number>/payload")
@blueprint.output(
    FileSchema(type="string", format="binary"),
    content_type="*/*",
    description="The bytes as the source sent them, to be saved.",
)
@blueprint.doc(
    summary="The document that a version was made of",
    tags=["Datasets"],
    operation_id="getPayload",
    responses=[400, 404, 410, 503],
)
def payload(record_id: str, number: int) -> Response:
    """The document that a version was made of

    As its source sent it, and with everything else that stood in it. 404 when it is not kept any more, when the source is
    read with a password, or when something of the source is not shown here.
    """
    expect()
    visible_record(services().ledger, record_id)
    return payload_response(services().ledger, services().ledger.version(record_id, number))


def version_answer(facts: VersionFacts, gives_payloads: bool, source: str) -> dict[str, Any]:
    url = address("api_versions.version", record_id=facts.record_id, number=facts.number)
    return {
        "number": facts.number,
        "at": facts.created_at,
        "kind": facts.kind,
        "verdict": facts.verdict.value,
        "profile": facts.profile,
        "run": facts.run_id,
        "pipeline_version": facts.pipeline_version,
        "page_url": public_address(facts.page_url, source),
        "url": url,
        "payload": f"{url}/payload" if facts.payload_kept and gives_payloads else None,
        "representations": views.representations(url),
    }
