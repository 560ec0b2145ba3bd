"""Where the statements of a document stand: its triples once more, each with its line in the text.

Parsers give no places, so the text is read a second time, with less care: what is read here is used to find places
and for nothing else. A statement that is missing or differs from the parser's has no place; none has a wrong one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from catalogue.rdf.iris import repair_iri
from catalogue.rdf.terms import NamedNode, Subject, Term

MAX_TEXT = 8_388_608
"""Characters of a document in which places are looked for; it takes about a second for each two million."""
MAX_SNIPPET = 200
UNKNOWN = "urn:pharos:unknown"
"""Stands for an IRI that cannot be mended."""
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `line` is where its object begins, `begins` where the description of its subject does; from 1.

    Blank nodes have labels of this reading, not those of the parser.
    """

    subject: Subject
    predicate: NamedNode
    object: Term
    line: int
    begins: int


class Lines:
    """The lines of a text, whatever ends them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = [match.end() for match in _LINE_END.finditer(text)]

    def __len__(self) -> int:
        return len(self._ends) + 1

    def number(self, offset: int) -> int:
        """The line, from 1, of a character."""
        return bisect_right(self._ends, offset) + 1

    def line(self, number: int) -> str:
        """The text of a line without its end; "" for a number that is none."""
        if not 1 <= number <= len(self):
            return ""
        start = self._ends[number - 2] if number > 1 else 0
        end = self._ends[number - 1] if number <= len(self._ends) else len(self._text)
        return self._text[start:end].rstrip("\r\n")

    def snippet(self, number: int) -> str:
        """The line as it is shown beside a finding: without indentation, at most `MAX_SNIPPET` characters."""
        text = self.line(number).strip()
        return text if len(text) <= MAX_SNIPPET else text[: MAX_SNIPPET - 1] + "…"

    def __iter__(self) -> Iterator[str]:
        return (self.line(number) for number in range(1, len(self) + 1))


def named(iri: str, base: str) -> NamedNode:
    """The node of an absolute IRI, as the patient reading mends one that is none."""
    try:
        return NamedNode(iri)
    except ValueError:
        return NamedNode(repair_iri(iri, base) or UNKNOWN)


class Unreadable(Exception):
    """The reading ends here; what was read before stands."""
