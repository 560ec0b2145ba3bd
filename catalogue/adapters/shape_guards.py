"""What the fast engine must not judge: shapes it does not know, literals it does not check, numbers it cannot hold.

Found by asking it and pySHACL the same questions (tests/conformance/test_differential_literals.py).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterable

from catalogue.rdf.graphs import Graph
from catalogue.rdf.literals import well_formed
from catalogue.rdf.namespaces import OWL, RDF, RDFS, SH, XSD
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject, Term, Triple

_TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)
_REFERENCES = (SH.property, SH.node, SH["and"], SH["or"], SH["not"], SH.xone, SH.qualifiedValueShape)
_LINKS = frozenset((*_REFERENCES, RDF.first, RDF.rest))
_CLASSES = (RDFS.Class, OWL.Class)
_SHAPE_TYPES = frozenset((SH.NodeShape, SH.PropertyShape))
# A divided shape leaves these to the fast engine, each a constraint for itself.
_CORE_NAMES = """
    property node and or not xone class datatype nodeKind minCount maxCount minExclusive minInclusive maxExclusive
    maxInclusive minLength maxLength pattern languageIn uniqueLang equals disjoint lessThan lessThanOrEquals hasValue in
    qualifiedValueShape qualifiedMinCount qualifiedMaxCount
"""
_CORE = frozenset(SH[name] for name in _CORE_NAMES.split())
_READ = frozenset((RDF.type, RDF.first, RDF.rest, RDFS.subClassOf))
_FOR_PEOPLE = frozenset((SH.name, SH.description, SH.message, SH.order, SH.group, SH.defaultValue))


def divide(graph: Graph, refused: Collection[str] = ()) -> tuple[Graph | None, Graph | None]:
    """The shapes in two bundles: what the fast engine judges, and what is left for the reference (None: nothing).

    `refused`: patterns that the fast engine cannot compile. Shapes that others refer to, and closed ones, are not
    divided: they are judged by one engine as a whole.
    """
    division = _Division(graph, frozenset(refused))
    return division.fast(), division.rest()


class _Division:
    def __init__(self, graph: Graph, refused: frozenset[str]) -> None:
        self._graph = graph
        self._refused = refused
        self._parameters = _custom_parameters(graph)
        self._tainted = self._with_referrers(t.subject for t in graph if self._is_foreign(t))
        self._roots = [s for s in graph.subjects() if _is_target(graph, s)]
        self._bad = {root for root in self._roots if root in self._tainted}
        self._divided = {root for root in self._bad if self._can_be_divided(root)}

    def fast(self) -> Graph | None:
        """What is reachable from targets that are left, without what is for people."""
        starts = [r for r in self._roots if r not in self._bad or r in self._divided]
        kept: dict[Triple, None] = {}
        waiting, met = deque(starts), set(starts)
        while waiting:
            node = waiting.popleft()
            for triple in self._own(node):
                kept[triple] = None
                inner = triple.object
                follow = isinstance(inner, BlankNode) or (
                    isinstance(inner, NamedNode) and triple.predicate in (*_REFERENCES, RDF.first)
                )
                if follow and inner not in met:
                    met.add(inner)  # type: ignore[arg-type]
                    waiting.append(inner)  # type: ignore[arg-type]
        return Graph(kept) if starts else None

    def rest(self) -> Graph | None:
        """Everything, with targets only where the fast engine does not judge."""
        if not self._bad:
            return None
        return Graph(t for t in self._graph if not self._is_judged(t))

    def _is_judged(self, triple: Triple) -> bool:
        shape = triple.subject
        if shape in self._divided:
            return triple.predicate in _CORE and not self._is_bad(triple)
        return shape not in self._bad and _is_target_triple(triple)

    def _own(self, node: Subject) -> Iterable[Triple]:
        for triple in self._graph.about(node):
            is_shacl = triple.predicate.value.startswith(SH.iri) and triple.predicate not in _FOR_PEOPLE
            if not is_shacl and triple.predicate not in _READ:
                continue
            if self._is_bad(triple) or (_is_target_triple(triple) and node in self._bad - self._divided):
                continue
            yield triple

    def _with_referrers(self, nodes: Iterable[Subject | Triple]) -> set[Term | Triple]:
        """The nodes and every shape whose judgement needs one of them."""
        waiting: deque[Term | Triple] = deque(nodes)
        found = set(waiting)
        while waiting:
            for triple in self._graph.pointing_to(waiting.popleft()):  # type: ignore[arg-type]
                if triple.predicate in _LINKS and triple.subject not in found:
                    found.add(triple.subject)
                    waiting.append(triple.subject)
        return found

    def _is_foreign(self, triple: Triple) -> bool:
        """Whether the triple itself is something that the fast engine does not know."""
        if triple.predicate == SH.pattern and isinstance(triple.object, Literal):
            return triple.object.value in self._refused
        return triple.predicate == SH.sparql or triple.predicate.value in self._parameters

    def _is_bad(self, triple: Triple) -> bool:
        return self._is_foreign(triple) or (triple.predicate in _LINKS and triple.object in self._tainted)

    def _can_be_divided(self, root: Subject) -> bool:
        if any(t.predicate in (*_REFERENCES, RDF.first) for t in self._graph.pointing_to(root)):
            return False
        if self._graph.objects(root, SH.closed):
            return False
        properties = [_node(o) for o in self._graph.objects(root, SH.property)]
        return not any(self._graph.objects(p, SH.qualifiedValueShapesDisjoint) for p in properties)


def _custom_parameters(graph: Graph) -> frozenset[str]:
    """IRIs of the parameters of the constraint components that the shapes bring with them."""
    paths = (graph.value(_node(o), SH.path) for s in graph.subjects() for o in graph.objects(s, SH.parameter))
    return frozenset(path.value for path in paths if isinstance(path, NamedNode))


def _is_target(graph: Graph, node: Subject) -> bool:
    if graph.objects(node, *_TARGETS):
        return True
    types = graph.types(node)
    return bool(types & _SHAPE_TYPES) and bool(types & set(_CLASSES))


def _is_target_triple(triple: Triple) -> bool:
    return triple.predicate in _TARGETS or (triple.predicate == RDF.type and triple.object in _CLASSES)


def _node(term: Term) -> Subject:
    assert isinstance(term, NamedNode | BlankNode)
    return term


# The fast engine finds these ill-formed exactly when we do.
_CHECKED_NAMES = """
    boolean decimal double float date time dateTime integer long int short byte nonNegativeInteger positiveInteger
    nonPositiveInteger negativeInteger unsignedLong unsignedInt unsignedShort unsignedByte
"""
_CHECKED = frozenset(XSD[name].value for name in _CHECKED_NAMES.split())
_MOMENTS = frozenset((XSD.date.value, XSD.time.value, XSD.dateTime.value, XSD.dateTimeStamp.value))
_LONG = re.compile(r"\d{10}")
_LONGEST_DECIMAL = 18


def is_beyond(text: str, datatype: NamedNode) -> bool:
    """Whether a literal of this text makes the fast engine judge differently from the specification, or stop.

    It does not check the form of hexBinary, gYear and some more; it holds decimals of 18 digits; and years of very many
    digits end it.
    """
    kind = datatype.value
    if kind in _MOMENTS and _LONG.search(text):
        return True
    if kind == XSD.decimal.value and len(text) > _LONGEST_DECIMAL:
        return True
    if well_formed(text, datatype):
        return False
    return kind not in _CHECKED or "24:" in text
