"""Vocabularies that an operator adds: an ontology file becomes SKOS in the data folder, checked before it counts.

vocabularies/NAME.nt    the concepts, as the loader reads them
vocabularies/NAME.json  where it is from, and what it holds
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from catalogue.adapters.ontology_files import OntologyFile, Overview, write_ntriples
from catalogue.adapters.vocabularies import load_vocabularies
from catalogue.errors import ConfigurationError, Conflict, InvalidQuery, NotFound
from catalogue.ports import Clock

FOLDER = "vocabularies"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class AddedVocabulary:
    """One that was added. `source`: the URL, or the name of the file; `sha256` of that file; `mark`: of what is
    stored; `languages` of its labels ("" is none); `nameless`: concepts without a label, left out."""

    name: str
    title: str
    version: str
    scheme: str
    source: str
    sha256: str
    mark: str
    concepts: int
    nameless: int
    languages: list[str]
    added_at: str


class AddedVocabularies:
    """The folder of added vocabularies inside a data folder. `shipped`: names that are taken."""

    def __init__(self, data: Path, shipped: Collection[str] = ()) -> None:
        self._folder = data / FOLDER
        self._shipped = shipped

    def files(self) -> list[Path]:
        """What the loader reads, by name."""
        return sorted(self._folder.glob("[!.]*.nt"))

    def names(self) -> list[str]:
        return [file.stem for file in self.files()]

    def all(self) -> list[AddedVocabulary]:
        return [self.get(name) for name in self.names()]

    def marks(self) -> Mapping[str, str]:
        """Name → hash of what is stored: profiles that use one are others when it changes."""
        return {one.name: one.mark for one in self.all()}

    def get(self, name: str) -> AddedVocabulary:
        """NotFound when no such vocabulary was added; ConfigurationError when what is stored of it is damaged."""
        if name not in self.names():
            raise NotFound(f"No vocabulary {name!r} was added.")
        try:
            facts = json.loads((self._folder / f"{name}.json").read_text("utf-8"))
            return AddedVocabulary(**{one.name: facts[one.name] for one in fields(AddedVocabulary)})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(
                f"What is stored of the vocabulary {name} is damaged.",
                advice=f"Add it again: pharos vocabularies add FILE --name {name} --replace",
            ) from error

    def add(
        self,
        name: str,
        file: Path,
        source: str,
        clock: Clock,
        *,
        title: str = "",
        media_type: str | None = None,
        replace: bool = False,
    ) -> AddedVocabulary:
        """Reads the file (from `source`: a URL or its path), checks it beside all others and stores it.

        InvalidQuery for a name that is none; Conflict for one that is taken; ConfigurationError when the file does
        not parse, holds no concept with a label, or makes a circle of broader concepts. Nothing is stored then.
        """
        self._check(name, replace)
        ontology = OntologyFile(file, source, media_type)
        found = ontology.overview()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=self._folder) as workspace:
            made = Path(workspace) / f"{name}.nt"
            write_ntriples(ontology.as_skos(found, f"urn:pharos:vocabulary:{name}"), made)
            load_vocabularies([*(other for other in self.files() if other.stem != name), made])
            facts = _facts(name, title, source, found, _hash(file), _hash(made), clock)
            told = Path(workspace) / f"{name}.json"
            told.write_text(json.dumps(asdict(facts), ensure_ascii=False, indent=1), "utf-8")
            told.replace(self._folder / told.name)
            made.replace(self._folder / made.name)
        return facts

    def remove(self, name: str) -> None:
        """NotFound when no such vocabulary was added."""
        if name not in self.names():
            raise NotFound(f"No vocabulary {name!r} was added.")
        (self._folder / f"{name}.nt").unlink()
        (self._folder / f"{name}.json").unlink(missing_ok=True)

    def _check(self, name: str, replace: bool) -> None:
        if not _NAME.fullmatch(name):
            raise InvalidQuery(
                f"{name!r} is no name for a vocabulary.",
                advice="Use small letters, digits, dots, hyphens and underscores, at most 64: --name my-vocabulary",
                parameter="name",
            )
        if name in self._shipped:
            raise Conflict(
                f"The name {name} is that of a vocabulary of Pharos.", advice="Choose another: --name NAME"
            )
        if name in self.names() and not replace:
            raise Conflict(
                f"There is a vocabulary {name} already.", advice="Choose another name, or give --replace."
            )


def _facts(
    name: str, title: str, source: str, found: Overview, sha256: str, mark: str, clock: Clock
) -> AddedVocabulary:
    about = found.scheme or ""
    return AddedVocabulary(
        name=name,
        title=title or found.titles.get(about, "") or name,
        version=found.versions.get(about, ""),
        scheme=about,
        source=source if "://" in source else os.path.basename(source),  # noqa: PTH119 - no path of this machine
        sha256=sha256,
        mark=mark,
        concepts=len(found.concepts),
        nameless=found.nameless,
        languages=sorted(found.languages),
        added_at=clock.now().isoformat(timespec="seconds"),
    )


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
