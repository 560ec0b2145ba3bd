"""What a document claims and makes no record of, without a class or with nothing else: said, never passed over."""

from __future__ import annotations

import pytest

CATALOGUE = ':c a dcat:Catalog ; dct:title "C" ; '


@pytest.fixture
def untyped(cut):
    return lambda turtle: cut(CATALOGUE + turtle).untyped


@pytest.mark.parametrize("listing", ["dcat:dataset", "dcat:service"])
def test_a_listed_and_described_resource_without_class_is_named(untyped, listing):
    assert untyped(f'{listing} :d . :d dct:description "D" .') == ("<https://provider.example/d>",)


def test_a_nameless_one_too(untyped):
    (node,) = untyped('dcat:dataset [ dct:identifier "1" ] .')
    assert node.startswith("_:")


def test_a_class_of_another_vocabulary_is_no_class_here(untyped):
    assert untyped('dcat:dataset :d . :d a foaf:Document ; foaf:name "D" .') == (
        "<https://provider.example/d>",
    )


@pytest.mark.parametrize(
    "turtle",
    [
        "dcat:dataset :d .",
        'dcat:dataset :d . :d dct:title "a link with its text" ; rdfs:label "so" .',
        'dcat:dataset :d . :d a dcat:DatasetSeries ; dct:description "D" .',
        'dcat:record :r . :r dct:description "no resource" .',
    ],
    ids=["not described", "link with text", "typed", "not listed as a resource"],
)
def test_what_is_described_elsewhere_or_typed_is_not_named(untyped, turtle):
    assert untyped(turtle) == ()


@pytest.mark.parametrize(
    "turtle",
    [
        ":d a dcat:Dataset .",
        ":d a dcat:DatasetSeries, prov:Entity .",
        ":c a dcat:Catalog ; dcat:dataset :d . :d a dcat:Dataset .",
        ":c a dcat:Catalog ; dcat:dataset :d . :e a dcat:Dataset ; dct:title 'E' ; dct:relation :d . :d a dcat:Dataset .",
        ":r a dcat:CatalogRecord ; foaf:primaryTopic :d . :d a dcat:Dataset .",
    ],
    ids=["alone", "another class too", "listed", "listed and named", "of a CatalogRecord"],
)
def test_a_claimed_resource_of_which_only_the_class_is_said_is_named_and_no_record(cut, turtle):
    page = cut(turtle)
    assert page.bare == ("<https://provider.example/d>",)
    assert "https://provider.example/d" not in {record.subject.strip("<>") for record in page.records}


@pytest.mark.parametrize(
    "turtle",
    [
        ":e a dcat:Dataset ; dct:title 'E' ; dct:isVersionOf :d . :d a dcat:Dataset .",
        ":s a dcat:DataService ; dct:title 'S' ; dcat:servesDataset :d . :d a dcat:Dataset .",
        ":d a dcat:Dataset ; dct:title 'D' .",
        "[] a dcat:Dataset .",
        ":d a dcat:Catalog .",
    ],
    ids=["reference", "reference of a service", "described", "nameless", "catalogue"],
)
def test_a_reference_with_its_class_is_no_claim(cut, turtle):
    assert cut(turtle).bare == ()
