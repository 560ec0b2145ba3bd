"""What is wrong on purpose, and what a harvest has to find: the reading of ``flaws.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from rdflib import Graph, Literal, URIRef

from deploy.demo.authoring import Provider, read_toml


@dataclass(frozen=True, slots=True)
class Flaw:
    """One non-conformant record and the finding that a validation must report for it."""

    provider: str
    dataset: str
    what: str
    path: URIRef
    profile: str
    on: str
    removed: URIRef | None
    replaced: URIRef | None
    text: str
    verdict: str = "non-conformant"
    auto_verdict: str = "non-conformant"
    """Under the profile auto, which judges these records by eucaim-2.0."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a first harvest of one provider reports."""

    state: str
    found: int
    skipped: int
    drafts: int
    non_conformant: tuple[str, ...]
    """Slugs of the datasets with a flaw, whichever profile reports it."""
    conflicts: tuple[str, ...]
    """Slugs of datasets that EUCAIM allows and DCAT-AP's own shapes object to."""

    @property
    def created(self) -> int:
        return self.found - self.skipped


@cache
def all_flaws() -> tuple[Flaw, ...]:
    return tuple(_flaw(written) for written in read_toml("flaws.toml")["flaw"])


def _flaw(written: dict[str, Any]) -> Flaw:
    return Flaw(
        provider=written["provider"],
        dataset=written["dataset"],
        what=written["what"],
        path=URIRef(written["path"]),
        profile=written["profile"],
        on=written.get("on", "dataset"),
        removed=URIRef(written["remove"]) if "remove" in written else None,
        replaced=URIRef(written["replace"]) if "replace" in written else None,
        text=written.get("with", ""),
        auto_verdict=written.get("auto_verdict", "non-conformant"),
    )


def spoil(graph: Graph, subject: URIRef, provider: str, dataset: str, on: str) -> None:
    """Apply the flaws of this record, if it has any, to the part of it that they concern."""
    for flaw in all_flaws():
        if (flaw.provider, flaw.dataset, flaw.on) != (provider, dataset, on):
            continue
        if flaw.removed:
            graph.remove((subject, flaw.removed, None))
        if flaw.replaced:
            graph.set((subject, flaw.replaced, Literal(flaw.text)))


def expected_of(provider: Provider) -> Expected:
    """The hand-written counts of a provider, with its flawed datasets."""
    data = read_toml("flaws.toml")
    written = data["expected"][provider.slug]
    flawed = tuple(flaw.dataset for flaw in all_flaws() if flaw.provider == provider.slug)
    return Expected(
        state=written["state"],
        found=written["found"],
        skipped=written.get("skipped", 0),
        drafts=written.get("drafts", 0),
        non_conformant=flawed,
        conflicts=tuple(one["dataset"] for one in data["conflict"] if one["provider"] == provider.slug),
    )
