"""create_app: register blueprints and handlers, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from apiflask import APIFlask
from flask import Flask

from catalogue import __version__
from catalogue.bootstrap import Services
from catalogue.web import (
    about,
    catalog,
    checks,
    context,
    datasets,
    headers,
    health,
    home,
    i18n,
    metrics,
    presentation,
    problems,
    records,
    reports,
    runs,
    sources,
    sparql,
    validate,
    versions,
)
from catalogue.web.api import reference, v1
from catalogue.web.api import validation as api_validation
from catalogue.web.api import versions as api_versions
from catalogue.web.api.document import configure
from catalogue.web.state import EXTENSION

MAX_BODY = 1024 * 1024

PAGES = (
    home, datasets, records, versions, sources, reports, runs, sparql, validate, catalog, health, about,
)  # fmt: skip
"""Modules with a blueprint, apart from those of the API."""

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


def create_app(services: Services, secrets: Mapping[str, str] | None = None) -> Flask:
    """The WSGI application over these services. It reads; nothing here writes to the ledger.

    `secrets` answers `env:NAME`, for the token of /metrics.
    """
    app = APIFlask(
        "catalogue.web",
        title=f"{services.settings.title} API",
        version=__version__,
        docs_path=None,
        json_errors=False,
    )
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BODY
    app.config["MAX_FORM_PARTS"] = 100
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.extensions[EXTENSION] = services
    configure(app, services.base)
    for part in (headers, problems, i18n, presentation, context, checks):
        part.register(app)
    for resource in PAGES:
        app.register_blueprint(resource.blueprint)
    metrics.register(app, secrets or {})
    app.register_blueprint(v1.blueprint)
    app.register_blueprint(api_versions.blueprint)
    app.register_blueprint(api_validation.blueprint)
    app.register_blueprint(reference.blueprint)
    prefix = urlsplit(services.base).path.rstrip("/")
    if prefix:
        app.wsgi_app = _Mounted(app.wsgi_app, prefix)  # type: ignore[method-assign]
    return app


class _Mounted:
    """Serves under the path of the base URL, whether or not a proxy in front has taken it away."""

    def __init__(self, inner: WsgiApp, prefix: str) -> None:
        self._inner = inner
        self._prefix = prefix

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == self._prefix or path.startswith(f"{self._prefix}/"):
            environ["PATH_INFO"] = path[len(self._prefix) :] or "/"
        environ["SCRIPT_NAME"] = self._prefix
        return self._inner(environ, start_response)
