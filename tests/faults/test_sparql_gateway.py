"""Hostile and unlucky queries against a real engine: each has its own clear outcome, and the next query is answered."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from catalogue.adapters.graph.protocol import Endpoint
from catalogue.adapters.graph_sparql import SparqlGraphStore
from catalogue.adapters.oxigraph_child import OxigraphChild
from catalogue.discovery.sparql import SparqlGateway
from catalogue.discovery.sparql_traffic import Traffic
from catalogue.errors import CatalogueError, InvalidQuery, QueryTimeout, StoreUnavailable
from catalogue.rdf.namespaces import DCAT, RDF, XSD
from catalogue.rdf.terms import Literal, NamedNode, Quad

BASE = "https://catalogue.example"
PULSE = "ASK { ?s ?p ?o }"
CROSS = (
    "SELECT (COUNT(*) AS ?count) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o "
    "FILTER(STR(?a) != STR(?d) || STR(?g) != STR(?j) || STR(?m) != STR(?a)) }"
)
"""A filter that names every pattern: whether they are unconnected cannot be told without asking."""
MIXED_SORT = "SELECT ?o ?x WHERE { GRAPH ?g { ?s ?p ?o . ?s ?y ?x } } ORDER BY ?x ?o"


class Serving:
    """A store that answers questions of our own."""

    def position(self):
        return 1


def some_quads() -> Iterator[Quad]:
    """Five datasets that have numbers and dates: the engine's sort by two keys fails on such."""
    order = random.Random(1)
    for n in range(5):
        graph = NamedNode(f"{BASE}/datasets/{n}")
        subject = NamedNode(f"https://provider.example/{n}")
        yield Quad(subject, RDF.type, DCAT.Dataset, graph)
        numbers = [Literal(str(value), datatype=XSD.integer) for value in order.sample(range(40), 8)]
        dates = [Literal(f"2026-01-{day:02}", datatype=XSD.date) for day in order.sample(range(1, 28), 8)]
        texts = [Literal(f"Title {value}", language="en") for value in range(8)]
        for value in [*numbers, *dates, *texts]:
            yield Quad(subject, NamedNode(f"urn:p:{order.randrange(99)}"), value, graph)


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Iterator[SparqlGraphStore]:
    with OxigraphChild(tmp_path_factory.mktemp("graph"), timeout=1) as child:
        store = SparqlGraphStore(BASE, lambda: Endpoint.of_child(child.address), abort=child.restart)
        store.apply([], some_quads(), 0, 1)
        yield store


@pytest.fixture
def gateway(store) -> SparqlGateway:
    until = time.monotonic() + 20
    while True:
        try:
            store.position()
            break
        except StoreUnavailable:
            assert time.monotonic() < until
            time.sleep(0.05)
    return SparqlGateway(store, timeout=1, max_rows=2_000, max_bytes=5_000_000, traffic=Traffic(queue=0.3))


def is_alive(gateway, patience=15.0) -> bool:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            return json.loads(gateway.answer(PULSE).body)["boolean"]
        except StoreUnavailable:
            time.sleep(0.05)
    return False


@pytest.fixture
def bait() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine that must never be asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        do_POST = do_GET

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <BAIT> { ?s ?p ?o } }",
        "SELECT * { ?s ?p ?o FILTER EXISTS { SERVICE SILENT <BAIT> { ?s ?p ?o } } }",
        "SELECT * { S\\u0045RVICE <BAIT> { ?s ?p ?o } }",
        "SELECT * { ?s ?p ?o # comment\r SERVICE <BAIT> { ?s ?p ?o } \n}",
        "SELECT * { ?s ?p <#> SERVICE <BAIT> { ?a ?b ?c }\n> }",
        "PREFIX e: <urn:e> SELECT * { ?s ?p e:a\\' . SERVICE <BAIT> { ?a ?b ?c } ?s ?p e:b\\' }",
        "SELECT * { ?s ?p 1SERVICE <BAIT> { ?a ?b ?c } }",
        "LOAD <BAIT>",
        "LOAD SILENT <BAIT> INTO GRAPH <urn:g>",
    ],
)
def test_a_call_to_another_server_is_refused_and_not_made(gateway, bait, text):
    url, asked = bait
    with pytest.raises(InvalidQuery):
        gateway.answer(text.replace("BAIT", url))
    assert (asked, is_alive(gateway)) == ([], True)


@pytest.mark.parametrize(
    "text", ["SELECT * FROM <BAIT> { ?s ?p ?o }", "SELECT * { ?s ?p '''' SERVICE <BAIT> {} ''' }", "DESCRIBE <BAIT>", "SELECT * { GRAPH <BAIT> { ?s ?p ?o } }"]
)  # fmt: skip
def test_a_name_of_another_server_is_only_a_name(gateway, bait, text):
    url, asked = bait
    gateway.answer(text.replace("BAIT", url))
    assert asked == []


@pytest.mark.parametrize(
    "text",
    ["DROP ALL", "CLEAR DEFAULT", "INSERT DATA { <urn:a> <urn:b> <urn:c> }", "ASK {} ; DROP ALL", "DELETE WHERE { GRAPH ?g { ?s ?p ?o } }"],
)  # fmt: skip
def test_an_update_changes_nothing(gateway, store, text):
    with pytest.raises(InvalidQuery):
        gateway.answer(text)
    assert (store.position(), is_alive(gateway)) == (1, True)


def test_a_cross_product_is_stopped(gateway, store):
    began = time.monotonic()
    with pytest.raises(QueryTimeout, match=r"took too long.* 2 seconds"):
        gateway.answer(CROSS)
    assert time.monotonic() - began < 8
    assert is_alive(gateway)


def test_a_query_that_only_a_kill_stopped_is_refused_afterwards(tmp_path):
    with OxigraphChild(tmp_path, timeout=600) as deaf:
        store = SparqlGraphStore(BASE, lambda: Endpoint.of_child(deaf.address), abort=deaf.restart)
        store.apply([], some_quads(), 0, 1)
        gateway = SparqlGateway(store, timeout=1, max_rows=10, max_bytes=1000, traffic=Traffic())
        pid, began = deaf.pid, time.monotonic()
        with pytest.raises(QueryTimeout, match="only together with its engine"):
            gateway.answer(CROSS)
        assert time.monotonic() - began < 6
        assert is_alive(gateway)
        assert deaf.pid != pid
        with pytest.raises(QueryTimeout, match="not asked again for 15 minutes") as caught:
            gateway.answer(CROSS.replace("?a", "?first") + " # another layout")
        assert caught.value.retry_after > 800
        assert "LIMIT" in caught.value.advice and "Sort" not in caught.value.advice


def test_an_answer_cut_by_the_engine_is_a_timeout_not_an_answer(gateway, store):
    class Slow(Serving):
        """The engine as it is at its limit: status 200, half an answer."""

        def query(self, text, accept, *, timeout, max_bytes, dataset=None):
            time.sleep(1.0)
            return b'{"head":{"vars":["n"]},"results":{"bindings":[The SPARQL operation has been cancelled'

    slow = SparqlGateway(Slow(), timeout=1, max_rows=10, max_bytes=1000, traffic=Traffic())
    with pytest.raises(QueryTimeout):
        slow.answer("SELECT * { ?s ?p ?o }")


def test_a_large_graph_is_cut_by_the_engine_without_passing_for_whole(store):
    """The soft limit of the real engine on CONSTRUCT: whatever comes, it is no answer."""
    patient = SparqlGateway(store, timeout=1, max_rows=10**7, max_bytes=10**9, traffic=Traffic())
    text = "CONSTRUCT { ?a ?e ?i } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(STR(?a) < STR(?i)) }"
    with pytest.raises(QueryTimeout):
        patient.answer(text, "application/n-triples")
    assert is_alive(patient)


def test_the_sort_that_kills_the_engine_is_said_remembered_and_survived(gateway):
    with pytest.raises(InvalidQuery, match="mixed types") as caught:
        gateway.answer(MIXED_SORT)
    assert "STR(?key)" in caught.value.advice
    assert is_alive(gateway)
    began = time.monotonic()
    with pytest.raises(InvalidQuery, match="not asked again"):
        gateway.answer(MIXED_SORT.replace("?x", "?renamed"))
    assert time.monotonic() - began < 1
    assert is_alive(gateway)


def test_others_wait_while_the_engine_restarts(gateway):
    """Whoever asks beside a query that kills the engine is answered all the same, a little later."""
    seen: list[CatalogueError] = []
    answered = []
    stop = threading.Event()

    def neighbour():
        while not stop.is_set():
            try:
                answered.append(gateway.answer(PULSE))
            except CatalogueError as error:
                seen.append(error)
            time.sleep(0.01)

    thread = threading.Thread(target=neighbour)
    thread.start()
    with pytest.raises(InvalidQuery):
        gateway.answer(MIXED_SORT)
    time.sleep(0.3)
    stop.set()
    thread.join()
    assert (seen, bool(answered)) == ([], True)


def test_too_many_at_once_are_told_to_come_back(gateway):

    def ask(number):
        try:
            gateway.answer(CROSS + f" # {number}")
        except CatalogueError as error:
            return type(error), getattr(error, "detail", "")
        return None

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(8)))
    assert sum("Too many queries" in detail for _, detail in found) >= 3
    assert {kind for kind, _ in found} <= {StoreUnavailable, QueryTimeout, InvalidQuery}
    assert is_alive(gateway)


def test_caps_ask_for_a_limit(store):
    small = SparqlGateway(store, timeout=5, max_rows=10, max_bytes=20_000, traffic=Traffic())
    with pytest.raises(InvalidQuery, match="more than 10 rows") as caught:
        small.answer("SELECT * { ?s ?p ?o } LIMIT 11")
    assert "LIMIT" in caught.value.advice
    with pytest.raises(InvalidQuery, match="more than 20,000 bytes"):
        small.answer("SELECT * { ?s ?p ?o }")
    with pytest.raises(InvalidQuery, match="more than 10 triples"):
        small.answer("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 30")
    assert json.loads(small.answer("SELECT * { ?s ?p ?o } LIMIT 10").body)["results"]["bindings"]


@pytest.mark.parametrize(
    "text", ["SELECT * { ?s undefined:name ?o }", "SELECT ?s (COUNT(?o) AS ?n) { ?s ?p ?o }"]
)
def test_what_only_the_engine_does_not_understand_is_the_callers_to_mend(gateway, text):
    with pytest.raises(InvalidQuery):
        gateway.answer(text)


def test_memory_is_one_for_all_gateways_of_a_store(store):
    first = SparqlGateway(store, timeout=1, max_rows=10, max_bytes=1000)
    second = SparqlGateway(store, timeout=1, max_rows=10, max_bytes=1000)
    assert first._traffic is second._traffic
