"""URLs of outgoing requests: what is refused before anything is resolved, origins, and how a message shows one."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, quote, urljoin, urlsplit

from catalogue.adapters.http.addresses import is_disguised_number
from catalogue.errors import AddressForbidden, ProtocolViolation

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SECRET_NAME = re.compile(r"token|key|secret|pass|auth|sig|cred|session", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")


class Origin(NamedTuple):
    """Scheme, host and port (RFC 6454)."""

    scheme: str
    host: str
    port: int


def origin(url: str) -> Origin:
    """The URL's origin. ValueError when the port is no number."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return Origin(scheme, (parts.hostname or "").rstrip("."), parts.port or _DEFAULT_PORTS.get(scheme, 0))


def may_carry(credentials_for: Origin, target: Origin) -> bool:
    """Whether credentials of one origin may go to another: the same one, or its https on the standard ports."""
    upgrade = (credentials_for.scheme, credentials_for.port, target.scheme, target.port) == (
        "http",
        80,
        "https",
        443,
    )
    return credentials_for == target or (upgrade and credentials_for.host == target.host)


def check(url: str) -> Origin:
    """The origin of a URL that may be asked, its host not yet resolved. AddressForbidden for another scheme, for
    user information and for hosts that hide an address; ProtocolViolation for what is no URL."""
    try:
        parts, place = urlsplit(url.strip()), origin(url.strip())
    except ValueError as error:
        raise ProtocolViolation(f"{url[:200]!r} is not a URL.", advice="Correct the URL.") from error
    if place.scheme not in _DEFAULT_PORTS:
        raise AddressForbidden(
            f"{redact(url)} is not an http or https URL.", advice="Pharos asks http and https servers only."
        )
    if "@" in parts.netloc:
        raise AddressForbidden(
            f"{redact(url)} has a user name or password in it.",
            advice="Take them out of the URL and register them as credentials of the source.",
        )
    if not place.host or _CONTROL.search(url.strip()):
        raise ProtocolViolation(f"{redact(url)!r} is not a usable URL.", advice="Correct the URL.")
    if is_disguised_number(place.host):
        raise AddressForbidden(
            f"The host of {redact(url)} is a number in an unusual spelling.",
            advice="Write the host's name, or its address as four decimal numbers.",
        )
    return place


def join(base: str, location: str) -> str:
    """A redirect's target, resolved against the URL that answered, without its fragment."""
    # http.client reads header bytes as latin-1; servers send UTF-8.
    text = location.strip().encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        target = urlsplit(urljoin(base, text))
    except ValueError as error:
        raise ProtocolViolation(f"{redact(base)} redirects to something that is not a URL.") from error
    return target._replace(fragment="", path=quote(target.path, safe="/%:@!$&'()*+,;=~-._")).geturl()


def redact(url: str) -> str:
    """The URL as messages and logs show it: no user information, no fragment, no value that may be a secret."""
    try:
        parts = urlsplit(url.strip())
        host = parts.netloc.rpartition("@")[2]
        query = _hide_secrets(parts)
    except ValueError:
        return "a malformed URL"
    return parts._replace(netloc=host, query=query, fragment="").geturl()[:500]


def _hide_secrets(parts: SplitResult) -> str:
    if not _SECRET_NAME.search(parts.query):
        return parts.query
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    return "&".join(f"{quote(k)}=" + ("…" if _SECRET_NAME.search(k) else quote(v)) for k, v in pairs)
