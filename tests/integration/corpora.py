"""Harvests every RDF document of the corpora and the standards' examples over loopback HTTP, as found.

`python -m tests.integration.corpora` (`make corpora`) writes what came of it to docs/corpora.md. What is expected of
each document stands in expected_corpora.toml beside this file; test_harvest_corpora.py compares.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import tomllib
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import rdflib

TESTS = Path(__file__).resolve().parents[1]
if str(TESTS) not in sys.path:
    sys.path.insert(0, str(TESTS))

from harvest_world import HarvestWorld, harvest_world  # noqa: E402
from loopback import Answer, Loopback  # noqa: E402

from catalogue.errors import ParseError  # noqa: E402
from catalogue.model.harvest import HarvestRun, RunState  # noqa: E402
from catalogue.rdf.graphs import to_ntriples  # noqa: E402
from catalogue.rdf.parse import parse_document  # noqa: E402

ROOT = TESTS.parent
SHARED = ROOT.parent / "shared"
PAGE = ROOT / "docs" / "corpora.md"
EXPECTED = Path(__file__).with_name("expected_corpora.toml")

RDF_SUFFIXES = {".ttl", ".rdf", ".owl", ".nt", ".nq", ".trig", ".n3", ".jsonld"}
APACHE = {
    ".ttl": "text/turtle", ".rdf": "application/rdf+xml", ".xml": "application/xml", ".json": "application/json",
    ".jsonld": "application/ld+json", ".trig": "application/trig", ".owl": "application/rdf+xml",
}  # fmt: skip
NGINX = {".xml": "text/xml", ".json": "application/json"}
"""Extension → media type as two common servers have them out of the box; what is missing goes out as bytes."""

DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
KINDS = (DCAT.Dataset, DCAT.DatasetSeries, DCAT.DataService)
REMOTE_CONTEXT = re.compile(rb'"@context"\s*:\s*(?:\[\s*(?:\{[^}]*\}\s*,\s*)*)?"https?:')


def documents() -> list[str]:
    """Paths below the shared folder: every RDF document of the corpora, the example records of the standards."""
    found = []
    for root in ("corpora", "standards"):
        for folder, _, names in os.walk(SHARED / root):
            paths = (Path(folder, name).relative_to(SHARED).as_posix() for name in names)
            found += [path for path in paths if _is_rdf(path) and (root == "corpora" or _is_example(path))]
    return sorted(found)


def _is_rdf(path: str) -> bool:
    suffix = Path(path).suffix.lower()
    if suffix in RDF_SUFFIXES:
        return True
    if suffix not in (".xml", ".json"):
        return False
    return (b"<rdf:RDF" if suffix == ".xml" else b'"@context"') in (SHARED / path).read_bytes()


def _is_example(path: str) -> bool:
    return any(word in path.lower() for word in ("/example", "/testdata/", "zfkd"))


def folder_of(path: str) -> str:
    """The source of a document: `corpora/udata`."""
    return "/".join(path.split("/")[:2])


def serve(server: Loopback, paths: list[str]) -> None:
    """Each document at its path, with the media type that a static server would give it: corpora as from nginx,
    standards as from Apache."""
    for path in paths:
        table = NGINX if path.startswith("corpora/") else APACHE
        media_type = table.get(Path(path).suffix.lower(), "application/octet-stream")
        server.on(f"/{quote(path)}", Answer((SHARED / path).read_bytes(), media_type=media_type))


@dataclass(frozen=True)
class Harvested:
    """What came of one document. `lines`: code → number of its lines that are no success. `counted`: resources that
    an independent count finds, None where the document cannot be read."""

    path: str
    slug: str
    run: HarvestRun
    lines: dict[str, int]
    counted: int | None

    @property
    def failed(self) -> bool:
        return self.run.state is RunState.FAILED

    @property
    def incomplete(self) -> bool:
        """Read, but not to an end that can be trusted."""
        return not self.failed and not self.run.complete and not self.lines

    @property
    def reason(self) -> str:
        """Why the run is not simply complete, without the address of this run's server."""
        return re.sub(r"http://127\.0\.0\.1:\d+", "", self.run.reason)


def harvest_all(world: HarvestWorld, server: Loopback, paths: list[str]) -> list[Harvested]:
    """One source and one run for each document, under the profile `none`."""
    serve(server, paths)
    return [_harvested(world, server, path, f"document-{number}") for number, path in enumerate(paths)]


def _harvested(world: HarvestWorld, server: Loopback, path: str, slug: str) -> Harvested:
    run = world.harvest(slug, server.url(f"/{quote(path)}"), "none")
    unsuccessful = [
        line.code or line.kind.value
        for line in world.lines(run, "skipped", "failed", "duplicate", "remark")
        if line.code != "outside"
    ]
    return Harvested(path, slug, run, dict(sorted(Counter(unsuccessful).items())), count_resources(path))


def count_resources(path: str) -> int | None:
    """Datasets, series and services by an independent count: what rdflib finds typed as such, or listed by
    dcat:dataset or dcat:service, with at least one property beyond its type. Nameless access services of
    distributions are parts of their dataset and not counted."""
    with warnings.catch_warnings():
        # rdflib warns of its own ways, and of literals that are not what their type says: data of others here.
        warnings.simplefilter("ignore")
        graph = _read_by_rdflib(path)
        return None if graph is None else _count(graph)


def _count(graph: rdflib.Graph) -> int:
    subjects = {subject for kind in KINDS for subject in graph.subjects(rdflib.RDF.type, kind)}
    subjects |= set(graph.objects(None, DCAT.dataset)) | set(graph.objects(None, DCAT.service))
    subjects -= {node for node in graph.objects(None, DCAT.accessService) if isinstance(node, rdflib.BNode)}
    return sum(any(p != rdflib.RDF.type for p in graph.predicates(subject)) for subject in subjects)


def _read_by_rdflib(path: str) -> rdflib.Graph | None:
    """The document as rdflib reads it; where it cannot (or would fetch a context), our triples; None without any."""
    body = (SHARED / path).read_bytes()
    base = "https://provider.example/" + quote(path)
    suffix = Path(path).suffix.lower()
    syntax = {".ttl": "turtle", ".trig": "trig", ".jsonld": "json-ld", ".json": "json-ld"}.get(suffix, "xml")
    graph = rdflib.Dataset(default_union=True)
    if syntax != "json-ld" or not REMOTE_CONTEXT.search(body):
        try:
            return graph.parse(body, format=syntax, publicID=base)
        except Exception:  # noqa: BLE001 - whatever it stumbles over, it cannot read this
            graph = rdflib.Dataset(default_union=True)
    try:
        document = parse_document(body, base)
    except ParseError:
        return None
    return graph.parse(data=to_ntriples(document.graph), format="nt")


# -- expectations ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Expectations:
    """What expected_corpora.toml says. `failed` and `incomplete`: key → {says, means, documents}; `lines`: path →
    code → number; `means`: code → what it is; `differs`: [{documents, why}]."""

    failed: dict[str, dict[str, Any]]
    incomplete: dict[str, dict[str, Any]]
    lines: dict[str, dict[str, int]]
    means: dict[str, str]
    differs: list[dict[str, Any]]

    @classmethod
    def load(cls) -> Expectations:
        with EXPECTED.open("rb") as file:
            return cls(**tomllib.load(file))

    def broken(self, harvested: list[Harvested]) -> list[str]:
        """Everything that came otherwise than listed, and everything listed that did not come."""
        return [
            *_broken_groups("failed", self.failed, {h.path: h.reason for h in harvested if h.failed}),
            *_broken_groups(
                "incomplete", self.incomplete, {h.path: h.reason for h in harvested if h.incomplete}
            ),
            *_differences("lines", self.lines, {h.path: h.lines for h in harvested if h.lines}),
        ]

    def unexplained(self, harvested: list[Harvested]) -> list[str]:
        """Documents where our number is not that of the independent count, and nobody said why; and the reverse."""
        found = {h.path for h in harvested if h.counted is not None and h.counted != h.run.counts.found}
        listed = {path for entry in self.differs for path in entry["documents"]}
        return sorted(
            [f"not explained: {p}" for p in found - listed] + [f"no difference: {p}" for p in listed - found]
        )


def _broken_groups(name: str, groups: dict[str, dict[str, Any]], happened: dict[str, str]) -> list[str]:
    listed = {path: (key, group["says"]) for key, group in groups.items() for path in group["documents"]}
    broken = [
        f"{name} but not listed: {path}: {reason}" for path, reason in happened.items() if path not in listed
    ]
    for path, (key, says) in listed.items():
        if path not in happened:
            broken.append(f"listed under {name}.{key}, but that did not happen: {path}")
        elif not re.search(says, happened[path]):
            broken.append(f"{path}: {name}.{key} expects {says!r}, but: {happened[path]}")
    return broken


def _differences(name: str, listed: dict[str, Any], happened: dict[str, Any]) -> list[str]:
    return [
        f"{name} of {path}: listed {listed.get(path)}, happened {happened.get(path)}"
        for path in sorted(listed.keys() | happened.keys())
        if listed.get(path) != happened.get(path)
    ]


# -- the page -------------------------------------------------------------------------------------------------------


def page(harvested: list[Harvested], expected: Expectations) -> str:
    """docs/corpora.md."""
    return "\n".join(
        [
            INTRODUCTION.format(documents=len(harvested)),
            *_sources(harvested, expected),
            *_groups("Documents that cannot be read", expected.failed),
            *_groups("Harvests that do not reach the end", expected.incomplete),
            *_codes(harvested, expected),
            *_explanations(expected),
        ]
    )


def _sources(harvested: list[Harvested], expected: Expectations) -> Iterator[str]:
    yield "## By source\n"
    yield "| source | documents | not read | counted | found | stored | lines that say why |"
    yield "|---|---:|---:|---:|---:|---:|---|"
    folders = sorted({folder_of(h.path) for h in harvested})
    for folder in folders:
        yield _row(f"`{folder}`", [h for h in harvested if folder_of(h.path) == folder], expected)
    yield _row("all", harvested, expected)
    yield ""


def _row(name: str, members: list[Harvested], expected: Expectations) -> str:
    reasons: Counter[str] = Counter()
    for one in members:
        reasons.update(one.lines)
    for groups in (expected.failed, expected.incomplete):
        for key, group in groups.items():
            reasons[key] += sum(one.path in group["documents"] for one in members)
    why = ", ".join(f"{key} {number}" for key, number in sorted(reasons.items()) if number)
    cells = [
        name,
        len(members),
        sum(one.failed for one in members),
        sum(one.counted or 0 for one in members),
        sum(one.run.counts.found for one in members),
        sum(one.run.counts.created for one in members),
        why,
    ]
    return "| " + " | ".join(map(str, cells)) + " |"


def _groups(title: str, groups: dict[str, dict[str, Any]]) -> Iterator[str]:
    yield f"## {title}\n"
    yield "| reason | documents | what it means |"
    yield "|---|---:|---|"
    for key, group in sorted(groups.items()):
        yield f"| {key} | {len(group['documents'])} | {group['means']} |"
    yield ""


def _codes(harvested: list[Harvested], expected: Expectations) -> Iterator[str]:
    yield "## Records and parts that are not taken\n"
    yield "| code | number | what it means |"
    yield "|---|---:|---|"
    for code in sorted({code for one in harvested for code in one.lines}):
        number = sum(one.lines.get(code, 0) for one in harvested)
        yield f"| {code} | {number} | {expected.means[code]} |"
    yield ""


def _explanations(expected: Expectations) -> Iterator[str]:
    yield "## Where the two counts differ\n"
    for entry in expected.differs:
        names = ", ".join(f"`{path}`" for path in entry["documents"])
        yield f"- {entry['why']} ({names})"
    yield ""


INTRODUCTION = """\
# Real input

Made by `make corpora`; a test fails when it is out of date. {documents} RDF documents that real catalogues, standards
and other harvesters' tests have published are served over HTTP as they are, with the media types of two common
static servers, and each is harvested as a source of its own.

*found* is what a harvest counts: taken, or refused with a reason. *counted* is an independent count with another
library (rdflib): everything typed as dcat:Dataset, dcat:DatasetSeries or dcat:DataService, or listed by a catalogue, that has a
property beyond its type. Where the two differ, the reason stands below.
"""


def main() -> None:
    if not SHARED.is_dir():
        raise SystemExit("The corpora are not beside the project (../shared).")
    with (
        tempfile.TemporaryDirectory() as folder,
        harvest_world(Path(folder)) as world,
        Loopback() as server,
    ):
        harvested = harvest_all(world, server, documents())
    expected = Expectations.load()
    PAGE.write_text(page(harvested, expected))
    for line in (*expected.broken(harvested), *expected.unexplained(harvested)):
        print(line)


if __name__ == "__main__":
    main()
