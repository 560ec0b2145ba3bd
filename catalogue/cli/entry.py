"""Runs one command and turns whatever happens into a sentence on stderr and an exit code."""

from __future__ import annotations

import errno
import logging
import os
import sys
from collections.abc import Sequence

import click

from catalogue.cli.app import cli
from catalogue.cli.output import note
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
    try:
        answer = command.main(arguments, prog_name="pharos", standalone_mode=False)
        sys.stdout.flush()
    except CatalogueError as error:
        if error.__cause__ is not None:
            log.warning(error.detail, exc_info=error)
        tell(error)
        return exit_code(error)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except SystemExit as end:
        # The library's own answer, 1, to a reader that went away would read as "violations" or "with errors".
        return EXIT_PIPE_CLOSED if end.code == 1 else int(end.code or 0)
    except (click.Abort, KeyboardInterrupt):
        note("Stopped.")
        return EXIT_INTERRUPTED
    except OSError as error:
        return _unwritten(error)
    except Exception as error:
        log.exception("command failed")
        return _fault(error)
    return answer if isinstance(answer, int) else 0


def exit_code(error: CatalogueError) -> int:
    """2 for what the caller can mend, 3 for a source or part that is not there."""
    if isinstance(error, FolderBusy | BackendError | HarvestError):
        return EXIT_UNAVAILABLE
    return EXIT_USAGE if isinstance(error, ConfigurationError | RequestError) else EXIT_UNAVAILABLE


def tell(error: CatalogueError) -> None:
    """The error as a person reads it."""
    note(f"pharos: {error.detail}")
    if error.advice:
        note(f"        {error.advice}")


def _unwritten(error: OSError) -> int:
    """Whoever reads the answer went away, or there is no room for it. Any other OSError is a fault of ours."""
    if error.errno not in (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
        log.error("command failed", exc_info=error)
        return _fault(error)
    # What Python still holds for stdout cannot be written either, and would be complained about at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if error.errno == errno.EPIPE:
        return EXIT_PIPE_CLOSED
    note(f"pharos: The answer could not be written: {error.strerror}.")
    return EXIT_UNAVAILABLE


def _fault(error: Exception) -> int:
    note(f"pharos: Pharos failed: {type(error).__name__}: {error}")
    note(
        "        This is a fault of Pharos: please report it, with the trace in commands.log of the data folder."
    )
    return EXIT_UNAVAILABLE
