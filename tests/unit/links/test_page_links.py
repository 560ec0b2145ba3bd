"""How pages name the next one, and where URLs lead."""

from __future__ import annotations

import pytest

from catalogue.model.places import Mirror, keep_https, place_of
from catalogue.rdf.paging import link_header_target, page_links
from catalogue.rdf.parse import parse_document

PAGE = "https://a.example/catalogue?page=2"
PREFIXES = """@prefix hydra: <http://www.w3.org/ns/hydra/core#> . @prefix tree: <https://w3id.org/tree#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . """


def links(turtle):
    return page_links(
        parse_document((PREFIXES + turtle).encode(), PAGE, media_type="text/turtle").graph, PAGE
    )


@pytest.mark.parametrize(
    ("turtle", "target"),
    [
        ("<?page=2> a hydra:PartialCollectionView ; hydra:next <?page=3> .", "https://a.example/catalogue?page=3"),
        ("<?page=2> hydra:next 'https://a.example/catalogue?page=3' .", "https://a.example/catalogue?page=3"),
        ("<?page=2> hydra:next '?page=3' .", "https://a.example/catalogue?page=3"),
        ("<?page=2> hydra:next '/x/3'^^xsd:anyURI .", "https://a.example/x/3"),
        ("[] a hydra:PartialCollectionView ; hydra:next <?page=3> .", "https://a.example/catalogue?page=3"),
        ("<?page=2> a hydra:PagedCollection ; hydra:nextPage <?page=3> .", "https://a.example/catalogue?page=3"),
        ("<#this> hydra:next <?page=3#this> .", "https://a.example/catalogue?page=3"),
        ("<?page=2> tree:relation [ tree:node <?page=3> ] .", "https://a.example/catalogue?page=3"),
        ("<?page=1> hydra:next <?page=2> . <?page=2> hydra:next <?page=3> .", "https://a.example/catalogue?page=3"),
        ("<x> hydra:next <?page=9> . <y> a hydra:PagedCollection ; hydra:next <?page=3> .", "https://a.example/catalogue?page=3"),
    ],
)  # fmt: skip
def test_the_next_page_is_found_however_it_is_written(turtle, target):
    assert links(turtle).next == (target,)


def test_a_page_without_a_next_one_is_the_last():
    found = links(
        "<?page=2> a hydra:PartialCollectionView ; hydra:previous <?page=1> ; hydra:totalItems 12 ."
    )
    assert (found.next, found.total, found.dialect) == ((), 12, "hydra:PartialCollectionView")


@pytest.mark.parametrize("value", ["'12'", "12", "'12'^^xsd:nonNegativeInteger"])
def test_a_total_counts_whatever_its_type(value):
    assert links(f"<x> hydra:totalItems {value} .").total == 12


@pytest.mark.parametrize("value", ["'many'", "-1", "''"])
def test_a_total_that_is_no_count_is_none(value):
    assert links(f"<x> hydra:totalItems {value} .").total is None


def test_a_tree_may_branch():
    assert len(links("<> tree:relation [ tree:node <a> ], [ tree:node <b> ] .").next) == 2


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ('<https://a.example/3>; rel="next"', "https://a.example/3"),
        ("<?page=3>; rel=next", "https://a.example/catalogue?page=3"),
        ('</1>; rel="prev", </3>; rel="next"', "https://a.example/3"),
        ('</3>; title="a, b; c"; rel="last next"', "https://a.example/3"),
        ('</3>;rel=NEXT;type="text/turtle"', "https://a.example/3"),
        ('</a,b>; rel="next"', "https://a.example/a,b"),
        ('</3>; rel="nextish"', None),
        ('</3>; title="rel=next"', None),
        ("", None),
        ("nonsense", None),
    ],
)
def test_a_link_header_is_read_as_the_standard_has_it(header, target):
    assert link_header_target(header, "next", PAGE) == target


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example/x", "http://A.example/y", True),
        ("https://a.example:443/x", "https://a.example./y", True),
        ("https://a.example/x", "https://b.example/x", False),
        ("https://a.example/x", "https://a.example:8443/x", False),
        ("file:///a/b", "file:///c", True),
        ("file:///a/b", "http://file/x", False),
    ],
)  # fmt: skip
def test_a_place_is_host_and_port(one, other, same):
    assert (place_of(one) == place_of(other)) is same


@pytest.mark.parametrize(
    ("target", "page", "kept"),
    [
        ("http://a.example/2", "https://a.example/1", "https://a.example/2"),
        ("http://a.example:80/2", "https://a.example/1", "https://a.example/2"),
        ("http://a.example:8080/2", "https://a.example/1", "http://a.example:8080/2"),
        ("http://b.example/2", "https://a.example/1", "http://b.example/2"),
        ("http://a.example/2", "http://a.example/1", "http://a.example/2"),
    ],
)
def test_https_stays_https_at_the_same_place(target, page, kept):
    assert keep_https(target, page) == kept


@pytest.mark.parametrize(
    ("iri", "url", "asked", "address"),
    [
        ("https://w3id.example/fdp", "https://f.example/", "https://w3id.example/fdp/dataset/1", "https://f.example/dataset/1"),
        ("https://w3id.example/fdp/", "https://f.example/fdp/", "https://w3id.example/fdp/d/1#x", "https://f.example/fdp/d/1"),
        ("http://f.example:8080", "https://f.example", "http://f.example:8080/d/1", "https://f.example/d/1"),
        ("http://f.example", "https://f.example/", "http://f.example/d/1", "https://f.example/d/1"),
        ("https://w3id.example/fdp", "https://f.example/", "https://w3id.example/fdp2/d/1", None),
        ("https://w3id.example/fdp", "https://f.example/", "https://other.example/d/1", None),
        ("https://w3id.example/fdp", "https://f.example/", "urn:uuid:1", None),
    ],
)  # fmt: skip
def test_a_resource_is_fetched_where_its_server_is(iri, url, asked, address):
    assert Mirror(iri, url).address(asked) == address
