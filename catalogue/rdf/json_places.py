"""JSON with the place of every value: the library's reader gives none."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from catalogue.rdf.statements import Unreadable

MAX_DEPTH = 100
MAX_VALUES = 500_000
"""Objects, lists and values that are read; each takes a quarter of a kilobyte."""
_TOKENS = re.compile(
    r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<sign>[\[\]{}:,])|(?P<word>true|false|null)|(?P<number>-?\d[\d.eE+\-]*))',
    re.S,
)


@dataclass(frozen=True, slots=True)
class JsonValue:
    """A text, number (as it is written), boolean or null. `offset` counts characters from the start."""

    value: str | bool | None
    offset: int
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class JsonList:
    items: tuple[Json, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class JsonObject:
    """`entries`: key, its place, value; of a key that comes twice the last counts, as everywhere."""

    entries: tuple[tuple[str, int, Json], ...]
    offset: int

    def get(self, key: str) -> Json | None:
        return next((value for name, _, value in reversed(self.entries) if name == key), None)


Json = JsonValue | JsonList | JsonObject


def read_json(text: str) -> Json:
    """The document. Raises Unreadable where it is no JSON, deeper than MAX_DEPTH or larger than MAX_VALUES."""
    return _Reader(text).value(0)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._offset = 0
        self._count = 0

    def _take(self) -> tuple[str, str, int]:
        match = _TOKENS.match(self._text, self._offset)
        if match is None:
            raise Unreadable
        self._offset = match.end()
        kind = str(match.lastgroup)
        return kind, match[kind], match.start(kind)

    def value(self, depth: int) -> Json:
        return self._value(*self._take(), depth)

    def _value(self, kind: str, text: str, offset: int, depth: int) -> Json:
        self._count += 1
        if depth > MAX_DEPTH or self._count > MAX_VALUES:
            raise Unreadable
        if kind == "text":
            return JsonValue(_plain(text), offset)
        if kind == "word":
            return JsonValue({"true": True, "false": False}.get(text), offset)
        if kind == "number":
            return JsonValue(text, offset, is_number=True)
        if text == "{":
            return JsonObject(tuple(self._entries(depth)), offset)
        if text == "[":
            return JsonList(tuple(self._items(depth)), offset)
        raise Unreadable

    def _items(self, depth: int) -> list[Json]:
        found: list[Json] = []
        token = self._take()
        while token[1] != "]" or token[0] != "sign":
            found.append(self._value(*token, depth + 1))
            kind, text, _ = self._take()
            if kind != "sign" or text not in (",", "]"):
                raise Unreadable
            if text == "]":
                break
            token = self._take()
        return found

    def _entries(self, depth: int) -> list[tuple[str, int, Json]]:
        found: list[tuple[str, int, Json]] = []
        kind, text, offset = self._take()
        while (kind, text) != ("sign", "}"):
            if kind != "text" or self._take()[:2] != ("sign", ":"):
                raise Unreadable
            found.append((_plain(text), offset, self.value(depth + 1)))
            after = self._take()[:2]
            if after == ("sign", "}"):
                break
            if after != ("sign", ","):
                raise Unreadable
            kind, text, offset = self._take()
        return found


def _plain(text: str) -> str:
    try:
        found = json.loads(text, strict=False)
    except ValueError as error:
        raise Unreadable from error
    return str(found)
