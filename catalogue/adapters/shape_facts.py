"""What a finding's shape says: path, message, parameters. Read from the shapes once, the same for every engine."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph
from pyoxigraph import RdfFormat

from catalogue.adapters.shape_bundles import name_shapes, with_imported_prefixes
from catalogue.adapters.shape_messages import fallback_message
from catalogue.errors import EngineFailed
from catalogue.model.validation import Severity, ShapesProfile
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import RDF, SH
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject, Term

SEVERITIES = {SH[severity.value].value: severity for severity in Severity}
_ANONYMOUS = "urn:pharos:shapes"
_SUFFIXES = {SH.zeroOrMorePath: "*", SH.oneOrMorePath: "+", SH.zeroOrOnePath: "?"}
_MAX_DEPTH = 12


def read_bundle(profile: ShapesProfile, variant: str | None) -> tuple[str, Graph]:
    """The shapes that judge this variant, each reporting shape with an IRI, and the variant's key ("" for the default).

    Raises EngineFailed for what no engine can use: bad syntax, references to nothing, property shapes without path.
    """
    variants = dict(profile.variants)
    key = variant if variant in variants else ""
    try:
        quads = list(
            pyoxigraph.parse(variants.get(key or "", profile.shapes_turtle), format=RdfFormat.TURTLE)
        )
    except (SyntaxError, ValueError) as error:
        raise unusable(profile.name, str(error)) from error
    graph = with_imported_prefixes(Graph(quad.triple for quad in quads))
    for triple in graph:
        if triple.predicate == SH.property and not _is_described(graph, triple.object):
            reason = (
                f"{triple.subject} refers to the property shape {triple.object}, which is defined nowhere"
            )
            raise unusable(profile.name, reason)
    for shape in graph.instances(SH.PropertyShape):
        if not graph.objects(shape, SH.path):
            raise unusable(profile.name, f"the property shape {shape} has no sh:path")
    return key or "", name_shapes(graph, _ANONYMOUS)


def _is_described(graph: Graph, node: object) -> bool:
    return isinstance(node, NamedNode | BlankNode) and bool(graph.about(node))


def unusable(profile: str, reason: str) -> EngineFailed:
    """The error for shapes that cannot be used."""
    return EngineFailed(
        f"The shapes of the profile {profile} cannot be used: {reason.strip().splitlines()[0][:300]}",
        advice="Mend the profile's shapes files.",
        profile=profile,
    )


class ShapeFacts:
    """Looks up what results need of their shape. Shared between threads: what is remembered never changes."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._paths: dict[str, str | None] = {}
        self._messages: dict[tuple[str, str], str] = {}
        # The graph's own indexes are made at the first question: not by two threads at once.
        graph.about(RDF.nil)

    def path(self, shape: str) -> str | None:
        """The shape's path: an IRI, or the text of a SPARQL property path; None for a node shape."""
        if shape not in self._paths:
            node = self._graph.value(NamedNode(shape), SH.path)
            simple = node.value if isinstance(node, NamedNode) else None
            self._paths[shape] = simple or (self._path_text(node) if node is not None else None)
        return self._paths[shape]

    def message(self, shape: str, component: str) -> str:
        """The shape's own message (English before others), else one sentence of ours."""
        key = (shape, component)
        known = self._messages.get(key)
        if known is None:
            known = self._own_message(shape) or fallback_message(
                component, shape, lambda name: self._parameters(shape, name)
            )
            self._messages[key] = known
        return known

    def _own_message(self, shape: str) -> str | None:
        stated = [m for m in self._graph.objects(NamedNode(shape), SH.message) if isinstance(m, Literal)]
        return best_message((m.value, m.language) for m in stated) if stated else None

    def _parameters(self, shape: str, name: str) -> list[str]:
        values = self._graph.objects(NamedNode(shape), SH[name])
        # the label of an anonymous shape is another one at each reading
        return ["that is part of the rule" if isinstance(v, BlankNode) else v.value for v in values]

    def _path_text(self, node: Term, depth: int = 0) -> str:
        if isinstance(node, NamedNode):
            return str(node)
        assert isinstance(node, BlankNode)
        if depth > _MAX_DEPTH:
            return "…"
        inside = depth + 1
        sequence = self._items(node)
        if sequence:
            return _joined(" / ", [self._path_text(step, inside) for step in sequence], depth)
        for triple in self._graph.about(node):
            inner = triple.object
            assert isinstance(inner, NamedNode | BlankNode)
            if triple.predicate == SH.inversePath:
                return f"^{self._path_text(inner, inside)}"
            if triple.predicate == SH.alternativePath:
                options = [self._path_text(option, inside) for option in self._items(inner)]
                return _joined(" | ", options, depth)
            if triple.predicate in _SUFFIXES:
                return self._path_text(inner, inside) + _SUFFIXES[triple.predicate]
        return "…"

    def _items(self, node: Subject) -> list[Term]:
        found: list[Term] = []
        while len(found) <= len(self._graph):
            first, rest = self._graph.value(node, RDF.first), self._graph.value(node, RDF.rest)
            if first is None:
                break
            found.append(first)
            if not isinstance(rest, BlankNode):
                break
            node = rest
        return found


def _joined(separator: str, parts: list[str], depth: int) -> str:
    text = separator.join(parts)
    return text if depth == 0 else f"({text})"


def best_message(messages: Iterable[tuple[str, str | None]]) -> str:
    """Of pairs (text, language tag or None): the one without a tag or in English, else the first by tag."""
    return min(messages, key=lambda m: (m[1] not in (None, "en"), m[1] or "", m[0]))[0]
