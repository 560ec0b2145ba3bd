"""What the documents of a FAIR Data Point link to."""

from __future__ import annotations

import pytest

from catalogue.rdf.containers import document_links, is_described, point_iri
from catalogue.rdf.parse import parse_document

BASE = "https://f.example/"
PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix ldp: <http://www.w3.org/ns/ldp#> . @prefix fdp: <https://w3id.org/fdp/fdp-o#> .
@prefix old: <http://rdf.biosemantics.org/ontologies/fdp-o#> . @prefix r3d: <http://www.re3data.org/schema/3-0#> .
"""


def graph(turtle):
    return parse_document((PREFIXES + turtle).encode(), BASE, media_type="text/turtle").graph


def short(iris):
    return [iri.removeprefix(BASE) for iri in iris]


@pytest.mark.parametrize(
    "turtle",
    [
        "<> a fdp:FAIRDataPoint ; fdp:metadataCatalog <c> .",
        "<> a fdp:MetadataService ; fdp:metadataCatalog <c> .",
        "<> old:metadataCatalog <c> .",
        "<> a r3d:Repository ; r3d:dataCatalog <c> .",
        "<> a fdp:FAIRDataPoint . <catalog/> ldp:membershipResource <> ; ldp:contains <c> .",
        "<> a fdp:FAIRDataPoint . <catalog/> ldp:contains <c> .",
        "<> a fdp:FAIRDataPoint ; ldp:contains <c> .",
    ],
)
def test_a_point_names_its_catalogues_in_old_and_new_words(turtle):
    found = document_links(graph(turtle))
    assert (short(found.catalogues), found.children, found.parts) == (["c"], (), ())


@pytest.mark.parametrize(
    "turtle",
    [
        "<c> a dcat:Catalog ; dcat:dataset <d> .",
        "<c> a dcat:Catalog . <dataset/> ldp:membershipResource <c> ; ldp:hasMemberRelation dcat:Dataset ; ldp:contains <d> .",
        "<c> a dcat:Catalog, ldp:DirectContainer ; ldp:contains <d> .",
        "<c> a dcat:DatasetSeries, dcat:Dataset, ldp:DirectContainer ; ldp:contains <d> .",
        "<x> a dcat:Dataset ; dcat:inSeries <d> .",
        "<c> a dcat:Catalog ; dcat:service <d> .",
    ],
)  # fmt: skip
def test_a_catalogue_names_its_children_by_relation_or_container(turtle):
    found = document_links(graph(turtle))
    assert (short(found.children), found.catalogues, found.parts) == (["d"], (), ())


def test_a_dataset_has_parts_and_its_container_lists_them():
    found = document_links(
        graph(
            "<d> a dcat:Dataset ; dcat:distribution <x> . <di/> ldp:membershipResource <d> ; ldp:contains <x>, <y> ."
        )
    )
    assert (short(found.parts), found.children) == (["x", "y"], ())


def test_a_container_lists_drafts_that_no_relation_names():
    found = document_links(
        graph(
            "<c> a dcat:Catalog ; dcat:dataset <d> . <dataset/> ldp:membershipResource <c> ; ldp:contains <d>, <e> ."
        )
    )
    assert short(found.children) == ["d", "e"]
    assert short(found.named) == ["d"]
    assert [(c.prefix, short(c.members)) for c in found.containers] == [("dataset", ["d", "e"])]


def test_a_document_describes_what_has_a_class_and_a_title():
    found = graph("<d> a dcat:Dataset ; dct:title 'x' . <e> a dcat:Dataset . <f> dct:title 'x' .")
    assert [is_described(found, BASE + name) for name in "defg"] == [True, False, False, False]


def test_a_catalogue_is_no_point():
    assert point_iri(graph("<c> a dcat:Catalog ; dcat:dataset <d> .")) is None
