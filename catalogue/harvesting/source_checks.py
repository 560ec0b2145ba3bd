"""Checks of a source's credentials, schedule, notices and the like: what is wrong, and what it may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from catalogue.errors import InvalidQuery
from catalogue.harvesting.timetable import read_schedule, read_zone
from catalogue.model.harvest import HarvestSource
from catalogue.model.sources import NoticeTarget
from catalogue.model.vocabularies import Vocabularies
from catalogue.pipeline.repairs import RULE_NAMES

COUNTRIES = "http://publications.europa.eu/resource/authority/country/"
COUNTRY_CODES = "urn:iso:3166:"
SCHEMES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "bearer": (("secret",), ()),
    "basic": (("secret",), ("user",)),
    "header": (("header", "secret"), ()),
    "oidc": (("token_url", "client", "secret"), ("scope",)),
}
"""Ways to identify: the parts that each needs, and those it may have."""
LONGEST_BUDGET = 7 * 86_400
_REFERENCE = re.compile(r"(env:|file:).+")
_MAIL = re.compile(r"mailto:[^@\s,;<>]+@[^@\s,;<>]+")


def check_running(source: HarvestSource) -> None:
    """Everything about how a source is run. InvalidQuery names the field and what it may be."""
    check_credentials(source.credentials)
    read_zone(source.time_zone)
    if source.schedule:
        read_schedule(source.schedule, source.time_zone)
    for target in source.notices:
        check_target(target)
    for rule in source.switched_off:
        check_rule(rule)
    budget = source.time_budget
    if budget is not None and not 1 <= budget <= LONGEST_BUDGET:
        raise InvalidQuery(
            f"A run cannot take {budget} seconds: the time budget is from 1 to {LONGEST_BUDGET} (seven days).",
            parameter="time_budget",
        )


def check_credentials(credentials: Mapping[str, str]) -> None:
    """Never shows a value: it may be a secret in the wrong place."""
    if not credentials:
        return
    scheme = credentials.get("scheme", "")
    if scheme not in SCHEMES:
        raise _credentials_wrong(f"have no known scheme; it may be {', '.join(SCHEMES)}")
    needed, allowed = SCHEMES[scheme]
    missing = [name for name in needed if not credentials.get(name)]
    if missing:
        raise _credentials_wrong(f"of scheme {scheme} need {missing[0]!r}")
    extra = sorted(set(credentials) - {"scheme", *needed, *allowed})
    if extra:
        raise _credentials_wrong(
            f"of scheme {scheme} have no {extra[0]!r}; they have: {', '.join(needed + allowed)}"
        )
    check_reference(credentials["secret"], "credentials")
    url = urlsplit(credentials.get("token_url", "https://x"))
    if url.scheme not in ("http", "https") or not url.hostname or url.username:
        raise _credentials_wrong("have a token_url that is no http or https URL")


def check_reference(text: str, parameter: str) -> None:
    if not _REFERENCE.fullmatch(text):
        raise InvalidQuery(
            f"{parameter} want a reference to the secret, not the secret.",
            advice="Write env:NAME or file:/path.",
            parameter=parameter,
        )


def check_target(target: NoticeTarget) -> None:
    if target.to.startswith("mailto:"):
        if not _MAIL.fullmatch(target.to):
            raise InvalidQuery(f"{target.to!r} is not mailto: with one address.", parameter="notices")
        if target.secret:
            raise InvalidQuery("A notice by mail has no secret: it is not signed.", parameter="notices")
        return
    url = urlsplit(target.to)
    if url.scheme not in ("http", "https") or not url.hostname or url.username:
        raise InvalidQuery(
            "A notice goes to mailto:ADDRESS or to an http or https URL without user and password.",
            parameter="notices",
        )
    if not target.secret:
        raise InvalidQuery(
            f"The webhook {target.to} needs a secret to sign with.",
            advice="Give its reference: env:NAME or file:/path.",
            parameter="notices",
        )
    check_reference(target.secret, "notices")


def check_rule(name: str) -> None:
    if name not in RULE_NAMES:
        raise InvalidQuery(
            f"There is no repair {name!r}; there are: {', '.join(RULE_NAMES)}.", parameter="switched_off"
        )


def country_code(text: str, vocabularies: Vocabularies) -> str:
    """The code of two letters, also for one of three; "" stays empty."""
    code = text.upper()
    if not code:
        return ""
    country = vocabularies.concept(f"{COUNTRY_CODES}{code}") or vocabularies.concept(f"{COUNTRIES}{code}")
    if country is None:
        raise InvalidQuery(f"{text!r} is not a code of ISO 3166-1, such as NL or NLD.", parameter="country")
    return country.notation


def _credentials_wrong(what: str) -> InvalidQuery:
    return InvalidQuery(f"The credentials {what}.", parameter="credentials")
