"""The options by which `pharos sources add` describes a source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import click

from catalogue.adapters.vocabularies import load_vocabularies
from catalogue.errors import InvalidQuery
from catalogue.harvesting.source_checks import check_reference, check_rule, country_code
from catalogue.harvesting.sources import read_option
from catalogue.model.harvest import HarvestSource, PublicationPolicy
from catalogue.model.sources import NoticeTarget
from catalogue.ports import Harvester

F = TypeVar("F", bound=Callable[..., Any])

PLAIN = ("harvester", "title", "profile", "priority", "schedule", "time_zone", "time_budget")
"""Options that are fields of the source as they stand."""
_OPTIONS = (
    click.option("--slug", help="Name of the source, chosen once and never used for another URL."),
    click.option("--harvester", help="Protocol of the source.  [default: dcat_rdf]"),
    click.option("--title", help="Name of the provider as pages show it."),
    click.option("--country", help="Code of the provider's country, such as NL or NLD."),
    click.option("--profile", help="Profile the records are judged by.  [default: auto]"),
    click.option(
        "--option", "-o", "options", multiple=True, metavar="NAME=VALUE", help="Option of the harvester."
    ),
    click.option(
        "--priority", type=int, help="Higher wins where two sources describe one dataset.  [default: 0]"
    ),
    click.option(
        "--policy", type=click.Choice(["all", "conformant"]), help="What is published.  [default: all]"
    ),
    click.option("--schedule", help="When it is harvested: `0 3 * * *` or `every 6 hours`; '' for never."),
    click.option("--time-zone", help="Time zone of the schedule, such as Europe/Rome.  [default: UTC]"),
    click.option("--time-budget", type=int, help="Seconds that a run may take."),
    click.option(
        "--notify", multiple=True, metavar="TO", help="Who is told: mailto:ADDRESS or a webhook's URL."
    ),
    click.option(
        "--notify-secret", metavar="REF", help="Secret that signs webhooks, as env:NAME or file:/path."
    ),
    click.option("--no-notify", is_flag=True, help="Tell nobody of this source alone."),
    click.option("--bearer", metavar="REF", help="Bearer token, as env:NAME or file:/path."),
    click.option(
        "--basic", nargs=2, metavar="USER REF", help="User name, and password as env:NAME or file:/path."
    ),
    click.option(
        "--header", nargs=2, metavar="NAME REF", help="Header name, and value as env:NAME or file:/path."
    ),
    click.option(
        "--oidc",
        nargs=3,
        metavar="TOKEN_URL CLIENT REF",
        help="OpenID Connect client credentials: token endpoint, client, secret as env:NAME or file:/path.",
    ),
    click.option("--oidc-scope", metavar="SCOPE", help="Scope of the tokens."),
    click.option("--no-credentials", is_flag=True, help="Forget the credentials of before."),
    click.option(
        "--switch-off", "switched_off", multiple=True, metavar="RULE", help="Repair that is not made."
    ),
)


def source_options(command: F) -> F:
    """Everything that describes a source but its URL."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def changed(source: HarvestSource, harvesters: dict[str, Harvester], given: dict[str, Any]) -> HarvestSource:
    """The source with what the command's options name; the rest stays as it was."""
    changes = {name: given[name] for name in PLAIN if given[name] is not None}
    harvester = harvesters.get(changes.get("harvester", source.harvester))
    if given["country"] is not None:
        changes["country"] = country_code(given["country"], load_vocabularies())
    if given["policy"]:
        changes["policy"] = PublicationPolicy(given["policy"])
    if given["options"]:
        changes["options"] = {**source.options, **_options(harvester, given["options"])}
    if given["switched_off"]:
        for name in given["switched_off"]:
            check_rule(name)
        changes["switched_off"] = given["switched_off"]
    if given["notify"] or given["no_notify"]:
        changes["notices"] = tuple(_target(to, given["notify_secret"]) for to in given["notify"])
    credentials = _credentials(given)
    if credentials is not None:
        changes["credentials"] = credentials
    return replace(source, **changes)


def _target(to: str, secret: str | None) -> NoticeTarget:
    return NoticeTarget(to, "" if to.startswith("mailto:") else secret or "")


def _options(harvester: Harvester | None, pairs: tuple[str, ...]) -> dict[str, object]:
    declared = {option.name: option for option in harvester.options} if harvester else {}
    found: dict[str, object] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise InvalidQuery(f"--option {pair!r} must have the form NAME=VALUE.", parameter="option")
        found[name] = read_option(declared[name], value) if name in declared else value
    return found


def _credentials(given: dict[str, Any]) -> dict[str, str] | None:
    """What the options say, {} to forget what was there, None when they say nothing."""
    scope = {"scope": given["oidc_scope"]} if given["oidc_scope"] else {}
    makers: dict[str, Callable[[Any], dict[str, str]]] = {
        "bearer": lambda ref: {"scheme": "bearer", "secret": ref},
        "basic": lambda pair: {"scheme": "basic", "user": pair[0], "secret": pair[1]},
        "header": lambda pair: {"scheme": "header", "header": pair[0], "secret": pair[1]},
        "oidc": lambda three: {
            "scheme": "oidc",
            "token_url": three[0],
            "client": three[1],
            "secret": three[2],
            **scope,
        },
        "no_credentials": lambda _: {},
    }
    named = [name for name in makers if given[name]]
    if not named:
        return None
    if len(named) > 1:
        options = ", ".join("--" + name.replace("_", "-") for name in named)
        raise InvalidQuery(f"Name one way to identify, not several: {options}.", parameter="credentials")
    found = makers[named[0]](given[named[0]])
    if found:
        check_reference(found["secret"], "credentials")
    return found
