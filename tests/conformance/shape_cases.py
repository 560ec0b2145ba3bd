"""Makes records for and against the rules of a shapes bundle, and counts which rules have fired and passed.

Each rule that can report (a property shape, or a node shape with constraints of its own) gets nodes of its own: with
values built to conform, with none, with too many, with odd ones. Rules that were seen least come next.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from catalogue.model.validation import ValidationResult
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import RDF, SH, XSD
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject, Term, Triple

EX = "https://example.org/case/"
_STRUCTURE = {
    SH.path, SH.property, SH.severity, SH.message, SH.name, SH.description, SH.order, SH.group, SH.flags, SH.deactivated,
    SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf,
}  # fmt: skip
_LEXICAL = {
    "date": "2024-02-29", "dateTime": "2024-02-29T12:00:00Z", "gYear": "2024", "gYearMonth": "2024-02",
    "duration": "P1Y", "decimal": "1.5", "boolean": "true", "hexBinary": "0a", "time": "12:00:00", "double": "1E3",
    "anyURI": "https://example.org/", "language": "en", "dayTimeDuration": "P1D", "string": "text",
}  # fmt: skip


Step = tuple[NamedNode, bool]
"""A property, and whether it is followed backwards."""


@dataclass(frozen=True)
class Rule:
    """A shape that can report. `steps`: the paths that lead from the target's focus node to the shape's."""

    shape: str
    target: tuple[NamedNode, NamedNode]
    steps: tuple[NamedNode, ...]


def rules(bundle: Graph) -> list[Rule]:
    """Every reporting shape once, by IRI."""
    found: dict[str, Rule] = {}
    for root in sorted((s for s in bundle.subjects() if isinstance(s, NamedNode)), key=str):
        for triple in bundle.about(root):
            if triple.predicate in (SH.targetClass, SH.targetObjectsOf, SH.targetSubjectsOf):
                assert isinstance(triple.object, NamedNode)
                _collect(bundle, root, (triple.predicate, triple.object), (), found)
    return list(found.values())


def _collect(
    bundle: Graph,
    shape: NamedNode,
    target: tuple[NamedNode, NamedNode],
    steps: tuple[NamedNode, ...],
    found: dict[str, Rule],
) -> None:
    about = bundle.about(shape)
    if any(t.predicate.value.startswith(SH.iri) and t.predicate not in _STRUCTURE for t in about):
        found.setdefault(shape.value, Rule(shape.value, target, steps))
    path = bundle.value(shape, SH.path)
    inner = (*steps, path) if isinstance(path, NamedNode) else steps
    for child in bundle.objects(shape, SH.property):
        if isinstance(child, NamedNode) and child.value not in found:
            _collect(bundle, child, target, inner, found)


@dataclass
class Maker:
    """Builds triples for one record. The same seed builds the same record."""

    bundle: Graph
    chance: random.Random
    triples: list[Triple] = field(default_factory=list)
    made: int = 0

    def exercise(self, rule: Rule, is_good: bool) -> None:
        """Adds a focus node for the rule, with values that conform, or that break it or go near it."""
        focus = self.fresh()
        kind, name = rule.target
        if kind == SH.targetClass:
            self.triples.append(Triple(focus, RDF.type, name))
        elif kind == SH.targetObjectsOf:
            self.triples.append(Triple(self.fresh(), name, focus))
        for step in rule.steps:
            following = self.fresh()
            self.triples.append(Triple(focus, step, following))
            focus = following
        shape = NamedNode(rule.shape)
        if self.bundle.value(shape, SH.path) is None:
            self.conform(focus, shape) if is_good else self.offend(focus, shape)
        elif is_good:
            self.give(focus, shape)
        else:
            self.break_property(focus, shape)

    def fresh(self) -> NamedNode | BlankNode:
        self.made += 1
        is_blank = self.chance.random() < 0.4
        return BlankNode(f"c{self.made}") if is_blank else NamedNode(f"{EX}{self.made}")

    def routes(self, shape: Subject) -> list[list[Step]]:
        """The steps that lead, one after the other, from the focus node to values: one list for each choice."""
        path = self.bundle.value(shape, SH.path)
        return self._routes(path) if path is not None else []

    def _routes(self, path: Term) -> list[list[Step]]:
        if isinstance(path, NamedNode):
            return [[(path, False)]]
        inverse = self.bundle.value(path, SH.inversePath) if isinstance(path, BlankNode) else None
        if isinstance(inverse, NamedNode):
            return [[(inverse, True)]]
        choice = self.bundle.value(path, SH.alternativePath) if isinstance(path, BlankNode) else None
        if choice is not None:
            return [route for option in self.items(choice) for route in self._routes(option)]
        found: list[list[Step]] = [[]]
        for step in self.items(path):
            found = [[*before, *route] for before in found for route in self._routes(step)]
        return [route for route in found if route]

    def put(self, focus: Subject, shape: Subject, value: Term) -> None:
        """The value where the shape's path leads, with nodes on the way."""
        *way, last = self.chance.choice(self.routes(shape))
        for step in way:
            following = self.fresh()
            self._link(focus, step, following)
            focus = following
        self._link(focus, last, value)

    def _link(self, focus: Subject, step: Step, value: Term) -> None:
        predicate, is_inverse = step
        if not is_inverse:
            self.triples.append(Triple(focus, predicate, value))
        elif not isinstance(value, Literal):
            self.triples.append(Triple(value, predicate, focus))

    def give(self, focus: Subject, shape: Subject) -> None:
        """Values at the shape's path as it wants them."""
        least = self._number(shape, SH.minCount) or self._number(shape, SH.qualifiedMinCount) or 1
        if not self.routes(shape) or self.bundle.value(shape, SH.maxCount) == _NONE:
            return
        for _ in range(least):
            self.put(focus, shape, self.value(shape))

    def break_property(self, focus: Subject, shape: Subject) -> None:
        """No value, odd ones, several, or one of the kind that the shape says must not be."""
        way = self.chance.random()
        if not self.routes(shape) or way < 0.2:
            return
        forbidden = self._negated(shape)
        if forbidden and way < 0.7:
            value = self._forbidden(self.chance.choice(forbidden))
            self.put(focus, shape, value)
            if isinstance(value, NamedNode | BlankNode):
                self.offend(value, shape)
            return
        for _ in range(self.chance.choice((1, 1, 2, 3))):
            self.put(focus, shape, self.value(shape) if way > 0.85 else self.odd())

    def offend(self, focus: Subject, shape: Subject) -> None:
        """Something of what a node shape speaks of, with odd values."""
        inner = [s for s in self._reachable(shape) if s != shape and self.routes(s)]
        for one in self.chance.sample(inner, min(len(inner), self.chance.randint(0, 2))):
            self.put(focus, one, self.odd())

    def conform(self, focus: Subject, shape: Subject, depth: int = 0) -> None:
        """What the shape wants of the node itself."""
        if depth > 4:
            return
        for cls in self.bundle.objects(shape, SH["class"]):
            self.triples.append(Triple(focus, RDF.type, cls))
        for child in self.bundle.objects(shape, SH.property):
            assert isinstance(child, NamedNode | BlankNode)
            if self._number(child, SH.minCount) or self._number(child, SH.qualifiedMinCount):
                self.give(focus, child)
        for inner in self._alternatives(shape):
            self.conform(focus, inner, depth + 1)

    def value(self, shape: Subject, depth: int = 0) -> Term:
        """A value that conforms to the shape, as far as its constraints tell how."""
        fixed = self.bundle.objects(shape, SH.hasValue)
        allowed = [v for o in self.bundle.objects(shape, SH["in"]) for v in self.items(o)]
        if fixed or allowed:
            return self.chance.choice([*fixed, *allowed])
        for datatype in self.bundle.objects(shape, SH.datatype):
            return self._literal(datatype)
        for tags in self.bundle.objects(shape, SH.languageIn):
            return Literal("text", language=self.chance.choice(self.items(tags)).value)
        for pattern in self.bundle.objects(shape, SH.pattern):
            return self._matching(pattern.value, shape)
        inner = [s for s in self._alternatives(shape) if depth < 4]
        if inner and not self.bundle.objects(shape, SH["class"], SH.nodeKind):
            return self.value(inner[0], depth + 1)
        kinds = {k.value.removeprefix(SH.iri) for k in self.bundle.objects(shape, SH.nodeKind)}
        if "Literal" in kinds:
            return Literal(f"text {self.chance.randint(1, 99)}", language="en")
        self.made += 1
        node: Subject = BlankNode(f"c{self.made}") if "BlankNode" in kinds else NamedNode(f"{EX}{self.made}")
        self.conform(node, shape, depth)
        return node

    def odd(self) -> Term:
        """Any value that a provider might write."""
        self.made += 1
        return self.chance.choice(ODD) if self.chance.random() < 0.8 else BlankNode(f"c{self.made}")

    def items(self, node: Term | None) -> list[Term]:
        found: list[Term] = []
        while isinstance(node, BlankNode):
            found += self.bundle.objects(node, RDF.first)
            node = self.bundle.value(node, RDF.rest)
        return found

    def _alternatives(self, shape: Subject) -> list[Subject]:
        """One of each choice, all of what has to hold together."""
        found: list[Term] = [*self.bundle.objects(shape, SH.node, SH.qualifiedValueShape)]
        for options in self.bundle.objects(shape, SH["or"], SH.xone):
            found.append(self.chance.choice(self.items(options)))
        for together in self.bundle.objects(shape, SH["and"]):
            found += self.items(together)
        return [s for s in found if isinstance(s, NamedNode | BlankNode)]

    def _negated(self, shape: Subject) -> list[Subject]:
        """What must not be: of the shape itself, or of one of its choices."""
        options = [s for o in self.bundle.objects(shape, SH["or"]) for s in self.items(o)]
        own = [s for s in (shape, *options) if isinstance(s, NamedNode | BlankNode)]
        found = [n for s in own for n in self.bundle.objects(s, SH["not"])]
        return [n for n in found if isinstance(n, NamedNode | BlankNode)]

    def _forbidden(self, shape: Subject) -> Term:
        """A value that conforms to the shape: by its pattern if it has one."""
        pattern = self.bundle.value(shape, SH.pattern)
        if isinstance(pattern, Literal):
            matching = [odd for odd in ODD if re.search(pattern.value, odd.value, re.IGNORECASE)]
            if matching:
                return self.chance.choice(matching)
        return self.value(shape)

    def _reachable(self, shape: Subject) -> Iterator[Subject]:
        waiting, met = [shape], {shape}
        while waiting:
            node = waiting.pop()
            yield node
            for triple in self.bundle.about(node):
                inner = triple.object
                if (
                    isinstance(inner, BlankNode | NamedNode)
                    and inner not in met
                    and triple.predicate != SH.path
                ):
                    met.add(inner)
                    waiting.append(inner)

    def _literal(self, datatype: Term) -> Literal:
        assert isinstance(datatype, NamedNode)
        if datatype == RDF.langString:
            return Literal("text", language=self.chance.choice(("en", "de")))
        text = _LEXICAL.get(datatype.value.removeprefix(XSD.iri), str(self.chance.randint(1, 9)))
        return Literal(text, datatype=datatype)

    def _matching(self, pattern: str, shape: Subject) -> Term:
        """The beginning of the pattern's first alternative as it would match, with something behind."""
        if pattern.startswith("^mailto:"):
            return NamedNode("mailto:desk@example.org")
        if pattern.startswith("^((0|"):
            return Literal("1.0.2")
        plain = re.split(r"[|)$\[+?]", pattern.lstrip("^(").replace("(tel:)?", ""))[0].replace("\\", "")
        text = f"{plain}thing" if plain else "+49 30 1234"
        wants_literal = SH.Literal in self.bundle.objects(shape, SH.nodeKind)
        return NamedNode(text) if re.match(r"[a-z]+:", text) and not wants_literal else Literal(text)

    def _number(self, shape: Subject, parameter: NamedNode) -> int:
        stated = self.bundle.value(shape, parameter)
        return int(stated.value) if isinstance(stated, Literal) else 0


_NONE = Literal("0", datatype=XSD.integer)


def _typed(text: str, name: str) -> Literal:
    return Literal(text, datatype=XSD[name])


ODD: tuple[Term, ...] = (
    Literal(""), Literal(" "), Literal("n/a"), Literal("text\n"), Literal("5"), Literal("ſ K İ"), Literal("1.0.2\n"),
    Literal("texte", language="fr"), Literal("text", language="en"), Literal("text", language="en-GB"),
    Literal("TBD"), Literal("ABCDEF"), Literal("tel:+49"), Literal("0a1B"), Literal("\u0661.0.2"), Literal("a\u2028b"),
    _typed("2024-01-01", "dateTime"), _typed("2024", "date"), _typed("2023-02-29", "date"), _typed("abcd", "string"),
    _typed("-5", "nonNegativeInteger"), _typed("05", "integer"), _typed("1e3", "decimal"), _typed("1.50", "decimal"),
    _typed("TRUE", "boolean"), _typed("1", "boolean"), _typed("2024-02-29", "date"), _typed("2024", "gYear"),
    NamedNode("https://example.org/unknown"), NamedNode("mailto:a@b@c"), NamedNode("mailto:desk@example.org"),
    NamedNode("urn:x"), NamedNode("http://publications.europa.eu/resource/authority/country/DEU"),
    NamedNode("http://publications.europa.eu/resource/authority/access-right/PUBLIC"),
    NamedNode("http://publications.europa.eu/resource/authority/data-theme/HEAL"),
)  # fmt: skip
BEYOND: tuple[Literal, ...] = (
    _typed("2024-13", "gYearMonth"), _typed("24", "gYear"), _typed("xyz", "hexBinary"), _typed("P1Y", "dayTimeDuration"),
    _typed("http://a b", "anyURI"), _typed("2024-01-01T24:00:01", "dateTime"), _typed("--13", "gMonth"),
    _typed("123456789012345678901234567890", "decimal"), _typed("123456789012345678901234567890-01-01", "date"),
)  # fmt: skip
"""Literals that the fast engine leaves to the other."""


@dataclass
class Coverage:
    """In how many records each rule found fault with a node, and in how many it let a node pass."""

    rules: list[Rule]
    fired: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)

    def count(self, graph: Graph, results: Iterable[ValidationResult], rules: Iterable[Rule]) -> None:
        told: dict[str, set[str]] = {}
        for result in results:
            told.setdefault(result.source_shape or "", set()).add(result.focus_node)
        for rule in rules:
            found = told.get(rule.shape, set())
            self.fired[rule.shape] += bool(found)
            self.passed[rule.shape] += any(str(node) not in found for node in _focus_nodes(graph, rule))

    def rarest(self, chance: random.Random, count: int, rules: Iterable[Rule]) -> list[tuple[Rule, bool]]:
        """Of these rules, those with what was seen least of each: (rule, whether to pass)."""
        seen: list[tuple[int, float, Rule, bool]] = []
        for rule in rules:
            seen.append((self.passed[rule.shape], chance.random(), rule, True))
            seen.append((self.fired[rule.shape], chance.random(), rule, False))
        return [(rule, is_good) for _, _, rule, is_good in sorted(seen, key=lambda s: s[:2])[:count]]

    def missing(self, least: int) -> list[str]:
        """Rules that fired or passed less often than that."""
        lines = [f"{r.shape} fired {self.fired[r.shape]}" for r in self.rules if self.fired[r.shape] < least]
        lines += [
            f"{r.shape} passed {self.passed[r.shape]}" for r in self.rules if self.passed[r.shape] < least
        ]
        return lines


def _focus_nodes(graph: Graph, rule: Rule) -> set[Term]:
    kind, name = rule.target
    if kind == SH.targetClass:
        nodes: set[Term] = set(graph.instances(name))
    else:
        ends = [t for t in graph if t.predicate == name]
        nodes = {t.object if kind == SH.targetObjectsOf else t.subject for t in ends}
    for step in rule.steps:
        inner = [n for n in nodes if isinstance(n, NamedNode | BlankNode)]
        nodes = {value for node in inner for value in graph.objects(node, step)}
    return nodes


def mutated(graph: Graph, chance: random.Random, values: Sequence[Term] = ODD) -> Graph:
    """The record with a few triples dropped, doubled or changed, with some of the values."""
    triples = list(graph)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(triples))
        subject, predicate, value = triples[place]
        way = chance.random()
        if way < 0.35:
            del triples[place]
        elif way < 0.6:
            triples[place] = Triple(subject, predicate, chance.choice(values))
        elif way < 0.8:
            triples.append(Triple(subject, predicate, chance.choice(ODD)))
        elif way < 0.9:
            triples.append(Triple(subject, chance.choice(triples).predicate, value))
        else:
            other = chance.choice(triples)
            triples[place] = Triple(subject, predicate, other.object)
        if not triples:
            break
    return Graph(triples)
