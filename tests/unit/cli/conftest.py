"""Commands in this process: quick, for everything that needs no process of its own."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from catalogue.bootstrap import open_ledger
from catalogue.cli.entry import run
from catalogue.settings import Settings


@dataclass(frozen=True)
class Told:
    code: int
    out: str
    err: str


Command = Callable[..., Told]


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """A command takes over the process's logging; here it gives it back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(False)


@pytest.fixture(scope="session")
def empty_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a new ledger, to be copied: making the schema takes longer than most tests."""
    data = tmp_path_factory.mktemp("empty") / "data"
    with open_ledger(Settings(data=data)):
        return data


@pytest.fixture
def pharos(bare_pharos: Command, tmp_path: Path, empty_catalogue: Path) -> Command:
    """Runs one command on a catalogue of the test, `tmp_path / "data"`, that holds nothing yet."""
    shutil.copytree(empty_catalogue, tmp_path / "data")
    return bare_pharos


@pytest.fixture
def bare_pharos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Command:
    """Runs one command where `tmp_path / "data"` is not there yet."""
    monkeypatch.setenv("PHAROS_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> Told:
        capfd.readouterr()
        code = run(list(words))
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return Told(code, out, err)

    return call
