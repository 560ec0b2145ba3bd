"""One document's text with its statements: read once, asked for places."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

from catalogue.errors import ParseError
from catalogue.rdf.decoding import to_utf8, unpack
from catalogue.rdf.statements import MAX_TEXT, Lines, Statement
from catalogue.rdf.statements_json import read_json_statements
from catalogue.rdf.statements_turtle import read_line_statements, read_turtle_statements
from catalogue.rdf.statements_xml import read_xml_statements
from catalogue.rdf.terms import Subject, Term

_READERS: dict[str, Callable[[str, str], Iterable[Statement]]] = {
    "text/turtle": read_turtle_statements,
    "application/trig": read_turtle_statements,
    "application/n-triples": read_line_statements,
    "application/n-quads": read_line_statements,
    "application/rdf+xml": read_xml_statements,
    "application/ld+json": read_json_statements,
}


class DocumentStatements:
    """The text of a document and where each of its statements stands. `syntax`: the media type it was read as.

    What cannot be decoded, or is larger than MAX_TEXT, has no statements; `text` is then empty.
    """

    def __init__(self, body: bytes, base: str, syntax: str, charset: str | None = None) -> None:
        self.text = _text(body, charset)
        self.lines = Lines(self.text)
        self._base = base
        self._read = _READERS.get(syntax)

    @cached_property
    def all(self) -> tuple[Statement, ...]:
        if not self.text or self._read is None:
            return ()
        return tuple(self._read(self.text, self._base))

    @cached_property
    def _by_subject(self) -> dict[Subject, list[Statement]]:
        found: dict[Subject, list[Statement]] = {}
        for statement in self.all:
            found.setdefault(statement.subject, []).append(statement)
        return found

    @cached_property
    def _by_object(self) -> dict[Term, list[Statement]]:
        found: dict[Term, list[Statement]] = {}
        for statement in self.all:
            found.setdefault(statement.object, []).append(statement)
        return found

    def about(self, node: Subject) -> list[Statement]:
        """Statements with this subject, in the order of the text."""
        return self._by_subject.get(node, [])

    def pointing_to(self, node: Term) -> list[Statement]:
        return self._by_object.get(node, [])

    def subjects(self) -> Iterable[Subject]:
        return self._by_subject.keys()


def _text(body: bytes, charset: str | None) -> str:
    try:
        text = to_utf8(unpack(body, 4 * MAX_TEXT), charset)[0].decode("utf-8", "replace")
    except ParseError:
        return ""
    return text if len(text) <= MAX_TEXT else ""
