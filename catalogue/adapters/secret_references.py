"""Secrets by reference: `env:NAME` or `file:/path`, read when they are needed and kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from catalogue.errors import ConfigurationError

_LARGEST_SECRET = 64 * 1024


def read_secret(reference: str, secrets: Mapping[str, str]) -> str:
    """What the reference leads to, one line of printable ASCII. `secrets` answers `env:NAME`.

    ConfigurationError names the reference, never the value.
    """
    kind, _, name = reference.partition(":")
    if kind == "env" and name:
        if name not in secrets:
            raise ConfigurationError(
                f"The credentials {reference} are missing.", advice=f"Set the variable {name}."
            )
        value = secrets[name]
    elif kind == "file" and name:
        value = _read(reference, Path(name))
    else:
        # Not shown: it may be the secret itself, written where its reference belongs.
        raise ConfigurationError(
            "Credentials are given that are no reference.",
            advice="Write env:NAME or file:/path in place of the secret.",
        )
    value = value.strip("\r\n")
    if not value or not value.isprintable() or not value.isascii():
        raise ConfigurationError(
            f"The credentials {reference} are empty or hold characters that cannot be sent.",
            advice="They must be one line of ASCII text.",
        )
    return value


def _read(reference: str, path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_LARGEST_SECRET)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The credentials {reference} cannot be read.",
            advice="Check that the file exists and may be read.",
        ) from error
