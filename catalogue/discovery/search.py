"""Search as people ask it: parameters → SearchQuery, and the answer with labels a person can read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from catalogue.discovery.facets import facet_label, hints_of, preferred
from catalogue.errors import InvalidQuery
from catalogue.model.search import (
    FACETS,
    MAX_PAGE_SIZE,
    MAX_WINDOW,
    SORTS,
    FacetValue,
    SearchPage,
    SearchQuery,
)
from catalogue.model.vocabularies import Vocabularies
from catalogue.ports import Ledger, SearchIndex

MAX_TEXT = 1000
MAX_VALUES = 100
OTHER_PARAMETERS = ("q", "page", "size", "sort")
"""Parameters that are given once; facets may be repeated."""


def parse_search(
    parameters: Iterable[tuple[str, str]], languages: Sequence[str] = ("en",), ignored: Iterable[str] = ()
) -> SearchQuery:
    """The query of an API or page call. `parameters` are (name, value) pairs, repeated where a facet is.

    InvalidQuery names the parameter that is unknown or has a value that it cannot have.
    """
    query = SearchQuery(languages=tuple(languages))
    filters: dict[str, tuple[str, ...]] = {}
    skipped, given = set(ignored), set()
    for name, value in parameters:
        if name in skipped:
            continue
        if name in given and name in OTHER_PARAMETERS:
            raise InvalidQuery(f"{name} is given more than once; say which is meant.", parameter=name)
        given.add(name)
        if name not in FACETS:
            query = _with(query, name, value)
        elif value:
            filters[name] = (*filters.get(name, ()), value)
    _check_window(query)
    return replace(query, filters=_bounded(filters))


def _with(query: SearchQuery, name: str, value: str) -> SearchQuery:
    """The query with a parameter that is no facet."""
    if name == "q":
        return replace(query, text=_text(value))
    if name == "page":
        return replace(query, page=_number(name, value, 1, MAX_WINDOW))
    if name == "size":
        return replace(query, size=_number(name, value, 1, MAX_PAGE_SIZE))
    if name == "sort":
        return replace(query, sort=_sort(value))
    known = (*OTHER_PARAMETERS, *FACETS)
    near = get_close_matches(name, known, 1)
    raise InvalidQuery(
        f"There is no parameter {name[:50]!r}; there are: {', '.join(known)}.",
        advice=f"Is {near[0]} meant?" if near else "",
        parameter=name[:50],
    )


def run_search(
    index: SearchIndex, vocabularies: Vocabularies, query: SearchQuery, ledger: Ledger
) -> SearchPage:
    """The index's answer with the labels of facet values in the reader's language, and with hints. Any exact match of a
    concept stands for it in a filter."""
    query = preferred(query, vocabularies)
    page = index.search(query)
    titles = {source.slug: source.title or source.slug for source in ledger.sources(include_removed=True)}
    facets = {
        name: tuple(_labelled(name, value, query, vocabularies, titles) for value in values)
        for name, values in page.facets.items()
    }
    return replace(page, facets=facets, hints=hints_of(index, vocabularies, query, page, titles))


def _labelled(
    facet: str, value: FacetValue, query: SearchQuery, vocabularies: Vocabularies, titles: Mapping[str, str]
) -> FacetValue:
    selected = value.value in query.filters.get(facet, ())
    return replace(
        value, label=facet_label(facet, value.value, query.languages, vocabularies, titles), selected=selected
    )


def _text(value: str) -> str:
    if len(value) > MAX_TEXT:
        raise InvalidQuery(f"q has {len(value)} characters; at most {MAX_TEXT} are read.", parameter="q")
    return value.strip()


def _number(name: str, value: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
        raise InvalidQuery(
            f"{name} must be a whole number from {least} to {most}, not {value!r}.", parameter=name
        )
    return int(value)


def _sort(value: str) -> str:
    if value not in SORTS:
        raise InvalidQuery(f"sort must be one of {', '.join(SORTS)}, not {value!r}.", parameter="sort")
    return value


def _check_window(query: SearchQuery) -> None:
    if query.page * query.size > MAX_WINDOW:
        raise InvalidQuery(
            f"page × size is {query.page * query.size}; at most {MAX_WINDOW} results can be paged through.",
            advice="Narrow the search, or harvest /catalog to read everything.",
            parameter="page",
        )


def _bounded(filters: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    for name, values in filters.items():
        if len(values) > MAX_VALUES:
            raise InvalidQuery(
                f"{name} is given {len(values)} times; at most {MAX_VALUES} are read.", parameter=name
            )
    return {name: tuple(dict.fromkeys(values)) for name, values in filters.items()}
