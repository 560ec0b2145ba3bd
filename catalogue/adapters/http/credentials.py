"""Credentials of a source, by reference: read when a client is made, sent to the source's own origin only."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from pathlib import Path

from catalogue.errors import ConfigurationError

_TOKEN = re.compile(r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
_LARGEST_SECRET = 64 * 1024


def credential_headers(credentials: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, str]:
    """The header that the source's credentials make; empty without credentials.

    `credentials` as in HarvestSource; `secrets` answers `env:NAME`. ConfigurationError names the reference, never
    the value.
    """
    if not credentials:
        return {}
    reference = credentials.get("secret", "")
    value = _secret(reference, secrets)
    scheme = credentials.get("scheme", "")
    if scheme == "bearer":
        return {"Authorization": f"Bearer {value}"}
    if scheme == "basic":
        pair = f"{credentials['user']}:{value}" if credentials.get("user") else value
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    if scheme == "header":
        name = credentials.get("header", "")
        if not _TOKEN.match(name):
            raise ConfigurationError(
                f"The credentials {reference} name no usable header.",
                advice='Give "header", for example X-Token.',
            )
        return {name: value}
    raise ConfigurationError(
        f"The credentials {reference} have the scheme {scheme!r}.",
        advice="It may be bearer, basic or header.",
    )


def _secret(reference: str, secrets: Mapping[str, str]) -> str:
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
            "A source's credentials are no reference.",
            advice="Write env:NAME or file:/path in place of the secret.",
        )
    value = value.strip("\r\n")
    if not value or not value.isprintable() or not value.isascii():
        raise ConfigurationError(
            f"The credentials {reference} are empty or hold characters that a header cannot carry.",
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
