"""Texts that are IRIs, nearly are, or are not."""

from __future__ import annotations

import pytest

from catalogue.rdf.iris import is_valid_iri, is_web_link, repair_iri

BASE = "https://provider.example/data/catalogue.ttl"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://e.org/a", "http://e.org/a"),
        ("urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
        ("http://e.org/données", "http://e.org/données"),
        (" http://e.org/a\n", "http://e.org/a"),
        ("http://e.org/a b", "http://e.org/a%20b"),
        ("http://e.org/a[1]", "http://e.org/a%5B1%5D"),
        ("http://[2001:db8::1]/a[1]", "http://[2001:db8::1]/a%5B1%5D"),
        ('http://e.org/"a"', "http://e.org/%22a%22"),
        ("http://e.org/{a}|^`", "http://e.org/%7Ba%7D%7C%5E%60"),
        ("http://e.org/a\x00b", "http://e.org/a%00b"),
        ("http://e.org/<a>", "http://e.org/%3Ca%3E"),
        ("http://e.org/100%", "http://e.org/100%25"),
        ("http://e.org/a%20b c", "http://e.org/a%20b%20c"),
        ("http://e.org/a#b#c", "http://e.org/a#b%23c"),
        ("http:\\\\e.org\\a", "http://e.org/a"),
        ("ttps://e.org/a", "https://e.org/a"),
        ("ttp://e.org/a", "http://e.org/a"),
        ("htttp://e.org/a", "http://e.org/a"),
        ("hhttps://e.org/a", "https://e.org/a"),
        ("dataset 1", "https://provider.example/data/dataset%201"),
        ("/abs", "https://provider.example/abs"),
        ("#it", "https://provider.example/data/catalogue.ttl#it"),
        ("", "https://provider.example/data/catalogue.ttl"),
        ("http://e.org/1 https://e.org/2", None),
        ("http://e.org:port/", None),
    ],
)
def test_an_iri_is_repaired_where_its_meaning_is_plain(text, expected):
    repaired = repair_iri(text, BASE)
    assert repaired == expected
    if repaired is not None:
        assert is_valid_iri(repaired)
        assert repair_iri(repaired, BASE) == repaired


def test_a_relative_reference_without_a_base_is_not_repaired():
    assert repair_iri("dataset-1") is None
    assert repair_iri("") is None


def test_an_iri_inside_an_iri_is_one_iri():
    text = "http://e.org/proxy?url=https://f.org/a"
    assert repair_iri(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://e.org/a", True),
        ("HTTP://e.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("mailto:a@e.org", False),
        ("http://", False),
        ("http://e.org/a b", False),
        ("//e.org/a", False),
        (" https://e.org", False),
    ],
)
def test_only_http_addresses_with_a_host_are_links(text, expected):
    assert is_web_link(text) is expected
