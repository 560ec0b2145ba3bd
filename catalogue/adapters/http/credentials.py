"""Credentials of a source, by reference: read when a client is made, sent to the source's own origin only."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from catalogue.adapters.http import urls
from catalogue.adapters.secret_references import read_secret
from catalogue.errors import ConfigurationError

_TOKEN = re.compile(r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")

OIDC = "oidc"
SCHEMES = ("bearer", "basic", "header", OIDC)


class Credentials(Protocol):
    """Headers that go to one origin only."""

    def at(self, url: str) -> Mapping[str, str]:
        """The headers for this URL: none when it is elsewhere. May ask a token server."""

    def renew(self) -> bool:
        """Told that the origin answered 401. Whether other headers are to be had now, so that a second try makes
        sense."""


@dataclass(frozen=True, slots=True)
class FixedCredentials:
    """Headers that stay the same for a whole run."""

    headers: Mapping[str, str]
    origin: urls.Origin

    def at(self, url: str) -> Mapping[str, str]:
        return self.headers if urls.may_carry(self.origin, urls.origin(url)) else {}

    def renew(self) -> bool:
        return False


def credential_headers(credentials: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, str]:
    """The header that the source's credentials make; empty without credentials.

    `credentials` as in HarvestSource; `secrets` answers `env:NAME`. ConfigurationError names the reference, never
    the value.
    """
    if not credentials:
        return {}
    reference = credentials.get("secret", "")
    value = read_secret(reference, secrets)
    scheme = credentials.get("scheme", "")
    if scheme == "bearer":
        return {"Authorization": f"Bearer {value}"}
    if scheme == "basic":
        return {
            "Authorization": basic(f"{credentials['user']}:{value}" if credentials.get("user") else value)
        }
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
        advice="It may be bearer, basic, header or oidc.",
    )


def basic(pair: str) -> str:
    """`user:password` as the value of an Authorization header (RFC 7617)."""
    return "Basic " + base64.b64encode(pair.encode()).decode()
