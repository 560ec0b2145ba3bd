"""Sources as a TOML file: one table `[sources.SLUG]` for each, read with errors that name the key, written back."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any

from catalogue.errors import InvalidQuery
from catalogue.harvesting.source_checks import country_code
from catalogue.harvesting.sources import check_source
from catalogue.model.harvest import HarvestSource, PublicationPolicy
from catalogue.model.sources import NoticeTarget
from catalogue.model.vocabularies import Vocabularies
from catalogue.ports import Harvester

KINDS: Mapping[str, tuple[type, str]] = {
    "url": (str, "a text"),
    "harvester": (str, "a text"),
    "title": (str, "a text"),
    "country": (str, "a text"),
    "profile": (str, "a text"),
    "options": (dict, "a table"),
    "credentials": (dict, "a table of texts"),
    "policy": (str, "a text"),
    "priority": (int, "a whole number"),
    "switched_off": (list, "a list of texts"),
    "schedule": (str, "a text"),
    "time_zone": (str, "a text"),
    "time_budget": (int, "a whole number of seconds"),
    "notices": (list, 'a list of tables such as { to = "mailto:ADDRESS" }'),
    "paused": (bool, "true or false"),
}
"""What a table may hold, in the order in which it is written."""


@dataclass(frozen=True, slots=True)
class Described:
    """A source as the file describes it; `paused` is None where the file does not say."""

    source: HarvestSource
    paused: bool | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the names in a file may stand for."""

    harvesters: Mapping[str, Harvester]
    profiles: Collection[str]
    vocabularies: Vocabularies


def read_sources(text: str, name: str, known: Known) -> list[Described]:
    """The sources of a file called `name`, by slug. InvalidQuery names the file, the table, the key and what it may
    be."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidQuery(f"{name} is not TOML: {error}.", advice="See https://toml.io.") from error
    _refuse_unknown(document, ("sources",), name)
    tables = document.get("sources", {})
    if not isinstance(tables, dict):
        raise InvalidQuery(f"{name}: sources must be tables, each headed [sources.NAME].")
    found = [_read_table(slug, table, f"{name}: [sources.{slug}]", known) for slug, table in tables.items()]
    _refuse_twins(found, name)
    return sorted(found, key=lambda item: item.source.slug)


def write_sources(sources: Iterable[HarvestSource]) -> str:
    """The file that `read_sources` reads as these sources; what is as it would be anyway is left out."""
    parts = ["# Sources of a Pharos catalogue: `pharos sources apply FILE` makes them so.\n"]
    for source in sorted(sources, key=lambda one: one.slug):
        lines = [f"[sources.{source.slug}]"]
        lines += [f"{key} = {_toml(value)}" for key, value in _values(source).items()]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _read_table(slug: str, table: object, where: str, known: Known) -> Described:
    if not isinstance(table, dict):
        raise InvalidQuery(f"{where} must be a table.")
    _refuse_unknown(table, tuple(KINDS), where)
    for key, value in table.items():
        kind, said = KINDS[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise InvalidQuery(f"{where} {key} must be {said}.", parameter=key)
    for key in ("url", "harvester"):
        if key not in table:
            raise InvalidQuery(f"{where} needs the key {key!r}.", parameter=key)
    try:
        source = _source(slug, table, known.vocabularies)
        check_source(source, known.harvesters, known.profiles)
    except InvalidQuery as error:
        raise _placed(error, where) from error
    return Described(source, table.get("paused"))


def _placed(error: InvalidQuery, where: str) -> InvalidQuery:
    """The error with the table and the key where it stands."""
    parameter = str(error.context.get("parameter", ""))
    # A name that is no key of the table is an option of the harvester; the table's own name is in its heading.
    option = "" if parameter in ("", "slug") else f" options.{parameter}"
    key = f" {parameter}" if parameter in KINDS else option
    return InvalidQuery(f"{where}{key}: {error.detail}", advice=error.advice, parameter=parameter)


def _source(slug: str, table: Mapping[str, object], vocabularies: Vocabularies) -> HarvestSource:
    plain = {name: table[name] for name in KINDS if name in table and name != "paused"}
    readers: dict[str, Callable[[object], object]] = {
        "country": lambda value: country_code(str(value), vocabularies),
        "policy": _policy,
        "credentials": _texts,
        "switched_off": _names,
        "notices": _targets,
    }
    given: dict[str, Any] = {
        name: readers[name](value) if name in readers else value for name, value in plain.items()
    }
    return HarvestSource(slug=slug, **given)


def _policy(value: object) -> PublicationPolicy:
    try:
        return PublicationPolicy(str(value))
    except ValueError as error:
        known = " or ".join(policy.value for policy in PublicationPolicy)
        raise InvalidQuery(f"{value!r} is no policy; it may be {known}.", parameter="policy") from error


def _texts(value: object) -> dict[str, str]:
    assert isinstance(value, dict)
    wrong = [key for key, text in value.items() if not isinstance(text, str)]
    if wrong:
        raise InvalidQuery(f"{wrong[0]} must be a text.", parameter="credentials")
    return dict(value)


def _names(value: object) -> tuple[str, ...]:
    assert isinstance(value, list)
    if not all(isinstance(name, str) for name in value):
        raise InvalidQuery("It must be a list of texts.", parameter="switched_off")
    return tuple(value)


def _targets(value: object) -> tuple[NoticeTarget, ...]:
    assert isinstance(value, list)
    allowed = tuple(field.name for field in fields(NoticeTarget))
    found = []
    for item in value:
        if not isinstance(item, dict) or not isinstance(item.get("to"), str):
            raise InvalidQuery(
                'Each notice must be a table such as { to = "mailto:ADDRESS" }.', parameter="notices"
            )
        strange = [key for key in item if key not in allowed or not isinstance(item[key], str)]
        if strange:
            raise InvalidQuery(
                f"A notice has the texts {' and '.join(allowed)}; {strange[0]!r} is not one.",
                parameter="notices",
            )
        found.append(NoticeTarget(**item))
    return tuple(found)


def _refuse_unknown(table: Mapping[str, object], allowed: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in allowed:
            close = get_close_matches(key, allowed, 1)
            advice = f"Did you mean {close[0]!r}?" if close else f"It may be: {', '.join(allowed)}."
            raise InvalidQuery(f"{where} has an unknown key {key!r}.", advice=advice, parameter=key)


def _refuse_twins(found: list[Described], name: str) -> None:
    slugs: dict[str, str] = {}
    for item in found:
        other = slugs.setdefault(item.source.url, item.source.slug)
        if other != item.source.slug:
            raise InvalidQuery(
                f"{name}: [sources.{other}] and [sources.{item.source.slug}] have the same url.",
                advice="Describe each source once.",
                parameter="url",
            )


def _values(source: HarvestSource) -> dict[str, object]:
    """What the file says of a source, as TOML values."""
    usual = HarvestSource(source.slug, source.url, source.harvester)
    found: dict[str, object] = {}
    for name in KINDS:
        if name == "paused":
            continue
        value = getattr(source, name)
        if name in ("url", "harvester") or value != getattr(usual, name):
            found[name] = value
    if source.notices:
        found["notices"] = [
            {"to": t.to, "secret": t.secret} if t.secret else {"to": t.to} for t in source.notices
        ]
    if source.paused_at is not None:
        found["paused"] = True
    return found


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_toml(str(key))} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    # A text of JSON is a basic string of TOML, but for the one control character that JSON leaves as it is.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
