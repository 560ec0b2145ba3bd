"""Real processes of `pharos`: one command, or a server with its parts, on a data folder of the test."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PHAROS = (sys.executable, "-m", "catalogue.cli")
PATIENCE = 60.0
PREFIXES = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"


@dataclass(frozen=True)
class Answer:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Folder:
    """A data folder with the environment its commands get. Nothing of this process's PHAROS_ settings reaches them."""

    data: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def environment(self, **more: str) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("PHAROS_")}
        return {**own, "PHAROS_DATA": str(self.data), "PHAROS_RETRIES": "0", **self.settings, **more}

    def start(self, *words: str, **options: Any) -> subprocess.Popen[str]:
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
        environment = self.environment(**options.pop("settings", {}))
        return subprocess.Popen([*PHAROS, *words], env=environment, **options)

    def pharos(self, *words: str, given: str = "", settings: Mapping[str, str] = {}) -> Answer:
        process = self.start(*words, stdin=subprocess.PIPE, settings=settings)
        out, err = process.communicate(given, timeout=PATIENCE)
        assert "Traceback" not in err, err
        return Answer(process.returncode, out, err)

    def json(self, *words: str, code: int = 0) -> Any:
        """The JSON that a command answers with; it must end with this exit code."""
        answer = self.pharos(*words, "--json")
        assert answer.code == code, answer
        return answer.json()


def finish(process: subprocess.Popen[str]) -> Answer:
    out, err = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in err, err
    return Answer(process.returncode, out, err)


def until(claim: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """Waits for the claim to hold, and returns what it found."""
    end = time.monotonic() + patience
    while not (found := claim()):
        assert time.monotonic() < end, f"this never held: {claim}"
        time.sleep(0.05)
    return found


def dataset(name: object, title: str | None = None, more: str = "") -> str:
    said = f'dct:title "{title or f"Dataset {name}"}"@en ; dct:description "Scans of {name}."@en'
    return f"<https://clinic.example/datasets/{name}> a dcat:Dataset ; {said} {more} ."


def turtle(names: Sequence[object], next_page: str = "") -> bytes:
    link = f"<> <http://www.w3.org/ns/hydra/core#next> <{next_page}> .\n" if next_page else ""
    return (PREFIXES + link + "\n".join(dataset(name) for name in names)).encode()


@dataclass
class Server:
    """A running `pharos serve`."""

    folder: Folder
    process: subprocess.Popen[str]
    log: Path
    address: str

    def get(self, path: str, accept: str = "application/json") -> str:
        request = urllib.request.Request(self.address + path, headers={"Accept": accept})
        with urllib.request.urlopen(request, timeout=20) as answer:
            text: str = answer.read().decode()
            return text

    def api(self, path: str) -> Any:
        return json.loads(self.get(path))

    def is_ready(self) -> bool:
        try:
            states = self.api("/health/ready")
        except (urllib.error.URLError, OSError):
            return False
        return all(part.get("lag", 0) == 0 for part in states["parts"].values())

    def lines(self, part: str = "") -> list[dict[str, Any]]:
        """What the parts logged so far; every line must be a JSON object."""
        found = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [line for line in found if part in ("", line["part"])]

    def runtime(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder.data / "runtime.json").read_text())
        return found

    def family(self) -> dict[int, str]:
        """Command lines of all descendants of the supervisor, by process id."""
        return descendants(self.process.pid)

    def part(self, word: str) -> int:
        """The oldest descendant whose command line holds the word."""
        return min(pid for pid, line in self.family().items() if word in line)

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Sends the signal and returns how many seconds the end took."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(PATIENCE)
        return time.monotonic() - began


@contextlib.contextmanager
def served(folder: Folder, *words: str) -> Iterator[Server]:
    """`pharos serve` on a free port, ready; stopped at the end, and whatever is left of it is killed."""
    log = folder.data.with_name(f"{folder.data.name}.log")
    with log.open("w") as stream:
        process = folder.start("serve", "--port", "0", "--json", *words, stderr=stream)
    family: dict[int, str] = {}
    try:
        address = _address(process, log)
        server = Server(folder, process, log, address)
        until(server.is_ready)
        family = server.family()
        yield server
    finally:
        family |= descendants(process.pid)
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
        for pid in (process.pid, *family):
            if is_alive(pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _address(process: subprocess.Popen[str], log: Path) -> str:
    assert process.stdout is not None
    text = ""
    while not text.endswith("}\n"):
        line = process.stdout.readline()
        assert line, log.read_text()
        text += line
    address: str = json.loads(text)["address"]
    return address


def descendants(pid: int) -> dict[int, str]:
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = status.read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(status.parent.name))
    found: dict[int, str] = {}
    waiting = children.get(pid, [])
    while waiting:
        child = waiting.pop()
        with contextlib.suppress(OSError):
            found[child] = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        waiting += children.get(child, [])
    return found


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that only waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
