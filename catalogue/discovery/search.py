"""Search as people ask it: parameters → SearchQuery, and the answer with labels a person can read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

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
from catalogue.model.validation import Verdict
from catalogue.model.vocabularies import Vocabularies
from catalogue.ports import Ledger, SearchIndex

MAX_TEXT = 1000
MAX_VALUES = 100
OTHER_PARAMETERS = ("q", "page", "size", "sort")

VERDICT_LABELS = {
    Verdict.CONFORMANT: "Conformant",
    Verdict.WITH_WARNINGS: "Conformant, with warnings",
    Verdict.KNOWN_GAP: "Accepted with a known gap",
    Verdict.NON_CONFORMANT: "Not conformant",
    Verdict.NOT_VALIDATED: "Not validated",
}


def parse_search(
    parameters: Iterable[tuple[str, str]], languages: Sequence[str] = ("en",), ignored: Iterable[str] = ()
) -> SearchQuery:
    """The query of an API or page call. `parameters` are (name, value) pairs, repeated where a facet is.

    InvalidQuery names the parameter that is unknown or has a value that it cannot have.
    """
    query = SearchQuery(languages=tuple(languages))
    filters: dict[str, tuple[str, ...]] = {}
    skipped = set(ignored)
    for name, value in parameters:
        if name in skipped:
            continue
        if name in FACETS:
            if value:
                filters[name] = (*filters.get(name, ()), value)
        elif name == "q":
            query = replace(query, text=_text(value))
        elif name == "page":
            query = replace(query, page=_number(name, value, 1, MAX_WINDOW))
        elif name == "size":
            query = replace(query, size=_number(name, value, 1, MAX_PAGE_SIZE))
        elif name == "sort":
            query = replace(query, sort=_sort(value))
        else:
            known = ", ".join((*OTHER_PARAMETERS, *FACETS))
            raise InvalidQuery(f"There is no parameter {name!r}; there are: {known}.", parameter=name)
    _check_window(query)
    return replace(query, filters=_bounded(filters))


def run_search(
    index: SearchIndex, vocabularies: Vocabularies, query: SearchQuery, ledger: Ledger
) -> SearchPage:
    """The index's answer with the labels of facet values in the reader's language."""
    page = index.search(query)
    titles = {source.slug: source.title or source.slug for source in ledger.sources(include_removed=True)}
    facets = {
        name: tuple(_labelled(name, value, query, vocabularies, titles) for value in values)
        for name, values in page.facets.items()
    }
    return replace(page, facets=facets)


def _labelled(
    facet: str, value: FacetValue, query: SearchQuery, vocabularies: Vocabularies, titles: Mapping[str, str]
) -> FacetValue:
    selected = value.value in query.filters.get(facet, ())
    return replace(
        value, label=facet_label(facet, value.value, query.languages, vocabularies, titles), selected=selected
    )


def facet_label(
    facet: str, value: str, languages: Sequence[str], vocabularies: Vocabularies, titles: Mapping[str, str]
) -> str:
    """What a person reads for a facet's value."""
    if facet == "verdict":
        return VERDICT_LABELS.get(Verdict(value), value) if value in set(Verdict) else value
    if facet == "source":
        return titles.get(value, value)
    if facet == "country":
        concept = vocabularies.concept(f"urn:iso:3166:{value}")
        return concept.label(languages) if concept else value
    label = vocabularies.label(value, languages)
    if label:
        return label
    return _local_name(value) if re.match(r"^(https?|urn):", value) else value


def _local_name(iri: str) -> str:
    """The last telling part of an IRI that no vocabulary of ours knows."""
    return re.split(r"[/#:]", iri.rstrip("/#"))[-1] or iri


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
