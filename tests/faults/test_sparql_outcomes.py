"""Whose fault it is when the engine gives no answer: the query's, time's or ours, as the engine behaves."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from catalogue.adapters.graph.protocol import Endpoint
from catalogue.adapters.graph_sparql import SparqlGraphStore
from catalogue.adapters.oxigraph_child import OxigraphChild
from catalogue.discovery import sparql_products
from catalogue.discovery.sparql import SparqlGateway
from catalogue.discovery.sparql_traffic import Traffic
from catalogue.errors import InvalidQuery, QueryTimeout, StoreUnavailable
from catalogue.rdf.terms import Literal, NamedNode, Quad

BASE = "https://catalogue.example"
MANY = 700


def quads() -> Iterator[Quad]:
    for n in range(MANY):
        yield Quad(NamedNode(f"urn:s{n}"), NamedNode("urn:p"), Literal(str(n)), NamedNode("urn:g"))


@pytest.fixture(scope="module")
def child(tmp_path_factory) -> Iterator[OxigraphChild]:
    with OxigraphChild(tmp_path_factory.mktemp("graph"), timeout=4) as running:
        store_on(running).apply([], quads(), 0, 1)
        yield running


def store_on(child: OxigraphChild) -> SparqlGraphStore:
    return SparqlGraphStore(BASE, lambda: Endpoint.of_child(child.address), abort=child.restart)


@pytest.fixture
def gateway(child) -> SparqlGateway:
    return SparqlGateway(
        store_on(child), timeout=4, max_rows=2_000, max_bytes=5_000_000, traffic=Traffic(queue=0.3)
    )


UNSUPPORTED = [
    "SELECT (<http://e.example/f>(1) AS ?z) {}",
    "SELECT * { ?s ?p ?o FILTER(<http://e.example/f>(?o)) }",
    "SELECT * { ?s ?p ?o BIND(<http://e.example/f>(?o) AS ?x) }",
    "SELECT * { ?s ?p ?o } ORDER BY <http://e.example/f>(?o)",
    "ASK { FILTER(<http://e.example/f>(1)) }",
    "CONSTRUCT { ?s ?p ?x } { ?s ?p ?o BIND(<http://e.example/f>(?o) AS ?x) }",
    "DESCRIBE ?s { ?s ?p ?o FILTER(<http://e.example/f>(?o)) }",
    "SELECT * { GRAPH ?g { ?s ?p ?o FILTER EXISTS { ?a ?b ?c FILTER(<http://e.example/f>(?c)) } } }",
    "SELECT (SUM(<http://e.example/f>(?o)) AS ?z) { ?s ?p ?o }",
]


@pytest.mark.parametrize("text", UNSUPPORTED)
def test_what_the_engine_cannot_evaluate_is_named_and_the_callers_to_mend(gateway, child, text, caplog):
    pid = child.pid
    with pytest.raises(
        InvalidQuery, match=r"custom function <http://e\.example/f> is not supported"
    ) as caught:
        gateway.answer(text)
    assert (caught.value.status, caught.value.context["parameter"], child.pid) == (400, "query", pid)
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { BIND(1 AS ?a) BIND(2 AS ?a) }",
        "SELECT (1 AS ?a) (2 AS ?a) {}",
        "SELECT * { ?s ?p ?o } LIMIT 99999999999999999999999",
        "SELECT * { ?s ?p _:a . OPTIONAL { _:a ?q ?r } }",
        "SELECT * { ?s undeclared:name ?o }",
    ],
)
def test_what_only_the_engine_refuses_is_the_callers_to_mend(gateway, child, text):
    pid = child.pid
    with pytest.raises(InvalidQuery):
        gateway.answer(text)
    assert child.pid == pid


@pytest.mark.parametrize(
    "text",
    ["SELECT (1/0 AS ?z) {}", "SELECT (REGEX('a', '(') AS ?z) {}", "SELECT (STRLANG('a', '!') AS ?z) {}"],
)
def test_an_error_in_an_expression_is_an_empty_cell(gateway, text):
    assert json.loads(gateway.answer(text).body)["results"]["bindings"] == [{}]


def test_relative_names_are_relative_to_our_address_not_to_the_engines(gateway):
    answer = gateway.answer("CONSTRUCT { <x> <#y> <> } {}", "application/n-triples")
    assert answer.body.decode() == f"<{BASE}/x> <{BASE}/sparql#y> <{BASE}/sparql> .\n"
    own = gateway.answer("BASE <http://mine.example/> CONSTRUCT { <x> <y> <z> } {}", "application/n-triples")
    assert own.body.startswith(b"<http://mine.example/x> ")


def test_the_place_of_a_mistake_is_the_place_in_the_query_as_it_was_asked(gateway):
    text = "SELECT (1 AS ?a) (2 AS ?a) {}"
    with pytest.raises(InvalidQuery, match=rf"at 1:{len(text) + 1}\b"):
        gateway.answer(text)


SLOW = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STR(?a) < STR(?d) && STR(?d) < STR(?g) && STR(?g) < STR(?a))"


@pytest.mark.parametrize(
    "text", [f"ASK {{ {SLOW} }}", f"SELECT (COUNT(*) AS ?n) {{ {SLOW} }}", f"DESCRIBE ?a {{ {SLOW} }}"]
)
def test_out_of_time_is_one_outcome_however_the_engine_says_it(gateway, text):
    """An ASK that is cancelled is a 500 of the engine, a SELECT a 200 that breaks off."""
    began = time.monotonic()
    with pytest.raises(QueryTimeout, match=r"took too long.* the limit is 4 seconds") as caught:
        gateway.answer(text)
    assert time.monotonic() - began < 7
    assert "LIMIT" in caught.value.advice


@pytest.fixture
def few_combinations(monkeypatch):
    monkeypatch.setattr(sparql_products, "MAX_COMBINATIONS", MANY * MANY)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "SELECT (COUNT(*) AS ?n) { ?a <urn:p> ?c OPTIONAL { ?d ?e ?f } { ?g ?h ?i } }",
        "SELECT * { { SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } } }",
    ],
)
def test_a_cross_product_is_refused_before_it_is_tried(gateway, child, few_combinations, text):
    pid, began = child.pid, time.monotonic()
    with pytest.raises(InvalidQuery, match="3 patterns that share no variable") as caught:
        gateway.answer(text)
    assert (time.monotonic() - began < 2, child.pid) == (True, pid)
    assert "shared variables" in caught.value.advice


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 3",
        "SELECT (COUNT(*) AS ?n) { <urn:s1> ?b ?c . <urn:s2> ?e ?f . <urn:s3> ?h ?i }",
    ],
)
def test_a_small_product_is_answered(gateway, few_combinations, text):
    assert json.loads(gateway.answer(text).body)["results"]["bindings"]


class Interrupted:
    """The real store, whose engine somebody restarts in the middle of the first query."""

    def __init__(self, child: OxigraphChild) -> None:
        self._child, self._store, self._first = child, store_on(child), True
        self.position = self._store.position

    def query(self, text: str, accept: str, *, timeout: float, max_bytes: int, dataset: Any = None) -> bytes:
        if self._first:
            self._first, text = False, f"ASK {{ {SLOW} }}"
            threading.Timer(0.3, self._child.restart, ["test"]).start()
        return self._store.query(text, accept, timeout=timeout, max_bytes=max_bytes, dataset=dataset)


def test_a_query_whose_engine_others_restart_is_asked_again_and_not_blamed(child, caplog):
    """A rebuild or another process ends the engine under it."""
    gateway = SparqlGateway(Interrupted(child), timeout=4, max_rows=10, max_bytes=1000, traffic=Traffic())
    text = "SELECT (1 AS ?n) {}"
    assert b'"n"' in gateway.answer(text).body
    assert "engine lost during a query" in caplog.text
    assert b'"n"' in gateway.answer(text).body


def test_a_query_that_comes_during_a_restart_waits(gateway, child):
    child.restart("test")
    assert json.loads(gateway.answer("ASK { ?s ?p ?o }").body)["boolean"]


def test_a_slow_query_does_not_keep_the_store_from_saying_where_it_stands(gateway, child):
    ended = []

    def ask() -> None:
        with pytest.raises(QueryTimeout) as caught:
            gateway.answer(f"ASK {{ {SLOW} }}")
        ended.append(caught)

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.3)
    began = time.monotonic()
    assert store_on(child).position() == 1
    assert (time.monotonic() - began < 2, asking.is_alive()) == (True, True)
    asking.join()
    assert ended


class Failing:
    """A store that answers as told; `serves`: whether it still answers questions of our own."""

    def __init__(
        self, *, error: StoreUnavailable | None = None, body: bytes = b"", serves: bool = True
    ) -> None:
        self.error, self.body, self.serves = error, body, serves

    def position(self) -> int:
        if not self.serves:
            raise StoreUnavailable("away")
        return 1

    def query(self, text: str, accept: str, *, timeout: float, max_bytes: int, dataset: Any = None) -> bytes:
        if self.error:
            raise self.error
        return self.body


def outcome(store: Failing) -> Exception:
    gateway = SparqlGateway(store, timeout=4, max_rows=10, max_bytes=1000, traffic=Traffic())
    with pytest.raises((InvalidQuery, QueryTimeout, StoreUnavailable)) as caught:
        gateway.answer("SELECT * { ?s ?p ?o }")
    return caught.value


def refused(status: int, said: str) -> StoreUnavailable:
    return StoreUnavailable("It answered.", status=status, said=said)


HALF = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri","value":"urn:a"}}'


@pytest.mark.parametrize(
    ("store", "kind"),
    [
        (Failing(error=refused(500, "something new")), InvalidQuery),
        (Failing(error=refused(500, "something new"), serves=False), StoreUnavailable),
        (Failing(error=refused(501, "not implemented")), InvalidQuery),
        (Failing(error=refused(502, "bad gateway")), StoreUnavailable),
        (Failing(error=refused(401, "who are you")), StoreUnavailable),
        (Failing(error=refused(500, "The SPARQL operation has been cancelled")), QueryTimeout),
        (Failing(body=HALF + b"The SPARQL operation has been cancelled"), QueryTimeout),
        (Failing(body=HALF + b"The custom function <urn:f> is not supported"), InvalidQuery),
        (Failing(body=HALF + b"IO error: /data/graph/store-1/000011.sst"), InvalidQuery),
        (Failing(body=HALF + b"IO error: /data/graph/store-1/000011.sst", serves=False), StoreUnavailable),
    ],
)
def test_a_failure_is_judged_by_what_the_engine_says_and_whether_it_serves(store, kind):
    error = outcome(store)
    assert type(error) is kind
    assert "/data" not in f"{error} {getattr(error, 'advice', '')}"
