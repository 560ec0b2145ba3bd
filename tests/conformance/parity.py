"""Judges one graph by our shapes and by the official ones, and tells the differences. For test_parity_official.py."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph
from profile_cases import ENGINE, PROFILES, SHARED, SHIPPED, brief, broken, broken_cases

from catalogue.adapters.profiles import load_profiles
from catalogue.model.validation import ShapesProfile, ValidationResult
from catalogue.pipeline.validate import concept_triples, variant_of
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import DCAT, PREFIXES, SKOS
from catalogue.rdf.terms import Triple

STANDARDS = SHARED / "standards"
DCAT_AP = STANDARDS / "dcat-ap" / "releases" / "3.0.1" / "html"
R8 = STANDARDS / "healthdcat-ap" / "release-8"
GENERAL, HEALTH = "dcat-ap-3.0.1", "healthdcat-ap-r8"
LEVELS = {"PUBLIC": "public", "RESTRICTED": "restricted", "NON_PUBLIC": "non-public"}

EXAMPLES = {
    DCAT_AP / "examples": "*.ttl",
    R8 / "examples": "*.ttl",
    STANDARDS / "healthdcat-ap-de": "**/*.ttl",
    STANDARDS / "ckanext-dcat" / "examples" / "dcat": "*",
    STANDARDS / "health-ri": "**/*.ttl",
}
_SUFFIXES = {".ttl", ".rdf", ".nt", ".xml"}
_LARGEST = 60_000


@dataclass(frozen=True)
class Input:
    name: str
    graph: Graph
    profiles: tuple[str, ...] = (GENERAL, HEALTH)


@dataclass(frozen=True, order=True)
class Difference:
    """One finding at a node and property that only one side has, or that both have with another severity.

    `side`: "ours", "theirs" or "severity" (`severity` is then "ours / theirs"). `alone`: the other side finds nothing
    at this node and property.
    """

    profile: str
    side: str
    path: str
    component: str
    severity: str
    alone: bool
    focus: str = ""
    where: str = ""


def inputs(corpora: int) -> Iterator[Input]:
    """Official examples, our broken cases, and every n-th document of the corpora, so that there are `corpora`."""
    for folder, pattern in EXAMPLES.items():
        yield from _readable(sorted(p for p in folder.glob(pattern) if p.suffix in _SUFFIXES))
    for profile in (GENERAL, HEALTH):
        for case in broken_cases(profile):
            yield Input(case.id, broken(case), (profile,))
    found = sorted(p for p in (SHARED / "corpora").rglob("*") if p.suffix in _SUFFIXES and _is_small(p))
    found = [p for p in found if b"ns/dcat#" in p.read_bytes()]
    yield from _readable(found[:: max(1, len(found) // corpora)])


def _is_small(path: Path) -> bool:
    return path.is_file() and path.stat().st_size < _LARGEST


def _readable(paths: Iterable[Path]) -> Iterator[Input]:
    """Those that parse; what does not is another test's business."""
    for path in paths:
        try:
            quads = list(pyoxigraph.parse(path=str(path), base_iri="https://example.org/", lenient=True))
        except (SyntaxError, ValueError):
            continue
        graph = Graph(quad.triple for quad in quads)
        if graph.instances(DCAT.Dataset) or graph.instances(DCAT.Catalog):
            yield Input(str(path.relative_to(SHARED)), graph)


def differences(one: Input, profile: str) -> list[Difference]:
    """What our shapes and the official ones say differently of the same graph, with the same concepts added."""
    ours = PROFILES[profile]
    variant = variant_of(one.graph, ours)
    judged = one.graph | concept_triples(one.graph, ours, SHIPPED) | list(_schemes())
    mine = ENGINE.validate(judged, ours, variant)
    theirs = [r for bundle in official(profile, variant) for r in ENGINE.validate(judged, bundle, None)]
    return sorted(_compare(one, profile, mine, theirs))


@cache
def _schemes() -> tuple[Triple, ...]:
    """The descriptions of our vocabularies' schemes: the official shapes ask for their type and title."""
    found = [(g, scheme) for g in SHIPPED.graphs.values() for scheme in g.instances(SKOS.ConceptScheme)]
    return tuple(triple for graph, scheme in found for triple in graph.about(scheme))


@cache
def official(profile: str, variant: str | None) -> tuple[ShapesProfile, ...]:
    """The official files as one bundle each. The level of a record without a known one is taken to be public."""
    shacl = DCAT_AP / "shacl"
    files = [shacl / "shapes.ttl", shacl / "range.ttl", shacl / "shapes_recommended.ttl"]
    if profile == GENERAL:
        files.append(shacl / "mdr-vocabularies.shape.ttl")
    else:
        level = LEVELS[(variant or "PUBLIC").rsplit("/", 1)[-1]]
        validator = R8 / "validator"
        files += [
            validator / "shapes" / f"{level}-shapes.ttl",
            validator / "ranges" / "range.ttl",
            validator / "controlled-vocabularies" / "mdr-vocabularies.shape.ttl",
            validator / "recommended" / f"{level}-shapes_recommended.ttl",
        ]
    return tuple(_bundle(file) for file in files)


@cache
def _bundle(file: Path) -> ShapesProfile:
    """One file under a name of its own: two are called range.ttl."""
    with tempfile.TemporaryDirectory() as folder:
        name = "-".join(file.parts[-3:]).removesuffix(".ttl")
        copy = Path(folder, f"{name}.ttl")
        copy.write_bytes(file.read_bytes())
        return load_profiles([copy])[name]


Place = tuple[str, str]


def _compare(
    one: Input, profile: str, mine: Iterable[ValidationResult], theirs: Iterable[ValidationResult]
) -> Iterator[Difference]:
    here, there = _by_place(mine), _by_place(theirs)
    for place in here.keys() | there.keys():
        found, wanted = here.get(place, {}), there.get(place, {})
        for component in found.keys() | wanted.keys():
            one_side, other = found.get(component), wanted.get(component)
            if one_side == other:
                continue
            side = "ours" if other is None else "theirs" if one_side is None else "severity"
            severity = " / ".join(filter(None, (one_side, other)))
            alone = not (found and wanted)
            yield Difference(profile, side, short(place[1]), component, severity, alone, place[0], one.name)


def _by_place(results: Iterable[ValidationResult]) -> dict[Place, dict[str, str]]:
    """(focus node, path) → component → the gravest severity."""
    found: dict[Place, dict[str, str]] = defaultdict(dict)
    for result in results:
        focus, path, component = brief(result)
        severity = result.severity.value
        known = found[focus, path].get(component)
        found[focus, path][component] = min(filter(None, (known, severity)), key=_RANK.__getitem__)
    return found


_RANK = {"Violation": 0, "Warning": 1, "Info": 2}


def short(path: str) -> str:
    """A path with prefixes for namespaces."""
    for prefix, namespace in PREFIXES.items():
        path = path.replace(f"<{namespace}", f"{prefix}:").replace(namespace, f"{prefix}:")
    return path.replace(">", "")
