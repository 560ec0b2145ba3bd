"""Rules about literals: language tags, dates, empty texts."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from catalogue.rdf.namespaces import DCAT, DCT, PROV, SCHEMA, XSD
from catalogue.rdf.terms import Literal, NamedNode, Triple

DATE_PROPERTIES: frozenset[NamedNode] = frozenset({
    DCAT.endDate, DCAT.startDate, DCT.available, DCT.created, DCT.date, DCT.dateAccepted, DCT.dateCopyrighted,
    DCT.dateSubmitted, DCT.issued, DCT.modified, DCT.valid, PROV.endedAtTime, PROV.generatedAtTime,
    PROV.startedAtTime, SCHEMA.endDate, SCHEMA.startDate,
})  # fmt: skip
"""Where a plain text that is a date in full is meant as one."""

_PLAIN = XSD.string
_DATE_TYPES = frozenset({XSD.date, XSD.dateTime, XSD.gYear, XSD.gYearMonth})
_ZONE = r"(?P<zone>[Zz]|[+-]\d\d:?\d\d)?"
_FORMS: tuple[tuple[re.Pattern[str], NamedNode], ...] = (
    (re.compile(rf"(?P<y>\d{{4}})-(?P<m>\d\d)-(?P<d>\d\d){_ZONE}"), XSD.date),
    (re.compile(r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?P<zone>[Zz])?"), XSD.date),
    (
        re.compile(
            r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)[Tt ](?P<H>\d\d):(?P<M>\d\d)(?::(?P<S>\d\d(?:\.\d+)?))?"
            + _ZONE
        ),
        XSD.dateTime,
    ),
    (
        re.compile(
            r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)[Tt](?P<H>\d\d)(?P<M>\d\d)(?P<S>\d\d(?:\.\d+)?)" + _ZONE
        ),
        XSD.dateTime,
    ),
    (re.compile(rf"(?P<y>\d{{4}})-(?P<m>\d\d){_ZONE}"), XSD.gYearMonth),
    (re.compile(rf"(?P<y>\d{{4}}){_ZONE}"), XSD.gYear),
)


def legal_language_tags(triple: Triple, base: str) -> Triple:  # noqa: ARG001
    """Language tags in lower case with hyphens (RFC 5646); a tag that is none goes, its text stays."""
    value = triple.object
    if not isinstance(value, Literal) or value.language is None:
        return triple
    tag = _legal_tag(value.language)
    if tag == value.language:
        return triple
    literal = Literal(value.value) if tag is None else Literal(value.value, language=tag)
    return Triple(triple.subject, triple.predicate, literal)


@lru_cache(1024)
def _legal_tag(tag: str) -> str | None:
    candidate = tag.strip().replace("_", "-").lower()
    try:
        return Literal("", language=candidate).language
    except ValueError:
        return None


def dates_by_their_text(triple: Triple, base: str) -> Triple:  # noqa: ARG001
    """Dates with the datatype and the separators that their text calls for (XML Schema part 2, section 3.3)."""
    value = triple.object
    if not isinstance(value, Literal) or value.language is not None:
        return triple
    datatype = value.datatype
    if datatype not in _DATE_TYPES and not (datatype == _PLAIN and triple.predicate in DATE_PROPERTIES):
        return triple
    meant = _meant(value.value, datatype == _PLAIN)
    if meant is None or meant == value:
        return triple
    return Triple(triple.subject, triple.predicate, meant)


@lru_cache(8192)
def _meant(text: str, is_plain: bool) -> Literal | None:
    """The date literal that a text stands for, or None when it is not one in full. A plain text must show a month:
    four digits alone may be anything."""
    text = text.strip()
    for form, datatype in _FORMS:
        match = form.fullmatch(text)
        if match is None:
            continue
        if (is_plain and datatype == XSD.gYear) or not _is_possible(match.groupdict()):
            return None
        return Literal(_written(match.groupdict()), datatype=datatype)
    return None


def date_of(text: str) -> Literal | None:
    """The date, month or year that a text is in full, in the form of a literal; None when it is none."""
    year = re.fullmatch(r"\d{4}", text)
    return Literal(text, datatype=XSD.gYear) if year and text != "0000" else _meant(text, is_plain=True)


def _is_possible(parts: dict[str, str | None]) -> bool:
    try:
        date(int(parts["y"] or 0), int(parts.get("m") or 1), int(parts.get("d") or 1))
    except ValueError:
        return False
    seconds = float(parts.get("S") or 0)
    return int(parts.get("H") or 0) < 24 and int(parts.get("M") or 0) < 60 and seconds < 60


def _written(parts: dict[str, str | None]) -> str:
    text = "-".join(part for name in "ymd" if (part := parts.get(name)))
    if parts.get("H"):
        text += f"T{parts['H']}:{parts['M']}:{parts['S'] or '00'}"
    zone = (parts.get("zone") or "").upper()
    if len(zone) == 5:
        zone = f"{zone[:3]}:{zone[3:]}"
    return text + zone


def without_empty_literals(triple: Triple, base: str) -> Triple | None:  # noqa: ARG001
    """Empty texts go: they say nothing, and count as a value where one is asked for."""
    value = triple.object
    return None if isinstance(value, Literal) and value.value == "" else triple
