"""What every command shares: its settings from environment and options, and how commands and groups are made."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import click

from catalogue.adapters.data_folder import DataFolder
from catalogue.errors import NotFound
from catalogue.logs import keep_command_log
from catalogue.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of the command: where the data is, and whether a machine reads the answer."""

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

    def expect_catalogue(self) -> None:
        """NotFound when the data folder holds no ledger and no server of its own is set for it: a mistyped folder is
        told, not made."""
        settings = self.settings()
        if not settings.ledger and not (settings.data / "ledger.sqlite").exists():
            raise NotFound(
                f"There is no catalogue in {settings.data.absolute()}.",
                advice="Name its folder with --data or PHAROS_DATA. "
                "A new one begins with: pharos sources add URL, or pharos harvest URL.",
            )


def shared_options(command: F) -> F:
    """--data and --json, which stand before or after a command's name."""
    command = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")(command)
    return click.option("--data", type=click.Path(path_type=Path), help="Data folder (or PHAROS_DATA).")(
        command
    )


def given(ctx: click.Context, options: Mapping[str, Any]) -> Invocation:
    """The options of this command over those that stood before its name."""
    outer = ctx.find_object(Invocation) or Invocation()
    return Invocation(options["data"] or outer.data, options["as_json"] or outer.json)


def common(command: F) -> F:
    """Hands the command an `Invocation` as its first argument. The data folder must hold a catalogue."""
    return _invoked(command, Invocation.expect_catalogue)


def founding(command: F) -> F:
    """As `common`, for a command that begins a catalogue where there is none, or needs none."""
    return _invoked(command, None)


def _invoked(command: F, check: Callable[[Invocation], None] | None) -> F:
    @shared_options
    @click.pass_context
    @functools.wraps(command)
    def wrapped(ctx: click.Context, /, **options: Any) -> Any:
        invocation = given(ctx, options)
        del options["data"], options["as_json"]
        keep_command_log(invocation.settings().data)
        if check:
            check(invocation)
        return command(invocation, **options)

    return wrapped  # type: ignore[return-value]


def common_group(group: F) -> F:
    """For a group of commands: what is given at the group's name holds for its commands."""

    @shared_options
    @click.pass_context
    @functools.wraps(group)
    def wrapped(ctx: click.Context, /, **options: Any) -> None:
        ctx.obj = given(ctx, options)

    return wrapped  # type: ignore[return-value]
