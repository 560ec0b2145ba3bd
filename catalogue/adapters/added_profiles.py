"""Profiles that an operator adds: a shapes file becomes a folder like those that are installed, checked before it counts.

profiles/NAME/profile.ttl        what it is called, its version, the vocabularies it checks
profiles/NAME/shapes/shapes.ttl  the shapes
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import RdfFormat

from catalogue.adapters.profiles import PROF, PROFILES, VALIDATION, load_profiles
from catalogue.errors import ConfigurationError, Conflict, InvalidQuery, ParseError
from catalogue.model.validation import ShapesProfile
from catalogue.ports import ShapeEngine
from catalogue.rdf.graphs import Graph, serialise
from catalogue.rdf.literals import preferred
from catalogue.rdf.namespaces import DCAT, DCT, OWL, PHAROS, RDF, RDFS, SH
from catalogue.rdf.parse import parse_document
from catalogue.rdf.terms import Literal, NamedNode, Triple

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf, SH.target)
_SHAPES = "shapes/shapes.ttl"
_RESERVED = ("auto",)


@dataclass(frozen=True, slots=True)
class NewProfile:
    """What an operator says of a profile; what is empty is taken from the file (its owl:Ontology) or left so.

    `vocabularies`: names of installed vocabularies whose concepts a record may name without describing them.
    """

    name: str
    title: str = ""
    version: str = ""
    description: str = ""
    vocabularies: tuple[str, ...] = ()


class AddedProfiles:
    """The folder of added profiles. `shipped`: names that are taken; `vocabularies`: names that there are."""

    def __init__(
        self, folder: Path, shipped: Collection[str], vocabularies: Collection[str], engine: ShapeEngine
    ) -> None:
        self._folder = folder
        self._shipped = shipped
        self._vocabularies = vocabularies
        self._engine = engine

    def names(self) -> list[str]:
        return sorted(file.parent.name for file in self._folder.glob("[!.]*/profile.ttl"))

    def add(
        self, new: NewProfile, body: bytes, url: str, media_type: str | None = None, *, replace: bool = False
    ) -> ShapesProfile:
        """Checks the shapes of a file (`url`: where it is from) and stores them under the name.

        InvalidQuery for a name that is none, or a vocabulary that there is not; Conflict for one that is taken;
        ConfigurationError when the file holds no shapes, or the engine cannot use them. Nothing is stored then.
        """
        self._check(new, replace)
        shapes = _read(body, url, media_type)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=self._folder) as workspace:
            made = Path(workspace) / new.name
            (made / "shapes").mkdir(parents=True)
            (made / _SHAPES).write_bytes(serialise(shapes, RdfFormat.TURTLE))
            (made / "profile.ttl").write_bytes(serialise(_description(new, shapes), RdfFormat.TURTLE))
            profile = load_profiles([made])[new.name]
            self._engine.validate(Graph(), profile)
            place = self._folder / new.name
            if place.exists():
                place.rename(Path(workspace) / ".old")
            made.rename(place)
        return profile

    def remove(self, name: str) -> None:
        """InvalidQuery when no such profile was added."""
        if name not in self.names():
            raise InvalidQuery(f"No profile {name!r} was added.", parameter="name")
        shutil.rmtree(self._folder / name)

    def _check(self, new: NewProfile, replace: bool) -> None:
        if not _NAME.fullmatch(new.name):
            raise InvalidQuery(
                f"{new.name!r} is no name for a profile.",
                advice="Use small letters, digits, dots, hyphens and underscores, at most 64: --name my-profile-1.0",
                parameter="name",
            )
        if new.name in (*_RESERVED, *self._shipped):
            raise Conflict(
                f"The name {new.name} is that of a profile of Pharos.", advice="Choose another: --name NAME"
            )
        if new.name in self.names() and not replace:
            raise Conflict(
                f"There is a profile {new.name} already.", advice="Choose another name, or give --replace."
            )
        for vocabulary in new.vocabularies:
            if vocabulary not in self._vocabularies:
                raise InvalidQuery(
                    f"There is no vocabulary {vocabulary!r}.",
                    advice=f"There are: {', '.join(sorted(self._vocabularies))}.",
                    parameter="vocabulary",
                )


def _read(body: bytes, url: str, media_type: str | None) -> Graph:
    try:
        document = parse_document(body, url, media_type=media_type)
    except ParseError as error:
        raise ConfigurationError(f"The shapes cannot be read: {error.detail}", advice=error.advice) from error
    lost = next((problem for problem in document.problems if problem.lost), None)
    if lost is not None:
        raise ConfigurationError(
            f"A part of the shapes cannot be read: {lost.message}", advice="Mend the file, then add it."
        )
    if not any(t.predicate in _TARGETS for t in document.graph) and not _has_implicit_target(document.graph):
        raise ConfigurationError(
            "The file has no shape with a target: nothing would be judged.",
            advice="Give a SHACL shapes file, with sh:targetClass (or another target) on at least one shape.",
        )
    return document.graph


def _has_implicit_target(graph: Graph) -> bool:
    # https://www.w3.org/TR/shacl/#implicit-targetClass
    classes = graph.instances(RDFS.Class, OWL.Class)
    return any(graph.types(node) & {SH.NodeShape, SH.PropertyShape} for node in classes)


def _description(new: NewProfile, shapes: Graph) -> Graph:
    node, resource = NamedNode(PROFILES + new.name), NamedNode(f"{PROFILES}{new.name}/{_SHAPES}#resource")
    about = next(iter(shapes.instances(OWL.Ontology)), None)

    def said(given: str, *predicates: NamedNode) -> str:
        stated = preferred(shapes.objects(about, *predicates)) if about is not None and not given else None
        return given or (stated.value if stated else "")

    facts = {
        DCT.identifier: new.name,
        DCT.title: said(new.title, DCT.title, RDFS.label) or new.name,
        DCAT.version: said(new.version, OWL.versionInfo, DCAT.version),
        DCT.description: said(new.description, DCT.description, RDFS.comment),
    }
    return Graph(
        [
            Triple(node, RDF.type, PHAROS.ShapesProfile),
            *(Triple(node, predicate, Literal(text)) for predicate, text in facts.items() if text),
            *(Triple(node, PHAROS.vocabulary, Literal(name)) for name in new.vocabularies),
            Triple(node, PROF.hasResource, resource),
            Triple(resource, PROF.hasRole, VALIDATION),
            Triple(resource, PROF.hasArtifact, NamedNode(f"{PROFILES}{new.name}/{_SHAPES}")),
        ]
    )
