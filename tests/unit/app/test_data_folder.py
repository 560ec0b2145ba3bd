"""Who holds the data folder, and how that is known."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from catalogue.adapters.data_folder import DataFolder, Runtime
from catalogue.errors import ConfigurationError, Conflict, FolderBusy

HOLD = """
import sys
from pathlib import Path
from catalogue.adapters.data_folder import DataFolder, Runtime
import os
folder = DataFolder(Path(sys.argv[1]))
with folder.lock():
    folder.write_runtime(Runtime("serve", os.getpid(), "http://127.0.0.1:1"))
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process  # type: ignore[misc]
    process.communicate()


def test_a_free_folder_has_no_runtime(tmp_path: Path) -> None:
    assert DataFolder(tmp_path).runtime() is None


def test_the_holder_is_named(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    folder = DataFolder(tmp_path)
    runtime = folder.runtime()
    assert runtime is not None
    assert (runtime.role, runtime.pid) == ("serve", holder.pid)
    with pytest.raises(Conflict, match=f"pharos serve \\(process {holder.pid}\\)"):
        folder.lock().__enter__()


def test_waiting_gets_the_folder_when_the_holder_ends(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    told: list[Runtime | None] = []
    entered = threading.Event()

    def work() -> None:
        with DataFolder(tmp_path).lock(wait=True, waiting=told.append):
            entered.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert not entered.wait(1)
    holder.communicate()
    assert entered.wait(10)
    thread.join()
    assert {runtime.role for runtime in told if runtime} == {"serve"}


def test_waiting_can_be_given_up(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    def give_up(holder: Runtime | None) -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        DataFolder(tmp_path).lock(wait=True, waiting=give_up).__enter__()


def test_the_holder_is_known_by_its_role_at_once_and_what_a_crash_left_is_gone(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.write_runtime(Runtime("serve", 1, "http://127.0.0.1:1"))
    with folder.lock("harvest"):
        assert folder.runtime() == Runtime("harvest", os.getpid())


def test_there_is_one_worker_at_a_time(tmp_path: Path) -> None:
    with DataFolder(tmp_path).only_worker(), pytest.raises(FolderBusy, match="Another worker"):
        DataFolder(tmp_path).only_worker(patience=0.1).__enter__()
    with DataFolder(tmp_path).only_worker(patience=0.1):
        pass


def test_a_file_left_by_a_crash_says_nothing(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    assert (tmp_path / "runtime.json").exists()
    assert DataFolder(tmp_path).runtime() is None


def test_the_runtime_file_is_for_the_owner_only_and_goes_with_the_lock(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with folder.lock():
        folder.write_runtime(Runtime("harvest", os.getpid()))
        assert (tmp_path / "runtime.json").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "runtime.json").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="file/data"):
        DataFolder(tmp_path / "file" / "data")
