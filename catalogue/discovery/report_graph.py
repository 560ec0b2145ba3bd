"""A validation report as RDF: sh:ValidationReport (https://www.w3.org/TR/shacl/#validation-report)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

import pyoxigraph
from pyoxigraph import RdfFormat

from catalogue.model.findings import JudgedRecord
from catalogue.model.validation import ValidationReport, ValidationResult
from catalogue.rdf.graphs import Graph, serialise
from catalogue.rdf.namespaces import DCT, PHAROS, RDF, SH, XSD
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Term, Triple


def report_graph(report: ValidationReport, record_iri: str | None = None) -> Graph:
    """The report with one sh:ValidationResult per finding; `record_iri` says what was judged."""
    node = BlankNode()
    triples = [
        Triple(node, RDF.type, SH.ValidationReport),
        Triple(node, SH.conforms, _boolean(not report.results)),
        Triple(node, PHAROS.verdict, Literal(report.verdict.value)),
        Triple(node, PHAROS.profile, Literal(report.profile)),
        Triple(node, PHAROS.engine, Literal(f"{report.engine} {report.engine_version}".strip())),
        Triple(node, PHAROS.bundleHash, Literal(report.bundle_hash)),
    ]
    if record_iri:
        triples.append(Triple(node, DCT.subject, NamedNode(record_iri)))
    for result in report.results:
        triples.extend(_result(node, result))
    return Graph(triples)


def turtle_of(records: Iterable[JudgedRecord]) -> Iterator[str]:
    """The reports of records as one Turtle document, piece by piece."""
    for record in records:
        yield serialise(report_graph(record.report, record.subject), RdfFormat.TURTLE).decode() + "\n"


def _result(report: BlankNode, result: ValidationResult) -> list[Triple]:
    node = BlankNode()
    triples = [
        Triple(report, SH.result, node),
        Triple(node, RDF.type, SH.ValidationResult),
        Triple(node, SH.focusNode, read_term(result.focus_node)),
        Triple(node, SH.resultSeverity, SH[result.severity.value]),
        Triple(node, SH.resultMessage, Literal(result.message, language="en")),
        Triple(node, SH.sourceConstraintComponent, _component(result.component)),
    ]
    if result.path:
        triples.append(Triple(node, SH.resultPath, _path(result.path)))
    if result.value is not None:
        triples.append(Triple(node, SH.value, read_term(result.value)))
    if result.source_shape:
        triples.append(Triple(node, SH.sourceShape, _path(result.source_shape)))
    return triples


def read_term(text: str) -> Term:
    """A term from its N-Triples form; text in any other form is a plain literal."""
    line = f"<urn:s> <urn:p> {text} ."
    try:
        quad = next(iter(pyoxigraph.parse(line, format=RdfFormat.N_TRIPLES, lenient=True)))
    except (SyntaxError, ValueError, StopIteration):
        return Literal(text)
    return cast(Term, quad.object)


def _path(text: str) -> Term:
    iri = text.removeprefix("<").removesuffix(">")
    try:
        return NamedNode(iri)
    except ValueError:
        return Literal(text)


def _component(text: str) -> Term:
    return _path(text) if ":" in text else SH[text]


def _boolean(value: bool) -> Literal:
    return Literal("true" if value else "false", datatype=XSD.boolean)
