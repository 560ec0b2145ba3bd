"""Reads a body piece by piece, takes content codings off, and stops at the limits whatever the sender claims."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from catalogue.errors import LimitExceeded, ProtocolViolation, RetryableError
from catalogue.model.run_codes import RunCode

ACCEPTED_CODINGS = "gzip, deflate"
GZIP_MAGIC = b"\x1f\x8b\x08"
GZIP_MEDIA_TYPES = ("application/gzip", "application/x-gzip")
PIECE = 64 * 1024
RATIO_STARTS_AT = 1024 * 1024
_MAX_CODINGS = 3


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """`max_bytes`: most decoded bytes. `max_ratio`: most decoded bytes per received byte, beyond a mebibyte."""

    max_bytes: int
    max_ratio: int


class TruncatedError(Exception):
    """The coded data ended before its end."""


class _Gunzip:
    """gzip in any number of members (RFC 1952, 2.2); what follows the last one and is no member is ignored."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._begun = False
        self._members = 0
        self._pending = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        data = self._pending + data
        self._pending = b""
        while data:
            if not self._begun and self._members:
                if len(data) < len(GZIP_MAGIC) and GZIP_MAGIC.startswith(data):
                    self._pending = data
                    return
                if not data.startswith(GZIP_MAGIC):
                    return
            self._begun = True
            piece = self._inflate.decompress(data, PIECE)
            if piece:
                yield piece
            data = self._inflate.unconsumed_tail
            if self._inflate.eof:
                data = self._inflate.unused_data
                self._members += 1
                self._begun = False
                self._inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)

    def finish(self) -> None:
        if self._begun or not self._members:
            raise TruncatedError


class _Inflate:
    """`deflate`: zlib data as the standard says (RFC 9110, 8.4.1.2), or raw deflate data as some servers send."""

    def __init__(self) -> None:
        self._inflate: zlib._Decompress | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._inflate is None:
            if not data:
                return
            is_zlib = data[0] & 0x0F == 8 and (len(data) < 2 or int.from_bytes(data[:2], "big") % 31 == 0)
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)
        while data and not self._inflate.eof:
            piece = self._inflate.decompress(data, PIECE)
            if piece:
                yield piece
            data = self._inflate.unconsumed_tail

    def finish(self) -> None:
        if self._inflate is None or not self._inflate.eof:
            raise TruncatedError


_Decoder = _Gunzip | _Inflate


def read_body(pieces: Iterable[bytes], content_encoding: str, limits: BodyLimits, where: str) -> bytes:
    """The decoded body. A body that is itself a gzip file (`.ttl.gz`) is unpacked too, under the same limits.

    LimitExceeded as soon as a limit is passed, RetryableError for data that ends early, ProtocolViolation for
    codings nobody asked for and data that is not what it claims. `where` is the URL for messages.
    """
    received = _Counted(pieces)
    body = io.BytesIO()
    try:
        for piece in _sniffed(_decoded(received, _decoders(content_encoding, where))):
            body.write(piece)
            _check(body.tell(), received.count, limits, where)
    except TruncatedError as error:
        raise RetryableError(
            f"The compressed answer of {where} ended too early.",
            advice="Try again; if it stays, tell the provider.",
            failure=RunCode.BROKEN_OFF.value,
        ) from error
    except zlib.error as error:
        raise ProtocolViolation(
            f"The answer of {where} is not the compressed data it claims to be.",
            advice="Tell the provider: the Content-Encoding header does not fit the body.",
        ) from error
    return body.getvalue()


class _Counted:
    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.count += len(piece)
            yield piece


def _decoders(content_encoding: str, where: str) -> list[_Decoder]:
    names = [name.strip().lower() for name in content_encoding.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > _MAX_CODINGS:
        raise ProtocolViolation(f"{where} stacks {len(names)} content encodings.")
    decoders: list[_Decoder] = []
    for name in reversed(names):
        if name in ("gzip", "x-gzip"):
            decoders.append(_Gunzip())
        elif name == "deflate":
            decoders.append(_Inflate())
        else:
            raise ProtocolViolation(
                f"{where} answers in the content encoding {name[:40]!r}, which was not asked for.",
                advice=f"Tell the provider: the request accepts {ACCEPTED_CODINGS}.",
            )
    return decoders


def _decoded(pieces: Iterable[bytes], decoders: list[_Decoder]) -> Iterator[bytes]:
    stream: Iterable[bytes] = pieces
    for decoder in decoders:
        stream = _through(decoder, stream)
    yield from stream


def _through(decoder: _Decoder, pieces: Iterable[bytes]) -> Iterator[bytes]:
    empty = True
    for piece in pieces:
        empty = empty and not piece
        yield from decoder.feed(piece)
    # An empty body is nothing, coded or not (204, HEAD, and servers that label everything).
    if not empty:
        decoder.finish()


def _sniffed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The stream, unpacked when it begins as a gzip file: no syntax of ours begins with these bytes."""
    stream = iter(pieces)
    head = b""
    while len(head) < len(GZIP_MAGIC):
        piece = next(stream, None)
        if piece is None:
            break
        head += piece
    rest = _prepended(head, stream)
    yield from _through(_Gunzip(), rest) if head.startswith(GZIP_MAGIC) else rest


def _prepended(head: bytes, stream: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from stream


def _check(decoded: int, received: int, limits: BodyLimits, where: str) -> None:
    if decoded > limits.max_bytes:
        raise LimitExceeded(
            f"{where} sends more than {limits.max_bytes:,} bytes.",
            advice="Ask the provider for paging, or raise PHAROS_MAX_DOCUMENT.",
        )
    if decoded > RATIO_STARTS_AT and decoded > received * limits.max_ratio:
        raise LimitExceeded(
            f"{where} sends data that grows more than {limits.max_ratio} times when it is unpacked.",
            advice="If the provider is trusted, raise PHAROS_MAX_RATIO.",
        )
