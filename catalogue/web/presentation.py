"""How values look on a page: dates, numbers, texts in the reader's language; all filters of the templates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Flask
from markupsafe import Markup

from catalogue.discovery.properties import compact, property_name
from catalogue.discovery.records import language_rank, title_of
from catalogue.model.records import StoredVersion
from catalogue.model.status import rough
from catalogue.web.i18n import gettext, mark, ngettext
from catalogue.web.sanitise import excerpt, lang, public_address, rich_text, safe_href
from catalogue.web.state import languages

_MONTHS = (
    mark("January"), mark("February"), mark("March"), mark("April"), mark("May"), mark("June"), mark("July"),
    mark("August"), mark("September"), mark("October"), mark("November"), mark("December"),
)  # fmt: skip


def day(value: str) -> str:
    """An ISO 8601 date (or year, month, date and time) in words; anything else as it is."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T.*|Z|[+-]\d\d:\d\d)?", value.strip())
    if match is None:
        return value
    year, month, day_of_month = match.groups()
    if month is None or not 1 <= int(month) <= 12:
        return year if month is None else value
    name = gettext(_MONTHS[int(month) - 1])
    return f"{int(day_of_month)} {name} {year}" if day_of_month else f"{name} {year}"


def moment(value: datetime | date | None) -> Markup:
    """A time element: day and, for a moment, hour and minute in UTC; a dash when there is none."""
    if value is None:
        return Markup('<span class="none">–</span>')
    words = day(value.isoformat()[:10])
    if isinstance(value, datetime):
        words += f", {value:%H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), words)


def ago(span: timedelta | None) -> str:
    """How long ago something was, in the largest unit of which there are at least two."""
    if span is None:
        return gettext("never")
    count, unit = rough(span)
    if unit == "day":
        return ngettext("%(num)s day ago", "%(num)s days ago", count) % {"num": number(count)}
    if unit == "hour":
        return ngettext("%(num)s hour ago", "%(num)s hours ago", count) % {"num": number(count)}
    return ngettext("%(num)s minute ago", "%(num)s minutes ago", count) % {"num": number(count)}


def number(value: int | str) -> str:
    """A whole number in groups of three; anything else as it is."""
    text = str(value)
    if not re.fullmatch(r"[+]?\d{1,30}", text):
        return text
    return f"{int(text):,}".replace(",", "\u202f") if int(text) > 9999 else str(int(text))


def size(value: str) -> str:
    """A number of bytes in a readable unit (powers of 1,000); anything else as it is."""
    try:
        amount = float(int(value))
    except ValueError:
        return value
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if abs(amount) < 1000 or unit == "TB":
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}".replace(".0 ", " ")
        amount /= 1000
    return value


@dataclass(frozen=True, slots=True)
class Text:
    """A text in one language; both empty when there is none."""

    text: str
    language: str


def in_language(texts: Mapping[str, str]) -> Text:
    """The reader's text of a language map."""
    tag = min(texts, key=lambda tag: language_rank(tag, languages()), default="")
    return Text(texts.get(tag, ""), tag)


def property_label(path: str) -> str:
    """A property's name with its compact IRI; a path that is no single property as it is."""
    iri = path.strip("<>")
    name = property_name(iri)
    short = compact(iri)
    return short if name.label == short else f"{gettext(name.label)} ({short})"


def version_title(version: StoredVersion) -> str:
    """The title of a stored version's subject, for lists."""
    return title_of(version, languages()) or version.subject


def register(app: Flask) -> None:
    """Gives the filters to templates."""
    filters = (
        rich_text, excerpt, safe_href, lang, day, moment, number, size, in_language, property_label, public_address, version_title,
        compact, ago,
    )  # fmt: skip
    app.jinja_env.filters.update({filter_.__name__: filter_ for filter_ in filters})
