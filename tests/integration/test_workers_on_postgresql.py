"""Four workers on one PostgreSQL share a queue of fifty sources: no run lost or doubled, no change skipped."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from loopback import Answer, Loopback
from postgres import PostgresServer

from catalogue.adapters.ledger import SqlLedger, open_ledger
from catalogue.adapters.tantivy_index import TantivyIndex
from catalogue.bootstrap import SystemClock
from catalogue.model.harvest import HarvestSource, RunRequest, RunState
from catalogue.model.records import Change, PublishedState, StoredVersion
from catalogue.projections.follow import follow

pytestmark = [pytest.mark.server, pytest.mark.slow]

WORKERS, SOURCES, PAGES, OWN, COMMON = 4, 50, 2, 3, 7
BASE = "https://pharos.example"
PATIENCE = 120.0


def _page(number: int, page: int, edition: int, address: str) -> bytes:
    """Datasets of one source's page; the last one is described by every seventh source too."""
    own = [f"https://provider.example/{number}/{page}/{n}" for n in range(OWN)]
    datasets = [*own, f"https://provider.example/common/{number % COMMON}"]
    lines = ["@prefix dcat: <http://www.w3.org/ns/dcat#> .", "@prefix dct: <http://purl.org/dc/terms/> ."]
    for iri in datasets:
        # Every other source has something new to say in its second edition.
        said = edition if number % 2 and iri == datasets[0] else 0
        lines.append(f'<{iri}> a dcat:Dataset ; dct:title "Images {number} {said} of {iri}"@en .')
    if page + 1 < PAGES:
        view, following = f"{address}?page={page}", f"{address}?page={page + 1}"
        lines.append(f"<{view}> <http://www.w3.org/ns/hydra/core#next> <{following}> .")
        lines.append(f"<{view}> a <http://www.w3.org/ns/hydra/core#PartialCollectionView> .")
    return "\n".join(lines).encode()


def _publish(server: Loopback, edition: int) -> None:
    for number in range(SOURCES):
        address = server.url(f"/{number}")
        for page in range(PAGES):
            body = _page(number, page, edition, address)
            server.on(f"/{number}?page={page}", Answer(body, media_type="text/turtle"))


@contextmanager
def _workers(folder: Path, url: str, server: Loopback) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Real `pharos worker` processes, each with a data folder and an index of its own."""
    shared = {
        **os.environ, "PHAROS_LEDGER": url, "PHAROS_BASE": BASE, "PHAROS_ALLOW_HOSTS": server.authority,
        "PHAROS_RETRIES": "0", "PHAROS_BATCH_SIZE": "4", "PHAROS_PARALLEL_RUNS": "1", "PHAROS_VERIFY": "0",
    }  # fmt: skip
    command = [sys.executable, "-m", "catalogue.cli", "worker", "--parent", str(os.getpid())]
    started = []
    try:
        for number in range(WORKERS):
            home = folder / f"worker-{number}"
            home.mkdir()
            with (home / "log").open("wb") as log:
                environment = {**shared, "PHAROS_DATA": str(home)}
                started.append(subprocess.Popen(command, env=environment, stderr=log))
        yield started
    finally:
        for worker in started:
            worker.terminate()
        for worker in started:
            worker.wait(60)


class Recorder:
    """A projection that keeps every change it was given, and whether each began where the last one ended."""

    name = "recorder"

    def __init__(self) -> None:
        self.seen: list[Change] = []
        self.at = 0

    def position(self) -> int:
        return self.at

    def apply(
        self,
        changes: Sequence[Change],
        versions: Mapping[PublishedState, StoredVersion],
        expected: int,
        position: int,
    ) -> None:
        assert expected == self.at < position
        self.seen.extend(changes)
        self.at = position

    def rebuild(self, published: Iterable[StoredVersion], position: int, catch_up: object) -> None:
        raise AssertionError("nothing asked for a rebuild")

    def shown(self) -> dict[str, int]:
        shown: dict[str, int] = {}
        for change in self.seen:
            assert shown.get(change.dataset_id) == change.before
            if change.after is None:
                del shown[change.dataset_id]
            else:
                shown[change.dataset_id] = change.after
        return shown


def _enqueue_all(ledger: SqlLedger) -> list[str]:
    """Two askers at once, each for every source: it gets one run, or two if the first had ended before it was asked
    for again."""

    def ask(order: Iterable[int]) -> list[str]:
        return [ledger.enqueue(f"s{number}", RunRequest("test", "none")).run_id for number in order]

    with ThreadPoolExecutor(2) as pool:
        asked = list(pool.map(ask, [range(SOURCES), reversed(range(SOURCES))]))
    return sorted({run_id for ids in asked for run_id in ids})


def _wait_for_end(
    ledger: SqlLedger, run_ids: Sequence[str], processes: list[subprocess.Popen[bytes]]
) -> None:
    until = time.monotonic() + PATIENCE
    while not all(ledger.run(run_id).state.is_final for run_id in run_ids):
        assert all(process.poll() is None for process in processes), "a worker ended"
        assert time.monotonic() < until, "the runs did not end"
        time.sleep(0.1)


def _shown(ledger: SqlLedger) -> dict[str, int]:
    shown: dict[str, int] = {}
    after = None
    while page := ledger.published(after, 100):
        shown.update((version.dataset_id, version.version_id) for version in page)
        after = page[-1].dataset_id
    return shown


def test_four_workers_share_fifty_sources(tmp_path: Path, postgresql: PostgresServer) -> None:
    with postgresql.database() as url, Loopback() as server:
        ledger = open_ledger(url, SystemClock())
        ledger.record_base(BASE)
        for number in range(SOURCES):
            source = HarvestSource(f"s{number}", server.url(f"/{number}?page=0"), "dcat_rdf", profile="none")
            ledger.add_source(source, by="test")
        recorder, over = Recorder(), threading.Event()

        def record() -> None:
            while not over.wait(0.02):
                follow(ledger, recorder, batch=7)
            follow(ledger, recorder)

        with ThreadPoolExecutor(1) as pool:
            following = pool.submit(record)
            try:
                with _workers(tmp_path, url, server) as processes:
                    before: list[str] = []
                    for edition in (1, 2):
                        _publish(server, edition)
                        run_ids = _enqueue_all(ledger)
                        _wait_for_end(ledger, run_ids, processes)
                        _assert_each_run_was_done_once(ledger, server, run_ids, before)
                        before += run_ids
                        server.asked.clear()
                    _wait_for_indexes(tmp_path, ledger)
            finally:
                over.set()
            following.result()
        assert recorder.at == ledger.position()
        assert recorder.shown() == _shown(ledger)
        assert len(recorder.shown()) == SOURCES * PAGES * OWN + COMMON
        _assert_every_index_holds(tmp_path, _shown(ledger))
        ledger.close()


def _assert_each_run_was_done_once(
    ledger: SqlLedger, server: Loopback, run_ids: list[str], before: list[str]
) -> None:
    runs = [ledger.run(run_id) for run_id in run_ids]
    assert {run.run_id for run in ledger.runs(limit=10 * SOURCES)} == {*before, *run_ids}
    assert {(run.state, run.complete) for run in runs} == {(RunState.COMPLETED, True)}, [
        r.reason for r in runs
    ]
    asked = {f"s{number}": server.paths.count(f"/{number}?page=0") for number in range(SOURCES)}
    assert asked == {f"s{number}": server.paths.count(f"/{number}?page=1") for number in range(SOURCES)}
    assert asked == Counter(run.source for run in runs)
    # A dataset that stands on both pages of a source is met twice: the second time it is a duplicate.
    found = {(run.counts.found, run.counts.duplicate) for run in runs}
    assert found == {(PAGES * (OWN + 1), PAGES - 1)}
    changed = sum(run.counts.created + run.counts.updated for run in runs)
    assert changed == (SOURCES * (PAGES * OWN + 1) if not before else SOURCES // 2 * PAGES)
    assert len({run.worker for run in runs}) == WORKERS


def _indexes(folder: Path) -> Iterator[TantivyIndex]:
    for number in range(WORKERS):
        index = TantivyIndex(folder / f"worker-{number}" / "search", writer=False)
        try:
            yield index
        finally:
            index.close()


def _wait_for_indexes(folder: Path, ledger: SqlLedger) -> None:
    until = time.monotonic() + PATIENCE
    for index in _indexes(folder):
        while index.position() != ledger.position():
            assert time.monotonic() < until, "an index did not follow to the end"
            time.sleep(0.1)


def _assert_every_index_holds(folder: Path, shown: Mapping[str, int]) -> None:
    for index in _indexes(folder):
        found = {dataset_id: index.document(dataset_id) for dataset_id in shown}
        assert {key: d.version_id for key, d in found.items() if d is not None} == shown
