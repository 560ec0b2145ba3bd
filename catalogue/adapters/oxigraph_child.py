"""`oxigraph serve` as a supervised child: started, watched, started again, never orphaned, never two on one folder."""

from __future__ import annotations

import logging
import math
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from catalogue.adapters.graph.engine import answers, find_engine, free_port, kill_engine, launch
from catalogue.adapters.graph.folder import StoreFolder
from catalogue.errors import StoreUnavailable

log = logging.getLogger(__name__)

OPENING = 120.0
"""Seconds that opening may take: after an unclean stop a large store reads its log first."""
CALM = 5.0
"""A server that served this long was no failed start: the next pause is the shortest again."""
MAX_PAUSE = 15.0
GRACE = 5.0
TRIES = 5
LINE = 500
SHARE = 0.8
"""Of a query's time, the engine's own limit."""


class OxigraphChild:
    """The graph store's server on a random port of the loopback address.

    `timeout`: seconds that a query may take in all. The engine is told to stop at four fifths of them: it does not always
    keep its limit, and where it does it has time to say so before it is stopped itself.
    `on_start(address, pid)` is called each time the server answers anew, before `start` returns.
    """

    def __init__(
        self,
        folder: Path,
        *,
        timeout: float,
        engine: Path | None = None,
        on_start: Callable[[str, int], None] | None = None,
        pause: float = 0.1,
    ) -> None:
        self.folder = StoreFolder(folder)
        self._timeout = timeout
        self._engine = engine or find_engine()
        self._on_start = on_start
        self._first_pause = pause
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._serving = threading.Event()
        self._stopping = threading.Event()
        self._wanted_restart = False
        self._keeper: threading.Thread | None = None
        self._said = ""
        self._failures = 0

    def start(self) -> None:
        """Takes the folder, ends a server left by a crash, and waits until ours answers.

        Raises Conflict when another process has the folder, StoreUnavailable when the engine does not come up.
        """
        self.folder.lock()
        try:
            if kill_engine(self.folder.read_pid(), self.folder.path):
                log.warning("ended a graph store server left by an earlier crash")
            self._stopping.clear()
            # One thread starts every server: on Linux a child dies with the thread that started it.
            self._keeper = threading.Thread(target=self._keep, name="oxigraph", daemon=True)
            self._keeper.start()
            self.wait_until_serving(OPENING)
        except BaseException:
            self.stop()
            raise

    def wait_until_serving(self, patience: float) -> None:
        """Returns when the server answers; StoreUnavailable when it does not within `patience` seconds, or when it
        ended several times before it ever did."""
        until = time.monotonic() + patience
        while not self._serving.wait(0.05):
            keeper = self._keeper
            given_up = self._failures >= TRIES or keeper is None or not keeper.is_alive()
            if given_up or time.monotonic() > until:
                log.error("graph store does not start", extra={"said": self._said})
                raise StoreUnavailable(
                    "The graph store did not start; the log says why.",
                    advice="`pharos rebuild graph` makes the store anew from the ledger.",
                )

    @property
    def address(self) -> str:
        """`http://127.0.0.1:PORT`. StoreUnavailable before it was started."""
        if not self._port:
            raise StoreUnavailable("The graph store is not running.")
        return f"http://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        """The server's process, 0 while there is none."""
        process = self._process
        return process.pid if process and process.poll() is None else 0

    def restart(self, reason: str) -> None:
        """Kills the server and returns at once; it is started again at the same address. Loses no committed data."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        log.warning("graph store restarted", extra={"reason": reason, "pid": process.pid})
        self._wanted_restart = True
        self._serving.clear()
        process.kill()

    def stop(self) -> None:
        """Stops the server and lets go of the folder. May be called twice."""
        self._stopping.set()
        process = self._process
        if process and process.poll() is None:
            process.terminate()
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
        if self._keeper:
            self._keeper.join(GRACE)
            self._keeper = None
        self._serving.clear()
        self.folder.unlock()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _keep(self) -> None:
        pause = self._first_pause
        while not self._stopping.is_set():
            began = time.monotonic()
            status = self._serve()
            self._serving.clear()
            if self._stopping.is_set():
                return
            if self._wanted_restart:
                self._wanted_restart = False
                continue
            # SIGKILL is how another process of ours ends a query that nothing else ends.
            if status == -signal.SIGKILL or time.monotonic() - began > CALM:
                pause = self._first_pause
            log.error(
                "graph store ended by itself",
                extra={"status": status, "again_in": pause, "said": self._said},
            )
            self._stopping.wait(pause)
            pause = min(pause * 2, MAX_PAUSE)

    def _serve(self) -> int:
        """Runs one server to its end and returns its status; a start that the system refuses is a failure too."""
        try:
            return self._open().wait()
        except OSError as error:
            self._failures += 1
            self._said = str(error)
            return -1

    def _open(self) -> subprocess.Popen[bytes]:
        """Starts a server on the current generation and waits until it answers or has ended."""
        self.folder.clean()
        port = self._port or free_port()
        # The engine takes whole seconds.
        arguments = [
            "serve", "--location", str(self.folder.current), "--bind", f"127.0.0.1:{port}",
            "--union-default-graph", "--timeout-s", str(max(1, math.floor(self._timeout * SHARE))),
        ]  # fmt: skip
        process = launch(self._engine, arguments, stdin=subprocess.DEVNULL, output=subprocess.PIPE)
        self._process = process
        self.folder.write_pid(process.pid)
        threading.Thread(target=self._listen, args=(process,), name="oxigraph-log", daemon=True).start()
        until = time.monotonic() + OPENING
        while process.poll() is None and not self._stopping.is_set():
            if answers(port):
                self._port = port
                log.info("graph store serves", extra={"pid": process.pid, "port": port})
                self._failures = 0
                if self._on_start:
                    self._on_start(self.address, process.pid)
                self._serving.set()
                return process
            if time.monotonic() > until:
                process.kill()
            time.sleep(0.01)
        self._failures += 1
        # Perhaps another program took the port between our look and the server's start.
        self._port = 0 if not self._stopping.is_set() else self._port
        if self._stopping.is_set():
            process.terminate()
        return process

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        """Hands the server's words to our log; the last line is kept for the message about its end."""
        assert process.stderr is not None
        with process.stderr as stream:
            for raw in iter(lambda: stream.readline(LINE), b""):
                line = raw.decode(errors="replace").rstrip()
                if line:
                    self._said = line
                    log.info("graph store: %s", line)
