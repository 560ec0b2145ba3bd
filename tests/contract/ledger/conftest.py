"""One suite for every database the ledger runs on."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from ledger_kit import StillClock
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from catalogue.adapters.ledger import SqlLedger, open_ledger

POSTGRESQL = "PHAROS_TEST_POSTGRESQL_URL"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database, dropped after the test."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    else:
        yield from _schema()


def _schema() -> Iterator[str]:
    url = os.environ.get(POSTGRESQL)
    if not url:
        _missing()
        return
    name = f"test_{uuid.uuid4().hex[:12]}"
    admin = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    try:
        own = make_url(url).update_query_dict({"options": f"-csearch_path={name}"})
        yield own.render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
        admin.dispose()


def _missing() -> None:
    if os.environ.get("PHAROS_TEST_REQUIRE_SERVERS"):
        pytest.fail(f"{POSTGRESQL} is not set, and everything is required here")
    pytest.skip(f"{POSTGRESQL} is not set")


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def ledger(ledger_url: str, clock: StillClock) -> Iterator[SqlLedger]:
    opened = open_ledger(ledger_url, clock)
    yield opened
    opened.close()
