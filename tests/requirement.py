"""The rule for what a test needs and does not find."""

from __future__ import annotations

import os

import pytest


def missing(what: str) -> None:
    """Skips the test, or fails it where everything is required (CI)."""
    if os.environ.get("PHAROS_TEST_REQUIRE_SERVERS"):
        pytest.fail(f"{what} is missing, and everything is required here")
    pytest.skip(f"{what} is missing")
