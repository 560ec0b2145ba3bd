"""Values in literals: read tolerantly where people read, judged strictly where a validator asks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from urllib.parse import unquote

from catalogue.rdf.namespaces import XSD
from catalogue.rdf.terms import Literal, NamedNode, Term

_ZONE = r"(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)"
_YEAR = r"-?(?:[1-9]\d{3,}|0\d{3})"
_LOOSE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?|(?P<packed>\d{4}))?"
    r"(?:[T ]\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?P<fraction>[.,]\d+)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?(?P<dayzone>Z|[+-]\d{2}:\d{2})?$",
    re.IGNORECASE | re.ASCII,
)

_LEXICAL = {
    XSD.gYear.value: re.compile(rf"{_YEAR}{_ZONE}?$", re.ASCII),
    XSD.gYearMonth.value: re.compile(rf"{_YEAR}-(?:0[1-9]|1[0-2]){_ZONE}?$", re.ASCII),
    XSD.decimal.value: re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)$", re.ASCII),
    XSD.boolean.value: re.compile(r"(?:true|false|1|0)$", re.ASCII),
    XSD.duration.value: re.compile(
        r"-?P(?=[\dT])(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$",
        re.ASCII,
    ),
    XSD.dayTimeDuration.value: re.compile(
        r"-?P(?=[\dT])(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$", re.ASCII
    ),
    XSD.yearMonthDuration.value: re.compile(r"-?P(?=\d)(?:\d+Y)?(?:\d+M)?$", re.ASCII),
    XSD.gMonth.value: re.compile(rf"--(?:0[1-9]|1[0-2]){_ZONE}?$", re.ASCII),
    XSD.gDay.value: re.compile(rf"---(?:0[1-9]|[12]\d|3[01]){_ZONE}?$", re.ASCII),
    XSD.gMonthDay.value: re.compile(
        rf"--(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)"
        rf"|02-(?:0[1-9]|[12]\d)){_ZONE}?$",
        re.ASCII,
    ),
    XSD.hexBinary.value: re.compile(r"(?:[0-9a-fA-F]{2})*$", re.ASCII),
    XSD.language.value: re.compile(r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*$", re.ASCII),
    XSD.double.value: re.compile(
        r"(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN)$", re.ASCII
    ),
    XSD.float.value: re.compile(r"(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN)$", re.ASCII),
}
_DATE = re.compile(rf"(?P<day>{_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])){_ZONE}?$", re.ASCII)
_TIME = re.compile(rf"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?){_ZONE}?$", re.ASCII)
_LEXICAL[XSD.time.value] = _TIME
_INTEGER = re.compile(r"[+-]?\d+$", re.ASCII)
_ANY_URI_BAD = re.compile(r"[\x00-\x20<>\"{}|\\^`]")

_RANGES: dict[str, tuple[int | None, int | None]] = {
    XSD.integer.value: (None, None),
    XSD.nonNegativeInteger.value: (0, None),
    XSD.positiveInteger.value: (1, None),
    XSD.nonPositiveInteger.value: (None, 0),
    XSD.negativeInteger.value: (None, -1),
    XSD.long.value: (-(2**63), 2**63 - 1),
    XSD.int.value: (-(2**31), 2**31 - 1),
    XSD.short.value: (-(2**15), 2**15 - 1),
    XSD.byte.value: (-128, 127),
    XSD.unsignedLong.value: (0, 2**64 - 1),
    XSD.unsignedInt.value: (0, 2**32 - 1),
    XSD.unsignedShort.value: (0, 2**16 - 1),
    XSD.unsignedByte.value: (0, 255),
}

MAX_DIGITS = 4_000
"""Longer numbers are not read as numbers."""


def iso_date(text: str) -> str | None:
    """The ISO 8601 text (`YYYY`, `YYYY-MM`, `YYYY-MM-DD` or `YYYY-MM-DDThh:mm:ss[.f][zone]`) of a date as people and
    systems write it: `20090519`, `2019-10-30 23:00:00`, `2019-10-30T23:00Z`. None when it is no date, or says day
    and month in an order that cannot be told (`06/05/2009`)."""
    match = _LOOSE.match(text.strip())
    if match is None:
        return None
    packed = match["packed"]
    month, day = (packed[:2], packed[2:]) if packed else (match["month"], match["day"])
    if match["hour"] is not None and day is None:
        return None
    try:
        parts = [f"{date(int(match['year']), int(month or 1), int(day or 1)):%Y-%m-%d}"]
        if match["hour"] is not None:
            parts.append(_iso_time(match))
    except ValueError:
        return None
    length = 10 if day else 7 if month else 4
    return parts[0][:length] if len(parts) == 1 else "T".join(parts)


def _iso_time(match: re.Match[str]) -> str:
    """Raises ValueError for a time that no clock shows."""
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    datetime(2000, 1, 1, hour, minute, second)  # noqa: DTZ001  only judged, never kept
    fraction = (match["fraction"] or "").replace(",", ".").rstrip("0").rstrip(".")
    zone = (match["zone"] or match["dayzone"] or "").upper()
    if zone in ("UTC", "GMT"):
        zone = "Z"
    elif zone not in ("", "Z"):
        digits = zone[1:].replace(":", "").ljust(4, "0")
        zone = f"{zone[0]}{digits[:2]}:{digits[2:]}"
    return f"{hour:02}:{minute:02}:{second:02}{fraction}{zone}"


def is_well_formed(literal: Literal) -> bool:
    """Whether the text is in the lexical space of its datatype (XML Schema 1.1 part 2); True for types not judged."""
    return well_formed(literal.value, literal.datatype)


def well_formed(text: str, datatype: NamedNode) -> bool:
    """`is_well_formed` on a text and a datatype. White space around the text counts against it."""
    kind = datatype.value
    if kind in _LEXICAL:
        return _LEXICAL[kind].match(text) is not None and not text.endswith("\n")
    if kind in _RANGES:
        return _in_range(text, *_RANGES[kind])
    if kind == XSD.date.value:
        return _is_date(text)
    if kind in (XSD.dateTime.value, XSD.dateTimeStamp.value):
        day, separator, time = text.partition("T")
        zoned = kind == XSD.dateTime.value or re.search(f"{_ZONE}$", time) is not None
        return (
            bool(separator) and zoned and _is_day(day) and _TIME.match(time) is not None and "\n" not in text
        )
    if kind == XSD.anyURI.value:
        return _ANY_URI_BAD.search(text) is None
    return True


def _in_range(text: str, least: int | None, most: int | None) -> bool:
    if not _INTEGER.match(text) or text.endswith("\n"):
        return False
    if len(text) > MAX_DIGITS:
        is_negative = text.startswith("-")
        return (least is None) if is_negative else (most is None)
    number = int(text)
    return (least is None or number >= least) and (most is None or number <= most)


def _is_date(text: str) -> bool:
    match = _DATE.match(text)
    return match is not None and not text.endswith("\n") and _is_day(match["day"])


def _is_day(text: str) -> bool:
    """Whether the day is in the calendar (years beyond four digits: by the pattern of leap years)."""
    match = _DATE.match(text)
    if match is None or match["day"] != text:
        return False
    year, month, day = text.rsplit("-", 2)
    in_calendar = int(year[-4:]) % 400 or 400
    try:
        date(in_calendar + 2000, int(month), int(day))
    except ValueError:
        return False
    return True


def number(literal: Literal) -> Decimal | None:
    """The finite number a literal holds, whatever its datatype; None when it holds none."""
    text = literal.value.strip()
    if len(text) > MAX_DIGITS or not re.fullmatch(
        r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?", text, re.ASCII
    ):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def text_of(term: Term) -> str:
    """What a person reads of a term: a literal's text, the last part of an IRI, nothing of a blank node."""
    if isinstance(term, Literal):
        return term.value
    if isinstance(term, NamedNode):
        bare = term.value.rstrip("/#")
        return unquote(re.split(r"[/#]", bare)[-1]) or term.value
    return ""


def preferred(terms: Iterable[Term], languages: Sequence[str] = ("en",)) -> Literal | None:
    """The literal in the first language of `languages` that is there (`en` takes `en-GB` too), else one without a
    language, else the first by language tag; None when there is no literal with text."""
    literals = [term for term in terms if isinstance(term, Literal) and term.value.strip()]
    for wanted in languages:
        for literal in literals:
            tag = (literal.language or "").lower()
            if tag == wanted.lower() or tag.startswith(wanted.lower() + "-"):
                return literal
    plain = next((literal for literal in literals if not literal.language), None)
    return plain or min(literals, key=lambda literal: literal.language or "", default=None)
