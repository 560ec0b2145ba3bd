"""Writes the tables of docs/profiles.md from the shapes: `python tests/conformance/profile_tables.py`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
from profile_cases import PROFILES
from pyoxigraph import RdfFormat

from catalogue.adapters.profiles import PROFILES as PROFILE_IRIS
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import PREFIXES, RDF, SH
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject

PARITY = Path(__file__).with_name("parity-differences.toml")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "profiles.md"
BEGIN, END = "<!-- table {name} -->", "<!-- end of table {name} -->"
LEVELS = {"NON_PUBLIC": "non-public", "RESTRICTED": "restricted", "PUBLIC": "public"}


def table(name: str) -> str:
    """Markdown of a profile's own rules (not those it inherits): class, property, rule, severity, level."""
    profile = PROFILES[name]
    own = f"{PROFILE_IRIS}{name}#"
    everywhere = dict(_rules(profile.shapes_turtle, own))
    levels: dict[tuple[str, ...], list[str]] = {}
    for access, turtle in profile.variants:
        for _shape, row in _rules(turtle, own):
            if row not in everywhere.values():
                levels.setdefault(row, []).append(LEVELS[access.rsplit("/", 1)[1]])
    rows = [(*row, "every") for row in everywhere.values()]
    rows += [(*row, ", ".join(named)) for row, named in levels.items()]
    columns = ["Class", "Property", "Rule", "Severity", "Access level"][: 5 if profile.variants else 4]
    lines = [columns, ["---"] * len(columns), *(list(row)[: len(columns)] for row in sorted(set(rows)))]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _rules(turtle: str, own: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    graph = Graph(quad.triple for quad in pyoxigraph.parse(turtle, format=RdfFormat.TURTLE))
    for shape in graph.subjects():
        if not str(shape).startswith(f"<{own}"):
            continue
        classes = ", ".join(sorted({_curie(cls) for cls in graph.objects(shape, SH.targetClass)}))
        if classes and graph.objects(shape, SH.severity):
            yield (
                str(shape),
                (f"`{classes}`", "", _text(graph, shape, SH.description), _severity(graph, shape)),
            )
        for rule in graph.objects(shape, SH.property):
            if isinstance(rule, NamedNode) and rule.value.startswith(own):
                owner = f"`{classes}`" if classes else f"value of `{_role(graph, shape)}`"
                path = f"`{_path(graph, graph.value(rule, SH.path))}`"
                text = _text(graph, rule, SH.description)
                yield str(rule), (owner, path, text, _severity(graph, rule))


def _role(graph: Graph, shape: Subject) -> str:
    """The property whose values a shape is about: its own path, or its targets."""
    targets = sorted(_curie(target) for target in graph.objects(shape, SH.targetObjectsOf))
    return ", ".join(targets) or _path(graph, graph.value(shape, SH.path))


def _path(graph: Graph, path: object) -> str:
    if isinstance(path, NamedNode):
        return _curie(path)
    assert isinstance(path, BlankNode)
    if inverse := graph.value(path, SH.inversePath):
        return "^" + _path(graph, inverse)
    alternatives = graph.value(path, SH.alternativePath)
    parts = [_path(graph, part) for part in _items(graph, alternatives or path)]
    if not alternatives:
        parts = [f"({part})" if " or " in part else part for part in parts]
    return (" or " if alternatives else " / ").join(parts)


def _items(graph: Graph, head: object) -> Iterator[object]:
    while isinstance(head, BlankNode):
        yield graph.value(head, RDF.first)
        head = graph.value(head, RDF.rest)


def _severity(graph: Graph, shape: Subject) -> str:
    return _curie(graph.value(shape, SH.severity)).removeprefix("sh:")


def _text(graph: Graph, shape: Subject, predicate: NamedNode) -> str:
    value = graph.value(shape, predicate)
    assert isinstance(value, Literal)
    return re.sub(r"(https?://[^\s,]+[^\s,.])", r"<\1>", value.value).replace("|", "\\|")


def _curie(term: object) -> str:
    iri = str(term).strip("<>")
    prefix = next(p for p, namespace in PREFIXES.items() if iri.startswith(namespace))
    return f"{prefix}:{iri.removeprefix(PREFIXES[prefix])}"


def parity_table() -> str:
    """Markdown of the listed differences to the official shapes."""
    rows = tomllib.loads(PARITY.read_text())["difference"]
    lines = ["| What differs | Who finds it | Kind | Reason |", "| --- | --- | --- | --- |"]
    for row in rows:
        finder = {"ours": "Pharos", "theirs": "official", "severity": "both, by severity"}[row["side"]]
        lines.append(f"| {row['name']} | {finder} | {row['kind']} | {row['reason']} |")
    return "\n".join(lines)


def fresh(page: str) -> str:
    """The page with every table made anew."""
    tables = {name: table for name in PROFILES if BEGIN.format(name=name) in page}
    made = {name: make(name) for name, make in tables.items()} | {"parity": parity_table()}
    for name, text in made.items():
        begin, end = BEGIN.format(name=name), END.format(name=name)
        before, _, rest = page.partition(begin)
        page = f"{before}{begin}\n{text}\n{end}{rest.partition(end)[2]}"
    return page


if __name__ == "__main__":
    PAGE.write_text(fresh(PAGE.read_text()))
