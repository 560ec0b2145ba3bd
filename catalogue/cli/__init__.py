"""The pharos command: one short module per command group."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

OURS = ("catalogue", "harvesters")


def foreign_packages(origins: dict[str, str | None]) -> list[str]:
    """Sentences about import names that lead to another library (both names exist elsewhere)."""
    home = Path(__file__).resolve().parents[2]
    return [
        f"the package {name!r} was found at {origin}, which is not Pharos"
        for name, origin in origins.items()
        if origin is None or Path(origin).resolve().parents[1] != home
    ]


def main() -> None:
    """Entry point of `pharos`: refuses to start beside a foreign package of one of our names."""
    specs = {name: find_spec(name) for name in OURS}
    foreign = foreign_packages({name: spec.origin if spec else None for name, spec in specs.items()})
    if foreign:
        sys.stderr.write(
            f"pharos: {'; '.join(foreign)}.\n"
            "Other libraries use these names too. Install pharos-catalogue in a virtual environment of its own.\n"
        )
        raise SystemExit(2)
    from catalogue.cli.entry import run

    raise SystemExit(run())
