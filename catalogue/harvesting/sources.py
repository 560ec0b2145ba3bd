"""Names and checks of sources before they reach the ledger."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from urllib.parse import unquote, urlsplit

from catalogue.errors import InvalidQuery
from catalogue.harvesting.judge import check_profile
from catalogue.harvesting.source_checks import check_running
from catalogue.model.harvest import HarvestSource, Option
from catalogue.model.identifiers import SLUG
from catalogue.ports import Harvester


def suggest_slug(url: str, taken: Collection[str]) -> str:
    """A free slug made of host and path: `https://data.clinic.example/catalog.ttl` gives `data-clinic-example-catalog`.
    Of a file or folder it has the last name only: the rest of the path is nobody else's business."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        host, path = "", unquote(parts.path).rstrip("/").rpartition("/")[2]
    else:
        host, path = parts.netloc.rpartition("@")[2], parts.path.rstrip("/")
    path = re.sub(r"(\.(ttl|rdf|xml|jsonld|json|nt|nq|trig|gz))+$", "", path, flags=re.IGNORECASE)
    text = re.sub(r"[^a-z0-9]+", "-", f"{host}-{path}".lower()).strip("-")
    stem = text[:56].strip("-") or "source"
    slug, number = stem, 2
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    return slug


def check_source(
    source: HarvestSource, harvesters: Mapping[str, Harvester], profiles: Collection[str]
) -> None:
    """InvalidQuery names the field that is wrong and what it may be."""
    if not SLUG.match(source.slug):
        raise InvalidQuery(
            f"{source.slug!r} is not a source name: use lower-case letters, digits and hyphens, at most 64.",
            parameter="slug",
        )
    parts = urlsplit(source.url)
    if parts.scheme not in ("http", "https", "file") or (parts.scheme != "file" and not parts.hostname):
        raise InvalidQuery(f"{source.url!r} is not an http or https URL.", parameter="url")
    if parts.username or parts.password:
        raise InvalidQuery(
            "The URL holds a user name or password.",
            advice="Give credentials by reference (env:NAME or file:/path) instead.",
            parameter="url",
        )
    if source.harvester not in harvesters:
        known = ", ".join(harvesters)
        raise InvalidQuery(
            f"There is no harvester {source.harvester!r}; there are: {known}.", parameter="harvester"
        )
    check_profile(source.profile, profiles)
    check_options(source.options, harvesters[source.harvester])
    check_running(source)


def check_options(options: Mapping[str, object], harvester: Harvester) -> None:
    """InvalidQuery names the option that the harvester does not have or whose value is of the wrong kind."""
    declared = {option.name: option for option in harvester.options}
    for name, value in options.items():
        if name not in declared:
            known = ", ".join(declared) or "none"
            raise InvalidQuery(f"{harvester.name} has no option {name!r}; it has: {known}.", parameter=name)
        _check_value(declared[name], value)


def read_option(option: Option, text: str) -> object:
    """The option's value from text, as the command line gives it."""
    if option.kind == "int" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if option.kind == "bool" and text.lower() in ("true", "yes", "1", "false", "no", "0"):
        return text.lower() in ("true", "yes", "1")
    return text


def _check_value(option: Option, value: object) -> None:
    if not _fits(option, value):
        allowed = {
            "int": f"a whole number from {option.at_least}",
            "bool": "true or false",
            "str": "a text",
            "choice": "one of " + ", ".join(choice or "(nothing)" for choice in option.choices),
        }[option.kind]
        raise InvalidQuery(
            f"Option {option.name!r} must be {allowed}, not {str(value)[:80]!r}.",
            advice=option.help,
            parameter=option.name,
        )


def _fits(option: Option, value: object) -> bool:
    if option.kind == "int":
        return isinstance(value, int) and not isinstance(value, bool) and value >= option.at_least
    if option.kind == "choice":
        return value in option.choices
    return isinstance(value, bool if option.kind == "bool" else str)
