"""The supervised graph store: it comes back when it dies, and never outlives or doubles itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from catalogue.adapters.graph.engine import is_engine, kill_engine
from catalogue.adapters.graph.protocol import Endpoint
from catalogue.adapters.graph_sparql import SparqlGraphStore
from catalogue.adapters.oxigraph_child import OxigraphChild
from catalogue.errors import Conflict, StoreUnavailable
from catalogue.rdf.namespaces import DCT
from catalogue.rdf.terms import Literal, NamedNode, Quad

BASE = "https://catalogue.example"
QUAD = Quad(NamedNode("urn:s"), DCT.title, Literal("kept"), NamedNode("urn:g"))
PARENT = """
    import sys, time
    from pathlib import Path
    from catalogue.adapters.oxigraph_child import OxigraphChild
    child = OxigraphChild(Path(sys.argv[1]), timeout=5)
    child.start()
    print(child.pid, flush=True)
    time.sleep(60)
"""


def until(claim, patience=15.0):
    end = time.monotonic() + patience
    while not claim():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)


def store_of(child: OxigraphChild) -> SparqlGraphStore:
    return SparqlGraphStore(BASE, lambda: Endpoint.of_child(child.address), abort=child.restart)


def answers(store: SparqlGraphStore) -> bool:
    try:
        return store.position() >= 0
    except StoreUnavailable:
        return False


def test_killed_server_comes_back_with_its_data_at_its_address(tmp_path):
    with OxigraphChild(tmp_path, timeout=5) as child:
        store = store_of(child)
        store.apply([], [QUAD], 0, 3)
        address, pid = child.address, child.pid
        os.kill(pid, signal.SIGKILL)
        until(lambda: child.pid not in (0, pid) and answers(store))
        assert (child.address, store.position()) == (address, 3)


def test_restart_keeps_the_data_and_says_the_new_process(tmp_path):
    started = []
    with OxigraphChild(tmp_path, timeout=5, on_start=lambda *seen: started.append(seen)) as child:
        store = store_of(child)
        store.apply([], [QUAD], 0, 3)
        child.restart("test")
        until(lambda: len(started) == 2 and answers(store))
        assert store.position() == 3
        assert [address for address, _ in started] == [child.address] * 2
        assert started[1][1] == child.pid != started[0][1]


def test_stopped_server_leaves_no_process_and_no_lock(tmp_path):
    child = OxigraphChild(tmp_path, timeout=5)
    child.start()
    pid = child.pid
    child.stop()
    assert not is_engine(pid, tmp_path)
    with OxigraphChild(tmp_path, timeout=5) as again:
        assert again.pid


def test_two_never_serve_one_folder(tmp_path):
    with OxigraphChild(tmp_path, timeout=5) as child:
        with pytest.raises(Conflict):
            OxigraphChild(tmp_path, timeout=5).start()
        assert answers(store_of(child))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_no_orphan_survives_kill_9_of_the_parent(tmp_path):
    command = [sys.executable, "-c", textwrap.dedent(PARENT), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_engine(pid, tmp_path)
        parent.kill()
        parent.wait()
    until(lambda: not is_engine(pid, tmp_path), 5)


def test_server_left_by_a_crash_is_ended_before_the_folder_is_opened(tmp_path):
    from catalogue.adapters.graph.engine import find_engine
    from catalogue.adapters.graph.folder import StoreFolder

    folder = StoreFolder(tmp_path)
    orphan = subprocess.Popen(
        [str(find_engine()), "serve", "--location", str(folder.current), "--bind", "127.0.0.1:0"],
        stderr=subprocess.DEVNULL,
    )
    try:
        folder.write_pid(orphan.pid)
        with OxigraphChild(tmp_path, timeout=5) as child:
            assert orphan.wait(5) == -signal.SIGKILL
            assert answers(store_of(child))
    finally:
        orphan.kill()
        orphan.wait()


def test_a_foreign_process_with_the_remembered_number_is_left_alone(tmp_path):
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"]) as stranger:
        try:
            assert not kill_engine(stranger.pid, tmp_path)
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_store_that_cannot_open_is_said_and_lets_go_of_the_folder(tmp_path):
    (tmp_path / "store-1").write_text("not a folder")
    child = OxigraphChild(tmp_path, timeout=5, pause=0.01)
    with pytest.raises(StoreUnavailable, match="did not start"):
        child.start()
    (tmp_path / "store-1").unlink()
    with OxigraphChild(tmp_path, timeout=5) as child:
        assert answers(store_of(child))


def test_failed_bulk_load_leaves_the_served_store_as_it_was(tmp_path):
    from catalogue.adapters.graph.bulk import BulkLoad

    with OxigraphChild(tmp_path, timeout=5) as child:
        store = store_of(child)
        store.apply([], [QUAD], 0, 3)
        with pytest.raises(StoreUnavailable):
            BulkLoad(tmp_path, child.restart)(
                [b"<urn:a> <urn:b> <urn:c> <urn:d> .\n", b"this is no N-Quads\n" * 10]
            )
        assert store.position() == 3
        assert not list(Path(tmp_path).glob("store-2"))


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's")
def test_the_engine_itself_cannot_call_out(tmp_path):
    """The second lock behind the gateway: even a SERVICE that reaches the engine reaches nobody."""
    import http.server
    import threading

    asked = []

    class Bait(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(500)

        do_POST = do_GET

        def log_message(self, *_):
            pass

    bait = http.server.HTTPServer(("127.0.0.1", 0), Bait)
    threading.Thread(target=bait.serve_forever, daemon=True).start()
    try:
        with OxigraphChild(tmp_path, timeout=5) as child:
            if not _has_landlock():
                pytest.skip("this kernel cannot forbid connections (before 6.7)")
            text = f"SELECT * {{ SERVICE <http://127.0.0.1:{bait.server_port}/> {{ ?s ?p ?o }} }}"
            try:
                body = store_of(child).query(
                    text, "application/sparql-results+json", timeout=5, max_bytes=10_000
                )
            except StoreUnavailable:
                body = b""
            assert (asked, b'"s"' in body and b"uri" in body) == ([], False)
    finally:
        bait.shutdown()
        bait.server_close()


def _has_landlock() -> bool:
    code = (
        "import ctypes, sys; sys.path.insert(0, sys.argv[1]); import launcher;"
        "print(launcher.refuse_connections(ctypes.CDLL(None, use_errno=True)))"
    )
    import catalogue.adapters.graph.launcher as launcher

    answer = subprocess.run(
        [sys.executable, "-c", code, str(Path(launcher.__file__).parent)],
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.strip() == "True"
