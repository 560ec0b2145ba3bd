"""The hand-written provider files, read into frozen values. No RDF is made here."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Texts = Mapping[str, str]
"""A text by language tag."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset as its author wrote it, with the provider's defaults filled in."""

    slug: str
    title: Texts
    description: Texts
    provenance: Texts
    keywords: Mapping[str, list[str]]
    condition: str
    modalities: list[str]
    body_parts: list[str]
    sexes: list[str]
    manufacturers: list[str]
    ages: tuple[int, int]
    individuals: int
    studies: int
    acquired: tuple[str, str]
    access: str
    access_conditions: list[str]
    uses: list[str]
    legal_bases: list[str]
    collection: list[str]
    tier: str
    distributions: list[str]
    version: str
    issued: str
    modified: str
    gigabytes: int
    uses_on: str = "dataset"
    data_type: str = "PseudonymisedData"
    health_categories: tuple[str, ...] | list[str] = ("MRMR",)
    labels: tuple[str, ...] | list[str] = ()
    segmentations: int | None = None
    variables: tuple[str, ...] | list[str] = ()
    licence: str | None = None
    frequency: str | None = None
    activity: str | None = None


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a provider's server speaks: syntax and paging for paged RDF, the odd switch for FAIR Data Points."""

    syntax: str = "turtle"
    paging: str = ""
    page_size: int = 10
    parts: str = "iri"
    content_type: str | None = None
    gzip: bool = False
    parts_on_last_page: bool = False
    slow: bool = False
    bulk_pages: bool = False
    answers: int = 200


@dataclass(frozen=True, slots=True)
class Mirror:
    """A dataset of another provider that this one lists too, under the same subject IRI."""

    provider: str
    dataset: str
    title: Texts
    description: Texts


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider: who it is, what it holds and how its server speaks."""

    slug: str
    name: str
    country: str
    language: str
    harvester: str
    host: str
    publisher_type: str
    telephone: str
    catalogue_title: Texts
    catalogue_description: Texts
    publisher_description: str
    hdab_name: str
    hdab_host: str
    dialect: Dialect
    datasets: tuple[Dataset, ...] = ()
    mirrors: tuple[Mirror, ...] = ()
    drafts: tuple[Mapping[str, str], ...] = ()
    unreadable: tuple[Mapping[str, str], ...] = ()

    @property
    def home(self) -> str:
        return f"https://{self.host}"

    def dataset_iri(self, slug: str) -> str:
        """The stable name of a dataset; at a FAIR Data Point it is only the identifier."""
        return f"{self.home}/datasets/{slug}"


def read_toml(name: str) -> dict[str, Any]:
    """A data file beside this module."""
    with (HERE / name).open("rb") as file:
        return tomllib.load(file)


def load_providers(folder: Path = HERE / "providers") -> tuple[Provider, ...]:
    """Every provider file of the folder, by slug."""
    return tuple(load_provider(path) for path in sorted(folder.glob("*.toml")))


def load_provider(path: Path) -> Provider:
    """One provider file; its defaults go under each dataset that does not say otherwise."""
    with path.open("rb") as file:
        written = tomllib.load(file)
    defaults = written.get("defaults", {})
    simple = ("slug", "name", "country", "language", "harvester", "host", "publisher_type", "telephone")
    return Provider(
        **{key: written[key] for key in simple},
        catalogue_title=written["catalogue"]["title"],
        catalogue_description=written["catalogue"]["description"],
        publisher_description=written["publisher"]["description"],
        hdab_name=written["hdab"]["name"],
        hdab_host=written["hdab"]["host"],
        dialect=Dialect(**written["dialect"]),
        datasets=tuple(Dataset(**{**defaults, **one}) for one in written.get("dataset", [])),
        mirrors=tuple(Mirror(**one) for one in written.get("mirror", [])),
        drafts=tuple(written.get("draft", [])),
        unreadable=tuple(written.get("unreadable", [])),
    )
