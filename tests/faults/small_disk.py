"""A file system of a few megabytes that a test can fill and empty."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from requirement import missing


class SmallDisk:
    """Mounted at `folder`; `size` in megabytes."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}m", "none", str(folder)],
            capture_output=True,
            check=False,
        )
        if done.returncode:
            missing("the right to mount a small file system (root)")

    def fill(self, leaving: int = 0) -> None:
        """Nothing more than `leaving` bytes can be written from now on."""
        with (self.folder / "ballast").open("wb", buffering=0) as ballast:
            free = os.statvfs(self.folder).f_bavail * os.statvfs(self.folder).f_frsize
            left = free - leaving
            while left > 0:
                left -= ballast.write(b"\0" * min(left, 65536))

    def empty(self) -> None:
        (self.folder / "ballast").unlink()

    def close(self) -> None:
        subprocess.run(["umount", "-l", str(self.folder)], check=True)


@contextmanager
def small_disk(folder: Path, size: int = 64) -> Iterator[SmallDisk]:
    folder.mkdir()
    disk = SmallDisk(folder, size)
    try:
        yield disk
    finally:
        disk.close()
