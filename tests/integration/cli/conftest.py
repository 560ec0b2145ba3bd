"""A provider on the loopback address, and data folders whose commands may ask it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_kit import Folder, turtle
from loopback import Answer, Loopback

TURTLE = "text/turtle"


@pytest.fixture
def provider() -> Iterator[Loopback]:
    """Serves five datasets in two pages."""
    with Loopback() as server:
        server.on("/catalogue", Answer(turtle([1, 2, 3], "?page=2"), media_type=TURTLE))
        server.on("/catalogue?page=2", Answer(turtle([4, 5]), media_type=TURTLE))
        yield server


@pytest.fixture
def folder(tmp_path: Path, provider: Loopback) -> Folder:
    return Folder(tmp_path / "data", {"PHAROS_ALLOW_HOSTS": provider.authority})
