"""The data folder: who holds it, where its parts are, how processes on one machine find each other."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from catalogue.adapters.graph.engine import kill_engine
from catalogue.errors import ConfigurationError, FolderBusy, StoreUnavailable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Runtime:
    """Who works on the folder now: `role` is serve or command; addresses are of this machine only."""

    role: str
    pid: int
    sparql: str = ""
    sparql_pid: int = 0
    web: str = ""


HANDOVER = 45.0
"""Seconds that a worker which was told to stop may take to end its run."""
GLANCE = 0.5
"""Seconds to try for the lock: somebody who only asks who holds it has it for a moment."""


class DataFolder:
    """Paths, the lock and the runtime file. The folder is made (0700) when it is missing."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name in ("spool", "requests"):
                (self.path / name).mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"The data folder {self.path} cannot be made: {error.strerror}.",
                advice="Name another with --data or PHAROS_DATA, or mend its permissions.",
            ) from error

    @property
    def ledger_url(self) -> str:
        return f"sqlite:///{self.path / 'ledger.sqlite'}"

    @property
    def graph(self) -> Path:
        return self.path / "graph"

    @property
    def search(self) -> Path:
        return self.path / "search"

    @property
    def profiles(self) -> Path:
        """Shapes profiles that the operator added."""
        return self.path / "profiles"

    @property
    def spool(self) -> Path:
        return self.path / "spool"

    @property
    def requests(self) -> Path:
        """Where commands beside a running server leave what they ask of it."""
        return self.path / "requests"

    @contextmanager
    def lock(
        self,
        role: str = "",
        *,
        wait: bool = False,
        waiting: Callable[[Runtime | None], None] | None = None,
    ) -> Iterator[None]:
        """Holds the folder as `role`. FolderBusy when another process does, unless `wait`; `waiting` is told at every
        look who holds it, and may raise to end the waiting."""
        with self._locked("lock") as handle:
            if not _try_lock(handle, GLANCE):
                if not wait:
                    raise _busy(self._read_runtime())
                self._wait(handle, waiting)
            # What a crash left behind would name a holder that is gone.
            self.write_runtime(Runtime(role, os.getpid()))
            try:
                yield
            finally:
                (self.path / "runtime.json").unlink(missing_ok=True)

    def _wait(self, handle: int, waiting: Callable[[Runtime | None], None] | None) -> None:
        while not _try_lock(handle):
            if waiting:
                waiting(self._read_runtime())
            time.sleep(0.1)

    @contextmanager
    def only_worker(self, patience: float = HANDOVER) -> Iterator[None]:
        """Holds the right to do runs and to write projections. FolderBusy when another process keeps it longer than
        `patience` seconds: one that was told to stop still ends its run."""
        with self._locked("worker.lock") as handle:
            if not _try_lock(handle, patience):
                raise FolderBusy(
                    "Another worker is working on this data folder.",
                    advice="Stop it first: `pharos serve` starts a worker of its own.",
                )
            yield

    @contextmanager
    def _locked(self, name: str) -> Iterator[int]:
        handle = os.open(self.path / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield handle
        finally:
            os.close(handle)

    def runtime(self) -> Runtime | None:
        """Who works on the folder now, or None when nobody holds the lock (a file left by a crash says nothing)."""
        try:
            handle = os.open(self.path / "lock", os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            if _try_lock(handle):
                return None
        finally:
            os.close(handle)
        return self._read_runtime()

    def glance(self) -> Runtime | None:
        """What the runtime file says, without asking whether it is still true: cheap enough for every request."""
        return self._read_runtime()

    def sparql_address(self) -> str:
        """`http://127.0.0.1:PORT` of the SPARQL server. StoreUnavailable when nobody runs it."""
        runtime = self._read_runtime()
        if runtime is None or not runtime.sparql:
            raise StoreUnavailable(
                "The graph store is not running.",
                advice="It runs while `pharos serve` does, and starts anew by itself.",
            )
        return runtime.sparql

    def end_sparql(self, reason: str) -> None:
        """Kills the SPARQL server, from any process; whoever started it sees it end and starts it again."""
        runtime = self._read_runtime()
        if runtime and runtime.sparql_pid:
            log.warning("graph store is ended", extra={"reason": reason, "pid": runtime.sparql_pid})
            kill_engine(runtime.sparql_pid, self.graph)

    def write_runtime(self, runtime: Runtime) -> None:
        """Replaces the runtime file (mode 0600) in one step."""
        target = self.path / "runtime.json"
        draft = target.with_suffix(f".{os.getpid()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(asdict(runtime), file)
        draft.replace(target)

    def _read_runtime(self) -> Runtime | None:
        try:
            return Runtime(**json.loads((self.path / "runtime.json").read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None


def _try_lock(handle: int, patience: float = 0.0) -> bool:
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.02)
        else:
            return True


def holder_name(holder: Runtime | None) -> str:
    """How messages call the process that holds the folder."""
    return (
        f"pharos {holder.role} (process {holder.pid})" if holder and holder.role else "another pharos process"
    )


def _busy(holder: Runtime | None) -> FolderBusy:
    return FolderBusy(
        f"{holder_name(holder)} is working on this data folder.",
        advice="Wait until it has ended, or name another folder with --data.",
    )
