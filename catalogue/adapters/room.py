"""Whether there is room left where a part of Pharos keeps its data: engines do not always say why they failed."""

from __future__ import annotations

import shutil
from pathlib import Path

LITTLE = 1024 * 1024
ENOUGH = 16 * 1024 * 1024
"""Bytes: an engine that is started again writes some files before it answers."""


def is_full(folder: Path) -> bool:
    """Whether next to nothing can be written in this folder."""
    return shutil.disk_usage(folder).free < LITTLE


def has_room(folder: Path) -> bool:
    """Whether an engine can be started on this folder."""
    return shutil.disk_usage(folder).free >= ENOUGH
