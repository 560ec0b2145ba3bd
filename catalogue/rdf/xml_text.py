"""RDF/XML text mended where a strict reader stops: characters, references, text beside a link."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.entities import html5
from xml.parsers import expat
from xml.sax.saxutils import escape

from catalogue.rdf.documents import DocumentProblem
from catalogue.rdf.namespaces import RDF
from catalogue.rdf.problems import Problems

_BETWEEN_TEXTS = re.compile(r"<!\[CDATA\[(?P<text>.*?)\]\]>|<!--.*?-->|<\?(?!xml\s).*?\?>", re.S)
_FORBIDDEN_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NOT_MARKUP = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9A-Fa-f]+);)(?P<name>[A-Za-z][A-Za-z0-9]*;)?"
    r"|&#(?:x(?P<hex>[0-9A-Fa-f]+)|(?P<dec>[0-9]+));",
    re.S,
)


def without_control_characters(body: bytes) -> tuple[bytes, tuple[DocumentProblem, ...]]:
    """XML text without the characters that XML 1.0 does not allow (section 2.2), each kind noted once."""
    text = body.decode("utf-8", "replace")
    places = list(_FORBIDDEN_IN_XML.finditer(text))
    if not places:
        return body, ()
    problem = DocumentProblem(
        "control-characters",
        f"Removed {len(places)} characters that XML does not allow: {_names(m.group() for m in places)}.",
        line=text.count("\n", 0, places[0].start()) + 1,
    )
    return _FORBIDDEN_IN_XML.sub("", text).encode("utf-8", "replace"), (problem,)


def _names(characters: Iterable[str]) -> str:
    return ", ".join(f"U+{ord(c):04X}" for c in sorted(set(characters))[:10])


def without_stray_references(body: bytes) -> tuple[bytes, tuple[DocumentProblem, ...]]:
    """XML text with ampersands that begin no reference, and references that XML does not know, as plain text."""
    text = body.decode("utf-8", "replace")
    places: list[tuple[int, str]] = []

    def mend(match: re.Match[str]) -> str:
        token = match.group()
        if token.startswith("<"):
            return token
        number = (match["hex"] and int(match["hex"][:8], 16)) or (match["dec"] and int(match["dec"][:10]))
        if match["hex"] or match["dec"]:
            mended = token if _is_xml_character(number or 0) else ""
        else:
            named = html5.get(match["name"] or "")
            mended = named if named is not None else "&amp;" + token[1:]
        if mended != token:
            places.append((match.start(), token))
        return mended

    mended_text = _NOT_MARKUP.sub(mend, text)
    if not places:
        return body, ()
    start, token = places[0]
    problem = DocumentProblem(
        "xml-reference-repaired",
        f"{len(places)} ampersands or references that XML does not know were read as text; the first is {token[:40]}.",
        line=text.count("\n", 0, start) + 1,
        snippet=text[max(0, start - 40) : start + 80],
    )
    return mended_text.encode("utf-8", "replace"), (problem,)


def _is_xml_character(code: int) -> bool:
    return (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )


def sound_texts(body: bytes, problems: Problems) -> bytes:
    """Well-formed RDF/XML with each text in one piece, and none beside a link."""
    return without_text_beside_links(_joined_texts(body), problems)


def _joined_texts(body: bytes) -> bytes:
    """CDATA sections as plain text, comments and instructions gone: they mean nothing, but the parser takes only one
    piece of text in an element."""
    if b"<!" not in body and b"<?" not in body:
        return body
    text = body.decode("utf-8", "replace")
    return _BETWEEN_TEXTS.sub(lambda match: escape(match["text"] or ""), text).encode("utf-8", "replace")


def without_text_beside_links(body: bytes, problems: Problems) -> bytes:
    """RDF/XML without the texts of property elements that have rdf:resource: one or the other is allowed (section
    2.4 of RDF 1.1 XML Syntax), and the link is what counts. Takes well-formed XML."""
    finder = _TextBesideLinks()
    finder.parser.Parse(body, True)
    finder.close()
    mended = bytearray(body)
    for start, end in finder.places:
        text = bytes(mended[start:end])
        mended[start:end] = b" " * (end - start)
        if text.strip():
            problems.add(
                "text-beside-link",
                "A property has a link (rdf:resource) and a text: the text was left out.",
                line=body.count(b"\n", 0, start) + 1 if not problems.is_full("text-beside-link") else None,
                snippet=text.decode("utf-8", "replace").strip(),
            )
    return bytes(mended)


class _TextBesideLinks:
    """Byte ranges of character data directly in elements with rdf:resource."""

    def __init__(self) -> None:
        self.places: list[tuple[int, int]] = []
        self._links: list[bool] = []
        self._start: int | None = None
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text

    def close(self) -> None:
        self.parser.StartElementHandler = self.parser.EndElementHandler = self.parser.CharacterDataHandler = (
            None
        )

    def start(self, _: str, attributes: dict[str, str]) -> None:
        self._end_of_text()
        self._links.append(RDF.iri + " resource" in attributes)

    def end(self, _: str) -> None:
        self._end_of_text()
        self._links.pop()

    def text(self, _: str) -> None:
        self._end_of_text()
        if self._links and self._links[-1]:
            self._start = self.parser.CurrentByteIndex

    def _end_of_text(self) -> None:
        if self._start is not None:
            self.places.append((self._start, self.parser.CurrentByteIndex))
            self._start = None
