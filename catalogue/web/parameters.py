"""Query parameters of pages: which each knows, what is told of the others, and those that are given once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from flask import request

from catalogue.discovery.search import OTHER_PARAMETERS
from catalogue.errors import InvalidQuery
from catalogue.model.search import FACETS

KNOWN: Mapping[str, frozenset[str]] = {
    "datasets.search": frozenset({*FACETS, *OTHER_PARAMETERS, "iri", "identifier"}),
    "runs.index": frozenset({"page", "source"}),
    "runs.run": frozenset({"page", "kind"}),
    "sources.source": frozenset({"page"}),
    "versions.index": frozenset({"at"}),
    "versions.version": frozenset({"since"}),
    "catalog.feed": frozenset({"page", "size"}),
    "validate.page": frozenset({"url", "profile"}),
    **dict.fromkeys(
        (
            "home.index",
            "sources.index",
            "reports.page",
            "about.index",
            "about.errors",
            "reference.index",
            "datasets.dataset",
            "records.record",
        ),
        frozenset[str](),
    ),
}
"""Endpoint of a page → its parameters. What is not here judges them itself."""

TRACKERS = re.compile(
    r"(utm|pk|mtm|matomo|piwik|hsa|__hs)_?.*|(fb|g|dc|y|tt|wbra|gbra|tw)cl?id|msclkid|gclsrc|mc_[ce]id|igshid|_ga|_gl|ref",
    re.ASCII,
)
"""What mail programs and other sites append to links; it means nothing here, and nobody typed it."""

LONGEST_NAME = 50


@dataclass(frozen=True, slots=True)
class Stray:
    """A parameter that the page does not know, and the one that may be meant ("": none is near)."""

    name: str
    near: str


def known_parameters() -> frozenset[str] | None:
    """The parameters of the page that is asked for; None where it judges them itself or there is no page."""
    return KNOWN.get(request.endpoint) if request.endpoint else None


def strays() -> list[Stray]:
    """Parameters of the request that its page leaves out, trackers apart: a person should hear of a misspelt filter."""
    known = known_parameters()
    if known is None:
        return []
    found = [name for name in request.args if name not in known and not TRACKERS.fullmatch(name)]
    return [
        Stray(name[:LONGEST_NAME], next(iter(get_close_matches(name[:LONGEST_NAME], known, 1)), ""))
        for name in found[:3]
    ]


def refuse_strays() -> None:
    """InvalidQuery for the first of `strays`: what programs read has no place to tell of it."""
    for stray in strays():
        raise InvalidQuery(
            f"There is no parameter {stray.name!r} here.",
            advice=f"Is {stray.near} meant?" if stray.near else "Leave it out.",
            parameter=stray.name,
        )


def once(name: str, default: str = "") -> str:
    """The value of a parameter that may be given once. InvalidQuery when it is given again."""
    values = request.args.getlist(name)
    if len(values) > 1:
        raise InvalidQuery(f"{name} is given more than once; say which is meant.", parameter=name)
    return values[0] if values else default
