"""What every command shares: settings from the environment and options, and the way errors become exit codes."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import click

from catalogue.adapters.data_folder import DataFolder
from catalogue.errors import (
    BackendError,
    CatalogueError,
    ConfigurationError,
    Conflict,
    HarvestError,
    RequestError,
)
from catalogue.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

EXIT_USAGE = 2
EXIT_UNAVAILABLE = 3


@dataclass(slots=True)
class Invocation:
    """One call of the command: settings (read once), where the data is, whether a machine reads the answer."""

    data: Path | None = None
    json: bool = False

    def settings(self) -> Settings:
        settings = Settings.from_env(os.environ)
        return replace(settings, data=self.data) if self.data else settings

    def secrets(self) -> Mapping[str, str]:
        """What `env:NAME` references are looked up in."""
        return os.environ

    def folder(self) -> DataFolder:
        return DataFolder(self.settings().data)


def exit_code(error: CatalogueError) -> int:
    """2 for what the caller can mend, 3 for a source or part that is not there."""
    if isinstance(error, Conflict | BackendError | HarvestError):
        return EXIT_UNAVAILABLE
    if isinstance(error, ConfigurationError | RequestError):
        return EXIT_USAGE
    return 1


def common(command: F) -> F:
    """Adds --data and --json, hands the command an `Invocation`, and turns our errors into message and exit code."""

    @click.option("--data", type=click.Path(path_type=Path), help="Data folder (or PHAROS_DATA).")
    @click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
    @click.pass_context
    @functools.wraps(command)
    def wrapped(ctx: click.Context, data: Path | None, as_json: bool, *args: Any, **kwargs: Any) -> Any:
        outer = ctx.find_object(Invocation) or Invocation()
        invocation = Invocation(data or outer.data, as_json or outer.json)
        try:
            return command(invocation, *args, **kwargs)
        except CatalogueError as error:
            tell(error)
            ctx.exit(exit_code(error))

    return wrapped  # type: ignore[return-value]


def tell(error: CatalogueError) -> None:
    """The error as a person reads it, on stderr."""
    click.echo(f"pharos: {error.detail}", err=True)
    if error.advice:
        click.echo(f"        {error.advice}", err=True)
