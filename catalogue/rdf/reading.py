"""One reader for each family of syntaxes; all end in `Reader.graph`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pyoxigraph

from catalogue.errors import ParseError
from catalogue.rdf.graphs import Graph
from catalogue.rdf.iris import is_valid_iri
from catalogue.rdf.json_ld import prepare_json_ld
from catalogue.rdf.media_types import Syntax
from catalogue.rdf.problems import SNIPPET, Problems
from catalogue.rdf.rdf_xml import prepare_rdf_xml
from catalogue.rdf.sound_terms import SoundTerms
from catalogue.rdf.terms import BlankNode, Triple
from catalogue.rdf.turtle_text import repair_turtle_text
from catalogue.rdf.xml_text import sound_texts

BLOCK_LINES = 2_000
MAX_BLANK_NODES = 500_000
"""Blank nodes that one document may hold: fifty thousand datasets with ten each. More would fill the memory, for
each has to be remembered to the document's end."""
MAX_TRIPLE_TERMS = 1_000
_SIGNS_OF_RDF_1_2 = (b"<<", b"--", b'"Triple"', b"'Triple'", b"2005/11/its")


class Reader:
    """What every reader needs: where the document is from, its limits, and where problems go."""

    def __init__(self, base: str, syntax: Syntax, prefix: str, max_triples: int, problems: Problems) -> None:
        self.base = base
        self.base_iri = base if is_valid_iri(base) else None
        self.syntax = syntax
        self.problems = problems
        self._prefix = prefix
        self._max_triples = max_triples
        self._names: dict[BlankNode, BlankNode] = {}

    def triples(self, body: bytes, *, lenient: bool = False) -> Iterator[Triple]:
        """The parser's triples as they come. Raises SyntaxError; ParseError when there are more than allowed."""
        parser = pyoxigraph.parse(body, format=self.syntax.format, base_iri=self.base_iri, lenient=lenient)
        for count, quad in enumerate(parser, 1):
            if count > self._max_triples:
                self.refuse_too_many(count)
            yield quad.triple

    def attempt(self, triples: Iterable[Triple]) -> Graph:
        """The graph of the triples, with blank nodes of this document's own. A SyntaxError on the way leaves no
        trace, so that the next attempt begins anew."""
        mark = self.problems.mark()
        self._names.clear()
        try:
            return Graph(self.own_blank_nodes(triples))
        except SyntaxError:
            self.problems.back_to(mark)
            raise

    def refuse_too_many(self, count: int) -> None:
        if count > self._max_triples:
            raise ParseError(
                f"The document holds more than {self._max_triples:,} triples.",
                advice="Publish it in pages (for example with hydra:PartialCollectionView).",
                limit=self._max_triples,
                syntax=self.syntax.name,
            )

    def own_blank_nodes(self, triples: Iterable[Triple]) -> Iterator[Triple]:
        """The triples with blank node labels of this document's own, numbered as they appear."""
        for triple in triples:
            subject, value = triple.subject, triple.object
            if not isinstance(subject, BlankNode) and not isinstance(value, BlankNode):
                yield triple
            else:
                yield Triple(
                    self._own(subject) if isinstance(subject, BlankNode) else subject,
                    triple.predicate,
                    self._own(value) if isinstance(value, BlankNode) else value,
                )

    def _own(self, node: BlankNode) -> BlankNode:
        own = self._names.get(node)
        if own is None:
            if len(self._names) >= MAX_BLANK_NODES:
                raise ParseError(
                    f"The document holds more than {MAX_BLANK_NODES:,} blank nodes.",
                    advice="Give the resources IRIs, or publish the document in pages.",
                    limit=MAX_BLANK_NODES,
                    syntax=self.syntax.name,
                )
            own = self._names[node] = BlankNode(f"{self._prefix}n{len(self._names)}")
        return own

    def error(self, error: SyntaxError, body: bytes) -> ParseError:
        """What the parser said, as our error with the place and the line's text."""
        line, column = error.lineno, error.offset
        message = error.msg.split(": ", 1)[1] if line and ": " in error.msg else error.msg
        snippet = ""
        if line:
            lines = body.split(b"\n", line)
            snippet = (
                lines[line - 1].decode("utf-8", "replace").strip()[:SNIPPET] if len(lines) >= line else ""
            )
        place = f" at line {line}" + (f", column {column}" if column else "") if line else ""
        mend = "Declare the prefix" if "has not been declared" in message else "Mend the document there"
        return ParseError(
            f"The {self.syntax.format.name} document does not parse{place}: {message}.",
            advice=f"{mend}, then try again.",
            syntax=self.syntax.name,
            line=line,
            column=column,
            snippet=snippet,
        )


def _refuse_nested_terms(body: bytes, reader: Reader) -> None:
    """The parser takes triple terms within each other (RDF 1.2) with a call each, and thousands end the process."""
    if body.count(b"<<") > MAX_TRIPLE_TERMS:
        raise ParseError(
            f"The document holds more than {MAX_TRIPLE_TERMS:,} triple terms (<<...>>), which Pharos does not read.",
            advice="Publish the metadata in RDF 1.1.",
            syntax=reader.syntax.name,
        )


def read_turtle(body: bytes, reader: Reader) -> Graph:
    """Turtle and TriG: strict; else leniently, at last with the text mended token by token."""
    _refuse_nested_terms(body, reader)
    graph = _strictly(body, reader)
    return graph if graph is not None else _leniently(body, reader, repair_turtle_text)


def read_rdf_xml(body: bytes, reader: Reader) -> Graph:
    """RDF/XML: checked by a tokenizer, then strict; else read leniently, at last with its texts mended."""
    body = prepare_rdf_xml(body, reader.problems, reader.base)
    graph = _strictly(body, reader)
    return graph if graph is not None else _leniently(body, reader, sound_texts)


def read_json_ld(body: bytes, reader: Reader) -> Graph:
    """JSON-LD is always read leniently: the strict parser drops what it does not like without a word."""
    return _leniently(prepare_json_ld(body, reader.base, reader.problems), reader, None)


def read_lines(body: bytes, reader: Reader) -> Graph:
    """N-Triples and N-Quads: strict; else in blocks, and in a block that fails bad lines are problems."""
    _refuse_nested_terms(body, reader)
    graph = _strictly(body, reader)
    if graph is not None:
        return graph
    terms = SoundTerms(reader.base_iri, reader.problems, body)
    return reader.attempt(terms.sound(_lines(body, reader)))


def _lines(body: bytes, reader: Reader) -> Iterator[Triple]:
    lines = body.splitlines(keepends=True)
    count = 0
    for start in range(0, len(lines), BLOCK_LINES):
        block = lines[start : start + BLOCK_LINES]
        try:
            triples = list(reader.triples(b"".join(block)))
        except SyntaxError:
            triples = _line_by_line(block, start, reader)
        count += len(triples)
        reader.refuse_too_many(count)
        yield from triples


def _line_by_line(block: list[bytes], start: int, reader: Reader) -> list[Triple]:
    triples: list[Triple] = []
    for number, line in enumerate(block, start + 1):
        try:
            triples.extend(reader.triples(line, lenient=True))
        except SyntaxError as error:
            reader.problems.add(
                "line-unreadable",
                f"Line {number} is no {reader.syntax.format.name}: {error.msg.split(': ', 1)[-1]}.",
                line=number,
                column=error.offset,
                snippet=line.decode("utf-8", "replace").strip(),
                lost=True,
            )
    return triples


Repair = Callable[[bytes, Problems], bytes]


def _strictly(body: bytes, reader: Reader) -> Graph | None:
    """The graph of a sound document, else None. Terms of a strict parse need no look, so what RDF 1.2 added
    (triple terms, directions), which a strict parser lets through, is left to the lenient way."""
    if any(sign in body for sign in _SIGNS_OF_RDF_1_2):
        return None
    try:
        return reader.attempt(reader.triples(body))
    except SyntaxError:
        return None


def _leniently(body: bytes, reader: Reader, repair: Repair | None) -> Graph:
    terms = SoundTerms(reader.base_iri, reader.problems, body, json_terms=reader.syntax.family == "json")
    try:
        return reader.attempt(terms.sound(reader.triples(body, lenient=True)))
    except SyntaxError as first:
        repaired = repair(body, reader.problems) if repair is not None else body
        if repaired == body:
            raise reader.error(first, body) from None
    terms = SoundTerms(reader.base_iri, reader.problems, body)
    try:
        return reader.attempt(terms.sound(reader.triples(repaired, lenient=True)))
    except SyntaxError as error:
        raise reader.error(error, repaired) from None
