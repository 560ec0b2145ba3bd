"""`pharos sources`: the registered remotes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from catalogue.adapters.profiles import load_profiles
from catalogue.bootstrap import SystemClock, open_ledger
from catalogue.cli.context import Invocation, common
from catalogue.cli.output import note, print_json, print_table
from catalogue.errors import InvalidQuery
from catalogue.harvesting.publication import choose
from catalogue.harvesting.registry import load_harvesters
from catalogue.harvesting.sources import check_source, read_option, suggest_slug
from catalogue.model.harvest import HarvestSource, PublicationPolicy
from catalogue.ports import Harvester


@click.group()
def sources() -> None:
    """Register, list and remove sources."""


@sources.command()
@click.argument("url")
@click.option("--slug", help="Name of the source, chosen once and never used for another URL.")
@click.option("--harvester", default="dcat_rdf", show_default=True, help="Protocol of the source.")
@click.option("--title", default="", help="Name of the provider as pages show it.")
@click.option("--country", default="", help="ISO 3166-1 alpha-2 code of the provider's country.")
@click.option("--profile", default="auto", show_default=True, help="Profile the records are judged by.")
@click.option(
    "--option", "-o", "options", multiple=True, metavar="NAME=VALUE", help="Option of the harvester."
)
@click.option(
    "--priority",
    type=int,
    default=0,
    show_default=True,
    help="Higher wins where two sources describe one dataset.",
)
@click.option(
    "--policy",
    type=click.Choice(["all", "conformant"]),
    default="all",
    show_default=True,
    help="What is published.",
)
@click.option("--bearer", metavar="REF", help="Bearer token, as env:NAME or file:/path.")
@click.option(
    "--basic", nargs=2, metavar="USER REF", help="User name, and password as env:NAME or file:/path."
)
@click.option(
    "--header", nargs=2, metavar="NAME REF", help="Header name, and value as env:NAME or file:/path."
)
@click.option("--switch-off", "switched_off", multiple=True, metavar="RULE", help="Repair that is not made.")
@common
def add(invocation: Invocation, url: str, **given: Any) -> None:
    """Register a source; the same slug and URL again changes its settings."""
    harvesters = load_harvesters()
    with open_ledger(invocation.settings()) as ledger:
        taken = {s.slug for s in ledger.sources(include_removed=True)}
        known = next((s for s in ledger.sources() if s.url == url), None)
        slug = given["slug"] or (known.slug if known else suggest_slug(url, taken))
        source = build_source(slug, url, harvesters, given)
        check_source(source, harvesters, load_profiles())
        added = ledger.add_source(source, by="cli")
    if invocation.json:
        print_json(source_summary(added))
    else:
        note(f"Registered {added.slug}. Harvest it with: pharos harvest {added.slug}")
        click.echo(added.slug)


@sources.command("list")
@common
def list_(invocation: Invocation) -> None:
    """List the registered sources."""
    with open_ledger(invocation.settings()) as ledger:
        rows = [source_summary(s) for s in ledger.sources()]
    if invocation.json:
        print_json(rows)
    else:
        print_table(rows, ["slug", "harvester", "country", "profile", "url"])


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
        count = ledger.remove_source(slug, choose, by="cli")
    if invocation.json:
        print_json({"slug": slug, "withdrawn": count})
    else:
        note(f"Removed {slug}; {count} records left the catalogue.")


def build_source(
    slug: str, url: str, harvesters: dict[str, Harvester], given: dict[str, Any]
) -> HarvestSource:
    """A source from the command's options; paths become file: URLs."""
    return HarvestSource(
        slug=slug,
        url=as_url(url),
        harvester=given["harvester"],
        title=given["title"],
        country=given["country"].upper(),
        profile=given["profile"],
        options=_options(harvesters.get(given["harvester"]), given["options"]),
        credentials=_credentials(given),
        policy=PublicationPolicy(given["policy"]),
        priority=given["priority"],
        switched_off=tuple(given["switched_off"]),
        added_at=SystemClock().now(),
    )


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


def _credentials(given: dict[str, Any]) -> dict[str, str]:
    if given["bearer"]:
        return {"scheme": "bearer", "secret": given["bearer"]}
    if given["basic"]:
        return {"scheme": "basic", "user": given["basic"][0], "secret": given["basic"][1]}
    if given["header"]:
        return {"scheme": "header", "header": given["header"][0], "secret": given["header"][1]}
    return {}


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
