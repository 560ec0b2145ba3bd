"""Fixtures strategy: a test takes the smallest thing that shows its rule, made inline where it can be.

Shared here is only what many rooms need: the official material beside the project, and the rule for what is missing
(skipped visibly on a newcomer's machine, a failure where PHAROS_TEST_REQUIRE_SERVERS is set, as in CI).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from postgres import PostgresServer, find_programs
from requirement import missing

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


# Random in a developer's runs, which so find new cases; the same cases in every run of CI.
hypothesis.settings.register_profile("ci", derandomize=True, print_blob=True)
if os.environ.get("CI") or os.environ.get("PHAROS_TEST_REQUIRE_SERVERS"):
    hypothesis.settings.load_profile("ci")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of official standards and real metadata beside the project."""
    if not SHARED.is_dir():
        missing("../shared (standards and corpora)")
    return SHARED


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresServer]:
    """A PostgreSQL of this test session's own; ask it for a `database()`."""
    programs = find_programs()
    if programs is None:
        missing("PostgreSQL (make services)")
    assert programs is not None
    server = PostgresServer(programs)
    try:
        server.start()
        yield server
    finally:
        server.delete()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests reaches them."""
    for name in list(os.environ):
        if name.startswith("PHAROS_") and not name.startswith("PHAROS_TEST_"):
            monkeypatch.delenv(name)
