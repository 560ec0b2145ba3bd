"""Parameters of a search become a query, or a problem that names the parameter."""

from __future__ import annotations

import pytest

from catalogue.discovery.facets import facet_label
from catalogue.discovery.search import parse_search
from catalogue.errors import InvalidQuery
from catalogue.model.search import SearchQuery
from catalogue.model.vocabularies import Concept, Vocabularies

HEAL = "http://publications.europa.eu/resource/authority/data-theme/HEAL"
VOCABULARIES = Vocabularies({HEAL: Concept(HEAL, "data-theme", {"en": "Health", "de": "Gesundheit"})})


def test_nothing_asked_is_the_first_page_of_everything() -> None:
    assert parse_search([]) == SearchQuery()


def test_repeated_facets_are_collected_once_each_and_empty_ones_ignored() -> None:
    query = parse_search([("theme", "a"), ("theme", "b"), ("theme", "a"), ("format", "")])
    assert query.filters == {"theme": ("a", "b")}


def test_text_page_size_and_sort() -> None:
    query = parse_search([("q", " breast "), ("page", "2"), ("size", "50"), ("sort", "-title")])
    assert (query.text, query.page, query.size, query.sort) == ("breast", 2, 50, "-title")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page", "0"),
        ("page", "-1"),
        ("page", "x"),
        ("page", "1.0"),
        ("page", "99999999999"),
        ("page", "٣" * 12),
        ("size", "101"),
        ("size", ""),
        ("sort", "colour"),
        ("q", "x" * 1001),
        ("colour", "red"),
    ],
)
def test_a_wrong_parameter_is_named(name: str, value: str) -> None:
    with pytest.raises(InvalidQuery) as raised:
        parse_search([(name, value)])
    assert raised.value.context["parameter"] == name


def test_paging_ends_at_the_window() -> None:
    assert parse_search([("page", "100"), ("size", "100")]).page == 100
    with pytest.raises(InvalidQuery, match="at most 10000"):
        parse_search([("page", "101"), ("size", "100")])


@pytest.mark.parametrize(
    ("facet", "value", "label"),
    [
        ("theme", HEAL, "Gesundheit"),
        ("theme", "https://unknown.example/themes#Lungs", "Lungs"),
        ("format", "http://www.iana.org/assignments/media-types/text/csv", "text/csv"),
        ("keyword", "lung", "lung"),
        ("source", "alpha", "Alpha Hospital"),
        ("source", "beta", "beta"),
        ("verdict", "non-conformant", "Not conformant"),
        ("verdict", "strange", "strange"),
    ],
)
def test_facet_values_have_labels_for_people(facet: str, value: str, label: str) -> None:
    assert facet_label(facet, value, ("de",), VOCABULARIES, {"alpha": "Alpha Hospital"}) == label
