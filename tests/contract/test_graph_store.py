"""What a GraphStore does, whichever server is behind it; the embedded child with bulk load, and the same server
through plain SPARQL as a server of the operator's would be."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from catalogue.adapters.graph.bulk import BulkLoad
from catalogue.adapters.graph.protocol import Endpoint
from catalogue.adapters.graph_sparql import SparqlGraphStore
from catalogue.adapters.oxigraph_child import OxigraphChild
from catalogue.errors import InvalidQuery, LimitExceeded, QueryTimeout, StaleProjection, StoreUnavailable
from catalogue.rdf.namespaces import DCT, XSD
from catalogue.rdf.terms import BlankNode, DefaultGraph, Literal, NamedNode, Quad

BASE = "https://catalogue.example"
JSON = "application/sparql-results+json"
GRAPH = NamedNode(f"{BASE}/datasets/one")
SUBJECT = NamedNode("https://provider.example/d1")


@pytest.fixture(scope="module", params=["embedded", "server"])
def store(request, tmp_path_factory) -> Iterator[SparqlGraphStore]:
    folder = tmp_path_factory.mktemp("graph")
    with OxigraphChild(folder, timeout=30) as child:
        bulk = BulkLoad(folder, child.restart) if request.param == "embedded" else None
        yield SparqlGraphStore(BASE, lambda: Endpoint.of_child(child.address), abort=child.restart, bulk=bulk)


@pytest.fixture(autouse=True)
def _empty(store):
    store.rebuild([], 0)


def title(text: str, **kind) -> Quad:
    return Quad(SUBJECT, DCT.title, Literal(text, **kind), GRAPH)


def rows(
    store, pattern="GRAPH ?g { ?s ?p ?o FILTER(?g = <https://catalogue.example/datasets/one>) }"
) -> set[str]:
    body = store.query(f"SELECT ?o WHERE {{ {pattern} }}", JSON, timeout=20, max_bytes=10**8)
    return {row["o"]["value"] for row in json.loads(body)["results"]["bindings"]}


def test_an_empty_store_stands_at_zero(store):
    assert store.position() == 0


def test_a_batch_writes_and_moves_the_position(store):
    store.apply([], [title("one")], 0, 7)
    store.apply([title("one")], [title("two")], 7, 9)
    assert (store.position(), rows(store)) == (9, {"two"})


def test_a_batch_without_quads_moves_the_position(store):
    store.apply([], [], 0, 3)
    store.apply([], [], 3, 4)
    assert store.position() == 4


def test_a_batch_that_ends_where_it_began_still_writes(store):
    store.apply([], [title("at zero")], 0, 0)
    assert (store.position(), rows(store)) == (0, {"at zero"})


@pytest.mark.parametrize("expected", [0, 3, 8])
def test_a_stale_writer_changes_nothing(store, expected):
    store.apply([], [title("kept")], 0, 5)
    with pytest.raises(StaleProjection):
        store.apply([title("kept")], [title("lost")], expected, 9)
    assert (store.position(), rows(store)) == (5, {"kept"})


def test_a_repeated_batch_is_stale_and_harmless(store):
    store.apply([], [title("one")], 0, 1)
    store.apply([title("one")], [title("two")], 1, 2)
    with pytest.raises(StaleProjection):
        store.apply([title("one")], [title("two")], 1, 3)
    assert rows(store) == {"two"}


@pytest.mark.parametrize(
    "text",
    [
        "a\nb\r\tc",
        'quote " and \\ backslash',
        "\\u0041 is no A",
        "ünïcode \U0001f600",
        "} . DROP ALL ; {",
        "'''\"\"\"",
        "\x00\x07",
    ],
)
def test_any_text_comes_back_as_it_was(store, text):
    store.apply([], [title(text)], 0, 1)
    assert rows(store) == {text}
    store.apply([title(text)], [], 1, 2)
    assert rows(store) == set()


def test_the_default_graph_is_the_union_of_all(store):
    store.apply([], [title("one")], 0, 1)
    assert rows(store, f"{SUBJECT} ?p ?o") == {"one"}


@pytest.mark.parametrize(
    "quad",
    [
        Quad(BlankNode("b"), DCT.title, Literal("x"), GRAPH),
        Quad(SUBJECT, DCT.title, BlankNode("b"), GRAPH),
        Quad(SUBJECT, DCT.title, Literal("x"), DefaultGraph()),
    ],
    ids=["blank subject", "blank object", "default graph"],
)
def test_what_no_later_batch_could_remove_is_refused(store, quad):
    with pytest.raises(ValueError, match="graph store needs"):
        store.apply([], [quad], 0, 1)
    assert store.position() == 0


def test_a_rebuild_replaces_everything(store):
    store.apply([], [title("old")], 0, 4)
    store.rebuild((title(f"new {n}") for n in range(25_000)), 12)
    assert store.position() == 12
    assert len(rows(store)) == 25_000


def test_a_rebuilt_store_takes_batches(store):
    store.rebuild([title("one")], 6)
    store.apply([title("one")], [title("two")], 6, 7)
    assert rows(store) == {"two"}


def test_a_rebuild_is_brought_up_to_date_before_anybody_sees_it(store):
    """Where it is built beside what is served; elsewhere whoever follows sees that it is half built."""
    store.apply([], [title("old")], 0, 4)
    seen = []

    def settle(beside):
        beside.apply([title("one")], [title("two")], 6, 9)
        seen.append((store.position(), rows(store), beside.position()))

    def quads():
        yield title("one")
        seen.append(store.position())

    store.rebuild(quads(), 6, settle)
    if len(seen) == 2:
        assert seen == [4, (4, {"old"}, 9)]
        assert (store.position(), rows(store)) == (9, {"two"})
    else:
        assert seen == [-1]
        assert (store.position(), rows(store)) == (6, {"one"})


def test_a_batch_larger_than_one_operation_arrives_whole(store):
    large = [Quad(SUBJECT, DCT.description, Literal(f"{n} " + "x" * 2_000_000), GRAPH) for n in range(40)]
    store.apply([], large, 0, 1)
    assert store.position() == 1
    body = store.query(
        "SELECT (COUNT(*) AS ?o) { GRAPH ?g {?s ?p ?o FILTER(STRLEN(?o) > 1000)} }",
        JSON,
        timeout=60,
        max_bytes=10**6,
    )
    assert json.loads(body)["results"]["bindings"][0]["o"]["value"] == "40"
    store.apply(large, [title("small")], 1, 2)
    assert rows(store) == {"small"}


def test_an_answer_above_the_cap_is_a_limit_not_a_part(store):
    store.apply([], [title("x" * 10_000)], 0, 1)
    with pytest.raises(LimitExceeded):
        store.query("SELECT * { ?s ?p ?o }", JSON, timeout=20, max_bytes=5_000)


def test_what_the_server_does_not_understand_is_the_callers_to_mend(store):
    with pytest.raises(InvalidQuery):
        store.query("SELECT * {{", JSON, timeout=20, max_bytes=5_000)


def test_a_query_past_its_deadline_is_stopped_and_the_store_lives(store):
    store.apply(
        [],
        [
            Quad(NamedNode(f"urn:s:{n}"), DCT.extent, Literal(str(n), datatype=XSD.integer), GRAPH)
            for n in range(800)
        ],
        0,
        1,
    )
    began = time.monotonic()
    with pytest.raises(QueryTimeout) as caught:
        store.query(
            "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", JSON, timeout=1, max_bytes=10**6
        )
    assert time.monotonic() - began < 6
    assert caught.value.context["killed"]
    assert _soon(store.position) == 1


def _soon(read, patience=20.0):
    until = time.monotonic() + patience
    while True:
        try:
            return read()
        except StoreUnavailable:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


class _Dripping(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        for _ in range(100):
            try:
                self.wfile.write(b" ")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.1)

    def log_message(self, *_):
        pass


def test_a_server_that_drips_is_cut_at_the_deadline():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Dripping)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    began = time.monotonic()
    try:
        with pytest.raises(QueryTimeout) as caught:
            SparqlGraphStore(BASE, lambda: Endpoint(url, url)).query(
                "ASK {}", JSON, timeout=0.5, max_bytes=1000
            )
    finally:
        server.shutdown()
        server.server_close()
    assert time.monotonic() - began < 2
    assert not caught.value.context["killed"]


def test_no_server_is_not_an_empty_store():
    with pytest.raises(StoreUnavailable):
        SparqlGraphStore(BASE, lambda: Endpoint.of_child("http://127.0.0.1:9")).position()
