"""One query model for every search engine, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FACETS = (
    "theme",
    "keyword",
    "publisher",
    "source",
    "country",
    "access_rights",
    "modality",
    "condition",
    "language",
    "format",
    "verdict",
)
"""Facets of the search, in the order pages show them; each is a query parameter of its own name."""

SORTS = ("relevance", "title", "-title", "modified", "-modified", "issued", "-issued")
MAX_PAGE_SIZE = 100
MAX_WINDOW = 10_000


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """A published dataset as the index holds it.

    `facets`: facet name → values as stored (IRIs, codes or texts). `titles`, `descriptions`: language tag → text
    ("" for untagged). `all_text` is every literal and every concept label worth finding, in any language.
    `modified`, `issued`: ISO 8601 date of the description, or "".
    """

    dataset_id: str
    record_id: str
    iri: str
    source: str
    source_title: str
    kind: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    keywords: tuple[str, ...]
    identifiers: tuple[str, ...]
    facets: Mapping[str, tuple[str, ...]]
    all_text: str
    verdict: str
    publisher: str = ""
    modified: str = ""
    issued: str = ""
    version_id: int = 0


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What a person asks. `filters`: facet → values (OR within a facet, AND across). `page` from 1."""

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "relevance"
    page: int = 1
    size: int = 20
    facets: tuple[str, ...] = FACETS
    languages: tuple[str, ...] = ("en",)


@dataclass(frozen=True, slots=True)
class SearchHit:
    document: SearchDocument
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A facet's value with the number of datasets that have it (own facet's filter left out) and its label."""

    value: str
    count: int
    label: str = ""
    selected: bool = False


@dataclass(frozen=True, slots=True)
class SearchHint:
    """A part of the question that no dataset can answer, whatever else is asked: a facet's value that none has (with the
    nearest values that some have), or a text (`parameter` q) that holds no letter and no digit."""

    parameter: str
    value: str
    nearest: tuple[FacetValue, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchPage:
    total: int
    hits: tuple[SearchHit, ...]
    facets: Mapping[str, tuple[FacetValue, ...]]
    page: int
    size: int
    position: int = 0
    hints: tuple[SearchHint, ...] = ()
