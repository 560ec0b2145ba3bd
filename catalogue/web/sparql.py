"""/sparql: the SPARQL 1.1 Protocol for programs, a form with examples for people."""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import Blueprint, Response, make_response, render_template, request

from catalogue.discovery.sparql import SparqlAnswer, SparqlGateway
from catalogue.errors import CatalogueError, InvalidQuery, UnsupportedMediaType
from catalogue.model.query_dataset import QueryDataset
from catalogue.web.headers import share
from catalogue.web.i18n import mark
from catalogue.web.negotiate import prefers_html
from catalogue.web.problems import problem_of
from catalogue.web.state import services

blueprint = Blueprint("sparql", __name__)

QUERY_TYPE = "application/sparql-query"
FORM_TYPE = "application/x-www-form-urlencoded"
FORMATS = {
    "text/html": mark("Table on this page"),
    "application/sparql-results+json": "SPARQL JSON",
    "text/csv": "CSV",
    "text/tab-separated-values": "TSV",
    "application/sparql-results+xml": "SPARQL XML",
    "text/turtle": "Turtle",
    "application/ld+json": "JSON-LD",
}
JSON_RESULTS = "application/sparql-results+json"
MAX_SHOWN_ROWS = 200
MAX_SHOWN_TEXT = 100_000


@dataclass(frozen=True, slots=True)
class Example:
    """A query that people can start from."""

    title: str
    query: str


EXAMPLES = (
    Example(
        mark("Datasets with their titles"),
        "PREFIX dcat: <http://www.w3.org/ns/dcat#>\nPREFIX dct: <http://purl.org/dc/terms/>\n\n"
        "SELECT ?dataset ?title WHERE {\n  ?dataset a dcat:Dataset ; dct:title ?title .\n}\nLIMIT 20",
    ),
    Example(
        mark("Datasets of magnetic resonance images"),
        "PREFIX dct: <http://purl.org/dc/terms/>\nPREFIX eucaim: <https://cancerimage.eu/ontology/EUCAIM#>\n\n"
        "SELECT DISTINCT ?dataset ?title ?modality WHERE {\n  ?dataset eucaim:hasImageModality ?modality ; "
        "dct:title ?title .\n}\nLIMIT 50",
    ),
    Example(
        mark("Publishers and how many datasets they describe"),
        "PREFIX dcat: <http://www.w3.org/ns/dcat#>\nPREFIX dct: <http://purl.org/dc/terms/>\n"
        "PREFIX foaf: <http://xmlns.com/foaf/0.1/>\n\n"
        "SELECT ?name (COUNT(DISTINCT ?dataset) AS ?datasets) WHERE {\n"
        "  ?dataset a dcat:Dataset ; dct:publisher/foaf:name ?name .\n}\nGROUP BY ?name ORDER BY DESC(?datasets)",
    ),
    Example(
        mark("Everything about one dataset"),
        "PREFIX dcat: <http://www.w3.org/ns/dcat#>\n\nCONSTRUCT { ?dataset ?property ?value } WHERE {\n"
        "  { SELECT ?dataset WHERE { ?dataset a dcat:Dataset } LIMIT 1 }\n  ?dataset ?property ?value .\n}",
    ),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One term of a result row."""

    kind: str
    value: str
    language: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer as the page shows it: a boolean, rows or the text of a graph."""

    boolean: bool | None = None
    variables: tuple[str, ...] = ()
    rows: tuple[tuple[Cell | None, ...], ...] = ()
    total: int = 0
    text: str = ""


@blueprint.route("/sparql", methods=["GET", "POST"])
def endpoint() -> Response:
    """The SPARQL 1.1 Protocol (https://www.w3.org/TR/sparql11-protocol/), and the page for browsers."""
    text = _query_text()
    form = _parameter("format")
    if prefers_html() and form in ("", "text/html"):
        return _page(text)
    if text is None:
        raise InvalidQuery(
            "The request has no query.",
            advice="Send it as query=, or open this address in a browser for a form.",
            parameter="query",
        )
    answer = _gateway().answer(text, form or request.headers.get("Accept", "*/*"), _dataset())
    response = Response(answer.body, content_type=f"{answer.media_type}; charset=utf-8")
    response.vary.add("Accept")
    return share(response)


def _gateway() -> SparqlGateway:
    settings = services().settings
    return SparqlGateway(
        services().graph,
        timeout=settings.sparql_timeout,
        max_rows=settings.sparql_max_rows,
        max_bytes=settings.sparql_max_bytes,
    )


def _query_text() -> str | None:
    """The query of any of the three forms of the protocol; None when there is none."""
    if request.method == "POST" and request.mimetype == QUERY_TYPE:
        return request.get_data(as_text=True)
    if request.method == "POST" and request.mimetype != FORM_TYPE:
        raise UnsupportedMediaType(
            "A query is sent as a form or as it is.",
            advice=f"Use Content-Type: {FORM_TYPE} with query=, or {QUERY_TYPE}.",
        )
    if _parameter("update"):
        raise InvalidQuery("This endpoint reads only; updates are refused.", parameter="update")
    return _parameter("query") or None


def _parameter(name: str) -> str:
    """One parameter of the address or the form. InvalidQuery when it comes more than once."""
    values = [*request.args.getlist(name), *request.form.getlist(name)]
    if len(values) > 1:
        raise InvalidQuery(f"{name} comes more than once.", parameter=name)
    return values[0] if values else ""


def _dataset() -> QueryDataset:
    """The graphs that the protocol's parameters name, in the address or the form."""
    default, named = (
        (*request.args.getlist(name), *request.form.getlist(name))
        for name in ("default-graph-uri", "named-graph-uri")
    )
    return QueryDataset(default, named)


def _page(text: str | None) -> Response:
    shown, problem = None, None
    if text is not None:
        try:
            shown = _shown(_gateway().answer(text, f"{JSON_RESULTS}, text/turtle;q=0.9", _dataset()))
        except CatalogueError as error:
            problem = problem_of(error)
    page = render_template(
        "sparql.html",
        query=text or _example(),
        examples=EXAMPLES,
        formats=FORMATS,
        format=_parameter("format"),
        answer=shown,
        problem=problem,
    )
    response = make_response(page, problem.status if problem else 200)
    response.headers.update(problem.headers if problem else {})
    response.vary.add("Accept")
    return response


def _example() -> str:
    number = request.args.get("example", "1")
    known = number in [str(index + 1) for index in range(len(EXAMPLES))]
    return EXAMPLES[int(number) - 1 if known else 0].query


def _shown(answer: SparqlAnswer) -> Shown:
    if answer.media_type != JSON_RESULTS:
        text = answer.body.decode(errors="replace")
        return Shown(text=text if len(text) <= MAX_SHOWN_TEXT else text[:MAX_SHOWN_TEXT] + "\n…")
    body = json.loads(answer.body)
    if "boolean" in body:
        return Shown(boolean=bool(body["boolean"]))
    variables = tuple(body["head"]["vars"])
    found = body["results"]["bindings"]
    rows = tuple(tuple(_cell(row.get(name)) for name in variables) for row in found[:MAX_SHOWN_ROWS])
    return Shown(variables=variables, rows=rows, total=len(found))


def _cell(term: dict[str, str] | None) -> Cell | None:
    return Cell(term["type"], term["value"], term.get("xml:lang", "")) if term else None
