"""What a provider's server answers, before any socket is involved."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

Query = Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """A response with fixed bytes, from which its validators follow."""

    body: bytes
    content_type: str
    status: int = 200
    modified: str | None = None
    """Date of the newest description in the body, ISO 8601; the source of Last-Modified."""
    headers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:24]}"'


class Site(Protocol):
    """One provider's server."""

    def answer(self, path: str, query: Query, accept: str) -> Answer:
        """The response to GET; never raises for a path it does not know."""
        ...


def refusal(status: int, reason: str) -> Answer:
    """An error with a short page for people."""
    page = f"<!doctype html><title>{status}</title><p>{reason}</p>\n"
    return Answer(page.encode(), "text/html; charset=utf-8", status)


class BrokenSite:
    """A server that is out of order: the same status for everything."""

    def __init__(self, status: int) -> None:
        self._status = status

    def answer(self, path: str, query: Query, accept: str) -> Answer:
        return refusal(self._status, "The catalogue is out of order.")


def choose(accept: str, offered: list[str]) -> str | None:
    """The media type to serve: highest q first, then the server's own order; None if nothing fits."""
    if not accept.strip():
        return offered[0]
    weights = dict(_weights(accept))
    best, best_weight = None, 0.0
    for media_type in offered:
        main = media_type.split("/")[0]
        weight = weights.get(media_type, weights.get(f"{main}/*", weights.get("*/*", 0.0)))
        if weight > best_weight:
            best, best_weight = media_type, weight
    return best


def _weights(accept: str) -> list[tuple[str, float]]:
    weights = []
    for item in accept.split(","):
        media_type, *parameters = (part.strip() for part in item.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = float(parameter[2:])
                except ValueError:
                    weight = 0.0
        weights.append((media_type.lower(), weight))
    return weights
