"""Where a URL leads, as harvesters compare it: host and port, http and https of a site being one place. Pure."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit


class Place(NamedTuple):
    """`port` is None for the standard ports; `host` is the scheme with its colon where there is no host (`file:`)."""

    host: str
    port: int | None

    def __str__(self) -> str:
        return self.host if self.port is None else f"{self.host}:{self.port}"


def place_of(url: str) -> Place:
    """The URL's place; a malformed URL is a place of its own."""
    try:
        parts = urlsplit(url)
        port = None if parts.port in (80, 443) else parts.port
    except ValueError:
        return Place(url, None)
    return Place((parts.hostname or f"{parts.scheme}:").rstrip("."), port)


def address_for_others(slug: str, url: str) -> str:
    """The address under which a source is read and talked of: its URL; of a file or folder of this machine the source's
    name and the file's, `file:///clinic/catalog.ttl`, `file:///clinic/`.

    What others see of a file source begins here: it is the base of relative IRIs and the address of pages. Whoever gave
    a folder did not give away where it stands.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return url if parts.scheme.lower() != "file" else f"file:///{slug}/{parts.path.rpartition('/')[2]}"


def keep_https(target: str, page_url: str) -> str:
    """The target by https when the page came by it from the same place: servers behind a proxy link to http."""
    if (
        page_url.startswith("https:")
        and target.startswith("http:")
        and place_of(target) == place_of(page_url)
    ):
        parts = urlsplit(target)
        return parts._replace(scheme="https", netloc=parts.netloc.removesuffix(":80")).geturl()
    return target


class Mirror(NamedTuple):
    """A server whose resources are named otherwise than they are fetched: by a persistent URL, by http where it
    answers https, by an inner host and port. `iri` is how its first document names itself, `url` where that was."""

    iri: str
    url: str

    def address(self, iri: str) -> str | None:
        """Where a resource of the server is fetched, without fragment; None when it belongs elsewhere."""
        target = iri.partition("#")[0]
        if place_of(target) == place_of(self.url):
            return keep_https(target, self.url)
        root = self.iri.partition("#")[0].rstrip("/")
        if root and (target == root or target.startswith(root + "/")):
            return self.url.partition("?")[0].rstrip("/") + target[len(root) :]
        return None
