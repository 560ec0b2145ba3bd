"""Statements of Turtle, TriG, N-Triples and N-Quads with their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urljoin

from catalogue.rdf.namespaces import RDF, XSD
from catalogue.rdf.statements import Lines, Statement, Unreadable, named
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject, Term
from catalogue.rdf.turtle_tokens import STRINGS_AND_COMMENTS

MAX_DEPTH = 60
"""Brackets within each other; a catalogue needs about ten."""

_ESCAPED = r"\\[_~.\-!$&'()*+,;=/?#@%]"
_TOKENS = re.compile(
    rf"(?P<text>{STRINGS_AND_COMMENTS})|(?P<space>\s+)|(?P<iri><(?!<)[^<>\r\n]*>)"
    r"|(?P<blank>_:\w(?:[\w\-·]|\.+(?=[\w\-·]))*)|(?P<tag>@[A-Za-z]+(?:[-_][A-Za-z0-9]+)*)"
    r"|(?P<number>[+-]?(?:\d+\.\d*[eE][+-]?\d+|\.\d+[eE][+-]?\d+|\d+[eE][+-]?\d+|\d*\.\d+|\d+)(?![\w:]))"
    rf"|(?P<name>(?:[^\W\d_](?:[\w\-·]|\.+(?=[\w\-·]))*)?:(?:[\w:%\-·]|{_ESCAPED}|\.+(?=[\w:%\\\-·]))*)"
    r"|(?P<word>[A-Za-z]+)|(?P<type>\^\^)|(?P<sign>[\[\](){}.;,])",
    re.S,
)
_ESCAPES = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.S)
_PLAIN_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


class Token(NamedTuple):
    kind: str
    text: str
    offset: int


_END = Token("end", "", -1)


def read_turtle_statements(text: str, base: str) -> Iterator[Statement]:
    """The statements of Turtle or TriG as they come; the first thing that is neither ends the reading."""
    reader = _Reader(text, base)
    try:
        while reader.token is not _END:
            yield from reader.block()
    except (Unreadable, ValueError):
        return


def read_line_statements(text: str, base: str) -> Iterator[Statement]:
    """The statements of N-Triples or N-Quads; lines that are neither are passed over."""
    names: dict[str, BlankNode] = {}
    for number, line in enumerate(Lines(text), 1):
        reader = _Reader(line, base, names, first_line=number)
        try:
            if reader.token is not _END:
                yield reader.line_statement()
        except (Unreadable, ValueError):
            continue


class _Reader:
    """Reads token by token, with one token ahead. Raises Unreadable, ValueError (a term that is none)."""

    def __init__(
        self, text: str, base: str, names: dict[str, BlankNode] | None = None, first_line: int = 1
    ) -> None:
        self._text = text
        self._lines = Lines(text)
        self._first_line = first_line
        self._base = base
        self._prefixes: dict[str, str] = {}
        self._names = {} if names is None else names
        self._offset = 0
        self.token = self._next()

    def _next(self) -> Token:
        while self._offset < len(self._text):
            match = _TOKENS.match(self._text, self._offset)
            if match is None:
                return Token("unknown", "", self._offset)
            self._offset = match.end()
            kind = str(match.lastgroup)
            if kind != "space" and not (kind == "text" and match.group().startswith("#")):
                return Token(kind, match.group(), match.start())
        return _END

    def _take(self, *texts: str) -> Token:
        """The token, which must be one of these (none: any)."""
        token = self.token
        if token.kind in ("end", "unknown") or (texts and token.text not in texts):
            raise Unreadable
        self.token = self._next()
        return token

    def _line(self, token: Token) -> int:
        return self._lines.number(token.offset) + self._first_line - 1

    def line_statement(self) -> Statement:
        """Subject, predicate, object, perhaps a graph, and the dot."""
        begins = self._line(self.token)
        subject, predicate = self._simple(), self._simple()
        line = self._line(self.token)
        value = self._simple()
        if self.token.text != ".":
            self._simple()
        self._take(".")
        if self.token is not _END or isinstance(subject, Literal) or not isinstance(predicate, NamedNode):
            raise Unreadable
        return Statement(subject, predicate, value, line, begins)

    def block(self) -> Iterator[Statement]:
        """One directive, one graph's braces, or the statements of one subject."""
        word = self.token.text.upper()
        if self.token.kind in ("tag", "word") and word in ("@PREFIX", "PREFIX", "@BASE", "BASE"):
            self._directive(word)
        elif self.token.kind == "word" and word == "GRAPH":
            self._take()
            self._simple()
            self._take("{")
        elif self.token.text in ("{", "}"):
            self._take()
        else:
            yield from self._subject_statements()

    def _directive(self, word: str) -> None:
        self._take()
        if word.endswith("PREFIX"):
            name = self._take()
            if name.kind != "name" or not name.text.endswith(":"):
                raise Unreadable
            self._prefixes[name.text[:-1]] = self._iri(self._take()).value
        else:
            self._base = self._iri(self._take()).value
        if word.startswith("@"):
            self._take(".")

    def _subject_statements(self) -> Iterator[Statement]:
        first = self.token
        begins = self._line(first)
        subject, inner = self._node(0)
        yield from inner
        if self.token.text == "{" and first.text != "(":
            self._take()  # the name of a graph
            return
        if isinstance(subject, Literal):
            raise Unreadable
        if not (first.text == "[" and self.token.text in (".", "}")):
            yield from self._properties(subject, begins, 0)
        if self.token.text != "}":
            self._take(".")

    def _properties(self, subject: Subject, begins: int, depth: int) -> Iterator[Statement]:
        while self.token.text not in (".", "]", "}"):
            if self.token.text == ";":
                self._take()
                continue
            predicate = RDF.type if self._is_a() else self._simple()
            if not isinstance(predicate, NamedNode):
                raise Unreadable
            while True:
                line = self._line(self.token)
                value, inner = self._node(depth)
                yield Statement(subject, predicate, value, line, begins)
                yield from inner
                if self.token.text != ",":
                    break
                self._take()
            if self.token.text not in (";", ".", "]", "}"):
                raise Unreadable

    def _is_a(self) -> bool:
        if self.token.kind == "word" and self.token.text == "a":
            self._take()
            return True
        return False

    def _node(self, depth: int) -> tuple[Term, list[Statement]]:
        """A term, and what stands within its brackets."""
        if depth > MAX_DEPTH:
            raise Unreadable
        begins = self._line(self.token)
        if self.token.text == "[":
            self._take()
            node = BlankNode()
            inner = list(self._properties(node, begins, depth + 1))
            self._take("]")
            return node, inner
        if self.token.text == "(":
            self._take()
            return self._list(depth)
        return self._simple(), []

    def _list(self, depth: int) -> tuple[Term, list[Statement]]:
        found: list[Statement] = []
        cells: list[tuple[BlankNode, int]] = []
        while self.token.text != ")":
            line = self._line(self.token)
            item, inner = self._node(depth + 1)
            cell = BlankNode()
            if cells:
                found.append(Statement(cells[-1][0], RDF.rest, cell, line, cells[-1][1]))
            found.append(Statement(cell, RDF.first, item, line, line))
            found += inner
            cells.append((cell, line))
        line = self._line(self._take(")"))
        if not cells:
            return RDF.nil, []
        found.append(Statement(cells[-1][0], RDF.rest, RDF.nil, line, cells[-1][1]))
        return cells[0][0], found

    def _simple(self) -> Term:
        token = self._take()
        if token.kind in ("iri", "name"):
            return self._iri(token)
        if token.kind == "blank":
            return self._names.setdefault(token.text, BlankNode())
        if token.kind == "text":
            return self._literal(token)
        if token.kind == "number":
            return Literal(token.text, datatype=_number_type(token.text))
        if token.kind == "word" and token.text in ("true", "false"):
            return Literal(token.text, datatype=XSD.boolean)
        raise Unreadable

    def _iri(self, token: Token) -> NamedNode:
        if token.kind == "iri":
            return named(_resolved(self._base, _unescaped(token.text[1:-1])), self._base)
        prefix, colon, local = token.text.partition(":")
        if token.kind != "name" or not colon or prefix not in self._prefixes:
            raise Unreadable
        return named(self._prefixes[prefix] + re.sub(r"\\(.)", r"\1", local), self._base)

    def _literal(self, token: Token) -> Literal:
        quotes = 3 if token.text[:3] in ('"""', "'''") and len(token.text) >= 6 else 1
        if len(token.text) < 2 * quotes or not token.text.endswith(token.text[:quotes]):
            raise Unreadable
        text = _unescaped(token.text[quotes:-quotes])
        if self.token.kind == "tag":
            return Literal(text, language=self._take().text[1:].replace("_", "-"))
        if self.token.kind == "type":
            self._take()
            return Literal(text, datatype=self._iri(self._take()))
        return Literal(text)


def _number_type(text: str) -> NamedNode:
    if "e" in text.lower():
        return XSD.double
    return XSD.decimal if "." in text else XSD.integer


def _resolved(base: str, reference: str) -> str:
    if re.match(r"[A-Za-z][A-Za-z0-9+.\-]*:", reference):
        return reference
    # urljoin takes an empty reference for "the base with its fragment"
    return urljoin(base, reference) if reference else base.partition("#")[0]


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPES.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _PLAIN_ESCAPES.get(match[3], match[3])
