"""Headers of every answer: what a browser may do with it, who may read it, how long it stays fresh."""

from __future__ import annotations

import logging
import re
import time
import uuid
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import RequestURITooLarge

MAX_QUERY = 16 * 1024
MAX_ETAG_BODY = 4 * 1024 * 1024
access_log = logging.getLogger("catalogue.web.access")

_REQUEST_ID = re.compile(r"^[A-Za-z0-9_-]{8,64}$")
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
SECURITY = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Retry-After, X-Request-Id",
}

SHARED_PARTS = frozenset(
    {
        "api",
        "api_validation",
        "api_versions",
        "catalog",
        "datasets",
        "openapi",
        "records",
        "sparql",
        "versions",
    }
)
"""Blueprints that scripts of other sites may read."""


def register(app: Flask) -> None:
    """Gives every request an id, every answer its headers, the log one line."""
    app.before_request(_begin)
    app.after_request(_finish)


def share(response: Response, max_age: int = 0) -> Response:
    """Marks an answer as readable by scripts of other sites; `max_age` in seconds, 0: ask again each time."""
    response.headers.update(SHARED)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = f"public, max-age={max_age}" if max_age else "no-cache"
    return response


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.match(given) else uuid.uuid4().hex
    g.started = time.perf_counter()
    if len(request.query_string) > MAX_QUERY:
        raise RequestURITooLarge


def _finish(response: Response) -> Response:
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if request.method in ("GET", "HEAD") and response.status_code == 200 and not response.is_streamed:
        _make_conditional(response)
    if request.method == "OPTIONS" and request.blueprint in SHARED_PARTS:
        _answer_preflight(response)
    _log(response)
    return response


def _answer_preflight(response: Response) -> None:
    response.headers.update(SHARED)
    response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET, HEAD, OPTIONS")
    response.headers["Access-Control-Allow-Headers"] = "Accept, Accept-Language, Content-Type, If-None-Match"
    response.headers["Access-Control-Max-Age"] = "86400"


def _make_conditional(response: Response) -> None:
    response.headers.setdefault("Cache-Control", "no-cache")
    if response.direct_passthrough or (response.content_length or 0) > MAX_ETAG_BODY:
        return
    response.add_etag()
    response.make_conditional(request)


def _log(response: Response) -> None:
    started: float = g.get("started", time.perf_counter())
    line: dict[str, Any] = {
        "request_id": g.get("request_id", ""),
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "bytes": response.content_length,
        "seconds": round(time.perf_counter() - started, 4),
        "user_agent": (request.user_agent.string or "")[:200],
    }
    access_log.info("request", extra=line)
