"""ShapeEngine on the package `shacl` (Rust), with pySHACL for what that cannot judge: the same findings, much sooner.

Compiled shapes are immutable and shared between threads; a judgement releases the interpreter's lock. A report of the
package holds most of a megabyte: its fields are taken and it is dropped at once.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, OrderedDict
from dataclasses import replace
from typing import Any

import pyoxigraph
from pyoxigraph import RdfFormat

from catalogue.adapters.shape_facts import SEVERITIES, ShapeFacts, read_bundle
from catalogue.adapters.shape_guards import divide, is_beyond
from catalogue.adapters.shapes_pyshacl import PySHACLEngine
from catalogue.model.validation import Severity, ShapesProfile, ValidationResult, result_order
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import SH
from catalogue.rdf.terms import BlankNode, Literal

try:
    import shacl
except ImportError:  # no wheel for this machine
    shacl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

TESTED = "0.3.4"
"""The version whose findings are known to be those of pySHACL. Another one is not used."""

_COMPILED_LIMIT = 32
_CLOSED = SH.ClosedConstraintComponent.value
_PROBE = "urn:pharos:probe"
_PROBE_SHAPE = f"<{_PROBE}#shape>"
_PROBE_SHAPES = (
    f"{_PROBE_SHAPE} <{SH.targetSubjectsOf.value}> <{_PROBE}> .\n"
    f"{_PROBE_SHAPE} <{SH.nodeKind.value}> <{SH.IRI.value}> .\n"
)


def is_available() -> bool:
    """Whether the package is installed, in the version that was tested."""
    if shacl is not None and shacl.__version__ != TESTED:
        log.warning(
            "the package shacl is not used: its version was not tested",
            extra={"found": shacl.__version__, "tested": TESTED},
        )
    return shacl is not None and shacl.__version__ == TESTED


class FastEngine:
    """`reference` judges what is beyond the package. `judged`: how many records went which way."""

    name = "shacl"

    def __init__(self, reference: PySHACLEngine | None = None) -> None:
        self.reference = reference or PySHACLEngine()
        self.version = f"{TESTED}, {self.reference.name} {self.reference.version}"
        self.judged: Counter[str] = Counter()
        self._compiled: OrderedDict[tuple[str, str], _Compiled] = OrderedDict()
        self._lock = threading.Lock()

    def validate(
        self, graph: Graph, profile: ShapesProfile, variant: str | None = None
    ) -> tuple[ValidationResult, ...]:
        """Findings in the order of the reference. Raises EngineFailed when neither engine can judge."""
        compiled = self._shapes(profile, variant)
        document = _Document(graph)
        if compiled.shapes is None or document.is_beyond:
            return self._by_reference("beyond", graph, profile, variant)
        try:
            found = compiled.validate(document)
        except BaseException as error:
            if not _is_refusal(error):
                raise
            log.info(
                "the fast engine refused a record", extra={"profile": profile.name, "reason": str(error)}
            )
            return self._by_reference("refused", graph, profile, variant)
        if compiled.rest is not None:
            found += self.reference.validate(graph, compiled.rest)
        self._count("fast")
        return tuple(sorted(found, key=result_order))

    def _by_reference(
        self, why: str, graph: Graph, profile: ShapesProfile, variant: str | None
    ) -> tuple[ValidationResult, ...]:
        self._count(why)
        return self.reference.validate(graph, profile, variant)

    def _count(self, why: str) -> None:
        with self._lock:
            self.judged[why] += 1

    def _shapes(self, profile: ShapesProfile, variant: str | None) -> _Compiled:
        key = (profile.bundle_hash, variant if variant in dict(profile.variants) else "")
        with self._lock:
            compiled = self._compiled.get(key)
            if compiled is None:
                compiled = self._compiled[key] = _compile(profile, variant)
                if len(self._compiled) > _COMPILED_LIMIT:
                    self._compiled.popitem(last=False)
            self._compiled.move_to_end(key)
            return compiled


def _is_refusal(error: BaseException) -> bool:
    # a panic of Rust code is no Exception to Python, and its class cannot be imported
    return isinstance(error, ValueError) or type(error).__name__ == "PanicException"


class _Document:
    """A record as the package reads it: N-Triples, and the labels of blank nodes in the order of appearance."""

    __slots__ = ("is_beyond", "labels", "text")

    def __init__(self, graph: Graph) -> None:
        text = pyoxigraph.serialize(graph, format=RdfFormat.N_TRIPLES)
        assert text is not None
        self.text = text.decode()
        self.is_beyond = False
        labels: dict[str, None] = {}
        # A line a triple, in order. The text is looked at before the terms: making them takes ten times as long.
        for triple, line in zip(graph, self.text.split("\n"), strict=False):
            if line.startswith("_:"):
                labels[line[2 : line.index(" ")]] = None
            if line.endswith('"^^<', 0, line.rfind("<") + 1):
                literal = triple.object
                if isinstance(literal, Literal) and is_beyond(literal.value, literal.datatype):
                    self.is_beyond = True
            elif " _:" in line and isinstance(triple.object, BlankNode):
                labels[triple.object.value] = None
        self.labels = list(labels)


class _Compiled:
    """`shapes` is None when the package judges nothing of the bundle; `rest` is what the reference judges besides."""

    def __init__(self, shapes: Any, rest: ShapesProfile | None, facts: ShapeFacts, first: str = "") -> None:
        self.shapes = shapes
        self.rest = rest
        self._facts = facts
        # The package calls the blank nodes of a record PREFIX_bN, counting up from those of the shapes.
        prefix, _, number = first.rpartition("b")
        self._prefix, self._offset = prefix + "b", int(number or 0)

    def validate(self, document: _Document) -> list[ValidationResult]:
        rows = [
            (r.focus_node, r.component_iri, r.value, r.source_shape, r.severity_iri, r.path)
            for r in self.shapes.validate_text(document.text, "ntriples").results
        ]
        return [self._result(document, *row) for row in rows if row[3] != _PROBE_SHAPE]

    def _result(
        self,
        document: _Document,
        focus: str,
        component: str,
        value: str | None,
        shape: str,
        severity: str,
        path: str | None,
    ) -> ValidationResult:
        iri = shape[1:-1]
        # of a closed shape: the property that is not allowed
        told = path[1:-1] if path and component == _CLOSED else self._facts.path(iri)
        return ValidationResult(
            focus_node=self._labelled(focus, document),
            path=told,
            component=component,
            severity=SEVERITIES.get(severity, Severity.VIOLATION),
            message=self._facts.message(iri, component),
            value=value if value is None else self._labelled(value, document),
            source_shape=iri,
        )

    def _labelled(self, node: str, document: _Document) -> str:
        """The record's own label for a blank node; ValueError when the package counts in another way."""
        if not node.startswith("_:"):
            return node
        prefix, number = node[: len(self._prefix)], node[len(self._prefix) :]
        place = int(number) - self._offset
        if prefix != self._prefix or not 0 <= place < len(document.labels):
            raise ValueError(f"unknown blank node {node}")
        return f"_:{document.labels[place]}"


def _compile(profile: ShapesProfile, variant: str | None) -> _Compiled:
    key, graph = read_bundle(profile, variant)
    facts = ShapeFacts(graph)
    refused: set[str] = set()
    try:
        shapes, rest = _attempt(graph, refused)
    except ValueError:
        refused = {p.value for p in _patterns(graph) if not _compiles(p)}
        try:
            shapes, rest = _attempt(graph, refused)
        except ValueError as error:
            log.warning(
                "the fast engine cannot use the shapes of a profile",
                extra={"profile": profile.name, "variant": key, "reason": str(error)},
            )
            return _Compiled(None, None, facts)
    if rest is not None:
        log.info("a profile has rules for the slower engine", extra={"profile": profile.name, "variant": key})
    first = _first_label(shapes) if shapes is not None else ""
    return _Compiled(shapes, _second_bundle(profile, key, rest), facts, first)


def _attempt(graph: Graph, refused: set[str]) -> tuple[Any, Graph | None]:
    fast, rest = divide(graph, refused)
    if fast is None:
        return None, None
    text = pyoxigraph.serialize(fast, format=RdfFormat.N_TRIPLES)
    assert text is not None
    return shacl.Shapes.from_text(text.decode() + _PROBE_SHAPES, "ntriples"), rest


def _second_bundle(profile: ShapesProfile, key: str, rest: Graph | None) -> ShapesProfile | None:
    if rest is None:
        return None
    text = pyoxigraph.serialize(rest, format=RdfFormat.TURTLE)
    assert text is not None
    marked = f"{profile.bundle_hash} {key} rest"
    return replace(profile, shapes_turtle=text.decode(), bundle_hash=marked, variants=())


def _first_label(shapes: Any) -> str:
    """How the package calls the first blank node of a record."""
    found = shapes.validate_text(f'_:a <{_PROBE}> "" .\n', "ntriples").results
    label: str = next(r.focus_node for r in found if r.source_shape == _PROBE_SHAPE)
    return label


def _patterns(graph: Graph) -> list[Literal]:
    return [t.object for t in graph if t.predicate == SH.pattern and isinstance(t.object, Literal)]


def _compiles(pattern: Literal) -> bool:
    lines = f"<{_PROBE}> <{SH.targetNode.value}> <{_PROBE}> .\n<{_PROBE}> <{SH.pattern.value}> {pattern} .\n"
    try:
        shacl.Shapes.from_text(lines, "ntriples")
    except ValueError:
        return False
    return True
