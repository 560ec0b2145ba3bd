"""What parsing a document gives: its triples and what could not be read of it."""

from __future__ import annotations

from dataclasses import dataclass

from catalogue.rdf.graphs import Graph


@dataclass(frozen=True, slots=True)
class DocumentProblem:
    """Something in a document that was repaired or left out. `line` counts from 1; `snippet` is at most 200 characters.

    `lost` says that triples are missing because of it (so the document is not complete).
    """

    rule: str
    message: str
    line: int | None = None
    column: int | None = None
    snippet: str = ""
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document: `base` is its base IRI, `syntax` the media type it was read as."""

    graph: Graph
    base: str
    syntax: str
    problems: tuple[DocumentProblem, ...] = ()
