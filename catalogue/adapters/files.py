"""A file or a folder in place of a server, for the command line: HttpClients for file: URLs.

A file answers with its bytes and a media type by its extension, a folder with a `text/uri-list` of the RDF files in
it and below it. Nothing outside the folder is read, and nothing from the network.
"""

# ruff: noqa: ARG002 - the port's verbs have parameters that a file has no use for

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path, PurePath
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
        path = _path(source.url)
        yield FileClient(path if path.is_dir() else path.parent, self._limits, cancelled)

    def for_visitor(self) -> AbstractContextManager[FileClient]:
        """AddressForbidden: a visitor never names a file of the server."""
        raise AddressForbidden(
            "A file is read by the command line only.", advice="Give an http or https URL."
        )


class FileClient:
    """HttpClient for the files at and below `root`."""

    def __init__(self, root: Path, limits: BodyLimits, cancelled: Callable[[], bool] = lambda: False) -> None:
        self._root = root.resolve()
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
        path = self._inside(url)
        try:
            if path.is_dir():
                return HttpResponse(path.as_uri(), 200, {"content-type": URI_LIST}, _listing(path))
            stat = path.stat()
            headers = {"etag": f'"{stat.st_size:x}-{stat.st_mtime_ns:x}"'}
            if validators is not None and validators.etag == headers["etag"]:
                return HttpResponse(url, 304, headers, b"")
            media_type = media_type_of(path)
            if media_type is not None:
                headers["content-type"] = media_type
            return HttpResponse(url, 200, headers, self._read(path) if with_body else b"")
        except FileNotFoundError as error:
            raise SourceGone(f"There is no file {path}.", advice="Check the path.") from error
        except PermissionError as error:
            raise AccessRefused(
                f"The file {path} may not be read.", advice="Check its permissions."
            ) from error
        except OSError as error:
            raise RetryableError(f"The file {path} could not be read.", advice="Try again.") from error

    def _inside(self, url: str) -> Path:
        """The file that the URL names. AddressForbidden for other schemes and for files outside the root."""
        path = _path(url).resolve()
        if not path.is_relative_to(self._root):
            raise AddressForbidden(
                f"{url} is outside the folder that is read.",
                advice="Harvest the folder that holds all the files.",
            )
        return path

    def _read(self, path: Path) -> bytes:
        with path.open("rb") as file:
            return read_body(iter(lambda: file.read(PIECE), b""), "", self._limits, str(path))


def media_type_of(path: PurePath) -> str | None:
    """The RDF media type that a file's extension stands for (`.gz` aside), or None."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    while suffixes and suffixes[-1] in (".gz", ".gzip"):
        suffixes.pop()
    syntax = syntax_named(suffixes[-1]) if suffixes else None
    return syntax.media_type if syntax else None


def _listing(folder: Path) -> bytes:
    """The RDF files in and below the folder, one URL a line (RFC 2483), sorted; hidden ones are left out."""
    found = [
        path
        for path in folder.rglob("*")
        if media_type_of(path) is not None
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.is_file()
    ]
    return "".join(f"{path.as_uri()}\r\n" for path in sorted(found)).encode()


def _path(url: str) -> Path:
    parts = urlsplit(url)
    if parts.scheme.lower() != "file" or parts.netloc not in ("", "localhost"):
        raise AddressForbidden(f"{url} is not a file of this machine.", advice="Files lead to files only.")
    return Path(url2pathname(parts.path))
