"""JSON lines: time, level, part, message, the facts of the work in hand (run, source) and those of the call."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_FACTS: ContextVar[Mapping[str, object]] = ContextVar("facts", default={})  # noqa: B039 - never changed in place

COMMAND_LOG = "commands.log"
MEBIBYTE = 1024 * 1024


@contextmanager
def facts(**known: object) -> Iterator[None]:
    """Every line that this thread logs inside carries these facts."""
    token = _FACTS.set({**_FACTS.get(), **known})
    try:
        yield
    finally:
        _FACTS.reset(token)


class JsonFormatter(logging.Formatter):
    """One JSON object a line; exceptions as `trace`."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self._part = part

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "part": self._part,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= _FACTS.get()
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure_logging(level: str, part: str) -> None:
    """Sends every log line of this process to stderr as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(part))
    _become(handler, logging.getLevelNamesMapping()[level])


def keep_command_log(folder: Path) -> None:
    """For a command, which speaks in sentences: warnings and traces go to a file of the data folder instead."""
    handler = _FolderLog(folder)
    handler.setFormatter(JsonFormatter("command"))
    _become(handler, logging.WARNING)


def _become(handler: logging.Handler, level: int) -> None:
    root = logging.getLogger()
    for before in root.handlers:
        if isinstance(before, _FolderLog):
            before.close()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(True)
    for noisy in ("urllib3", "rdflib", "alembic", "pyshacl"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


class _FolderLog(RotatingFileHandler):
    """Opened with its first line; makes no folder, and says nothing when there is none or it cannot be written."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / COMMAND_LOG, maxBytes=MEBIBYTE, backupCount=1, encoding="utf-8", delay=True)
        self._folder = folder

    def emit(self, record: logging.LogRecord) -> None:
        if self._folder.is_dir():
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - named by logging
        """The command's own sentences say what went wrong; a log that cannot be kept must not drown them."""
