"""A query's text made plain before anybody parses it: one reading of escapes, line ends and comments for all parsers.

The scan is the first of two independent locks against SERVICE (the second is rdflib's parser, in `sparql_judge`):
two parsers that disagree about where a comment or a string ends must not be able to hide a word from both.
Tokens are those of the grammar (https://www.w3.org/TR/sparql11-query/#sparqlGrammar).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from catalogue.errors import InvalidQuery

MAX_LENGTH = 20_000
MAX_TOKENS = 4_000
MAX_DEPTH = 32

_CODE_POINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\n]+)
    | (?P<comment>\#[^\n]*)
    | (?P<string>
          \"{3}(?:\"{0,2}(?:[^"\\]|\\[tbnrf\\"']))*\"{3}
        | '{3}(?:'{0,2}(?:[^'\\]|\\[tbnrf\\"']))*'{3}
        | "(?:[^"\\\n]|\\[tbnrf\\"'])*"
        | '(?:[^'\\\n]|\\[tbnrf\\"'])*'
      )
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<variable>[?$]\w+)
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<blank>_:[\w.\-]+)
    | (?P<name>(?P<prefix>(?:[^\W\d_][\w.\-]*)?):(?:[\w.:\-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*)
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+\-]?\d+)?)
    | (?P<word>\w+)
    | (?P<mark>\^\^|\|\||&&|[!<>]=|[{}()\[\].;,*/|^+\-=<>!?&])
    """,
    re.VERBOSE,
)
_UPDATES = frozenset(["insert", "delete", "load", "clear", "create", "drop", "copy", "move", "add", "with"])
_OPENING, _CLOSING = "{([", "})]"


@dataclass(frozen=True, slots=True)
class PlainQuery:
    """`text`: without escapes of code points and comments, positions kept where there were no escapes.

    `key` is equal for queries that differ in layout, comments and names of variables only.
    """

    text: str
    key: str


def plain_query(text: str) -> PlainQuery:
    """InvalidQuery for what is too long, too deep, no SPARQL at all, an update, or uses SERVICE."""
    if len(text) > MAX_LENGTH:
        raise _invalid(
            f"The query has more than {MAX_LENGTH:,} characters.", advice="Ask in several queries."
        )
    text = _expand(text).replace("\r\n", "\n").replace("\r", "\n")
    return _Scan(text).run()


def place(text: str, offset: int) -> str:
    """`line L, column C`, counted from 1."""
    before = text[:offset]
    return f"line {before.count(chr(10)) + 1}, column {offset - before.rfind(chr(10))}"


def _expand(text: str) -> str:
    """Escapes of code points stand for the character everywhere, before the grammar (section 19.2)."""

    def character(match: re.Match[str]) -> str:
        number = int(match[1] or match[2], 16)
        if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
            raise _invalid(f"{match[0]} is not a character.")
        return chr(number)

    expanded = _CODE_POINT.sub(character, text)
    if expanded != text and _CODE_POINT.search(expanded):
        raise _invalid("The query hides one escape in another.", advice="Write the characters themselves.")
    if any("\ud800" <= c <= "\udfff" for c in expanded):
        raise _invalid("The query holds half a character.", advice="Send it as UTF-8.")
    return expanded


class _Scan:
    def __init__(self, text: str) -> None:
        self._text = text
        self._pieces: list[str] = []
        self._tokens: list[str] = []
        self._variables: dict[str, str] = {}
        self._depth = 0

    def run(self) -> PlainQuery:
        offset = 0
        while offset < len(self._text):
            match = _TOKEN.match(self._text, offset)
            if match is None:
                raise self._at(offset, "cannot be read")
            self._take(match)
            offset = match.end()
        if not self._tokens:
            raise _invalid("The query is empty.")
        key = hashlib.sha256(" ".join(self._tokens).encode()).hexdigest()
        return PlainQuery("".join(self._pieces), key)

    def _take(self, match: re.Match[str]) -> None:
        kind, token = match.lastgroup or "", match[0]
        if match["name"] is not None:
            kind = "name"
        if kind == "comment":
            self._pieces.append(" " * len(token))
            return
        self._pieces.append(token)
        if kind == "space":
            return
        if kind in ("word", "name"):
            self._judge(match, match["prefix"] if kind == "name" else token)
        elif kind == "mark":
            self._nest(match)
        if kind == "variable":
            token = self._variables.setdefault(token[1:], f"?{len(self._variables)}")
        self._tokens.append(token)
        if len(self._tokens) > MAX_TOKENS:
            raise _invalid(f"The query has more than {MAX_TOKENS:,} words.", advice="Ask in several queries.")

    def _judge(self, match: re.Match[str], word: str) -> None:
        # Inside words too: a parser that needs no space between words would find it there.
        if "service" in word.lower():
            raise InvalidQuery(
                f"SERVICE is refused ({place(self._text, match.start())}): this endpoint asks no other server.",
                advice="Ask the other server itself. A prefix whose name holds `service` needs another name.",
                parameter="query",
            )
        if word.lower() in _UPDATES and self._depth == 0 and match["name"] is None:
            raise InvalidQuery(f"{word.upper()} is an update; this endpoint reads only.", parameter="query")

    def _nest(self, match: re.Match[str]) -> None:
        self._depth += (match[0] in _OPENING) - (match[0] in _CLOSING)
        if self._depth > MAX_DEPTH:
            raise _invalid(f"The query is nested more than {MAX_DEPTH} deep.", advice="Make it flatter.")
        if self._depth < 0:
            raise self._at(match.start(), f"is a {match[0]} too many")

    def _at(self, offset: int, what: str) -> InvalidQuery:
        near = self._text[offset : offset + 20].split("\n")[0]
        return _invalid(f"The query {what} at {place(self._text, offset)}: {near!r}.")


def _invalid(detail: str, advice: str = "") -> InvalidQuery:
    return InvalidQuery(detail, advice=advice, parameter="query")
