"""The folder of the embedded store: which generation is current, which are being built, who may open it."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

from catalogue.errors import ConfigurationError, FolderBusy


class StoreFolder:
    """`store-N` are generations; the file `current` names the one to open. A rebuild makes the next beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"The graph store's folder cannot be made: {error.strerror}.",
                advice="Mend the permissions of the data folder.",
            ) from error
        self._lock: int | None = None

    @property
    def current(self) -> Path:
        """The generation to open; need not exist yet."""
        return self.path / f"store-{self._number()}"

    def _number(self) -> int:
        try:
            return int((self.path / "current").read_text())
        except FileNotFoundError:
            return 1
        except ValueError as error:
            raise ConfigurationError(
                "The graph store's folder is damaged: `current` is not a number.",
                advice="Stop Pharos, delete the folder `graph` in the data folder and run `pharos rebuild graph`.",
            ) from error

    def new_generation(self) -> Path:
        """An empty place beside the current generation for a rebuild by this process."""
        place = self.path / f"building-{os.getpid()}"
        shutil.rmtree(place, ignore_errors=True)
        return place

    def adopt(self, built: Path) -> None:
        """Makes a finished place current, in one step. Whoever opens the store next opens it."""
        number = self._number() + 1
        target = self.path / f"store-{number}"
        # A leftover of a crash between these two steps: nothing names it, so nothing has it open.
        shutil.rmtree(target, ignore_errors=True)
        built.rename(target)
        self._write("current", str(number))

    def clean(self) -> None:
        """Deletes older generations. Only while none of them is open."""
        number = self._number()
        for place in self.path.glob("store-*"):
            if place.name[6:].isdigit() and int(place.name[6:]) < number:
                shutil.rmtree(place, ignore_errors=True)
        for place in self.path.glob("building-*"):
            if not _is_alive(place.name[9:]):
                shutil.rmtree(place, ignore_errors=True)

    def lock(self) -> None:
        """Takes the folder for this process. FolderBusy when another has it."""
        handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(handle)
            raise FolderBusy(
                "Another process serves the graph store of this data folder.",
                advice="Stop it first, or name another data folder.",
            ) from error
        self._lock = handle

    def unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def write_pid(self, pid: int) -> None:
        self._write("child.pid", str(pid))

    def read_pid(self) -> int:
        """The process that last opened the store, 0 when none is known."""
        try:
            return int((self.path / "child.pid").read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def _write(self, name: str, text: str) -> None:
        draft = self.path / f"{name}.{os.getpid()}"
        with draft.open("w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path / name)


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
