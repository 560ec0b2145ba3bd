"""What a document says of the source itself: root catalogues, membership, pages, what came from us, what is missing."""

from __future__ import annotations

import pytest

from catalogue.model.memberships import Membership, merge_descriptions
from catalogue.model.records import OutcomeKind
from catalogue.rdf.labels import isomorphic
from catalogue.rdf.namespaces import DCAT, DCT, HYDRA
from catalogue.rdf.terms import NamedNode

D = "https://provider.example/"
BASE = "https://pharos.example"
DATASET = ":d a dcat:Dataset ; dct:title 'T' . "


def test_the_root_catalogue_is_described_without_membership_and_paging(cut, read):
    page = cut(
        DATASET
        + ":c a dcat:Catalog, hydra:Collection ; dct:title 'C' ; dct:publisher [ foaf:name 'P' ] ; dcat:dataset :d ;"
        " dcat:record :r ; hydra:totalItems 7 ; hydra:view :v ; <http://rdfs.org/ns/void#subset> :page . :v a hydra:PartialCollectionView ;"
        " hydra:next <?page=2> ; dct:title 'view' . :r a dcat:CatalogRecord ; foaf:primaryTopic :d ."
    )
    expected = read(":c a dcat:Catalog ; dct:title 'C' ; dct:publisher [ foaf:name 'P' ] .")
    assert isomorphic(page.source_description, expected)
    assert page.catalogues == (D + "c",)
    assert page.outside.count == 0


def test_membership_is_rows_by_every_way_it_is_said(cut):
    page = cut(
        ":c a dcat:Catalog ; dct:title 'C' ; dcat:dataset :d, :elsewhere ; dct:hasPart :s . "
        + DATASET
        + ":s a dcat:DataService ; dct:title 'S' . :e a dcat:Dataset ; dct:title 'E' ; dct:isPartOf :c ."
    )
    assert set(page.memberships) == {Membership(D + "c", D + name) for name in ("d", "elsewhere", "s", "e")}


def test_several_root_catalogues_may_stand_in_one_file(cut):
    page = cut(":a a dcat:Catalog ; dct:title 'A' . :b a dcat:Catalog ; dct:title 'B' . " + DATASET)
    assert page.catalogues == (D + "a", D + "b")
    assert len(page.records) == 1


def test_a_catalogue_without_datasets_is_a_source_without_records(cut):
    page = cut(":c a dcat:Catalog ; dct:title 'C' .")
    assert (len(page.records), page.catalogues, page.outside.count) == (0, (D + "c",), 0)


@pytest.mark.parametrize(
    "link",
    [":c dcat:catalog :n .", ":c dct:hasPart :n .", ":n dct:isPartOf :c .", ":c dcat:dataset :n ."],
)
def test_a_catalogue_that_another_names_as_its_part_is_a_record(cut, link):
    page = cut(f":c a dcat:Catalog ; dct:title 'C' . :n a dcat:Catalog ; dct:title 'N' . {link}")
    assert [r.primary_class for r in page.records] == [DCAT.Catalog.value]
    assert (page.catalogues, page.nested) == ((D + "c",), {D + "n"})


def test_a_nested_catalogue_keeps_links_to_its_members(cut):
    page = cut(
        ":c a dcat:Catalog ; dcat:catalog :n . :n a dcat:Catalog ; dct:title 'N' ; dcat:dataset :d . "
        + DATASET
    )
    nested = next(r for r in page.records if r.primary_class == DCAT.Catalog.value)
    assert nested.graph.objects(NamedNode(D + "n"), DCAT.dataset) == [NamedNode(D + "d")]


def test_a_catalogue_that_an_earlier_page_named_as_nested_is_a_record(cut):
    page = cut(":n a dcat:Catalog ; dct:title 'N' .", nested=frozenset({D + "n"}))
    assert (len(page.records), page.catalogues) == (1, ())


@pytest.mark.parametrize(
    "root",
    [
        "a <https://w3id.org/fdp/fdp-o#FAIRDataPoint>, dcat:DataService ; fdp-o:metadataCatalog :c",
        "a <http://www.re3data.org/schema/3-0#Repository> ; <http://www.re3data.org/schema/3-0#dataCatalog> :c",
    ],
    ids=["fair data point", "repository"],
)
def test_a_service_that_offers_catalogues_is_the_source_and_does_not_nest_them(cut, root):
    page = cut(f":f {root} ; dct:title 'F' . :c a dcat:Catalog ; dct:title 'C' ; dct:isPartOf :f . {DATASET}")
    assert page.catalogues == (D + "f", D + "c")
    assert [r.subject for r in page.records] == [f"<{D}d>"]


def test_a_catalogue_that_is_described_on_each_page_says_the_same_thing_once(cut):
    one = cut(":c a dcat:Catalog ; dct:title 'C' ; dct:publisher [ foaf:name 'P' ] .").source_description
    two = cut(
        "_:q foaf:name 'P' . :c dct:publisher _:q ; dct:title 'C' ; a dcat:Catalog ."
    ).source_description
    assert merge_descriptions(one, two) == one


@pytest.mark.parametrize(
    ("turtle", "names"),
    [
        pytest.param(f"<{BASE}/records/x> a dcat:CatalogRecord ; foaf:primaryTopic :d .", "/records/x", id="record"),
        pytest.param(
            f":r foaf:primaryTopic :d ; dct:source :q . :q a dcat:CatalogRecord ; dct:source <{BASE}/records/y> .",
            "/records/y", id="chain of records",
        ),
        pytest.param(
            f":d dct:publisher <{BASE}/.well-known/genid/z/b1> . <{BASE}/.well-known/genid/z/b1> foaf:name 'P' .",
            "/.well-known/genid/z/b1", id="part under our genid path",
        ),
    ],
)  # fmt: skip
def test_a_record_that_came_from_us_is_skipped_with_the_evidence(cut, turtle, names):
    page = cut(DATASET + turtle, our_base=BASE)
    assert (len(page.records), len(page.deferred)) == (0, 0)
    assert [(o.kind, o.code, o.subject) for o in page.ours] == [(OutcomeKind.SKIPPED, "ours", f"<{D}d>")]
    assert BASE + names in page.ours[0].reason


def test_a_record_that_only_links_to_us_is_not_ours(cut):
    page = cut(DATASET + f":d dct:relation <{BASE}/datasets/q> . :r foaf:primaryTopic :d .", our_base=BASE)
    assert (len(page.records), page.ours) == (1, ())


@pytest.mark.parametrize(
    "part",
    ["dcat:distribution", "adms:sample", "healthdcatap:analytics", "dcat:contactPoint", "dct:publisher", "dct:creator",
     "geodcatap:custodian", "healthdcatap:hdab", "dct:spatial", "dct:temporal", "healthdcatap:hasVariables",
     "prov:qualifiedAttribution", "dcat:qualifiedRelation"],
)  # fmt: skip
def test_a_record_whose_part_is_named_but_not_described_is_deferred(cut, part):
    page = cut(DATASET + f":d {part} :x . :x a dcat:Resource .")
    assert len(page.records) == 0
    assert [d.missing for d in page.deferred] == [(D + "x",)]


def test_missing_parts_of_parts_defer_the_record_too(cut):
    page = cut(DATASET + ":d dcat:distribution [ dcat:accessService :s ; spdx:checksum :k ] .")
    assert set(page.deferred[0].missing) == {D + "s", D + "k"}


@pytest.mark.parametrize(
    "link",
    [
        "dct:spatial <http://publications.europa.eu/resource/authority/country/FIN>",
        "dct:license <https://creativecommons.org/licenses/by/4.0/>",
        "dcat:landingPage :page",
        "dct:relation :other",
    ],
)
def test_links_to_what_no_source_describes_do_not_defer(cut, link):
    page = cut(DATASET + f":d {link} .")
    assert (len(page.records), len(page.deferred)) == (1, 0)


def test_hydra_links_of_a_page_are_not_outside(cut):
    page = cut(DATASET + "<?page=1> a hydra:PagedCollection ; hydra:nextPage '?page=2' ; dct:title 'page' .")
    assert page.outside.count == 0
    assert all(t.predicate != HYDRA.nextPage for t in page.records[0].graph)
    assert page.records[0].graph.objects(NamedNode(D + "d"), DCT.title)
