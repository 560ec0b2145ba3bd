"""Bulk load of the embedded store: a new generation is built beside the served one, then takes its place."""

from __future__ import annotations

import logging
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from catalogue.adapters.graph.engine import answers, find_engine, free_port, launch
from catalogue.adapters.graph.folder import StoreFolder
from catalogue.errors import StoreUnavailable

log = logging.getLogger(__name__)

LAST_WORDS = 2000
OPENING = 120.0
CLOSING = 60.0


class BulkLoad:
    """Builds the store's next generation from N-Quads, adopts it, and has the server started again on it.

    `restart(reason)` ends the server, which its supervisor starts again; it may live in another process.
    """

    def __init__(self, folder: Path, restart: Callable[[str], None], engine: Path | None = None) -> None:
        self._folder = StoreFolder(folder)
        self._restart = restart
        self._engine = engine or find_engine()

    def __call__(self, pieces: Iterable[bytes], settle: Callable[[str], None] | None = None) -> None:
        """Replaces everything by the N-Quads in `pieces`. Until the end readers see the old store whole; a failure
        leaves it in place. StoreUnavailable when the engine does not take the data.

        `settle` is given the address of a server on the new store before that takes the old one's place.
        """
        place = self._folder.new_generation()
        self._load(place, pieces)
        if settle is not None:
            with self._served(place) as address:
                settle(address)
        self._folder.adopt(place)
        self._restart("the store was rebuilt")

    @contextmanager
    def _served(self, place: Path) -> Iterator[str]:
        """A server on an unfinished generation, for this process alone; stopped in order at the end."""
        port = free_port()
        arguments = ["serve", "--location", str(place), "--bind", f"127.0.0.1:{port}"]
        process = launch(self._engine, arguments, stdin=subprocess.DEVNULL, output=subprocess.DEVNULL)
        try:
            until = time.monotonic() + OPENING
            while not answers(port):
                if process.poll() is not None or time.monotonic() > until:
                    raise StoreUnavailable(
                        "The rebuilt graph store does not answer.",
                        advice="The store that was there still serves. Try again.",
                    )
                time.sleep(0.02)
            yield f"http://127.0.0.1:{port}"
            process.terminate()
            process.wait(CLOSING)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    def _load(self, place: Path, pieces: Iterable[bytes]) -> None:
        # Not atomic, because nobody opens an unfinished generation: it needs neither the memory nor the disk.
        arguments = ["load", "--location", str(place), "--format", "nq", "--non-atomic"]
        with tempfile.TemporaryFile() as words:
            process = launch(self._engine, arguments, stdin=subprocess.PIPE, output=words)
            assert process.stdin is not None
            try:
                with process.stdin as stream:
                    for piece in pieces:
                        stream.write(piece)
                status = process.wait()
            except BrokenPipeError:
                status = process.wait()
            except BaseException:
                process.kill()
                process.wait()
                raise
            if status != 0:
                words.seek(max(0, words.seek(0, 2) - LAST_WORDS))
                said = words.read().decode(errors="replace")
                log.error("bulk load failed", extra={"status": status, "said": said})
                raise StoreUnavailable(
                    "The graph store could not be rebuilt; the log says why.",
                    advice="The store that was there still serves. Check the free disk space, then try again.",
                )
