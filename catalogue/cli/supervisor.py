"""Keeps the parts of `pharos serve` alive: the SPARQL child, one worker process, the web process."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
CALM = 30.0
"""Seconds after which a part that stayed alive may be restarted at once again."""


@dataclass(slots=True)
class Part:
    """One child process by name; started again when it ends, with growing pauses."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    grace: float = 20.0
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    not_before: float = field(default=0.0)

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.arguments, env=dict(self.environment), stdin=subprocess.DEVNULL, preexec_fn=_die_with_parent
        )
        self.started_at = time.monotonic()
        log.info("part started", extra={"part": self.name, "pid": self.process.pid})

    def tend(self) -> None:
        """Starts the process again when it has ended and its pause is over."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.not_before:
                self.start()
            return
        status = self.process.poll()
        if status is None:
            return
        self.failures = 1 if now - self.started_at > CALM else self.failures + 1
        pause = min(0.2 * 2**self.failures, CALM)
        log.error("part ended", extra={"part": self.name, "status": status, "again_in": pause})
        self.process, self.not_before = None, now + pause

    def ask_to_stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """Asks, waits for its grace, then kills."""
        if self.process is None:
            return
        self.ask_to_stop()
        try:
            self.process.wait(self.grace)
        except subprocess.TimeoutExpired:
            log.warning("part killed", extra={"part": self.name})
            self.process.kill()
            self.process.wait()


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def command(*words: str) -> list[str]:
    """The command line that runs pharos again in this environment."""
    return [sys.executable, "-m", "catalogue.cli", *words]


def own_environment(**changes: str) -> dict[str, str]:
    return {**os.environ, **changes}


def until_stopped() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def supervise(parts: Sequence[Part], stop: threading.Event, interval: float = 0.2) -> None:
    """Tends the parts until `stop`, then stops them in the order given."""
    try:
        while not stop.is_set():
            for part in parts:
                part.tend()
            stop.wait(interval)
    finally:
        for part in parts:
            part.stop()
