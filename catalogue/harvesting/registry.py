"""Finds harvesters by the entry point group `catalogue.harvesters`; the application never imports them."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from catalogue.errors import ConfigurationError
from catalogue.ports import Harvester

GROUP = "catalogue.harvesters"


def load_harvesters() -> dict[str, Harvester]:
    """Every installed harvester by name, sorted. ConfigurationError names one that cannot be loaded."""
    found = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda e: e.name):
        found[entry.name] = _load(entry)
    return found


def _load(entry: EntryPoint) -> Harvester:
    try:
        harvester: Harvester = entry.load()()
    except (ImportError, AttributeError, TypeError) as error:
        raise ConfigurationError(
            f"The harvester {entry.name!r} ({entry.value}) cannot be loaded: {error}",
            advice="Install the distribution that provides it again, or remove it.",
        ) from error
    return harvester
