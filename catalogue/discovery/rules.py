"""What a profile says of its rules, read from its shapes: names, descriptions, clauses."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import pyoxigraph
from pyoxigraph import RdfFormat

from catalogue.model.findings import Advice, Rule
from catalogue.model.validation import ShapesProfile, ValidationResult
from catalogue.rdf.graphs import Graph
from catalogue.rdf.literals import preferred
from catalogue.rdf.namespaces import RDFS, SH
from catalogue.rdf.terms import Literal, NamedNode

_EXAMPLE = (", for example: ", " for example: ", ": ")
_TURTLE_STARTS = ('"', "<", "[")


def rules_of(profile: ShapesProfile) -> Mapping[str, Rule]:
    """Rule by the IRI of its shape, for the default shapes and all variants."""
    return _rules((profile.shapes_turtle, *(turtle for _, turtle in profile.variants)))


@lru_cache(maxsize=32)
def _rules(texts: tuple[str, ...]) -> Mapping[str, Rule]:
    found: dict[str, Rule] = {}
    for text in texts:
        graph = Graph(q.triple for q in pyoxigraph.parse(text, format=RdfFormat.TURTLE))
        for shape in graph.subjects():
            if isinstance(shape, NamedNode) and shape.value not in found:
                rule = _rule(graph, shape)
                if rule != Rule():
                    found[shape.value] = rule
    return found


def _rule(graph: Graph, shape: NamedNode) -> Rule:
    name = preferred(graph.objects(shape, SH.name))
    description = preferred(graph.objects(shape, SH.description))
    clauses = sorted(
        o.value for o in graph.objects(shape, RDFS.seeAlso) if isinstance(o, NamedNode | Literal)
    )
    return Rule(name.value if name else "", description.value if description else "", tuple(clauses))


def advice_of(result: ValidationResult) -> Advice:
    """The message in parts. Ours say what is wrong, then what to do, then an example; others are told whole."""
    return _advice(result.message.strip())


@lru_cache(maxsize=2_000)
def _advice(message: str) -> Advice:
    head, example = _without_example(message)
    what, dot, do = head.rpartition(". ")
    if not dot:
        what, dot, do = message.partition(". ") if not example else (head, "", "")
    return Advice(what + "." if dot else what, do.strip(), example)


def _without_example(message: str) -> tuple[str, str]:
    for sign in _EXAMPLE:
        head, found, example = message.rpartition(sign) if sign == ": " else message.partition(sign)
        if found and (sign != ": " or _looks_like_turtle(example)):
            return head, example.strip()
    return message, ""


def _looks_like_turtle(text: str) -> bool:
    """Whether a text is a property with a value, as our messages end with: `dct:title "…"`."""
    name, space, value = text.partition(" ")
    return bool(space) and ":" in name and value.startswith(_TURTLE_STARTS)
