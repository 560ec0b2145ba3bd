"""Reads shapes profiles: those installed in `catalogue.shapes`, and those an operator adds from files of her own."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from threading import Lock
from time import monotonic

from pyoxigraph import RdfFormat

from catalogue.adapters.profile_files import as_node, iris_of, parse_file, text_of
from catalogue.adapters.shape_bundles import bundle_hash, canonical_text, prepare, read_shapes
from catalogue.errors import ConfigurationError
from catalogue.model.validation import ShapesProfile
from catalogue.rdf.graphs import Graph, serialise
from catalogue.rdf.namespaces import DCAT, DCT, OWL, PHAROS, RDFS, Namespace
from catalogue.rdf.terms import Literal, NamedNode, Subject

log = logging.getLogger(__name__)

PROFILES = "https://w3id.org/pharos/profiles/"
"""Our profiles' IRIs are this and their name; their shapes' IRIs are that, `#` and a local name."""
PROF = Namespace("http://www.w3.org/ns/dx/prof/")
VALIDATION = NamedNode("http://www.w3.org/ns/dx/prof/role/validation")
LOOK_AGAIN = 1.0  # seconds between two looks for added profiles


def load_profiles(extra: Iterable[Path] = ()) -> dict[str, ShapesProfile]:
    """Every profile by name, each prepared once. `extra`: folders that hold a `profile.ttl`, or single shapes files
    (the name is then the file's stem). Raises ConfigurationError when a file is missing, does not parse, has a pattern
    that the engines do not share, or when two profiles have one name."""
    drafts = _read(extra)
    return {name: _finish(draft, drafts, {}) for name, draft in drafts.items()}


class ProfilesOnDemand(Mapping[str, ShapesProfile]):
    """Profiles by name, each prepared when it is first asked for. ConfigurationError as with `load_profiles`.

    `added`: a folder of folders with a `profile.ttl`; what comes there later is found within LOOK_AGAIN. `marks`: name of a
    vocabulary that may change → hash of what it holds; a bundle that uses it has another hash then."""

    def __init__(self, added: Path | None = None, marks: Mapping[str, str] | None = None) -> None:
        self._marks = marks or {}
        self._drafts = _read(())
        self._finished: dict[str, ShapesProfile] = {}
        self._added = added
        self._names: set[str] = set()
        self._seen: dict[Path, int] = {}
        self._looked_at = -LOOK_AGAIN
        self._lock = Lock()

    def include(self, file: Path) -> str:
        """Takes in a shapes file for as long as this object lives, and returns its name."""
        _add(self._known(), draft := _read_file(file))
        return draft.name

    def _known(self) -> dict[str, _Draft]:
        if self._added is not None and monotonic() - self._looked_at >= LOOK_AGAIN:
            with self._lock:
                found = _stamps(self._added)
                if found != self._seen:
                    self._take_in(found)
                self._looked_at = monotonic()
        return self._drafts

    def _take_in(self, found: dict[Path, int]) -> None:
        """Reads the added ones anew. One that cannot be used is told in the log: others go on without it."""
        drafts = {name: draft for name, draft in self._drafts.items() if name not in self._names}
        names: set[str] = set()
        for file in sorted(found):
            try:
                draft = _read_folder(file.parent)
                _add(drafts, draft)
                names.add(draft.name)
            except ConfigurationError as error:
                log.error("an added profile is left out: %s", error.detail, extra={"advice": error.advice})
        for name in self._names | names:
            self._finished.pop(name, None)
        self._drafts, self._names, self._seen = drafts, names, found

    def __getitem__(self, name: str) -> ShapesProfile:
        drafts = self._known()
        if name not in self._finished:
            self._finished[name] = _finish(drafts[name], drafts, self._marks)
        return self._finished[name]

    def __contains__(self, name: object) -> bool:
        return name in self._known()

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._known()))

    def __len__(self) -> int:
        return len(self._known())


def _stamps(folder: Path) -> dict[Path, int]:
    found: dict[Path, int] = {}
    for file in folder.glob("[!.]*/profile.ttl"):
        with suppress(FileNotFoundError):  # replaced or removed just now
            found[file] = file.stat().st_mtime_ns
    return found


def _read(extra: Iterable[Path]) -> dict[str, _Draft]:
    drafts: dict[str, _Draft] = {}
    for folder in sorted(_shipped(), key=lambda f: f.name):
        _add(drafts, _read_folder(folder))
    for path in extra:
        _add(drafts, _read_folder(path) if path.is_dir() else _read_file(path))
    return drafts


@dataclass(frozen=True, slots=True)
class _Draft:
    """A profile as its files say it, before what it inherits is added."""

    name: str
    iri: str
    version: str
    title: str
    description: str
    shapes: Graph
    variants: tuple[tuple[str, Graph, frozenset[str]], ...] = ()
    inherits: tuple[str, ...] = ()
    left_out: frozenset[str] = frozenset()
    known_gaps: frozenset[str] = frozenset()
    vocabularies: tuple[str, ...] = ()
    see_also: tuple[str, ...] = ()


def _shipped() -> list[Traversable]:
    return [f for f in files("catalogue.shapes").iterdir() if f.is_dir() and (f / "profile.ttl").is_file()]


def _add(drafts: dict[str, _Draft], draft: _Draft) -> None:
    if draft.name in drafts or draft.name == "auto":
        raise ConfigurationError(
            f"Two shapes profiles are called {draft.name!r}.",
            advice="Rename the folder or file of the one you added.",
        )
    drafts[draft.name] = draft


def _read_folder(folder: Traversable) -> _Draft:
    where = f"{folder.name}/profile.ttl"
    base = f"{PROFILES}{folder.name}/"
    graph = parse_file(folder / "profile.ttl", where, base)
    found = graph.instances(PHAROS.ShapesProfile)
    if len(found) != 1:
        raise ConfigurationError(
            f"{where} describes {len(found)} shapes profiles.",
            advice="Describe exactly one resource of the class pharos:ShapesProfile in it.",
        )
    profile = found[0]
    variants = sorted(
        graph.objects(profile, PHAROS.variant), key=lambda v: text_of(graph, as_node(v), PHAROS.order)
    )
    return _Draft(
        name=text_of(graph, profile, DCT.identifier) or folder.name,
        iri=profile.value,
        version=text_of(graph, profile, DCAT.version),
        title=text_of(graph, profile, DCT.title),
        description=text_of(graph, profile, DCT.description),
        shapes=_shapes(folder, graph, profile, base),
        variants=tuple(_variant(folder, graph, as_node(v), base) for v in variants),
        inherits=iris_of(graph, profile, PHAROS.inherits),
        left_out=frozenset(iris_of(graph, profile, PHAROS.leavesOut)),
        known_gaps=frozenset(iris_of(graph, profile, PHAROS.knownGap)),
        vocabularies=_vocabularies(graph, profile),
        see_also=iris_of(graph, profile, RDFS.seeAlso),
    )


def _vocabularies(graph: Graph, profile: Subject) -> tuple[str, ...]:
    """The names of the vocabularies, those included that only an operator can add."""
    named = graph.objects(profile, PHAROS.vocabulary, PHAROS.optionalVocabulary)
    return tuple(sorted(o.value for o in named if isinstance(o, Literal)))


def _variant(
    folder: Traversable, graph: Graph, node: Subject, base: str
) -> tuple[str, Graph, frozenset[str]]:
    access = iris_of(graph, node, PHAROS.accessRights)
    if len(access) != 1:
        raise ConfigurationError(
            f"{folder.name}/profile.ttl has a variant without exactly one pharos:accessRights."
        )
    return access[0], _shapes(folder, graph, node, base), frozenset(iris_of(graph, node, PHAROS.leavesOut))


def _shapes(folder: Traversable, graph: Graph, owner: Subject, base: str) -> Graph:
    """The union of the shape files that `owner` names as resources with the role of validation."""
    shapes = Graph()
    for resource in graph.objects(owner, PROF.hasResource):
        if VALIDATION not in graph.objects(as_node(resource), PROF.hasRole):
            continue
        for artifact in iris_of(graph, as_node(resource), PROF.hasArtifact):
            relative = PurePosixPath(artifact.removeprefix(base))
            if not artifact.startswith(base) or ".." in relative.parts:
                raise ConfigurationError(
                    f"{folder.name}/profile.ttl names {artifact}, which is not in its folder."
                )
            where = f"{folder.name}/{relative}"
            shapes = shapes | read_shapes(parse_file(folder.joinpath(*relative.parts), where, base), where)
    return shapes


def _read_file(path: Path) -> _Draft:
    """A profile made of nothing but a shapes file."""
    graph = parse_file(path, path.name, f"{PROFILES}{path.stem}/")
    about = next(iter(graph.instances(OWL.Ontology)), None)
    title = text_of(graph, about, DCT.title, RDFS.label) if about else ""
    return _Draft(
        name=path.stem,
        iri=f"{PROFILES}{path.stem}",
        version=text_of(graph, about, OWL.versionInfo, DCAT.version) if about else "",
        title=title or path.stem,
        description=text_of(graph, about, DCT.description, RDFS.comment) if about else "",
        shapes=read_shapes(graph, path.name),
    )


def _finish(draft: _Draft, drafts: dict[str, _Draft], marks: Mapping[str, str]) -> ShapesProfile:
    shapes, left_out = _inherited(draft, drafts, ())
    default = prepare(_without(shapes, left_out), draft.name, draft.iri)
    variants = tuple(
        (access, prepare(_without(shapes | graph, left_out | leaves), draft.name, draft.iri))
        for access, graph, leaves in draft.variants
    )
    parts = [draft.name, draft.version, canonical_text(default)]
    parts += [f"{access}\n{canonical_text(graph)}" for access, graph in variants]
    vocabularies = _all_vocabularies(draft, drafts)
    parts += [*sorted(draft.known_gaps), *draft.vocabularies]
    parts += [name + marks[name] for name in vocabularies if name in marks]
    return ShapesProfile(
        name=draft.name,
        version=draft.version,
        title=draft.title,
        description=draft.description,
        shapes_turtle=_turtle(default),
        bundle_hash=bundle_hash(parts),
        variants=tuple((access, _turtle(graph)) for access, graph in variants),
        known_gaps=draft.known_gaps,
        vocabularies=vocabularies,
        see_also=draft.see_also,
    )


def _inherited(draft: _Draft, drafts: dict[str, _Draft], path: Sequence[str]) -> tuple[Graph, frozenset[str]]:
    if draft.iri in path:
        raise ConfigurationError(f"The shapes profile {draft.name!r} inherits itself.")
    shapes, left_out = draft.shapes, draft.left_out
    for parent in _parents(draft, drafts):
        more, less = _inherited(parent, drafts, (*path, draft.iri))
        shapes, left_out = shapes | more, left_out | less
    return shapes, left_out


def _parents(draft: _Draft, drafts: dict[str, _Draft]) -> list[_Draft]:
    by_iri = {d.iri: d for d in drafts.values()}
    missing = [iri for iri in draft.inherits if iri not in by_iri]
    if missing:
        raise ConfigurationError(
            f"The shapes profile {draft.name!r} inherits {missing[0]}, which is not installed.",
            advice=f"Installed are: {', '.join(sorted(by_iri))}.",
        )
    return [by_iri[iri] for iri in draft.inherits]


def _all_vocabularies(draft: _Draft, drafts: dict[str, _Draft]) -> tuple[str, ...]:
    names = set(draft.vocabularies)
    for parent in _parents(draft, drafts):
        names.update(_all_vocabularies(parent, drafts))
    return tuple(sorted(names))


def _without(graph: Graph, shapes: frozenset[str]) -> Graph:
    if not shapes:
        return graph
    gone = {NamedNode(iri) for iri in shapes}
    return Graph(t for t in graph if t.subject not in gone and t.object not in gone)


def _turtle(graph: Graph) -> str:
    return serialise(graph, RdfFormat.TURTLE).decode()
