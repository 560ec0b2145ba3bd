"""The Oxigraph program: where it is, how it is started, whether a process is one of ours."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import IO

from catalogue.errors import ConfigurationError

LAUNCHER = Path(__file__).with_name("launcher.py")
FEW_ARENAS = {"MALLOC_ARENA_MAX": "2"}
"""For glibc: memory that one thread let go is used by the next one, instead of a heap for each of them. After 3,000 records
the engine had 300 MiB in place of 756, and had used an eighth less processor time."""
GONE = 10.0
"""Seconds that a killed process may take to disappear."""


def find_engine() -> Path:
    """The `oxigraph` program: beside this Python, where its package put it, or on PATH."""
    name = "oxigraph.exe" if sys.platform == "win32" else "oxigraph"
    beside = Path(sys.executable).parent / name
    if beside.is_file():
        return beside
    try:
        files = metadata.files("oxigraph") or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == name:
            found = Path(str(file.locate())).resolve()
            if found.is_file():
                return found
    on_path = shutil.which(name)
    if on_path is None:
        raise ConfigurationError(
            "The graph store's program `oxigraph` is not installed.",
            advice="Install Pharos again with its requirements (`pip install oxigraph`), or name a SPARQL server.",
        )
    return Path(on_path)


def launch(
    engine: Path, arguments: Sequence[str], *, stdin: int | IO[bytes], output: int | IO[bytes]
) -> subprocess.Popen[bytes]:
    """Starts the engine so that it ends with the calling thread's process, even when that is killed.

    On Linux it ends when the calling *thread* ends: call it from one that lives as long as the engine shall.
    """
    command = [
        sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(engine), *arguments,
    ]  # fmt: skip
    return subprocess.Popen(
        command,
        stdin=stdin,
        stdout=subprocess.DEVNULL,
        stderr=output,
        # Ctrl-C at a terminal goes to the whole group; the engine is stopped by us, after its users.
        start_new_session=True,
        # Nothing of ours is the engine's business: settings hold secrets.
        env={"PATH": os.defpath, "LANG": "C.UTF-8", **FEW_ARENAS},
    )


def is_engine(pid: int, folder: Path) -> bool:
    """Whether the process is an engine (or its launcher) on a store inside the folder."""
    try:
        if sys.platform == "linux":
            text = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        else:
            answer = subprocess.run(
                ["ps", "-ww", "-o", "command=", "-p", str(pid)],  # noqa: S607
                capture_output=True,
                text=True,
                check=False,
            )
            text = answer.stdout
    except (OSError, ValueError):
        return False
    return "oxigraph" in text and f"{folder}{os.sep}" in text


def kill_engine(pid: int, folder: Path) -> bool:
    """Kills the engine and waits until it is gone. False when the process is not (or no longer) one on the folder.

    For processes that did not start it: whoever did sees it end and starts it again.
    """
    if pid <= 0 or not is_engine(pid, folder):
        return False
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return True
    until = time.monotonic() + GONE
    while is_engine(pid, folder) and time.monotonic() < until:
        time.sleep(0.01)
    return True


def free_port() -> int:
    """A port of the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether a SPARQL server answers there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/query?query=ASK%7B%7D", headers={"Accept": "text/plain, */*"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
