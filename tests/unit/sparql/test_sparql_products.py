"""Which patterns of a query are certain to be combined with each other, all with all."""

from __future__ import annotations

import pytest

from catalogue.discovery.sparql_judge import read
from catalogue.discovery.sparql_products import ENOUGH, MAX_COMBINATIONS, refuse_products, unconnected
from catalogue.discovery.sparql_text import plain_query
from catalogue.errors import InvalidQuery

ALL = "?v0 ?v1 ?v2"
TYPE = "?v0 <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:x>"


def found(text: str) -> list[list[str]]:
    return unconnected(read(plain_query(text)))


@pytest.mark.parametrize(
    ("text", "patterns"),
    [
        ("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", [ALL, ALL, ALL]),
        ("SELECT * { ?a ?b ?c . ?d a <urn:x> }", [TYPE, ALL]),
        ("SELECT * { { ?a ?b ?c } { ?d ?e ?f } }", [ALL, ALL]),
        ("SELECT * { ?a ?b ?c OPTIONAL { ?d ?e ?f } }", [ALL, ALL]),
        ("SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a LIMIT 10", [ALL, ALL]),
        ("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f } LIMIT 1", [ALL, ALL]),
        ("SELECT ?a { ?a ?b ?c . ?d ?e ?f } GROUP BY ?a HAVING(COUNT(?d) > 1)", [ALL, ALL]),
        ("CONSTRUCT { ?a ?b ?f } { ?a ?b ?c . ?d ?e ?f }", [ALL, ALL]),
        ("DESCRIBE ?a { ?a ?b ?c . ?d ?e ?f }", [ALL, ALL]),
        ("SELECT * { ?a ?b _:x . _:y ?e ?f }", [ALL, ALL]),
        ("SELECT * { { SELECT * { ?a ?b ?c . ?d ?e ?f } } ?a ?y ?z }", [ALL, ALL]),
    ],
)
def test_patterns_that_share_nothing_are_found(text, patterns):
    assert found(text) == [patterns]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?a ?b ?c . ?c ?d ?e }",
        "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 10",
        "SELECT * { ?a ?b ?c . ?d ?e ?f FILTER(?a = ?d) }",
        "SELECT * { ?a ?b ?c . ?d ?e ?f FILTER(?a = <urn:x>) }",
        "SELECT * { ?a ?b ?c . ?d ?e ?f FILTER EXISTS { ?a ?x ?d } }",
        "SELECT * { ?a ?b ?c OPTIONAL { ?d ?e ?f FILTER(?a = ?d) } }",
        "SELECT * { GRAPH ?g { ?a ?b ?c . ?d ?e ?f } }",
        "SELECT * FROM <urn:g> { ?a ?b ?c . ?d ?e ?f }",
        "SELECT * { VALUES ?a { <urn:x> } ?a ?b ?c . ?d ?e ?f }",
        "SELECT * { { ?a ?b ?c } UNION { ?d ?e ?f } }",
        "SELECT * { ?a ?b ?c . ?d <urn:p>/<urn:q> ?f }",
        "SELECT * { ?a ?b _:x . _:x ?e ?f }",
        "SELECT * { ?a undeclared:p ?c . ?d ?e ?f }",
        "SELECT * { <urn:a> <urn:b> <urn:c> . ?d ?e ?f }",
        "SELECT * {}",
        "DESCRIBE <urn:x>",
    ],
)
def test_what_may_be_connected_or_need_not_be_combined_is_left_to_the_limit_of_time(text):
    assert found(text) == []


def test_only_a_product_above_the_limit_is_refused():
    reading = read(plain_query("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d a <urn:x> }"))
    refuse_products(reading, {ALL: ENOUGH, TYPE: MAX_COMBINATIONS // ENOUGH}.__getitem__)
    with pytest.raises(InvalidQuery, match="2 patterns that share no variable: more than 250 million"):
        refuse_products(reading, {ALL: ENOUGH, TYPE: MAX_COMBINATIONS // ENOUGH + 1}.__getitem__)


def test_two_patterns_counted_as_far_as_we_count_are_too_many():
    assert ENOUGH * ENOUGH > MAX_COMBINATIONS


def test_a_question_of_yes_or_no_needs_one_combination():
    refuse_products(read(plain_query("ASK { ?a ?b ?c . ?d ?e ?f }")), lambda _: 10**9)


def test_nothing_is_counted_for_a_query_without_a_product():
    refuse_products(read(plain_query("SELECT * { ?a ?b ?c . ?c ?d ?e }")), pytest.fail)
