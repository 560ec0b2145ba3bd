"""Reads the files of shapes profiles: a graph from a file, and what it says of a node."""

from __future__ import annotations

from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

import pyoxigraph
from pyoxigraph import RdfFormat

from catalogue.errors import ConfigurationError
from catalogue.rdf.graphs import Graph
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject


def parse_file(file: Traversable, where: str, base: str) -> Graph:
    """The triples of a file, its syntax by its suffix. ConfigurationError names it as `where`."""
    syntax = RdfFormat.from_extension(PurePosixPath(file.name).suffix.lstrip(".")) or RdfFormat.TURTLE
    try:
        quads = list(
            pyoxigraph.parse(file.read_bytes(), format=syntax, base_iri=base, rename_blank_nodes=True)
        )
    except FileNotFoundError as error:
        raise ConfigurationError(f"The shapes profile's file {where} is missing.", file=where) from error
    except (SyntaxError, ValueError, OSError) as error:
        raise ConfigurationError(f"{where} cannot be read as shapes: {error}", file=where) from error
    return Graph(quad.triple for quad in quads)


def text_of(graph: Graph, node: Subject, *predicates: NamedNode) -> str:
    """The first text, English before others; "" when there is none."""
    literals = [o for o in graph.objects(node, *predicates) if isinstance(o, Literal)]
    english = [o for o in literals if o.language in (None, "en")]
    return (english or literals)[0].value if literals else ""


def iris_of(graph: Graph, node: Subject, predicate: NamedNode) -> tuple[str, ...]:
    """Sorted."""
    return tuple(sorted(o.value for o in graph.objects(node, predicate) if isinstance(o, NamedNode)))


def as_node(term: object) -> Subject:
    """The term, which can only be a node."""
    assert isinstance(term, NamedNode | BlankNode)
    return term
