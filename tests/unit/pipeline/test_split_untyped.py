"""What a catalogue lists and a document describes, without a class: said, never passed over."""

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
