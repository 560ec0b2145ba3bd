"""Runs one command and turns whatever happens into a sentence on stderr and an exit code."""

from __future__ import annotations

import errno
import logging
import os
import sys
from collections.abc import Sequence

import click

from catalogue.cli.app import cli
from catalogue.cli.output import note, print_json
from catalogue.errors import (
    BackendError,
    CatalogueError,
    ConfigurationError,
    FolderBusy,
    HarvestError,
    RequestError,
)

log = logging.getLogger(__name__)

EXIT_USAGE = 2
EXIT_UNAVAILABLE = 3
EXIT_INTERRUPTED = 130
EXIT_PIPE_CLOSED = 141


def run(arguments: Sequence[str] | None = None, command: click.Command = cli) -> int:
    """One call of `pharos` (default: with the process's arguments). Returns the exit code; raises nothing."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    tell = _Teller(asks_for_json(words))
    try:
        answer = command.main(words, prog_name="pharos", standalone_mode=False)
        sys.stdout.flush()
    except CatalogueError as error:
        if error.__cause__ is not None:
            log.warning(error.detail, exc_info=error)
        return tell.error(error)
    except click.ClickException as error:
        return tell.misuse(error)
    except SystemExit as end:
        # The library's own answer, 1, to a reader that went away would read as "violations" or "with errors".
        return EXIT_PIPE_CLOSED if end.code == 1 else int(end.code or 0)
    except (click.Abort, KeyboardInterrupt):
        return tell.told(EXIT_INTERRUPTED, "Stopped.", code="Stopped")
    except OSError as error:
        return _unwritten(error, tell)
    except Exception as error:
        log.exception("command failed")
        return tell.fault(error)
    return answer if isinstance(answer, int) else 0


def exit_code(error: CatalogueError) -> int:
    """2 for what the caller can mend, 3 for a source or part that is not there."""
    if isinstance(error, FolderBusy | BackendError | HarvestError):
        return EXIT_UNAVAILABLE
    return EXIT_USAGE if isinstance(error, ConfigurationError | RequestError) else EXIT_UNAVAILABLE


def asks_for_json(words: Sequence[str]) -> bool:
    """Whether a machine reads the answer, told without the parser: wrong use is an answer too."""
    options = words[: words.index("--")] if "--" in words else words
    return "--json" in options


class _Teller:
    """Tells what went wrong: in sentences on stderr, and where a machine reads as one JSON object on stdout too.
    Every way of telling returns the exit code."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json

    def error(self, error: CatalogueError) -> int:
        self._sentences(error.detail, error.advice)
        parameter = str(error.context.get("parameter") or "")
        return self._object(exit_code(error), error.code, error.detail, error.advice, parameter)

    def misuse(self, error: click.ClickException) -> int:
        """The parser's own words."""
        error.show()
        context = error.ctx if isinstance(error, click.UsageError) else None
        advice = f"Try '{context.command_path} --help' for help." if context else ""
        return self._object(error.exit_code, "UsageError", error.format_message(), advice)

    def fault(self, error: Exception) -> int:
        detail = f"Pharos failed: {type(error).__name__}: {error}"
        advice = (
            "This is a fault of Pharos: please report it, with the trace in commands.log of the data folder."
        )
        self._sentences(detail, advice)
        return self._object(EXIT_UNAVAILABLE, "InternalError", detail, advice)

    def told(self, status: int, detail: str, *, code: str) -> int:
        note(detail)
        return self._object(status, code, detail)

    def _sentences(self, detail: str, advice: str) -> None:
        note(f"pharos: {detail}")
        if advice:
            note(f"        {advice}")

    def _object(self, status: int, code: str, detail: str, advice: str = "", parameter: str = "") -> int:
        if self._as_json:
            said: dict[str, object] = {"code": code, "detail": detail}
            said |= {"advice": advice} if advice else {}
            said |= {"parameter": parameter} if parameter else {}
            try:
                print_json({"error": {**said, "exit_code": status}})
            except OSError:
                # Nobody reads it; the sentences have told it.
                _let_go_of_output()
        return status


def _unwritten(error: OSError, tell: _Teller) -> int:
    """Whoever reads the answer went away, or there is no room for it. Any other OSError is a fault of ours."""
    if error.errno not in (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
        log.error("command failed", exc_info=error)
        return tell.fault(error)
    _let_go_of_output()
    if error.errno == errno.EPIPE:
        return EXIT_PIPE_CLOSED
    note(f"pharos: The answer could not be written: {error.strerror}.")
    return EXIT_UNAVAILABLE


def _let_go_of_output() -> None:
    """What Python still holds for stdout cannot be written either, and would be complained about at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
