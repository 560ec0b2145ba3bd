"""What an operator writes about a dataset, as triples: a Turtle file, or `theme=IRI` on the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyoxigraph
from pyoxigraph import RdfFormat

from catalogue.errors import InvalidQuery, ParseError, RecordError
from catalogue.rdf.documents import Document
from catalogue.rdf.graphs import Graph, to_ntriples
from catalogue.rdf.iris import is_valid_iri
from catalogue.rdf.labels import label_by_content, relabel
from catalogue.rdf.namespaces import DCAT, DCT, EUCAIM, HEALTHDCATAP, PHAROS, PREFIXES, RDF, SKOS
from catalogue.rdf.parse import parse_document
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject, Term, Triple

MAX_BYTES = 256 * 1024
MAX_STATEMENTS = 1_000

CONCEPTS = {
    "theme": DCAT.theme,
    "health_category": HEALTHDCATAP.healthCategory,
    "access_rights": DCT.accessRights,
    "modality": EUCAIM.hasImageModality,
    "condition": EUCAIM.hasCondition,
    "body_part": EUCAIM.hasImageBodyPart,
    "language": DCT.language,
    "licence": DCT.license,
    "landing_page": DCAT.landingPage,
    "spatial": DCT.spatial,
}
"""Short names of properties whose values are IRIs."""
TEXTS = {
    "title": DCT.title,
    "description": DCT.description,
    "keyword": DCAT.keyword,
    "note": SKOS.editorialNote,
    "identifier": DCT.identifier,
}
"""Short names of properties whose values are texts."""
NAMES = {**CONCEPTS, **TEXTS}
_TAGGED = re.compile(r"(?s)(.*\S)@([a-z]{2,3}(?:-[A-Za-z0-9]{1,8})*)$")
_IRI = re.compile(r"(?i)(?:https?|urn|mailto|doi):\S+$")


def property_of(text: str) -> NamedNode:
    """The property that a short name (`theme`), a prefixed name (`dct:title`) or an IRI names. InvalidQuery for any
    other, and for those that nobody but the source and Pharos may state."""
    node = NAMES.get(text.strip()) or _spelled(text.strip())
    if node is None:
        raise InvalidQuery(
            f"{text[:100]!r} names no property.",
            advice=f"Write an IRI, a name such as dct:title, or one of: {', '.join(sorted(NAMES))}.",
            parameter="property",
        )
    _refuse_reserved(node)
    return node


def statement_of(text: str, subject: str) -> Triple:
    """`theme=https://…`, `title=Breast MR@en`, `dct:issued="2026-01-01"^^<…#date>`. InvalidQuery when it is none."""
    name, sign, value = text.partition("=")
    if not sign or not value.strip():
        raise InvalidQuery(
            f"{text[:100]!r} is no statement.", advice="Write PROPERTY=VALUE.", parameter="statement"
        )
    predicate = property_of(name)
    term = _term(value.strip(), predicate)
    if predicate in CONCEPTS.values() and not isinstance(term, NamedNode):
        raise InvalidQuery(
            f"The value of {name.strip()} is an IRI, not the text {value[:100]!r}.",
            advice="Name the concept's IRI, for example one of the vocabulary that Pharos ships.",
            parameter="statement",
        )
    return Triple(NamedNode(subject), predicate, term)


def read_statements(body: bytes, subject: str) -> tuple[Graph, tuple[str, ...]]:
    """The statements of a Turtle document about the subject (`<>` means it), blank nodes labelled by content, and the
    properties that it replaces (`<> pharos:replaces dcat:theme`). InvalidQuery says what may not stand in it."""
    if len(body) > MAX_BYTES:
        raise InvalidQuery(
            f"The statements are larger than {MAX_BYTES // 1024} KiB.",
            advice="Say what differs only.",
            parameter="file",
        )
    graph = _parsed(body, subject).graph
    marks = [t for t in graph.about(NamedNode(subject)) if t.predicate == PHAROS.replaces]
    replaced = [t.object.value for t in marks if isinstance(t.object, NamedNode)]
    if len(replaced) < len(marks):
        raise InvalidQuery("pharos:replaces names a property by its IRI.", parameter="file")
    for iri in replaced:
        _refuse_reserved(NamedNode(iri))
    said = Graph(t for t in graph if t not in marks)
    check_statements(said, subject)
    try:
        labelled = label_by_content(said)
    except RecordError as error:
        raise InvalidQuery(error.detail, advice=error.advice, parameter="file") from error
    nodes = (node for t in labelled for node in (t.subject, t.object))
    # Apart from those of the harvested description, which stand beside them.
    own = {node.value: f"k{node.value}" for node in nodes if isinstance(node, BlankNode)}
    return Graph(relabel(labelled, own)), tuple(dict.fromkeys(replaced))


def check_statements(graph: Graph, subject: str) -> None:
    """InvalidQuery when a statement is about anything but the subject and blank nodes under it, says what nobody but
    the source and Pharos may say, or when there are too many."""
    if len(graph) > MAX_STATEMENTS or len(to_ntriples(graph).encode()) > MAX_BYTES:
        raise InvalidQuery(
            f"These are too many statements: {len(graph):,}, and at most {MAX_STATEMENTS:,} may stand beside a "
            f"description, in {MAX_BYTES // 1024} KiB.",
            advice="Say what differs only.",
        )
    reached = _under(graph, NamedNode(subject))
    for triple in graph:
        if triple.subject not in reached:
            raise InvalidQuery(
                f"A statement is about {triple.subject}, not about the dataset.",
                advice=f"Every statement must be about <{subject}> (in the file: <>) or a blank node that it leads to.",
                parameter="file",
            )
        _refuse_reserved(triple.predicate, about=triple.subject == NamedNode(subject))


def _parsed(body: bytes, subject: str) -> Document:
    try:
        document = parse_document(body, subject, syntax="turtle")
    except ParseError as error:
        line = error.context.get("line")
        where = f" (line {line})" if line else ""
        raise InvalidQuery(
            f"The statements are not Turtle{where}: {error.detail}",
            advice="To take everything back: --clear.",
            parameter="file",
        ) from error
    for problem in document.problems:
        where = f" (line {problem.line})" if problem.line else ""
        raise InvalidQuery(f"The statements are not sound{where}: {problem.message}", parameter="file")
    return document


def _under(graph: Graph, subject: NamedNode) -> set[Subject]:
    found: set[Subject] = set()
    waiting: list[Subject] = [subject]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += [t.object for t in graph.about(node) if isinstance(t.object, BlankNode)]
    return found


def _refuse_reserved(predicate: NamedNode, about: bool = True) -> None:
    if predicate == RDF.type and about:
        raise InvalidQuery(
            "What kind of resource it is, is for the source to say: rdf:type cannot be curated.",
            parameter="property",
        )
    if predicate.value.startswith(PHAROS.iri):
        raise InvalidQuery(f"{predicate} is stated by Pharos itself.", parameter="property")


def _spelled(text: str) -> NamedNode | None:
    prefix, sign, local = text.partition(":")
    if sign and local and not local.startswith("//") and prefix in PREFIXES:
        text = PREFIXES[prefix] + local
    text = text.removeprefix("<").removesuffix(">")
    return NamedNode(text) if ":" in text and is_valid_iri(text) else None


def _term(text: str, predicate: NamedNode) -> Term:
    if text.startswith(('"', "<")):
        return _written(text)
    if predicate not in TEXTS.values() and _IRI.match(text) and is_valid_iri(text):
        return NamedNode(text)
    tagged = _TAGGED.match(text)
    return Literal(tagged[1], language=tagged[2]) if tagged else Literal(text)


def _written(text: str) -> Term:
    """A term as N-Triples writes it."""
    try:
        (found,) = _objects(pyoxigraph.parse(f"<urn:s> <urn:p> {text} .", format=RdfFormat.N_TRIPLES))
    except (SyntaxError, ValueError) as error:
        raise InvalidQuery(
            f"{text[:100]!r} is no value.",
            advice='Write <https://…>, "text"@en, "5"^^<http://www.w3.org/2001/XMLSchema#integer>, or the bare text.',
            parameter="statement",
        ) from error
    return found


def _objects(rows: Iterable[pyoxigraph.Quad]) -> list[Term]:
    return [row.object for row in rows if isinstance(row.object, NamedNode | Literal)]
