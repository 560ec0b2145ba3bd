"""The only renderer of errors: problem details (RFC 9457) for machines, a page for browsers."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field

from flask import Flask, Response, g, jsonify, make_response, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from catalogue.errors import BackendError, CatalogueError, HarvestError, RequestError
from catalogue.web.i18n import mark
from catalogue.web.negotiate import prefers_html
from catalogue.web.state import services

log = logging.getLogger(__name__)

MACHINE_PATHS = ("/api/", "/openapi.json", "/health/")
_PARTS = {
    "LedgerUnavailable": mark("The store of records cannot be reached."),
    "StoreUnavailable": mark("The graph store cannot be reached."),
    "IndexUnavailable": mark("The search index cannot be reached."),
    "EngineFailed": mark("The validation engine could not judge."),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What a client learns of an error. `code` names the kind; `parameter` the parameter to mend, if there is one."""

    status: int
    code: str
    title: str
    detail: str
    advice: str = ""
    parameter: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def anchor(self) -> str:
        """Fragment of the help page that explains this kind: `InvalidQuery` → `invalid-query`."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", self.code).lower()


def problem_of(error: Exception) -> Problem:
    """What may be said of an error; facts of our inside stay in the log."""
    if isinstance(error, BackendError):
        return _backend_problem(error)
    if isinstance(error, RequestError):
        parameter = str(error.context.get("parameter") or "")
        available = error.context.get("available")
        extra: dict[str, object] = {"available": available} if isinstance(available, list) else {}
        wait = error.context.get("retry_after")
        headers = {"Retry-After": str(wait)} if isinstance(wait, int) else {}
        return Problem(
            error.status, error.code, error.title, error.detail, error.advice, parameter, headers, extra
        )
    if isinstance(error, HarvestError):
        return _document_problem(error)
    if isinstance(error, HTTPException) and error.code is not None:
        return _http_problem(error)
    return Problem(
        500,
        "InternalError",
        mark("Internal error"),
        mark("Pharos made a mistake while it answered. The mistake is in its log under this request's id."),
        mark("Try again; if it stays, tell the operator the request id."),
    )


def register(app: Flask) -> None:
    """Makes every error of the application a problem."""
    app.register_error_handler(CatalogueError, _answer)
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(Exception, _answer)


def _answer(error: Exception) -> Response:
    problem = problem_of(error)
    if problem.status >= 500:
        _record(error)
    if isinstance(error, HTTPException) and problem.status < 400:
        return make_response(error.get_response())
    as_page = prefers_html() and not request.path.startswith(MACHINE_PATHS)
    response = _page(problem) if as_page else _document(problem)
    response.status_code = problem.status
    response.headers.update(problem.headers)
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Accept")
    return response


def _record(error: Exception) -> None:
    """One line where a part is away or out of time; where the mistake is ours, also where it was made."""
    request_id = g.get("request_id", "-")
    if isinstance(error, BackendError):
        cause = f" ({error.__cause__!r})" if error.__cause__ else ""
        log.warning("request %s failed: %s: %s%s", request_id, type(error).__name__, error.detail, cause)
    else:
        log.error("request %s failed: %s", request_id, type(error).__name__, exc_info=error)


def _document(problem: Problem) -> Response:
    body: dict[str, object] = {
        "type": f"{services().base}{url_for('about.errors', _external=False)}#{problem.anchor}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.path,
        "code": problem.code,
        "request_id": g.get("request_id", ""),
    }
    body |= {"advice": problem.advice} if problem.advice else {}
    body |= {"parameter": problem.parameter} if problem.parameter else {}
    response = jsonify(body | problem.extra)
    response.mimetype = "application/problem+json"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _page(problem: Problem) -> Response:
    return make_response(render_template("problem.html", problem=problem, request_id=g.get("request_id", "")))


def _backend_problem(error: BackendError) -> Problem:
    if error.code == "QueryTimeout":
        return Problem(
            503,
            error.code,
            error.title,
            error.detail,
            error.advice,
            headers={"Retry-After": str(error.retry_after)},
        )
    detail = _PARTS.get(error.code, mark("A part of Pharos cannot be reached."))
    advice = mark("It is being restored; nothing that was harvested is lost. Try again in a few seconds.")
    headers = {"Retry-After": str(error.retry_after)}
    return Problem(503, error.code, error.title, detail, advice, headers=headers)


def _document_problem(error: HarvestError) -> Problem:
    """What is wrong with a document that a visitor gave, or with the address of one."""
    known = {name: error.context.get(name) for name in ("line", "column", "snippet")}
    extra: dict[str, object] = {name: value for name, value in known.items() if value}
    return Problem(error.status, error.code, error.title, error.detail, error.advice, extra=extra)


def _http_problem(error: HTTPException) -> Problem:
    status = error.code or 500
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    known = {
        404: ("NotFound", mark("Not found"), mark("There is nothing at this address.")),
        405: (
            "MethodNotAllowed",
            mark("Method not allowed"),
            mark("This address does not answer this method."),
        ),
        413: (
            "PayloadTooLarge",
            mark("Payload too large"),
            mark("The request is larger than Pharos accepts."),
        ),
        414: ("UriTooLong", mark("Address too long"), mark("The address is longer than Pharos accepts.")),
    }
    code, title, detail = known.get(status, ("HttpError", error.name, error.description or error.name))
    if status >= 500:
        detail = mark("Pharos made a mistake while it answered.")
    return Problem(status, code, title, detail, headers=kept)
