"""Keeps the processes of `pharos serve` alive: the worker and the web server."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

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
            self.arguments,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            # Ctrl-C at a terminal goes to the whole group; the parts are stopped by us.
            start_new_session=True,
        )
        self.started_at = time.monotonic()
        log.info("part started", extra={"child": self.name, "pid": self.process.pid})

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
        pause = min(0.1 * 2**self.failures, CALM)
        log.error("part ended", extra={"child": self.name, "status": status, "again_in": pause})
        self.process, self.not_before = None, now + pause

    def ask_to_stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        """Waits for the end until that moment (monotonic), then kills."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("part killed", extra={"child": self.name})
            self.process.kill()
            self.process.wait()


def part_command(name: str) -> list[str]:
    """The command line that runs a part in this environment, for as long as this process lives."""
    return [sys.executable, "-m", "catalogue.cli", name, "--parent", str(os.getpid())]


def supervise(parts: Sequence[Part], stop: threading.Event, interval: float = 0.1) -> None:
    """Tends the parts until `stop`, then asks all of them to stop and gives each its grace."""
    try:
        while not stop.is_set():
            for part in parts:
                part.tend()
            stop.wait(interval)
    finally:
        asked = time.monotonic()
        for part in parts:
            part.ask_to_stop()
        for part in parts:
            part.wait(asked + part.grace)
