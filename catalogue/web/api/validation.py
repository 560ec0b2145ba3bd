"""POST /api/v1/validate: a document, or the address of one, to its findings. Beside it the findings of a source."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from apiflask import APIBlueprint
from flask import Response, request

from catalogue.bootstrap_validation import Checker
from catalogue.discovery.report_graph import turtle_of
from catalogue.errors import InvalidQuery, UnsupportedMediaType
from catalogue.feeds.report_downloads import as_csv, as_json
from catalogue.feeds.report_sheet import report_object
from catalogue.model.records import Payload
from catalogue.web import checks
from catalogue.web.api import schemas_validation as schemas
from catalogue.web.api.v1 import expect
from catalogue.web.context import address
from catalogue.web.headers import share
from catalogue.web.negotiate import best
from catalogue.web.reports import MEDIA_TYPES, source_report
from catalogue.web.state import services

blueprint = APIBlueprint("api_validation", __name__, url_prefix="/api/v1", tag="Pharos")
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
SUFFIXES = {"json": "json", "csv": "csv", "turtle": "ttl"}


@blueprint.after_request
def shared(response: Response) -> Response:
    """May be read by scripts of other sites."""
    return share(response)


@blueprint.post("/validate")
@blueprint.input(schemas.ValidationParameters, location="query", arg_name="_query", validation=False)
@blueprint.output(schemas.Validation, description="Every finding, by rule and by record.")
@blueprint.doc(
    summary="Validate a document",
    tags=["Validation"],
    operation_id="validate",
    responses=[400, 413, 415, 422, 429, 502, 503],
)
def validate(_query: Any) -> Response:
    """Validate a document

    The body is the document (any syntax of RDF, by its Content-Type; a missing or wrong one is sniffed), or JSON
    with the address of one. It is judged as a harvest would judge it; nothing is stored. Size, time and the number
    of documents at a time are limited: 413, and 429 with Retry-After. Findings come by rule in `report`, by record in
    `records`; CSV and Turtle by `format` or Accept.
    """
    expect("profile", "format")
    form = _form()
    checks.allow_large_body()
    source, named, name = _source()
    profile = checks.chosen_profile(request.args.get("profile") or named)
    return answer(checks.check(source, profile, name), form)


@blueprint.get("/sources/<slug>/report")
@blueprint.output(schemas.SourceReport, description="Findings by rule, worst first.")
@blueprint.doc(
    summary="What is to be mended in a source",
    tags=["Validation"],
    operation_id="getSourceReport",
    responses=[400, 404, 503],
)
def report(slug: str) -> dict[str, Any]:
    """What is to be mended in a source

    The reports of all records that the source offers now, grouped by rule and property, with the number of records.
    """
    expect()
    found = source_report(slug)
    return {
        "source": slug,
        "title": found.source.title or slug,
        "whole": found.is_whole,
        "report": report_object(found.report),
        "url": address("reports.page", slug=slug),
        "downloads": [
            {"media_type": media_type, "url": address("reports.download", slug=slug, suffix=suffix)}
            for suffix, media_type in MEDIA_TYPES.items()
        ],
    }


def answer(check: checks.Check, form: str) -> Response:
    """A checked document in a form of FORMATS, as it is made."""
    told = Checker.of(services()).findings
    if form == "csv":
        pieces = as_csv(check.records, check.skipped, told, check.name)
    elif form == "turtle":
        pieces = turtle_of(check.records)
    else:
        pieces = as_json(_head(check), check.records, check.skipped, told, check.name)
    response = Response(pieces, content_type=f"{schemas.FORMATS[form]}; charset=utf-8")
    response.vary.add("Accept")
    return response


def _head(check: checks.Check) -> dict[str, object]:
    problems = [{**asdict(problem)} for problem in check.problems]
    for problem in problems:
        del problem["column"]
    return {
        "document": check.name,
        "profile": check.profile,
        "syntax": check.syntax,
        "problems": problems,
        "report": report_object(check.report),
    }


def _form() -> str:
    named = request.args.get("format", "")
    if named and named not in schemas.FORMATS:
        raise InvalidQuery(
            f"format is not {named[:20]!r}.",
            advice=f"It may be {', '.join(schemas.FORMATS)}.",
            parameter="format",
        )
    wanted = best(request.accept_mimetypes, list(schemas.FORMATS.values()))
    return named or next((form for form, media in schemas.FORMATS.items() if media == wanted), "json")


def _source() -> tuple[str | Payload, str, str]:
    """What is to be checked: an address or a document; the profile that stands beside it; its name."""
    if request.mimetype in FORMS:
        raise UnsupportedMediaType(
            "A document is sent as the body, not in a form.",
            advice="Use Content-Type: text/turtle (or another syntax), or JSON with its url.",
        )
    body = request.get_data()
    reference = _reference(body) if request.mimetype == "application/json" else None
    if reference is not None:
        url, profile = reference
        return url, profile, url
    charset = request.mimetype_params.get("charset")
    return checks.of_body(body, request.mimetype or None, charset), "", checks.PASTED


def _reference(body: bytes) -> tuple[str, str] | None:
    """`{"url": …, "profile": …}`; None for JSON that is a document itself."""
    try:
        found = json.loads(body)
    except ValueError as error:
        raise InvalidQuery(
            f"The body is not JSON: {error}.",
            advice='Send {"url": "https://…"}, or the document with its media type.',
        ) from error
    except RecursionError:
        return None
    if not isinstance(found, dict) or "url" not in found or any(key.startswith("@") for key in found):
        return None
    for name in found:
        if name not in ("url", "profile") or not isinstance(found[name], str):
            raise InvalidQuery(
                f"The body has no text {name[:50]!r}.",
                advice="It knows url and profile.",
                parameter=name[:50],
            )
    return found["url"], found.get("profile", "")
