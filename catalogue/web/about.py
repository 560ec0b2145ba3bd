"""Help: what this is, how to use it from programs, and what each kind of error means."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, render_template

from catalogue.web.context import address
from catalogue.web.i18n import mark

blueprint = Blueprint("about", __name__)


@dataclass(frozen=True, slots=True)
class ErrorHelp:
    """One kind of problem: its anchor is the fragment of the problem's `type`."""

    anchor: str
    status: int
    title: str
    meaning: str


ERRORS = (
    ErrorHelp("invalid-query", 400, mark("Invalid query"), mark("A parameter or a SPARQL query cannot be understood or is not allowed. `parameter` names the one to mend.")),
    ErrorHelp("not-found", 404, mark("Not found"), mark("Nothing has this address or id. Ids are twenty characters long; look up an IRI with /datasets?iri=.")),
    ErrorHelp("method-not-allowed", 405, mark("Method not allowed"), mark("The address exists, but answers other methods; `Allow` lists them.")),
    ErrorHelp("not-acceptable", 406, mark("Not acceptable"), mark("None of the media types in Accept exists here; `available` lists those that do.")),
    ErrorHelp("conflict", 409, mark("Conflict"), mark("The request contradicts what is stored.")),
    ErrorHelp("gone", 410, mark("Gone"), mark("A dataset or record that was here and was withdrawn by its source.")),
    ErrorHelp("payload-too-large", 413, mark("Payload too large"), mark("The body of the request, or the document to be validated, is larger than allowed, or takes too long to validate.")),
    ErrorHelp("uri-too-long", 414, mark("Address too long"), mark("The query is longer than 16 KiB; send SPARQL by POST.")),
    ErrorHelp("unsupported-media-type", 415, mark("Unsupported media type"), mark("The body is of a media type that this address does not read.")),
    ErrorHelp("too-many-requests", 429, mark("Too many requests"), mark("Too many documents are being validated. Try again after the time in Retry-After.")),
    ErrorHelp("parse-error", 422, mark("Document cannot be read"), mark("The document that was to be validated is not RDF, is broken, or describes no dataset. `line` says where it breaks.")),
    ErrorHelp("address-forbidden", 422, mark("Address not allowed"), mark("The address of the document leads to a private network or to this catalogue itself.")),
    ErrorHelp("record-error", 422, mark("Record cannot be read"), mark("A description in the document cannot be read.")),
    ErrorHelp("source-gone", 502, mark("Document is not there"), mark("The server of the document answers that it does not have it.")),
    ErrorHelp("access-refused", 502, mark("Document is not for everybody"), mark("The server of the document wants credentials. Send the document itself.")),
    ErrorHelp("protocol-violation", 502, mark("Answer cannot be used"), mark("The server of the document gave something that is no document.")),
    ErrorHelp("limit-exceeded", 502, mark("Document is too large"), mark("The document at the address is larger, or redirected more often, than is allowed.")),
    ErrorHelp("retryable-error", 502, mark("Server did not answer"), mark("The server of the document did not answer in time. Try again.")),
    ErrorHelp("http-error", 400, mark("Other HTTP errors"), mark("The request is not proper HTTP.")),
    ErrorHelp("internal-error", 500, mark("Internal error"), mark("Pharos made a mistake. Tell the operator the request id.")),
    ErrorHelp("ledger-unavailable", 503, mark("Records cannot be reached"), mark("The store of records does not answer now. Try again after the time in Retry-After.")),
    ErrorHelp("index-unavailable", 503, mark("Search cannot be reached"), mark("The search index does not answer now; records and feeds still do.")),
    ErrorHelp("store-unavailable", 503, mark("Graph store cannot be reached"), mark("The SPARQL server does not answer now; search, records and feeds still do.")),
    ErrorHelp("engine-failed", 503, mark("Validation could not judge"), mark("The validation engine did not come to a verdict. That says nothing about the description.")),
    ErrorHelp("query-timeout", 503, mark("Query stopped"), mark("A SPARQL query took longer than allowed. Ask for less, or use the feed or the search API.")),
)  # fmt: skip


@blueprint.get("/about")
def index() -> str:
    return render_template("about.html")


@blueprint.get("/about/errors")
def errors() -> str:
    return render_template("errors.html", errors=ERRORS)


@blueprint.get("/robots.txt")
def robots() -> Response:
    lines = [
        "User-agent: *",
        "Disallow: /sparql?",
        "Disallow: /datasets?",
        "Disallow: /validate",
        f"# {address('about.index')}",
        "",
    ]
    return Response("\n".join(lines), content_type="text/plain; charset=utf-8")
