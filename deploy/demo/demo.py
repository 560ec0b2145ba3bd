"""`make demo`: starts the demo federation, harvests it into a fresh catalogue, and serves the result.

python deploy/demo/demo.py [--port 8080] [--data .pharos/demo] [--base-port 8801] [--delay 0.3] [--once]
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from catalogue.adapters.data_folder import DataFolder, holder_name
from catalogue.cli.entry import EXIT_INTERRUPTED, run
from deploy.demo.server import DemoFederation, RunningProvider

READY_SECONDS = 60.0
STOP_SECONDS = 45.0


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        data = _fresh(options.data.absolute())
        with _federation(options) as providers:
            _configure(data, providers)
            print(f"{len(providers)} demo providers answer, from {providers[0].url} on.", flush=True)
            with _served(options.port, data) as address:
                surprises = _harvest_all(providers)
                _tell(address)
                if not options.once:
                    _until_ctrl_c()
    except KeyboardInterrupt:
        print("\nStopped.")
        return 130
    return 1 if surprises else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--port", type=int, default=8080, help="port of the catalogue; 0: a free one")
    parser.add_argument(
        "--base-port", type=int, default=8801, help="first port of the providers; 0: free ones"
    )
    parser.add_argument("--data", type=Path, default=Path(".pharos/demo"), help="data folder, emptied first")
    parser.add_argument("--delay", type=float, default=0.3, help="seconds the slow provider takes to answer")
    parser.add_argument("--once", action="store_true", help="stop after the harvest")
    return parser.parse_args(arguments)


def _fresh(data: Path) -> Path:
    """The empty data folder. Only what an earlier demo left there is deleted."""
    if data.exists():
        if not data.is_dir() or (any(data.iterdir()) and not _is_ours(data)):
            raise SystemExit(f"{data} is not a data folder of Pharos: name another with --data.")
        holder = DataFolder(data).runtime()
        if holder:
            raise SystemExit(
                f"{holder_name(holder)} is working on {data}: stop it, or name another with --data."
            )
        shutil.rmtree(data)
    data.mkdir(mode=0o700, parents=True)
    return data


def _is_ours(data: Path) -> bool:
    return any((data / name).exists() for name in ("ledger.sqlite", "serve.log"))


@contextlib.contextmanager
def _federation(options: argparse.Namespace) -> Iterator[list[RunningProvider]]:
    federation = DemoFederation(base_port=options.base_port, delay=options.delay)
    try:
        federation.start()
    except OSError as error:
        taken = [port for port in range(options.base_port, options.base_port + 12) if not _is_free(port)]
        which = f"Port {taken[0]} is taken" if taken else f"The providers cannot listen ({error.strerror})"
        raise SystemExit(f"{which}: name another first port with --base-port; 0 takes free ones.") from error
    try:
        yield federation.providers
    finally:
        federation.stop()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _configure(data: Path, providers: Sequence[RunningProvider]) -> None:
    """Settings of the demo alone: those of the person who starts it may name a real catalogue."""
    for name in [name for name in os.environ if name.startswith("PHAROS_")]:
        del os.environ[name]
    os.environ["PHAROS_DATA"] = str(data)
    os.environ["PHAROS_TITLE"] = "Pharos demo"
    os.environ["PHAROS_ALLOW_HOSTS"] = ",".join(provider.url.split("/")[2] for provider in providers)
    # The provider that answers 500 does so every time.
    os.environ["PHAROS_RETRIES"] = "0"


def _harvest_all(providers: Sequence[RunningProvider]) -> int:
    """Registers and harvests each provider; returns how many did not end as its data says."""
    for provider in providers:
        _pharos(
            "sources", "add", provider.url, "--slug", provider.slug, "--harvester", provider.harvester,
            "--title", provider.name, "--country", provider.country,
        )  # fmt: skip
    surprises = 0
    for number, provider in enumerate(providers, start=1):
        print(f"{number:2}/{len(providers)}  {provider.slug:24}", end="", flush=True)
        result, expected = _pharos("harvest", provider.slug), provider.expected
        counts = result["counts"]
        said = ", ".join(f"{counts[name]} {name}" for name in ("created", "skipped") if counts[name])
        text = f"{result['state']}{f': {said}' if said else ''}"
        if (result["state"], counts["found"]) != (expected.state, expected.found):
            surprises += 1
            text += f"   UNEXPECTED: {expected.state} with {expected.found} found was meant"
        elif result["reason"]:
            text += f"   (as intended: {result['reason']})"
        print(text, flush=True)
    return surprises


def _pharos(*words: str) -> Any:
    """One command in this process, which saves starting Python again for each; its JSON."""
    said, noted = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(noted):
        code = run([*words, "--json"])
    if code == EXIT_INTERRUPTED:
        # The command took the signal for itself.
        raise KeyboardInterrupt
    answer = json.loads(said.getvalue() or "{}")
    if not answer or "error" in answer:
        raise SystemExit(f"pharos {' '.join(words)} failed:\n{noted.getvalue()}")
    return answer


@contextlib.contextmanager
def _served(port: int, data: Path) -> Iterator[str]:
    """`pharos serve` as a process of its own, stopped at the end. Its log is serve.log in the data folder."""
    command = [sys.executable, "-m", "catalogue.cli", "serve", "--port", str(port), "--json"]
    with (data / "serve.log").open("w") as log:
        # A session of its own: Ctrl-C reaches this process, which stops the server after its last words.
        process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE, stderr=log)
    try:
        address = _address(process, data / "serve.log")
        _wait_until_ready(address, process)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    assert process.stdout is not None
    text = b""
    # The stream stays open as long as the server runs: read to the end of the one object that it prints.
    while (line := process.stdout.readline()) and line != b"}\n":
        text += line
    said = json.loads(text + line) if line else {}
    if "address" not in said:
        process.wait()
        raise SystemExit(f"The catalogue could not be started:\n{log.read_text().strip()}")
    return str(said["address"])


def _wait_until_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError):
            if _lag(address) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("The catalogue did not answer within a minute: serve.log in its data folder says why.")


def _lag(address: str) -> int:
    """Changes that search and graph have still to follow. OSError while they are not there."""
    with urllib.request.urlopen(f"{address}/health/ready", timeout=5) as answer:
        return sum(part.get("lag", 0) for part in json.load(answer)["parts"].values())


def _tell(address: str) -> None:
    until = time.monotonic() + READY_SECONDS
    while _lag(address) and time.monotonic() < until:
        time.sleep(0.1)
    with urllib.request.urlopen(f"{address}/api/v1/datasets?size=1", timeout=10) as answer:
        total = json.load(answer)["total"]
    print(f"\nThe catalogue shows {total} datasets at {address}", flush=True)


def _until_ctrl_c() -> None:
    # Not signal.pause(): a signal that comes in the moment before it is waited for would be waited for for ever.
    with contextlib.suppress(KeyboardInterrupt):
        print("Ctrl-C stops everything.", flush=True)
        while True:
            time.sleep(0.5)
    print("\nStopping …", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
