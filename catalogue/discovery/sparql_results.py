"""Answers of SPARQL queries: which forms there are, whether an answer is whole, how it is written as asked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from xml.parsers import expat

import pyoxigraph
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat

from catalogue.discovery.sparql_judge import QueryKind
from catalogue.errors import InvalidQuery, NotAcceptable, StoreUnavailable
from catalogue.rdf.graphs import serialise
from catalogue.rdf.terms import Triple

JSON = "application/sparql-results+json"
N_TRIPLES = "application/n-triples"


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write an answer. `also`: names under which clients ask for it too."""

    media_type: str
    format: QueryResultsFormat | RdfFormat
    also: tuple[str, ...] = ()


ROWS = (
    Form(JSON, QueryResultsFormat.JSON, ("application/json",)),
    Form("application/sparql-results+xml", QueryResultsFormat.XML, ("application/xml", "text/xml")),
    Form("text/csv", QueryResultsFormat.CSV),
    Form("text/tab-separated-values", QueryResultsFormat.TSV),
)
TRIPLES = (
    Form("text/turtle", RdfFormat.TURTLE, ("application/x-turtle",)),
    Form(N_TRIPLES, RdfFormat.N_TRIPLES, ("text/plain",)),
    Form("application/rdf+xml", RdfFormat.RDF_XML, ("application/xml", "text/xml")),
    Form("application/ld+json", RdfFormat.JSON_LD, ("application/json",)),
)
SUPPORTED: dict[QueryKind, tuple[Form, ...]] = {
    kind: TRIPLES if kind.gives_graph else ROWS for kind in QueryKind
}
"""Forms by kind of query, the one preferred by us first."""


class IncompleteError(Exception):
    """The engine's text is not a whole answer. Never leaves the gateway."""


def choose(kind: QueryKind, accept: str | None) -> Form:
    """The form that the Accept header (or a single media type) prefers; ours where it has no preference.

    NotAcceptable when it excludes all of them (RFC 9110, section 12.5.1)."""
    forms = SUPPORTED[kind]
    ranges = _ranges(accept or "*/*")
    best, quality = None, 0.0
    for form in forms:
        found = max(_quality(form.media_type, ranges), *(ranges.get(name, 0.0) for name in form.also), 0.0)
        if found > quality:
            best, quality = form, found
    if best is None:
        raise NotAcceptable(
            f"The answer to {kind.value} cannot be given as {accept}.",
            advice="Ask for one of: " + ", ".join(form.media_type for form in forms) + ".",
        )
    return best


def _ranges(accept: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip().lower() == "q":
                try:
                    quality = min(1.0, max(0.0, float(value)))
                except ValueError:
                    quality = 0.0
        if name:
            found[name.lower()] = quality
    return found


def _quality(name: str, ranges: dict[str, float]) -> float:
    for candidate in (name, name.split("/", maxsplit=1)[0] + "/*", "*/*"):
        if candidate in ranges:
            return ranges[candidate]
    return 0.0


def write_rows(body: bytes, form: Form, max_rows: int) -> bytes:
    """SPARQL JSON in the form asked for. IncompleteError when it is not whole, InvalidQuery above `max_rows`."""
    rows = _count(body, max_rows + 1)
    if isinstance(rows, str):
        raise IncompleteError(rows)
    if rows > max_rows:
        raise _too_many(max_rows, "rows")
    if form.format == QueryResultsFormat.JSON:
        return body
    assert isinstance(form.format, QueryResultsFormat)
    text = pyoxigraph.parse_query_results(body, format=QueryResultsFormat.JSON).serialize(format=form.format)
    assert text is not None
    return _well_formed(text, form) if form.format == QueryResultsFormat.XML else text


def _count(body: bytes, most: int) -> int | str:
    """Number of rows (at most `most`; 0 for a boolean), or what is wrong with the text.

    Not by an exception: its traceback would keep the parser alive, which may only be let go by the thread that made it.
    """
    try:
        results = pyoxigraph.parse_query_results(body, format=QueryResultsFormat.JSON)
        if isinstance(results, QuerySolutions):
            return sum(1 for _ in islice(results, most))
    except (SyntaxError, ValueError) as error:
        return str(error)
    return 0


def number_in(body: bytes) -> int:
    """The one number of an answer to a question of our own. StoreUnavailable when there is none."""
    try:
        (row,) = json.loads(body)["results"]["bindings"]
        (term,) = row.values()
        return int(term["value"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreUnavailable("The graph store broke off its answer.") from error


def write_triples(body: bytes, form: Form, max_rows: int) -> bytes:
    """N-Triples in the form asked for. IncompleteError when it is not whole, InvalidQuery above `max_rows`, NotAcceptable
    for graphs that the form cannot hold (RDF/XML and predicates without a local name)."""
    assert isinstance(form.format, RdfFormat)
    if body and not body.endswith(b"\n"):
        raise IncompleteError("the last line is cut")
    triples: list[Triple] = []
    try:
        for quad in pyoxigraph.parse(body, format=RdfFormat.N_TRIPLES, lenient=True):
            triples.append(quad.triple)
            if len(triples) > max_rows:
                raise _too_many(max_rows, "triples")
    except (SyntaxError, ValueError) as error:
        raise IncompleteError(str(error)) from error
    if form.format == RdfFormat.N_TRIPLES:
        return body
    text = serialise(triples, form.format)
    return _well_formed(text, form) if form.format == RdfFormat.RDF_XML else text


def _well_formed(text: bytes, form: Form) -> bytes:
    """The text itself. The serialiser writes what XML cannot hold (control characters, names without a local part)
    without a word."""
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(text, True)
    except expat.ExpatError as error:
        raise NotAcceptable(
            f"This answer cannot be written as {form.media_type}: it holds characters or names that XML cannot.",
            advice="Ask for another form, such as JSON or Turtle.",
        ) from error
    return text


def _too_many(max_rows: int, what: str) -> InvalidQuery:
    return InvalidQuery(
        f"The answer has more than {max_rows:,} {what}.",
        advice=f"Add a LIMIT of at most {max_rows:,}, and OFFSET with ORDER BY to read on.",
        parameter="query",
    )
