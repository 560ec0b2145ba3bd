"""One suite for every database the ledger runs on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ledger_kit import StillClock
from postgres import PostgresServer

from catalogue.adapters.ledger import SqlLedger, open_ledger


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database, dropped after the test."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.sqlite'}"
        return
    # Asked for here, so that no server is started for those who test SQLite alone.
    server: PostgresServer = request.getfixturevalue("postgresql")
    with server.database() as url:
        yield url


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def ledger(ledger_url: str, clock: StillClock) -> Iterator[SqlLedger]:
    opened = open_ledger(ledger_url, clock)
    yield opened
    opened.close()
