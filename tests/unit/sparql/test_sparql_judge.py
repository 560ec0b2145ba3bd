"""Which queries pass the two locks, and which do not."""

from __future__ import annotations

import contextlib
import time

import pytest

from catalogue.discovery.sparql_judge import QueryKind, judge
from catalogue.discovery.sparql_text import plain_query
from catalogue.errors import InvalidQuery

EVIL = "<http://evil.example/sparql>"


def read(text: str) -> QueryKind:
    return judge(plain_query(text))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SELECT * { ?s ?p ?o }", "SELECT"),
        ("ask{}", "ASK"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT"),
        ("DESCRIBE <http://a.example/>", "DESCRIBE"),
        ("PREFIX dcat: <http://www.w3.org/ns/dcat#>\r\nSELECT ?s # a comment\r\n{ ?s a dcat:DataService }", "SELECT"),
        ("SELECT ?s { ?s <http://www.w3.org/ns/dcat#service> ?o FILTER(?o = 'SERVICE <http://x> {}') }", "SELECT"),
        ("SELECT ?s FROM <http://g.example/#a> FROM NAMED <http://h.example/> { ?s ?p 'it''' }".replace("'it'''", '"it\'s # no comment"'), "SELECT"),
        ("SELECT (COUNT(*) AS ?n) { { SELECT ?s { ?s ?p ?o } } UNION { GRAPH ?g { ?s ?p/^?x|!<urn:y> ?o } } } GROUP BY ?g HAVING(?n > 1) ORDER BY DESC(?n) LIMIT 5 VALUES ?g { UNDEF }".replace("?p/^?x|!<urn:y>", "<urn:a>/^<urn:x>|!<urn:y>"), "SELECT"),
        ('SELECT * { ?s ?p "\\u00e9t\\u00C9" , """long "quoted" text""" , \'\'\'it\'s\'\'\'@en-GB , 1.5e3 , true }', "SELECT"),
        ("PREFIX ex: <http://e.example/> SELECT * { ex:a\\/b ex:%20 ex:c.d . ex: ?p _:b1 }", "SELECT"),
        ("SELECT * { ?s ?p ?o " + "; ?p ?o " * 150 + "}", "SELECT"),
        ("SELECT * { ?s ?p ''''SERVICE <http://in.example/a/string> { ?a ?b ?c } #''' }", "SELECT"),
        ("SELECT * { ?s ?p ?o FILTER EXISTS { ?s ?q ?r } FILTER(?o<5&&?o>1) }", "SELECT"),
    ],
)  # fmt: skip
def test_harmless_queries_pass(text, kind):
    assert read(text) is QueryKind(kind)


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT * {{ SERVICE {EVIL} {{ ?s ?p ?o }} }}",
        f"SELECT * {{ service silent {EVIL} {{ ?s ?p ?o }} }}",
        "SELECT * { SerViCe?x{ ?s ?p ?o } }",
        "PREFIX e: <http://evil.example/> ASK { SERVICE e:q { ?s ?p ?o } }",
        f"SELECT * {{ {{ SELECT * {{ {{ SERVICE {EVIL} {{}} }} }} }} }}",
        f"SELECT * {{ ?s ?p ?o FILTER NOT EXISTS {{ SERVICE {EVIL} {{ ?s ?p ?o }} }} }}",
        f"SELECT * {{ ?s ?p ?o BIND(EXISTS {{ SERVICE {EVIL} {{}} }} AS ?x) }}",
        f"SELECT * {{ OPTIONAL {{ {{}} UNION {{ MINUS {{ SERVICE {EVIL} {{}} }} }} }} }}",
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ SERVICE {EVIL} {{ ?s ?p ?o }} }}",
        f"DESCRIBE ?s {{ SERVICE {EVIL} {{ ?s ?p ?o }} }}",
        f"SELECT * {{ S\\u0045RVICE {EVIL} {{ ?s ?p ?o }} }}",
        f"SELECT * {{ \\U00000053ERVICE {EVIL} {{ ?s ?p ?o }} }}",
        f"SELECT * {{ \\u005Cu0053ERVICE {EVIL} {{ ?s ?p ?o }} }}",
        f"SELECT * {{ ?s ?p ?o # comment\r SERVICE {EVIL} {{ ?s ?p ?o }} \n}}",
        f"SELECT * {{ ?s ?p ?o # comment\\u000A SERVICE {EVIL} {{ ?s ?p ?o }} \n}}",
        f"SELECT * {{ ?s ?p <#> SERVICE {EVIL} {{ ?a ?b ?c }}\n> }}",
        f"SELECT * {{ ?s ?p \"\\u0022 SERVICE {EVIL} {{ ?a ?b ?c }} # \" }}",
        f"PREFIX e: <urn:e> SELECT * {{ ?s ?p e:a\\' . SERVICE {EVIL} {{ ?a ?b ?c }} ?s ?p e:b\\' }}",
        f"SELECT * {{ ?s ?p 1SERVICE {EVIL} {{ ?a ?b ?c }} }}",
        f"SELECT * {{ ?s ?p trueSERVICE {EVIL} {{ ?a ?b ?c }} }}",
        "PREFIX e: <urn:e> SELECT * { SERVICEe:x { ?a ?b ?c } }",
        "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "PREFIX e: <urn:e> DELETE WHERE { ?s ?p ?o }",
        "LOAD <http://evil.example/x.ttl>",
        "LO\\u0041D <http://evil.example/x.ttl>",
        "DROP ALL",
        "WITH <urn:g> DELETE { ?s ?p ?o } INSERT {} WHERE { ?s ?p ?o }",
        "SELECT * { ?s ?p ?o } ; DROP ALL",
        "SELECT * { ?s ?p ?o } SELECT * { ?s ?p ?o }",
        "SELECT * { LATERAL { ?s ?p ?o } }",
        "SELECT * { << ?s ?p ?o >> ?q ?r }",
        "",
        "# nothing",
        "SELECT * {",
        "SELECT * } {",
        "SELECT * { ?s ?p 'open }",
        "SELECT * { ?s ?p \ud800 }",
        "SELECT * { ?s ?p '\\uD800' }",
        "SELECT * { ?s ?p ?o }\x00",
        "SELECT " + "(" * 40 + "1" + ")" * 40,
        "SELECT * " + "{" * 5000,
        "SELECT * { ?s ?p ?o FILTER(" + "!" * 3000 + "?o) }",
        "SELECT * { " + "?s ?p ?o . " * 1300 + "}",
        "SELECT * { ?s ?p '" + "x" * 20_001 + "' }",
    ],
)  # fmt: skip
def test_what_is_harmful_or_not_understood_is_refused(text):
    with pytest.raises(InvalidQuery):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "." * 19_000,
        "a." * 9_000,
        "'''" + "'" * 18_000,
        "<" * 19_000,
        "SELECT * { ?s ?p ?o FILTER(" + " || ".join(["?x = 1"] * 900) + ") }",
        "SELECT * { ?s " + "/".join(["<urn:a>"] * 1_500) + " ?o }",
        "SELECT * { " + "{} UNION " * 900 + "{} }",
        "SELECT * { ?s ?p " + "[ ?p " * 30 + "?o" + " ]" * 30 + " }",
        "SELECT * { BIND(" + "IF(?a, " * 30 + "?o" + ", ?b)" * 30 + " AS ?x) }",
        "SELECT * { ?s ?p ?o FILTER" + "(1+" * 30 + "1" + ")" * 30 + " }",
        "SELECT * { ?s ?p ?o FILTER" + "(!(" * 15 + "1" + "))" * 15 + " }",
        "SELECT * " + "{ OPTIONAL " * 31 + "{ ?s ?p ?o }" + "}" * 31,
        "SELECT * { ?s ?p ?o FILTER NOT " + "EXISTS { ?s ?p ?o FILTER NOT " * 15 + "EXISTS { }" + "}" * 16,
        "SELECT * { ?s " + "(<urn:a>/" * 30 + "<urn:a>" + ")*" * 30 + " ?o }",
        "SELECT * " + "{ SELECT * " * 30 + "{ ?s ?p ?o }" + "}" * 30,
        "SELECT * { ?s ?p " + "9" * 15_000 + " }",
    ],
    ids=lambda text: text[:30],
)
def test_judging_ends_soon_whatever_the_text(text):
    began = time.monotonic()
    with contextlib.suppress(InvalidQuery):
        read(text)
    assert time.monotonic() - began < 8


def test_an_update_is_called_one():
    with pytest.raises(InvalidQuery, match="DROP is an update"):
        read("DROP ALL")


def test_the_place_of_the_fault_is_said():
    with pytest.raises(InvalidQuery, match="line 2, column 3"):
        read("SELECT *\n  ~ { ?s ?p ?o }")


def test_the_key_sees_through_layout_and_names():
    one = plain_query("SELECT ?a { ?a ?b ?c } # first")
    two = plain_query("SELECT $x\n{\n?x ?y ?z }")
    other = plain_query("SELECT ?a { ?a ?b ?a }")
    assert one.key == two.key != other.key


def test_comments_leave_their_place_empty():
    assert plain_query("ASK # x\n{}").text == "ASK    \n{}"
