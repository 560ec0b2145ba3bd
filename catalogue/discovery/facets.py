"""Values of facets: which of a concept's IRIs stands for it, what a person reads for it, what to ask for instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import islice

from catalogue.model.search import FacetValue, SearchHint, SearchPage, SearchQuery
from catalogue.model.validation import Verdict
from catalogue.model.vocabularies import Concept, Vocabularies
from catalogue.ports import SearchIndex
from catalogue.rdf.namespaces import EU_AUTHORITY

CONCEPT_FACETS = frozenset({"theme", "access_rights", "modality", "condition", "language", "format"})
"""Facets whose values are concepts where the vocabularies know them."""

MEDIA_TYPE = re.compile(r"^https?://www\.iana\.org/assignments/media-types/(.+)$")
COUNTRY_CODE = "urn:iso:3166:"
MOST_HINTS = 3
NEAREST = 3
COMPARED = 50
"""Values of a facet, the most frequent ones, that are compared with one that none has."""
LONGEST_NAME = 80
ALIKE = 0.6
"""Share of a label's letters that agree, from which on it is called near."""

VERDICT_LABELS = {
    Verdict.CONFORMANT: "Conformant",
    Verdict.WITH_WARNINGS: "Conformant, with warnings",
    Verdict.KNOWN_GAP: "Accepted with a known gap",
    Verdict.NON_CONFORMANT: "Not conformant",
    Verdict.NOT_VALIDATED: "Not validated",
}


def preferred(query: SearchQuery, vocabularies: Vocabularies) -> SearchQuery:
    """The query with each filter value as the index holds it: any exact match of a concept stands for the concept, and
    a country may be named by its authority's IRI or its code of three letters."""
    filters = {
        facet: tuple(dict.fromkeys(_preferred(facet, value, vocabularies) for value in values))
        for facet, values in query.filters.items()
    }
    return replace(query, filters=filters)


def facet_label(
    facet: str, value: str, languages: Sequence[str], vocabularies: Vocabularies, titles: Mapping[str, str]
) -> str:
    """What a person reads for a facet's value."""
    if facet == "verdict":
        return VERDICT_LABELS.get(Verdict(value), value) if value in set(Verdict) else value
    if facet == "source":
        return titles.get(value, value)
    if facet == "country":
        concept = vocabularies.concept(f"{COUNTRY_CODE}{value}")
        return concept.label(languages) if concept else value
    if facet == "format" and (media_type := MEDIA_TYPE.match(value)):
        # Its own label is "csv", and so is that of the file type.
        return media_type.group(1)
    label = vocabularies.label(value, languages)
    if label:
        return label
    return local_name(value) if re.match(r"^(https?|urn):", value) else value


def hints_of(
    index: SearchIndex,
    vocabularies: Vocabularies,
    query: SearchQuery,
    page: SearchPage,
    titles: Mapping[str, str],
) -> tuple[SearchHint, ...]:
    """What of the question no dataset can answer; `query` as the index was asked."""
    hints = list(islice(_missing(index, vocabularies, query, page, titles), MOST_HINTS))
    if not page.total and query.text and not re.search(r"[^\W_]", query.text):
        hints.insert(0, SearchHint("q", query.text))
    return tuple(hints)


def hint_text(hint: SearchHint) -> str:
    """The hint in sentences, in English."""
    if hint.parameter == "q":
        return f"{hint.value!r} holds no letter and no digit, so there is nothing to search for."
    facet = hint.parameter.replace("_", " ")
    nearest = ", ".join(f"{near.label} ({near.value})" for near in hint.nearest)
    return f"No dataset has the {facet} {hint.value!r}." + (f" Nearest: {nearest}." if nearest else "")


def local_name(iri: str) -> str:
    """The last telling part of an IRI that no vocabulary of ours knows."""
    return re.split(r"[/#:]", iri.rstrip("/#"))[-1] or iri


def _preferred(facet: str, value: str, vocabularies: Vocabularies) -> str:
    if facet == "country":
        code = value.upper()
        named = (value, f"{COUNTRY_CODE}{code}", f"{EU_AUTHORITY}country/{code}")
        return next((found for name in named if (found := _code_of_two(vocabularies.concept(name)))), value)
    concept = vocabularies.concept(value) if facet in CONCEPT_FACETS else None
    return concept.iri if concept else value


def _code_of_two(concept: Concept | None) -> str:
    codes = (iri.removeprefix(COUNTRY_CODE) for iri in ((concept.iri, *concept.matches) if concept else ()))
    return next((code for code in codes if re.fullmatch(r"[A-Z]{2}", code)), "")


def _missing(
    index: SearchIndex,
    vocabularies: Vocabularies,
    query: SearchQuery,
    page: SearchPage,
    titles: Mapping[str, str],
) -> Iterator[SearchHint]:
    for facet, values in query.filters.items():
        there = {value.value for value in page.facets.get(facet, ()) if value.count}
        for value in values[:MOST_HINTS]:
            # Under other filters, or beyond the most frequent ones, a value may still be had.
            if value not in there and not _total(index, facet, value):
                yield SearchHint(facet, value, _nearest(index, vocabularies, query, facet, value, titles))


def _total(index: SearchIndex, facet: str, value: str) -> int:
    return index.search(SearchQuery(filters={facet: (value,)}, size=1, facets=())).total


def _nearest(
    index: SearchIndex,
    vocabularies: Vocabularies,
    query: SearchQuery,
    facet: str,
    value: str,
    titles: Mapping[str, str],
) -> tuple[FacetValue, ...]:
    """The values most alike in label, code or name; where none is, the most frequent ones."""
    had = index.search(SearchQuery(size=1, facets=(facet,))).facets.get(facet, ())
    labelled = [
        replace(each, label=facet_label(facet, each.value, query.languages, vocabularies, titles))
        for each in had[:COMPARED]
    ]
    wanted = _names(facet, value, query.languages, vocabularies, titles)
    scored = [
        (max(_likeness(one, other) for one in wanted for other in names), each)
        for each in labelled
        if (names := _names(facet, each.value, query.languages, vocabularies, titles))
    ]
    near = [each for score, each in sorted(scored, key=lambda pair: -pair[0]) if score >= ALIKE]
    return tuple(near or labelled)[:NEAREST]


def _names(
    facet: str, value: str, languages: Sequence[str], vocabularies: Vocabularies, titles: Mapping[str, str]
) -> set[str]:
    """What the value may be meant by: its label, its last part, its code; bounded, as strangers ask."""
    names = {facet_label(facet, value, languages, vocabularies, titles), local_name(value)}
    if facet in CONCEPT_FACETS and (concept := vocabularies.concept(value)) and concept.notation:
        names.add(concept.notation)
    return {name[:LONGEST_NAME].casefold() for name in names}


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()
