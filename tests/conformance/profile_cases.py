"""Reads the examples and broken cases of a profile, and judges them. For the tests of this folder."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph
from pyoxigraph import RdfFormat

from catalogue.adapters.profiles import load_profiles
from catalogue.adapters.shapes_pyshacl import PySHACLEngine
from catalogue.adapters.vocabularies import load_vocabularies
from catalogue.model.validation import Severity, ValidationReport, ValidationResult
from catalogue.model.vocabularies import Vocabularies
from catalogue.pipeline.validate import validate
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import PREFIXES

SHAPES = Path(__file__).resolve().parents[2] / "shapes"
SHARED = Path(__file__).resolve().parents[3] / "shared"
PROFILES = load_profiles()
ENGINE = PySHACLEngine()
NO_VOCABULARIES = Vocabularies({}, {})
SHIPPED = load_vocabularies()

_PREFIX = re.compile(r"@prefix\s+(\S*):\s+<([^>]*)>\s*\.")
_CURIE = re.compile(r"(?<![\w<:/])([a-z-]+):([\w-]+)")


@dataclass(frozen=True)
class BrokenCase:
    profile: str
    row: str
    breaks: str
    base: str
    remove: tuple[str, ...]
    add: str
    focus: str
    path: str
    component: str
    severity: str = "Violation"

    @property
    def id(self) -> str:
        return f"{self.profile}: {self.row} {self.breaks}"


def broken_cases(profile: str) -> list[BrokenCase]:
    data = tomllib.loads((SHAPES / profile / "examples" / "broken-cases.toml").read_text())
    return [
        BrokenCase(
            profile=profile,
            row=case["row"],
            breaks=case["breaks"],
            base=case["base"],
            remove=tuple(case.get("remove", ())),
            add=case.get("add", ""),
            focus=case["focus"],
            path=case.get("path", case["row"].split()[1]),
            component=case["component"],
            severity=case.get("severity", "Violation"),
        )
        for case in data["case"]
    ]


def example(profile: str, name: str) -> Path:
    return SHAPES / profile / "examples" / name


def read(path: Path) -> Graph:
    return Graph(quad.triple for quad in pyoxigraph.parse(path=str(path)))


def broken(case: BrokenCase, base: str | None = None) -> Graph:
    """The case's graph, on its own base or on another example that has the same nodes."""
    path = example(case.profile, base or case.base)
    prefixes = dict(_PREFIX.findall(path.read_text())) | {"xsd": PREFIXES["xsd"]}
    gone = {tuple(expand(word, prefixes) for word in line.split()) for line in case.remove}
    kept = [t for t in read(path) if (str(t.subject), str(t.predicate)) not in gone]
    assert len(kept) < len(read(path)) or not gone, f"{case.id} removes nothing"
    header = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in (PREFIXES | prefixes).items())
    added = pyoxigraph.parse(header + case.add, format=RdfFormat.TURTLE)
    return Graph([*kept, *(quad.triple for quad in added)])


def expected(case: BrokenCase) -> tuple[str, str, str]:
    prefixes = PREFIXES | dict(_PREFIX.findall(example(case.profile, case.base).read_text()))
    return expand(case.focus, prefixes), path_text(case.path, prefixes), case.component


def path_text(path: str, prefixes: dict[str, str] | None = None) -> str:
    """A path as results have it: the plain IRI, or the SPARQL path with its IRIs in angle brackets."""
    text = _CURIE.sub(lambda m: expand(m.group(0), prefixes or PREFIXES), path)
    return text.strip("<>") if text.count("<") == 1 and text.startswith("<") else text


def expand(curie: str, prefixes: dict[str, str]) -> str:
    prefix, _, local = curie.partition(":")
    return f"<{prefixes[prefix]}{local}>"


def judge(
    graph: Graph, profile: str, subject: str | None = None, vocabularies: Vocabularies = NO_VOCABULARIES
) -> ValidationReport:
    return validate(graph, PROFILES[profile], ENGINE, vocabularies, subject=subject)


def brief(result: ValidationResult) -> tuple[str, str, str]:
    component = result.component.removeprefix("http://www.w3.org/ns/shacl#").removesuffix(
        "ConstraintComponent"
    )
    return result.focus_node, result.path or "", component


def violations(report: ValidationReport) -> list[tuple[str, str, str]]:
    return sorted(brief(r) for r in report.results if r.severity is Severity.VIOLATION)
