"""Makes a shapes graph fit for every engine: loose ends removed, anonymous shapes named, patterns checked.

What is repaired here is what published shapes files get wrong; what cannot be repaired is a ConfigurationError.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable

from catalogue.errors import ConfigurationError
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import OWL, RDF, SH
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject, Triple

log = logging.getLogger(__name__)

_CORE_TERMS = """
    NodeShape PropertyShape Shape targetClass targetNode targetObjectsOf targetSubjectsOf property path name
    description message severity order group defaultValue deactivated class datatype nodeKind minCount maxCount
    minExclusive minInclusive maxExclusive maxInclusive minLength maxLength pattern flags languageIn uniqueLang
    equals disjoint lessThan lessThanOrEquals not and or xone node qualifiedValueShape qualifiedMinCount
    qualifiedMaxCount qualifiedValueShapesDisjoint closed ignoredProperties hasValue in
    alternativePath inversePath zeroOrMorePath oneOrMorePath zeroOrOnePath
    IRI BlankNode Literal BlankNodeOrIRI BlankNodeOrLiteral IRIOrLiteral Violation Warning Info
"""
# https://www.w3.org/TR/shacl/#sparql-constraints and #sparql-constraint-components
_SPARQL_TERMS = """
    sparql select ask prefixes declare prefix namespace SPARQLConstraint ConstraintComponent parameter Parameter
    optional labelTemplate validator nodeValidator propertyValidator SPARQLAskValidator SPARQLSelectValidator
    PrefixDeclaration shapesGraph
"""
_KNOWN = frozenset((_CORE_TERMS + _SPARQL_TERMS).split())
_TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)
_SEVERITIES = (SH.Violation, SH.Warning, SH.Info)
# What Python's `re` and the Rust engine's `regex` do not share, with XPath's regular expressions as the third.
_NOT_SHARED = re.compile(r"\\[pP]\{|\\[1-9]|\\k|\(\?(?!:)|[*+?}]\+|\\[iIcC](?![a-z])")
_FLAGS = frozenset("ims")
_MAX_DEPTH = 30


def read_shapes(graph: Graph, where: str) -> Graph:
    """The shapes of one file without what is not SHACL. `where` names the file in log lines and errors.

    Raises ConfigurationError for a pattern outside the subset that all engines share, or an unknown severity.
    """
    graph = _without_unknown_terms(with_imported_prefixes(graph), where)
    _lint(graph, where)
    return graph


def prepare(graph: Graph, profile: str, base: str) -> Graph:
    """The shapes of a whole bundle, ready for every engine. `base`: the IRI that anonymous shapes are named under.

    References are judged here and not by file: published shapes are spread over files that refer to each other.
    """
    graph = _without_dangling_references(graph, profile)
    graph = _pathless_as_node_shapes(graph, profile)
    for shape in graph.subjects():
        if len(graph.objects(shape, SH.path)) > 1:
            raise ConfigurationError(
                f"The shape {shape} of the profile {profile} has more than one sh:path.",
                advice="Give each property shape an IRI of its own.",
                shape=str(shape),
            )
    return name_shapes(graph, base)


def with_imported_prefixes(graph: Graph) -> Graph:
    """The graph with the prefix declarations of an imported ontology at the one that imports it.

    SHACL wants imports followed (section 5.2.1); not every engine does.
    """
    added: list[Triple] = []
    prefixes = (t.object for t in graph if t.predicate == SH.prefixes)
    for importer in dict.fromkeys(o for o in prefixes if not isinstance(o, Literal)):
        waiting, met = [importer], {importer}
        while waiting:
            for imported in graph.objects(_node(waiting.pop()), OWL.imports):
                if imported not in met and not isinstance(imported, Literal):
                    met.add(imported)
                    waiting.append(imported)
                    added += [
                        Triple(_node(importer), SH.declare, d) for d in graph.objects(imported, SH.declare)
                    ]
    return graph | added if added else graph


def _without_unknown_terms(graph: Graph, where: str) -> Graph:
    kept: list[Triple] = []
    for triple in graph:
        local = triple.predicate.value.removeprefix(SH.iri)
        if triple.predicate == OWL.imports:
            continue
        if local != triple.predicate.value and local not in _KNOWN:
            log.info("%s: sh:%s on %s is not SHACL and left out", where, local, triple.subject)
            continue
        kept.append(triple)
    return Graph(kept)


def _without_dangling_references(graph: Graph, where: str) -> Graph:
    kept: list[Triple] = []
    for triple in graph:
        shape = triple.object
        if triple.predicate == SH.property and (isinstance(shape, Literal) or not graph.about(_node(shape))):
            log.warning(
                "%s: %s refers to the property shape %s, which is defined nowhere",
                where,
                triple.subject,
                shape,
            )
            continue
        kept.append(triple)
    return Graph(kept)


def _pathless_as_node_shapes(graph: Graph, where: str) -> Graph:
    """A property shape without sh:path is meant for the focus node itself: it becomes a node shape of its own."""
    changed: list[Triple] = []
    for triple in graph:
        if triple.predicate != SH.property or graph.objects(_node(triple.object), SH.path):
            changed.append(triple)
            continue
        shape = _node(triple.object)
        log.warning(
            "%s: a property shape of %s has no sh:path; it is read as a node shape", where, triple.subject
        )
        targets = [t for t in graph.about(_node(triple.subject)) if t.predicate in _TARGETS]
        if targets:
            changed.append(Triple(shape, RDF.type, SH.NodeShape))
            changed += [Triple(shape, t.predicate, t.object) for t in targets]
        else:
            changed.append(Triple(triple.subject, SH.node, shape))
    return Graph(changed)


def _lint(graph: Graph, where: str) -> None:
    for triple in graph:
        if triple.predicate == SH.pattern:
            _lint_pattern(graph, triple, where)
        elif triple.predicate == SH.severity and triple.object not in _SEVERITIES:
            raise ConfigurationError(
                f"{where}: the shape {triple.subject} has the severity {triple.object}.",
                advice="Use sh:Violation, sh:Warning or sh:Info.",
                file=where,
                shape=str(triple.subject),
            )


def _lint_pattern(graph: Graph, triple: Triple, where: str) -> None:
    pattern = triple.object.value if isinstance(triple.object, Literal) else str(triple.object)
    flags = "".join(o.value for o in graph.objects(_node(triple.subject), SH.flags) if isinstance(o, Literal))
    reason = ""
    if found := _NOT_SHARED.search(pattern):
        reason = f"uses {found.group()!r}, which not every engine understands"
    elif set(flags) - _FLAGS:
        reason = f"has the flags {flags!r}; only i, m and s are shared by every engine"
    else:
        try:
            re.compile(pattern)
        except re.error as error:
            reason = f"is not a regular expression: {error}"
    if reason:
        raise ConfigurationError(
            f"{where}: the pattern {pattern!r} of the shape {triple.subject} {reason}.",
            advice="Write it without look-around, back references, \\p classes and inline flags.",
            file=where,
            shape=str(triple.subject),
        )


def name_shapes(graph: Graph, base: str) -> Graph:
    """The graph with an IRI for every anonymous property shape and every anonymous shape that has a target.

    The IRI is the owner's (or `base`) and a hash of the shape's parameters: the same in every run and every engine.
    """
    names = _Names(graph)
    anonymous = base.rstrip("/") + "/shape"
    for shape in sorted(_anonymous_with_targets(graph), key=lambda s: _text(graph, s)):
        names.give(shape, anonymous)
    for owner in sorted((s for s in graph.subjects() if isinstance(s, NamedNode)), key=str):
        names.visit(owner, owner.value)
    return Graph(_renamed(triple, names.given) for triple in graph) if names.given else graph


class _Names:
    """IRIs for anonymous shapes, given from the owners down."""

    def __init__(self, graph: Graph) -> None:
        self.given: dict[BlankNode, NamedNode] = {}
        self._graph = graph
        self._taken: set[str] = set()

    def give(self, shape: BlankNode, owner: str) -> None:
        if shape in self.given:
            return
        digest = hashlib.sha256(f"{owner}\n{_text(self._graph, shape)}".encode()).hexdigest()[:16]
        iri, number = f"{owner}/{digest}", 2
        while iri in self._taken:
            iri, number = f"{owner}/{digest}-{number}", number + 1
        self._taken.add(iri)
        self.given[shape] = NamedNode(iri)
        self.visit(shape, iri)

    def visit(self, node: Subject, owner: str, depth: int = 0) -> None:
        """Names the property shapes that hang from `node`, directly or in lists of alternatives."""
        if depth > _MAX_DEPTH:
            return
        inner = [(t.predicate, t.object) for t in self._graph.about(node) if isinstance(t.object, BlankNode)]
        for predicate, blank in sorted(inner, key=lambda pair: _text(self._graph, pair[1])):
            if predicate == SH.property:
                self.give(blank, owner)
            elif blank not in self.given:
                self.visit(blank, owner, depth + 1)


def _anonymous_with_targets(graph: Graph) -> list[BlankNode]:
    return [s for s in graph.subjects() if isinstance(s, BlankNode) and any(graph.objects(s, *_TARGETS))]


def _renamed(triple: Triple, names: dict[BlankNode, NamedNode]) -> Triple:
    subject, value = triple.subject, triple.object
    if isinstance(subject, BlankNode):
        subject = names.get(subject, subject)
    if isinstance(value, BlankNode):
        value = names.get(value, value)
    return Triple(subject, triple.predicate, value)


def canonical_text(graph: Graph) -> str:
    """A text that is equal for equal shapes graphs, whatever their blank node labels and order.

    Blank nodes of shapes hang from IRIs like trees (lists, paths, alternatives), so each is written where it is
    used; one that hangs from nothing is written on its own.
    """
    lines: list[str] = []
    for triple in graph:
        if isinstance(triple.subject, NamedNode):
            lines.append(f"{triple.subject} {triple.predicate} {_text(graph, triple.object)}")
    for subject in graph.subjects():
        if isinstance(subject, BlankNode) and not graph.pointing_to(subject):
            lines.append(_text(graph, subject))
    return "\n".join(sorted(lines)) + "\n"


def bundle_hash(parts: Iterable[str]) -> str:
    """sha256 (hex) over the canonical texts of a bundle's graphs and whatever else decides what it finds."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def _text(graph: Graph, node: object, depth: int = 0) -> str:
    if not isinstance(node, BlankNode) or depth > _MAX_DEPTH:
        return "_:" if isinstance(node, BlankNode) else str(node)
    inside = sorted(f"{t.predicate} {_text(graph, t.object, depth + 1)}" for t in graph.about(node))
    return f"[{' ; '.join(inside)}]"


def _node(term: object) -> Subject:
    assert isinstance(term, NamedNode | BlankNode)
    return term
