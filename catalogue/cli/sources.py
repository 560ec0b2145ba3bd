"""`pharos sources`: the registered remotes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from catalogue.adapters.profiles import ProfilesOnDemand
from catalogue.adapters.vocabularies import load_vocabularies
from catalogue.bootstrap import SystemClock, open_ledger
from catalogue.cli.context import Invocation, common, common_group
from catalogue.cli.output import note, print_json, print_table
from catalogue.cli.workbench import bring_up
from catalogue.errors import InvalidQuery
from catalogue.harvesting.publication import choose
from catalogue.harvesting.registry import load_harvesters
from catalogue.harvesting.sources import check_source, read_option, suggest_slug
from catalogue.model.harvest import HarvestSource, PublicationPolicy
from catalogue.pipeline.repairs import RULE_NAMES
from catalogue.ports import Harvester, Ledger

BY = "cli"
COUNTRIES = "http://publications.europa.eu/resource/authority/country/"
COUNTRY_CODES = "urn:iso:3166:"
PLAIN = ("harvester", "title", "profile", "priority")
"""Options that are fields of the source as they stand."""


@click.group()
@common_group
def sources() -> None:
    """Register, list and remove sources."""


@sources.command()
@click.argument("url")
@click.option("--slug", help="Name of the source, chosen once and never used for another URL.")
@click.option("--harvester", help="Protocol of the source.  [default: dcat_rdf]")
@click.option("--title", help="Name of the provider as pages show it.")
@click.option("--country", help="Code of the provider's country, such as NL.")
@click.option("--profile", help="Profile the records are judged by.  [default: auto]")
@click.option(
    "--option", "-o", "options", multiple=True, metavar="NAME=VALUE", help="Option of the harvester."
)
@click.option(
    "--priority", type=int, help="Higher wins where two sources describe one dataset.  [default: 0]"
)
@click.option("--policy", type=click.Choice(["all", "conformant"]), help="What is published.  [default: all]")
@click.option("--bearer", metavar="REF", help="Bearer token, as env:NAME or file:/path.")
@click.option(
    "--basic", nargs=2, metavar="USER REF", help="User name, and password as env:NAME or file:/path."
)
@click.option(
    "--header", nargs=2, metavar="NAME REF", help="Header name, and value as env:NAME or file:/path."
)
@click.option("--no-credentials", is_flag=True, help="Forget the credentials of before.")
@click.option("--switch-off", "switched_off", multiple=True, metavar="RULE", help="Repair that is not made.")
@common
def add(invocation: Invocation, url: str, **given: Any) -> None:
    """Register a source; the same URL again changes the settings that are named."""
    harvesters, url = load_harvesters(), as_url(url)
    with open_ledger(invocation.settings()) as ledger:
        known = next((s for s in ledger.sources() if s.url == url and given["slug"] in (None, s.slug)), None)
        source = changed(known or _new(ledger, url, given["slug"]), harvesters, given)
        check_source(source, harvesters, ProfilesOnDemand())
        added = ledger.add_source(source, by=BY)
        published = ledger.republish(added.slug, choose) if known else 0
    if published:
        bring_up(invocation)
    if invocation.json:
        print_json(source_summary(added))
    else:
        note(
            f"{'Changed' if known else 'Registered'} {added.slug}. Harvest it with: pharos harvest {added.slug}"
        )
        click.echo(added.slug)


@sources.command("list")
@common
def list_(invocation: Invocation) -> None:
    """List the registered sources."""
    with open_ledger(invocation.settings()) as ledger:
        rows = [source_summary(s) for s in ledger.sources()]
    if invocation.json:
        print_json(rows)
    elif rows:
        print_table(rows, ["slug", "harvester", "country", "profile", "url"])
    else:
        note("No sources yet: pharos sources add URL")


@sources.command()
@click.argument("slug")
@common
def show(invocation: Invocation, slug: str) -> None:
    """Show one source with its last runs."""
    with open_ledger(invocation.settings()) as ledger:
        source = ledger.source(slug)
        last = ledger.runs(slug, limit=5)
    if invocation.json:
        print_json(
            {**source_summary(source), "runs": [{"run": r.run_id, "state": r.state.value} for r in last]}
        )
        return
    for name, value in source_summary(source).items():
        if value not in ("", {}, ()):
            click.echo(f"{name:12} {value}")
    for run in last:
        click.echo(f"run          {run.run_id} {run.state.value} ({run.counts.found} found)")


@sources.command()
@click.argument("slug")
@common
def remove(invocation: Invocation, slug: str) -> None:
    """Remove a source: its records leave the catalogue, their versions stay."""
    with open_ledger(invocation.settings()) as ledger:
        count = ledger.remove_source(slug, choose, by=BY)
    if count:
        bring_up(invocation)
    if invocation.json:
        print_json({"slug": slug, "withdrawn": count})
    else:
        note(f"Removed {slug}; {count} records left the catalogue.")


def _new(ledger: Ledger, url: str, slug: str | None) -> HarvestSource:
    taken = {s.slug for s in ledger.sources(include_removed=True)}
    return HarvestSource(slug or suggest_slug(url, taken), url, "dcat_rdf", added_at=SystemClock().now())


def changed(source: HarvestSource, harvesters: dict[str, Harvester], given: dict[str, Any]) -> HarvestSource:
    """The source with what the command's options name; the rest stays as it was."""
    changes = {name: given[name] for name in PLAIN if given[name] is not None}
    harvester = harvesters.get(changes.get("harvester", source.harvester))
    if given["country"] is not None:
        changes["country"] = _country(given["country"])
    if given["policy"]:
        changes["policy"] = PublicationPolicy(given["policy"])
    if given["options"]:
        changes["options"] = {**source.options, **_options(harvester, given["options"])}
    if given["switched_off"]:
        changes["switched_off"] = tuple(_rule(name) for name in given["switched_off"])
    credentials = _credentials(given)
    if credentials is not None:
        changes["credentials"] = credentials
    return replace(source, **changes)


def as_url(text: str) -> str:
    """The URL itself, or the file: URL of an existing path."""
    if "://" not in text and Path(text).exists():
        path = Path(text).resolve()
        return path.as_uri() + ("/" if path.is_dir() else "")
    return text


def _options(harvester: Harvester | None, pairs: tuple[str, ...]) -> dict[str, object]:
    declared = {option.name: option for option in harvester.options} if harvester else {}
    found: dict[str, object] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise InvalidQuery(f"--option {pair!r} must have the form NAME=VALUE.", parameter="option")
        found[name] = read_option(declared[name], value) if name in declared else value
    return found


def _country(text: str) -> str:
    """The code of two letters, also for one of three; "" takes the country away."""
    code = text.upper()
    if not code:
        return ""
    vocabularies = load_vocabularies()
    country = vocabularies.concept(f"{COUNTRY_CODES}{code}") or vocabularies.concept(f"{COUNTRIES}{code}")
    if country is None:
        raise InvalidQuery(f"{text!r} is not a code of ISO 3166-1, such as NL.", parameter="country")
    return country.notation


def _rule(name: str) -> str:
    if name not in RULE_NAMES:
        raise InvalidQuery(
            f"There is no repair {name!r}; there are: {', '.join(RULE_NAMES)}.", parameter="switch-off"
        )
    return name


def _credentials(given: dict[str, Any]) -> dict[str, str] | None:
    """What the options say, {} to forget what was there, None when they say nothing."""
    makers: dict[str, Callable[[Any], dict[str, str]]] = {
        "bearer": lambda ref: {"scheme": "bearer", "secret": ref},
        "basic": lambda pair: {"scheme": "basic", "user": pair[0], "secret": pair[1]},
        "header": lambda pair: {"scheme": "header", "header": pair[0], "secret": pair[1]},
        "no_credentials": lambda _: {},
    }
    named = [name for name in makers if given[name]]
    if not named:
        return None
    if len(named) > 1:
        options = ", ".join("--" + name.replace("_", "-") for name in named)
        raise InvalidQuery(f"Name one way to identify, not several: {options}.", parameter="credentials")
    found = makers[named[0]](given[named[0]])
    if found and not re.match(r"(env:|file:).", found["secret"]):
        # Not shown: it may be the secret itself.
        raise InvalidQuery(
            f"--{named[0]} wants a reference to the secret, not the secret.",
            advice="Write env:NAME or file:/path.",
            parameter=named[0],
        )
    return found


def source_summary(source: HarvestSource) -> dict[str, Any]:
    """The source as commands print it: credentials by reference only."""
    return {
        "slug": source.slug,
        "url": source.url,
        "harvester": source.harvester,
        "title": source.title,
        "country": source.country,
        "profile": source.profile,
        "options": dict(source.options),
        "credentials": dict(source.credentials),
        "policy": source.policy.value,
        "priority": source.priority,
        "switched_off": list(source.switched_off),
    }
