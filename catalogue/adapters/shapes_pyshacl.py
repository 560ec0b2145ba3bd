"""ShapeEngine on pySHACL, in its fast form: shapes compiled once, only those whose targets occur, no report graph.

Nothing process-wide is changed: terms are built with `normalize=False`, so rdflib's NORMALIZE_LITERALS stays as it
is, and pySHACL's own patches (`pyshacl.monkey`) are not applied. Compiled shapes are only read after `_compile`, so
threads share them; each call has its own data graph and executor.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any

import pyshacl
from pyshacl.constraints import ALL_CONSTRAINT_PARAMETERS
from pyshacl.errors import ReportableRuntimeError
from pyshacl.helper.path_helper import shacl_path_to_sparql_path
from pyshacl.pytypes import SHACLExecutor
from pyshacl.rdfutil.stringify import stringify_blank_node
from pyshacl.shape import Shape
from pyshacl.shapes_graph import ShapesGraph
from rdflib import RDF, RDFS, SH, Literal, URIRef
from rdflib.term import Node

from catalogue.adapters.rdflib_graphs import IndexedGraph, ntriples_term, to_rdflib
from catalogue.adapters.shape_facts import (
    SEVERITIES,
    ShapeFacts,
    best_message,
    read_bundle,
    unusable,
)
from catalogue.errors import EngineFailed
from catalogue.model.validation import Severity, ShapesProfile, ValidationResult, result_order
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import SH as SHACL
from catalogue.rdf.terms import BlankNode, NamedNode, Triple
from catalogue.rdf.terms import Literal as OxLiteral

_SYSTEM_TRIPLES = ShapesGraph.system_triples
_PARAMETERS = frozenset(ALL_CONSTRAINT_PARAMETERS)
_COMPILED_LIMIT = 32


class PySHACLEngine:
    """The reference engine: slower than others, and the one they are compared with."""

    name = "pyshacl"
    version = pyshacl.__version__

    def __init__(self) -> None:
        self._compiled: OrderedDict[tuple[str, str], _Compiled] = OrderedDict()
        self._lock = threading.Lock()

    def validate(
        self, graph: Graph, profile: ShapesProfile, variant: str | None = None
    ) -> tuple[ValidationResult, ...]:
        """Findings in a stable order: severity, focus node, path, component, value, shape.

        Only results of the report itself, not those nested in them (sh:detail). Raises EngineFailed when the shapes
        cannot be compiled or evaluated.
        """
        shapes = self._shapes(profile, variant)
        try:
            return shapes.validate(to_rdflib(graph))
        except Exception as error:
            # pySHACL has no base of its failures; rdflib's and Python's come through, some as bare Exception
            raise EngineFailed(
                f"pySHACL could not judge the record under the profile {profile.name}: {_one_line(error)}",
                advice="The record is not judged. If it is so for every record, the profile's shapes are at fault.",
                profile=profile.name,
            ) from error
        finally:
            # a cache without bound, keyed by the address of a graph that is gone
            stringify_blank_node.dict_cache.clear()

    def _shapes(self, profile: ShapesProfile, variant: str | None) -> _Compiled:
        key = (profile.bundle_hash, variant if variant in dict(profile.variants) else "")
        with self._lock:
            compiled = self._compiled.get(key)
            if compiled is None:
                compiled = _compile(profile, variant)
                self._compiled[key] = compiled
                if len(self._compiled) > _COMPILED_LIMIT:
                    self._compiled.popitem(last=False)
            self._compiled.move_to_end(key)
            return compiled


def _compile(profile: ShapesProfile, variant: str | None) -> _Compiled:
    _key, graph = read_bundle(profile, variant)
    try:
        return _Compiled(to_rdflib(_with_own_patterns(graph)), ShapeFacts(graph))
    except (ReportableRuntimeError, ValueError) as error:
        raise unusable(profile.name, str(error)) from error


def _with_own_patterns(graph: Graph) -> Iterator[Triple]:
    """The shapes with their patterns in Python's words.

    In Python `$` is also before a last line break, where SHACL has the end of the text; and pySHACL forgets the flag s.
    """
    for triple in graph:
        if triple.predicate != SHACL.pattern or not isinstance(triple.object, OxLiteral):
            yield triple
            continue
        assert isinstance(triple.subject, NamedNode | BlankNode)
        flags = "".join(o.value for o in graph.objects(triple.subject, SHACL.flags))
        pattern = triple.object.value if "m" in flags else _strict_end(triple.object.value)
        pattern = f"(?s){pattern}" if "s" in flags else pattern
        yield Triple(triple.subject, triple.predicate, OxLiteral(pattern))


def _strict_end(pattern: str) -> str:
    # an escaped character, a class of characters, or the sign itself
    return re.sub(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\$", lambda m: r"\Z" if m[0] == "$" else m[0], pattern)


class _SharedShapes(ShapesGraph):
    """A ShapesGraph over a graph that cannot be written to, and that tells a shape's parameters at once.

    pySHACL asks for all triples of a shape each time it evaluates it and compares each predicate with each of thirty
    parameters: 60 % of the time on shapes with names, descriptions and messages.
    """

    def __init__(self, graph: IndexedGraph) -> None:
        super().__init__(graph)
        self._parameters: dict[Node, list[tuple[Node, Node]]] = {}

    def _add_system_triples(self) -> None:
        """Nothing: `_Compiled` put them into the graph."""

    def predicate_objects(self, s: Node) -> list[tuple[Node, Node]]:
        """Those triples of a shape that are parameters of constraints (all that pySHACL asks this for)."""
        known = self._parameters.get(s)
        if known is None:
            pairs = super().predicate_objects(s)  # type: ignore[no-untyped-call]
            known = [pair for pair in pairs if pair[0] in _PARAMETERS]
            self._parameters[s] = known
        return known


class _Compiled:
    """Shapes ready to be asked, with the targets that decide which of them a record needs."""

    def __init__(self, graph: IndexedGraph, facts: ShapeFacts) -> None:
        self._facts = facts
        triples = [*graph.triples((None, None, None)), *_SYSTEM_TRIPLES]
        self._graph = _SharedShapes(IndexedGraph(triples))
        self._by_class: dict[Node, list[Shape]] = {}
        self._always: list[Shape] = []
        self._targeted: list[Shape] = []
        # sorted, for the same results in the same order from run to run
        for shape in sorted(self._graph.shapes, key=lambda s: str(s.node)):
            self._index(shape)
        self._graph.custom_constraints  # noqa: B018  fills the cache that threads then only read

    def _index(self, shape: Shape) -> None:
        nodes, classes, implicit, objects_of, subjects_of = (list(t) for t in shape.target())  # type: ignore[no-untyped-call]
        for cls in {*classes, *implicit}:
            self._by_class.setdefault(cls, []).append(shape)
        if nodes or objects_of or subjects_of:
            self._always.append(shape)
        if any((nodes, classes, implicit, objects_of, subjects_of)):
            self._targeted.append(shape)

    def validate(self, data: IndexedGraph) -> tuple[ValidationResult, ...]:
        executor = SHACLExecutor()
        found: list[ValidationResult] = []
        for shape in self._wanted(data):
            _conforms, reports = shape.validate(executor, data)
            found.extend(self._result(node, parts) for _text, node, parts in reports)
        return tuple(sorted(found, key=result_order))

    def _wanted(self, data: IndexedGraph) -> Iterable[Shape]:
        if next(data.triples((None, RDFS.subClassOf, None)), None) is not None:
            return self._targeted
        wanted = dict.fromkeys(self._always)
        for cls in sorted({t[2] for t in data.triples((None, RDF.type, None))}, key=str):
            wanted.update(dict.fromkeys(self._by_class.get(cls, ())))
        return wanted

    def _result(self, node: Node, parts: Iterable[tuple[Node, Node, Any]]) -> ValidationResult:
        """One result out of the triples pySHACL would write; an object may come with the graph it is from."""
        values: dict[Node, list[Node]] = {}
        for subject, predicate, value in parts:
            if subject == node:
                values.setdefault(predicate, []).append(value[1] if isinstance(value, tuple) else value)
        shape, component = values[SH.sourceShape][0], values[SH.sourceConstraintComponent][0]
        path = values.get(SH.resultPath)
        value = values.get(SH.value)
        return ValidationResult(
            focus_node=ntriples_term(values[SH.focusNode][0]),
            path=self._path(path[0]) if path else None,
            component=str(component),
            severity=SEVERITIES.get(str(values[SH.resultSeverity][0]), Severity.VIOLATION),
            message=self._message(shape, component, values.get(SH.resultMessage, ())),
            value=ntriples_term(value[0]) if value else None,
            source_shape=str(shape),
        )

    def _path(self, path: Node) -> str:
        if isinstance(path, URIRef):
            return str(path)
        text: str = shacl_path_to_sparql_path(self._graph, path)
        return text

    def _message(self, shape: Node, component: Node, messages: Iterable[Node]) -> str:
        """The shape's own message, else ours; pySHACL's generated ones are not used."""
        # a SPARQL constraint has its message on itself, with values filled in: only the result knows it
        told = [m for m in messages if isinstance(m, Literal)]
        if component == SH.SPARQLConstraintComponent and told:
            return best_message((str(m), m.language) for m in told)
        return self._facts.message(str(shape), str(component))


def _one_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
