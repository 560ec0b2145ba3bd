"""The OpenAPI 3.1 document, made from the code: texts, servers, and problems as the shape of every error."""

from __future__ import annotations

from typing import Any

from apiflask import APIFlask
from flask import Response, current_app

from catalogue.web.api.parameters import PATH_PARAMETERS
from catalogue.web.api.schemas import Problem
from catalogue.web.api.schemas_validation import REQUEST_BODY
from catalogue.web.headers import share

DESCRIPTION = (
    "Search and read descriptions of health datasets, and have one validated. Nothing is changed, and no key is needed. "
    "Errors are problem details (RFC 9457, application/problem+json) with `detail` and, where one parameter is to blame, `parameter`. "
    "Answers carry an ETag: send it back in If-None-Match. RDF of each dataset, the catalogue as a feed and SPARQL "
    "stand beside this API; see the reference page at /api."
)
TAGS = [
    {"name": "Datasets", "description": "Find datasets and read what their sources say about them."},
    {"name": "Validation", "description": "Have a description checked before anybody harvests it."},
    {"name": "Harvesting", "description": "Where descriptions come from and how their harvests went."},
]


def configure(app: APIFlask, base: str) -> None:
    """Settings of the document."""
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        DESCRIPTION=DESCRIPTION,
        LICENSE={"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        TAGS=TAGS,
        SERVERS=[{"url": base, "description": "This catalogue"}],
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_404_RESPONSE=False,
        HTTP_ERROR_SCHEMA=Problem,
        SPEC_DECORATORS=[_shared_document],
    )
    app.spec_processor(_finish)


def document() -> dict[str, Any]:
    """The document as the application publishes it."""
    app = current_app
    assert isinstance(app, APIFlask)
    spec = app.spec
    assert isinstance(spec, dict)
    return spec


def _finish(spec: dict[Any, Any] | str) -> dict[Any, Any] | str:
    assert isinstance(spec, dict)
    for path in spec["paths"].values():
        for operation in path.values():
            if operation.get("operationId") == "validate":
                operation["requestBody"] = REQUEST_BODY
            for parameter in operation.get("parameters", []):
                _finish_parameter(parameter)
            for status, response in operation["responses"].items():
                if status[0] in "45" and "application/json" in response.get("content", {}):
                    response["content"] = {
                        "application/problem+json": response["content"]["application/json"]
                    }
    return spec


def _finish_parameter(parameter: dict[str, Any]) -> None:
    if parameter["in"] == "path":
        parameter.update(PATH_PARAMETERS[parameter["name"]])
        return
    schema = parameter["schema"]
    examples = schema.pop("examples", None) or parameter.pop("examples", None)
    if examples:
        parameter["example"] = examples[0]


def _shared_document(view: Any) -> Any:
    def wrapped(*args: Any, **kwargs: Any) -> Response:
        return share(current_app.make_response(view(*args, **kwargs)), max_age=300)

    return wrapped
