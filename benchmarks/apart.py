"""Runs one measure in a process of its own, so that its memory and its warm caches are its own.

python -m benchmarks.apart benchmarks.whole:whole '{"records": 1000}'     # prints one JSON object
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from importlib import import_module
from typing import Any

from catalogue.cli.serve import FEW_HOLES


def apart(measure: str, **arguments: Any) -> dict[str, Any]:
    """What the function `module:name` returns when it is called in a new process."""
    command = [sys.executable, "-m", "benchmarks.apart", measure, json.dumps(arguments)]
    # As `pharos serve` starts its worker.
    environment = {**FEW_HOLES, **os.environ}
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found


def here(measure: str, **arguments: Any) -> dict[str, Any]:
    """The same in this process."""
    module, _, name = measure.partition(":")
    found: dict[str, Any] = getattr(import_module(module), name)(**arguments)
    return found


def main() -> None:
    logging.basicConfig(level=logging.ERROR)
    print(json.dumps(here(sys.argv[1], **json.loads(sys.argv[2]))))


if __name__ == "__main__":
    main()
