"""`make demo`: starts the demo federation, harvests it into a fresh catalogue, and serves the result.

python deploy/demo/demo.py [--port 8080] [--data .pharos/demo] [--delay 0.3] [--once]
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.demo.server import DemoFederation

READY_SECONDS = 60.0


def main() -> int:
    options = _options()
    data = options.data.absolute()
    shutil.rmtree(data, ignore_errors=True)
    with DemoFederation(base_port=options.base_port, delay=options.delay) as federation:
        hosts = ",".join(provider.url.split("/")[2] for provider in federation.providers)
        os.environ |= {"PHAROS_DATA": str(data), "PHAROS_ALLOW_HOSTS": hosts, "PHAROS_LOG_LEVEL": "WARNING"}
        print(
            f"{len(federation.providers)} demo providers answer at {federation.providers[0].url} and beside it."
        )
        with _served(options.port) as address:
            surprises = _harvest_all(federation)
            print(f"\nThe catalogue is at {address} (Ctrl-C stops everything).", flush=True)
            if not options.once:
                with contextlib.suppress(KeyboardInterrupt):
                    signal.pause()
    return 1 if surprises else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--port", type=int, default=8080, help="port of the catalogue")
    parser.add_argument(
        "--base-port", type=int, default=8801, help="first port of the providers; 0: free ones"
    )
    parser.add_argument("--data", type=Path, default=Path(".pharos/demo"), help="data folder, emptied first")
    parser.add_argument("--delay", type=float, default=0.3, help="seconds the slow provider takes to answer")
    parser.add_argument("--once", action="store_true", help="stop after the harvest")
    return parser.parse_args()


def _harvest_all(federation: DemoFederation) -> int:
    """Registers and harvests each provider; returns how many did not end as its data says."""
    surprises = 0
    for provider in federation.providers:
        _pharos(
            "sources", "add", provider.url, "--slug", provider.slug, "--harvester", provider.harvester,
            "--title", provider.name, "--country", provider.country,
        )  # fmt: skip
    for provider in federation.providers:
        _pharos("harvest", provider.slug)
    runs = {run["source"]: run for run in _runs()}
    for provider in federation.providers:
        run, expected = runs[provider.slug], provider.expected
        if (run["state"], run["counts"]["found"]) != (expected.state, expected.found):
            surprises += 1
            print(f"Unexpected: {provider.slug} ended {run['state']}, {run['counts']['found']} found.")
    return surprises


def _pharos(*words: str) -> int:
    """One command of Pharos in this process, which saves starting Python again for each."""
    from catalogue.cli.app import cli

    with contextlib.redirect_stdout(sys.stdout if words[0] == "harvest" else sys.stderr):
        try:
            cli.main(list(words), prog_name="pharos", standalone_mode=False)
        except SystemExit as end:
            return int(end.code or 0)
    return 0


def _runs() -> list[dict[str, object]]:
    import json

    command = [sys.executable, "-m", "catalogue.cli", "runs", "list", "--json", "--limit", "100"]
    return list(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))


@contextlib.contextmanager
def _served(port: int) -> Iterator[str]:
    """`pharos serve` as a process of its own, stopped at the end."""
    command = [sys.executable, "-m", "catalogue.cli", "serve", "--port", str(port)]
    # A session of its own: Ctrl-C reaches this process, which stops the server after its last words.
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit("The server stopped; run `pharos serve` by hand to see why.")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/health/live", timeout=2):
            return
        time.sleep(0.2)
    raise SystemExit("The server did not answer within a minute.")


if __name__ == "__main__":
    raise SystemExit(main())
