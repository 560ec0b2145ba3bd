"""A rebuild while records change: readers see the old whole or the new whole, and never go back."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from harvest_world import HarvestWorld, harvest_world
from loopback import Answer, Loopback

from catalogue.bootstrap import projections_of
from catalogue.errors import BackendError
from catalogue.projections import follow as module
from catalogue.projections.follow import Projection, rebuild_projection

COUNT = 100  # A batch of the projections holds one or two editions whole.
IRI = "https://provider.example/datasets/{}"
EDITIONS = "SELECT ?t WHERE { GRAPH ?g { ?s a <http://www.w3.org/ns/dcat#Dataset> ; <http://purl.org/dc/terms/title> ?t } }"


def _catalogue(edition: int) -> Answer:
    """Every dataset names the edition in its title: a reader that sees two has seen half of a change."""
    lines = ["@prefix dcat: <http://www.w3.org/ns/dcat#> .", "@prefix dct: <http://purl.org/dc/terms/> ."]
    lines += [f'<{IRI.format(n)}> a dcat:Dataset ; dct:title "Edition {edition:03}" .' for n in range(COUNT)]
    return Answer("\n".join(lines).encode(), media_type="text/turtle")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[HarvestWorld]:
    with harvest_world(tmp_path, child=True, batch_size=COUNT, verify=0.0) as made:
        yield made


def _projection(world: HarvestWorld, name: str) -> Projection:
    return next(p for p in projections_of(world.services) if p.name == name)


def _in_graph(world: HarvestWorld) -> list[str]:
    accept = "application/sparql-results+json"
    body = world.services.graph.query(EDITIONS, accept, timeout=30, max_bytes=10**8)
    return [row["t"]["value"] for row in json.loads(body)["results"]["bindings"]]


def _in_index(world: HarvestWorld) -> list[str]:
    index = world.services.search
    return [document.titles[""] for document in index.documents(sorted(index.ids()))]


@pytest.mark.parametrize("name", ["graph", "search"])
def test_changes_that_come_during_a_rebuild_are_in_it(
    world: HarvestWorld, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEEP_UP", 0.05)
    look = {"graph": _in_graph, "search": _in_index}[name]
    with Loopback() as server:
        server.on("/c.ttl", _catalogue(0))
        world.harvest("clinic", server.url("/c.ttl"), "none")
        world.project()
        over = threading.Event()
        with ThreadPoolExecutor(2) as pool:
            reading = pool.submit(_read_until, over, lambda: look(world))
            writing = pool.submit(_write, world, server)
            try:
                projection = _projection(world, name)
                for _ in range(2):
                    rebuild_projection(world.services.ledger, projection)
                writing.result()
                rebuild_projection(world.services.ledger, projection)
            finally:
                over.set()
            seen = reading.result()
    assert seen == sorted(seen)
    assert look(world) == ["Edition 006"] * COUNT
    assert projection.position() == world.services.ledger.position()


def _write(world: HarvestWorld, server: Loopback) -> None:
    for edition in range(1, 7):
        server.on("/c.ttl", _catalogue(edition))
        world.run_again("clinic", "none")


def _read_until(over: threading.Event, look: Callable[[], list[str]]) -> list[str]:
    """What a reader saw, in order; each look must find one whole edition."""
    seen: list[str] = []
    while not over.is_set():
        try:
            found = look()
        except BackendError:
            # The embedded store starts anew on the new generation: not there is not the same as empty.
            continue
        assert len(found) == COUNT
        assert len(set(found)) == 1, set(found)
        seen.append(found[0])
        time.sleep(0.01)
    return seen


def test_a_rebuild_that_fails_leaves_what_is_served(
    world: HarvestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Loopback() as server:
        server.on("/c.ttl", _catalogue(0))
        world.harvest("clinic", server.url("/c.ttl"), "none")
    world.project()

    def broken(*_: object) -> None:
        raise BackendError("The ledger went away.")

    for name, look in (("graph", _in_graph), ("search", _in_index)):
        projection = _projection(world, name)
        monkeypatch.setattr(module, "_catch_up", broken)
        with pytest.raises(BackendError, match="went away"):
            rebuild_projection(world.services.ledger, projection)
        assert look(world) == ["Edition 000"] * COUNT
        monkeypatch.undo()
        rebuild_projection(world.services.ledger, projection)
        assert look(world) == ["Edition 000"] * COUNT
