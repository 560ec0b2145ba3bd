"""Bytes as received to UTF-8 text that a parser takes: gzip, byte order marks, other encodings."""

from __future__ import annotations

import codecs
import re
import zlib

from catalogue.errors import ParseError
from catalogue.rdf.documents import DocumentProblem

MAX_DECODED = 268_435_456
"""Bytes that a packed document may unfold to (256 MB), unless the caller says otherwise."""

_GZIP = b"\x1f\x8b"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = re.compile(r"utf[-_]?(?:16|32)|iso2022|hz")
_TEXT_CODECS = re.compile(
    r"(?:utf-(?:8|16|32)|iso8859-|latin|ascii|cp\d|koi8|mac-|shift_jis|euc_|gb|big5|iso2022|hz|tis|ptcp|kz)"
)
_XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z][A-Za-z0-9._\-]*)[\"']")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}?\?>")


def unpack(body: bytes, limit: int = MAX_DECODED) -> bytes:
    """The body, unpacked if it is gzip. Raises ParseError when it is broken or unfolds to more than `limit` bytes."""
    packings = 0
    while body.startswith(_GZIP):
        packings += 1
        if packings > 3:
            raise ParseError("The document is packed in gzip more than three times.", advice="Pack it once.")
        body = _gunzip(body, limit)
    return body


def _gunzip(body: bytes, limit: int) -> bytes:
    parts: list[bytes] = []
    room = limit
    while body.startswith(_GZIP):
        unpacker = zlib.decompressobj(wbits=31)
        try:
            part = unpacker.decompress(body, room + 1)
        except zlib.error as error:
            raise ParseError("The gzip document is damaged.", advice="Publish it again.") from error
        room -= len(part)
        if room < 0:
            raise ParseError(
                f"The gzip document unfolds to more than {limit:,} bytes.",
                advice="Publish it in pages.",
                limit=limit,
            )
        if not unpacker.eof:
            raise ParseError("The gzip document ends too early.", advice="Publish it again.")
        parts.append(part)
        body = unpacker.unused_data
    return b"".join(parts)


def strip_bom(body: bytes) -> bytes:
    """The body without a UTF-8 byte order mark."""
    return body[3:] if body.startswith(codecs.BOM_UTF8) else body


def to_utf8(body: bytes, charset: str | None) -> tuple[bytes, tuple[DocumentProblem, ...]]:
    """The body in UTF-8 without byte order mark; the same object when it is so already.

    Order: byte order mark, a declared wide encoding, UTF-8 if it is that, what is declared, at last Western European.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _with_mark(body, encoding)
    declared = _known(charset) or _known(_declared_in_xml(body))
    if declared is not None and _WIDE.match(declared):
        text = _decoded(body, declared)
        if text is not None:
            return _as_utf8(text), ()
    if _decoded(body, "utf-8") is not None:
        return body, ()
    text = _decoded(body, declared) if declared is not None and declared != "utf-8" else None
    if text is not None:
        return _as_utf8(text), ()
    return _fallback(body)


def _with_mark(body: bytes, encoding: str) -> tuple[bytes, tuple[DocumentProblem, ...]]:
    if encoding == "utf-8":
        rest = body[3:]
        return (rest, ()) if _decoded(rest, "utf-8") is not None else _fallback(rest)
    text = _decoded(body, encoding)
    if text is None:
        raise ParseError(
            f"The document says that it is {encoding.upper()}, but is not.", advice="Publish it in UTF-8."
        )
    return _as_utf8(text), ()


def _fallback(body: bytes) -> tuple[bytes, tuple[DocumentProblem, ...]]:
    offset = 0
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start
    text = _decoded(body, "cp1252")
    text = body.decode("latin-1") if text is None else text
    line = body.count(b"\n", 0, offset) + 1
    problem = DocumentProblem(
        "not-utf-8",
        f"The document is not UTF-8 (byte {offset:,}) and names no other encoding: read as Western European.",
        line=line,
        snippet=body[max(0, offset - 40) : offset + 40].decode("latin-1"),
    )
    return _as_utf8(text), (problem,)


def _as_utf8(text: str) -> bytes:
    """UTF-8 bytes; an XML declaration is rewritten, since it may name the encoding that was."""
    text = text.removeprefix("\ufeff")
    if text.lstrip().startswith("<?xml"):
        text = _XML_DECLARATION.sub('<?xml version="1.0" encoding="UTF-8"?>', text, count=1)
    return text.encode("utf-8", "replace")


def _declared_in_xml(body: bytes) -> str | None:
    match = _XML_ENCODING.match(body)
    return match[1].decode("ascii") if match else None


def _known(charset: str | None) -> str | None:
    if not charset:
        return None
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return None
    return name if _TEXT_CODECS.match(name) else None


def _decoded(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except (UnicodeDecodeError, UnicodeError):
        return None
