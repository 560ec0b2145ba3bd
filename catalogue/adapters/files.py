"""A file or a folder in place of a server, for the command line: HttpClients for file: URLs.

A file answers with its bytes and a media type by its extension, a folder with a `text/uri-list` of the RDF files in
it and below it. Nothing outside the folder is read, and nothing from the network.
"""

# ruff: noqa: ARG002 - the port's verbs have parameters that a file has no use for

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path, PurePath, PurePosixPath
from urllib.parse import urlsplit
from urllib.request import url2pathname

from catalogue.adapters.http.decoding import PIECE, BodyLimits, read_body
from catalogue.errors import (
    AccessRefused,
    AddressForbidden,
    ProtocolViolation,
    RetryableError,
    RunCancelled,
    SourceGone,
)
from catalogue.model.harvest import HarvestSource, Validators
from catalogue.model.http import HttpResponse
from catalogue.model.places import address_for_others
from catalogue.rdf.media_types import syntax_named
from catalogue.settings import Settings

URI_LIST = "text/uri-list"


class FileClients:
    """HttpClients for sources whose URL is a file: URL."""

    def __init__(self, settings: Settings) -> None:
        self._limits = BodyLimits(settings.max_document, settings.max_ratio)

    @contextmanager
    def for_source(
        self, source: HarvestSource, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[FileClient]:
        yield FileClient(_Shelf(source), self._limits, cancelled)

    def for_visitor(self) -> AbstractContextManager[FileClient]:
        """AddressForbidden: a visitor never names a file of the server."""
        raise AddressForbidden(
            "A file is read by the command line only.", advice="Give an http or https URL."
        )


class _Shelf:
    """The files at and below a source's folder, under addresses that do not tell where it stands:
    `file:///SLUG/sub/name.ttl` (see `address_for_others`). The source's own URL is taken as well."""

    def __init__(self, source: HarvestSource) -> None:
        path = _path(source.url)
        is_folder = path.is_dir()
        self._slug = source.slug
        self._root = (path if is_folder else path.parent).resolve()
        own = PurePosixPath() if is_folder else PurePosixPath(path.name)
        self._own = dict.fromkeys((source.url, address_for_others(source.slug, source.url)), own)

    def find(self, url: str) -> PurePosixPath:
        """What the URL names, relative to the folder. AddressForbidden for other schemes and for files outside of it."""
        known = self._own.get(url)
        if known is not None:
            return known
        path = PurePosixPath(_path(url).as_posix())
        start = PurePosixPath("/", self._slug)
        name = path.relative_to(start) if path.is_relative_to(start) else None
        if name is None or not self.open(name).is_relative_to(self._root):
            raise AddressForbidden(
                f"{url} is outside the folder that is read.",
                advice="Harvest the folder that holds all the files.",
            )
        return name

    def open(self, name: PurePosixPath) -> Path:
        """Where the file is."""
        return (self._root / name).resolve()

    def address(self, name: PurePosixPath, *, folder: bool = False) -> str:
        path = PurePosixPath("/", self._slug, name)
        return path.as_uri() + ("/" if folder else "")

    def listing(self, name: PurePosixPath) -> bytes:
        """The RDF files in and below the folder, one URL a line (RFC 2483), sorted; hidden ones are left out."""
        folder = self._root / name
        found = [
            PurePosixPath(path.relative_to(self._root).as_posix())
            for path in folder.rglob("*")
            if media_type_of(path) is not None
            and not any(part.startswith(".") for part in path.relative_to(folder).parts)
            and path.is_file()
        ]
        return "".join(f"{self.address(path)}\r\n" for path in sorted(found)).encode()


class FileClient:
    """HttpClient for the files of one source."""

    def __init__(
        self, shelf: _Shelf, limits: BodyLimits, cancelled: Callable[[], bool] = lambda: False
    ) -> None:
        self._shelf = shelf
        self._limits = limits
        self._cancelled = cancelled

    def get(
        self,
        url: str,
        *,
        accept: str | None = None,
        validators: Validators | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpResponse:
        return self._answer(url, validators, with_body=True)

    def head(self, url: str, *, headers: Mapping[str, str] | None = None) -> HttpResponse:
        return self._answer(url, None, with_body=False)

    def post(
        self,
        url: str,
        body: bytes,
        *,
        content_type: str,
        accept: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpResponse:
        raise ProtocolViolation("A file takes no query.", advice="Choose the harvester dcat_rdf for files.")

    def _answer(self, url: str, validators: Validators | None, with_body: bool) -> HttpResponse:
        if self._cancelled():
            raise RunCancelled("The run was stopped.")
        name = self._shelf.find(url)
        path = self._shelf.open(name)
        # What happens is told to strangers too: by the file's name, not by where it stands.
        shown = str(name) if name.parts else "that was given"
        try:
            if path.is_dir():
                address = self._shelf.address(name, folder=True)
                return HttpResponse(address, 200, {"content-type": URI_LIST}, self._shelf.listing(name))
            stat = path.stat()
            headers = {"etag": f'"{stat.st_size:x}-{stat.st_mtime_ns:x}"'}
            address = self._shelf.address(name)
            if validators is not None and validators.etag == headers["etag"]:
                return HttpResponse(address, 304, headers, b"")
            media_type = media_type_of(name)
            if media_type is not None:
                headers["content-type"] = media_type
            body = self._read(path, address) if with_body else b""
            return HttpResponse(address, 200, headers, body)
        except FileNotFoundError as error:
            raise SourceGone(f"There is no file {shown}.", advice="Check the path.") from error
        except PermissionError as error:
            raise AccessRefused(
                f"The file {shown} may not be read.", advice="Check its permissions."
            ) from error
        except OSError as error:
            raise RetryableError(f"The file {shown} could not be read.", advice="Try again.") from error

    def _read(self, path: Path, address: str) -> bytes:
        with path.open("rb") as file:
            return read_body(iter(lambda: file.read(PIECE), b""), "", self._limits, address)


def media_type_of(path: PurePath) -> str | None:
    """The RDF media type that a file's extension stands for (`.gz` aside), or None."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    while suffixes and suffixes[-1] in (".gz", ".gzip"):
        suffixes.pop()
    syntax = syntax_named(suffixes[-1]) if suffixes else None
    return syntax.media_type if syntax else None


def _path(url: str) -> Path:
    parts = urlsplit(url)
    if parts.scheme.lower() != "file" or parts.netloc not in ("", "localhost"):
        raise AddressForbidden(f"{url} is not a file of this machine.", advice="Files lead to files only.")
    return Path(url2pathname(parts.path))
