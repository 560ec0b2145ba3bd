"""The world of pages: a small filled catalogue and an HTTP client that needs no socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from web_world import World, fill

from catalogue.web.app import create_app


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = fill(World(tmp_path))
    yield made
    made.close()


@pytest.fixture
def client(world: World) -> FlaskClient:
    return create_app(world.services()).test_client()
