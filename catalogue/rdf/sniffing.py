"""What a body is by its look: the first kilobytes decide."""

from __future__ import annotations

import re

from catalogue.rdf.turtle_tokens import STRINGS_AND_COMMENTS

HTML = "html"
"""What `sniff` calls a web page."""

_WINDOW = 65_536
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"),
         (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))  # fmt: skip

_XML_PREAMBLE = re.compile(
    r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE\s+(?!html)[^\[>]*(?:\[.*?\]\s*)?>)", re.S | re.I
)
_HTML_START = re.compile(r"\s*<(?:!doctype\s+html|html|head|body|title|meta|script|div|p|h1)\b", re.I)
_ELEMENT = re.compile(
    r"\s*<(?P<name>(?:[A-Za-z_][\w.\-]*:)?[A-Za-z_][\w.\-]*)(?:\s+[\w.:\-]+\s*=|\s*/>|(?P<bare>\s*>))"
)
_TEXT_COMMENT = re.compile(r"\s*(?:#[^\n\r]*(?:[\n\r]|$)\s*)+")
_JSON_START = re.compile(r"\s*(?:\{\s*(?:[\"}]|$)|\[\s*(?:[{\"]|\[\s*[{\[\"]|\]\s*$))")
_IRI = r"<[^<>\"{}|^`\\\x00-\x20]*>"
_LITERAL = r'"(?:[^"\\\n\r]|\\.)*"(?:@[A-Za-z0-9\-]+|\^\^' + _IRI + ")?"
_LINE = re.compile(
    rf"\s*(?:{_IRI}|_:\S+)\s*{_IRI}\s*(?:{_IRI}|_:\S+|{_LITERAL})\s*(?P<graph>{_IRI}|_:\S+)?\s*\.\s*(?:#.*)?$"
)
_DIRECTIVE = re.compile(r"\s*(?:@prefix|@base|prefix\s+[\w.\-]*:|base\s*<|@version)", re.I)
_NAME = r"[\w.\-]{0,200}:[\w.\-%:]{0,500}"
_STATEMENT = re.compile(
    rf"\s*(?:<[^>]*>|_:\S{{1,200}}|{_NAME}|\[|\()\s*(?:<[^>]*>|a\s|{_NAME}|\]|\)|_:|\"|\()"
)
_GRAPH_BLOCK = re.compile(
    rf"(?:^|[.}}] ?)(?:GRAPH )?(?:<i>|{_NAME}|_:\w{{1,200}}|\[ ?\])? ?\{{ ?(?!\")", re.I
)
_NOT_STRUCTURE = re.compile(rf"{STRINGS_AND_COMMENTS}|<[^<>\s]*>", re.S)


def sniff(body: bytes) -> str | None:
    """Name of the syntax the body looks like, "html" for a web page, None when it looks like neither."""
    text = _head(body)
    if _JSON_START.match(text):
        return "json-ld"
    stripped = _skip_preamble(text)
    if _HTML_START.match(stripped):
        return HTML
    if _is_element(stripped) or text.lstrip().startswith("<?xml"):
        return "rdf-xml"
    return _text_syntax(text) if stripped is text else None


def _head(body: bytes) -> str:
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body[:_WINDOW].decode(encoding, "replace").lstrip("\ufeff")
    return body[:_WINDOW].decode("utf-8", "replace")


def _is_element(text: str) -> bool:
    """Whether an XML element begins here; `<a>` may also be a relative IRI of Turtle, unless it is closed later."""
    match = _ELEMENT.match(text)
    return match is not None and (match["bare"] is None or f"</{match['name']}" in text)


def _skip_preamble(text: str) -> str:
    while match := _XML_PREAMBLE.match(text):
        text = text[match.end() :]
    return text


def _text_syntax(text: str) -> str | None:
    if match := _TEXT_COMMENT.match(text):
        text = text[match.end() :]
    lines = [line for line in text.splitlines()[:50] if line.strip() and not line.lstrip().startswith("#")]
    if len(text) >= _WINDOW - 4 and len(lines) > 1:
        lines = lines[:-1]
    matches = [_LINE.match(line) for line in lines]
    good = [match for match in matches if match is not None]
    if matches and len(good) * 2 > len(matches) and matches[0] is not None:
        return "n-quads" if any(match["graph"] for match in good) else "n-triples"
    is_text = _DIRECTIVE.match(text) or _STATEMENT.match(text) or re.match(r"\s*(?:GRAPH\b|\{)", text, re.I)
    if not is_text:
        return None
    structure = " ".join(_NOT_STRUCTURE.sub(_placeholder, text).split())
    return "trig" if _GRAPH_BLOCK.search(structure) else "turtle"


def _placeholder(match: re.Match[str]) -> str:
    first = match.group()[0]
    return "" if first == "#" else "<i>" if first == "<" else '"'
