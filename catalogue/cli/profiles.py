"""`pharos profiles`: which rules there are, what one says, and how an operator adds her own."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import click

from catalogue.adapters.added_profiles import AddedProfiles, NewProfile
from catalogue.adapters.profiles import ProfilesOnDemand
from catalogue.bootstrap import open_judging, shape_engine
from catalogue.cli.context import Invocation, common_group, founding
from catalogue.cli.output import note, print_json, print_table
from catalogue.cli.validate_inputs import STDIN, inputs_of, payload_of
from catalogue.discovery.rules import rules_of
from catalogue.errors import InvalidQuery, NotFound
from catalogue.model.validation import ShapesProfile


@click.group()
@common_group
def profiles() -> None:
    """List and show profiles, and add them from files of shapes."""


@profiles.command("list")
@founding
def list_(invocation: Invocation) -> None:
    """List the profiles that records can be judged by."""
    known = open_judging(invocation.settings(), invocation.secrets()).profiles
    added = _added(invocation).names()
    rows = [{**_facts(known[name]), "added": name in added} for name in known]
    if invocation.json:
        print_json(rows)
    else:
        print_table(
            [{**row, "added": "added" if row["added"] else ""} for row in rows],
            ["name", "version", "added", "title"],
        )


@profiles.command()
@click.argument("name")
@click.option("--shapes", is_flag=True, help="Print the shapes as Turtle.")
@founding
def show(invocation: Invocation, name: str, *, shapes: bool) -> None:
    """Show one profile and its rules."""
    known = open_judging(invocation.settings(), invocation.secrets()).profiles
    if name not in known:
        raise NotFound(f"There is no profile {name!r}; there are: {', '.join(known)}.")
    profile = known[name]
    if shapes:
        for access, turtle in (("", profile.shapes_turtle), *profile.variants):
            click.echo(f"# {access}\n{turtle}" if access else turtle)
        return
    rules = [
        {"shape": shape, "name": rule.name, "description": rule.description, "clauses": list(rule.clauses)}
        for shape, rule in sorted(rules_of(profile).items(), key=lambda item: (item[1].name, item[0]))
        if rule.description
    ]
    if invocation.json:
        print_json({**_facts(profile), "added": name in _added(invocation).names(), "rules": rules})
        return
    for field, value in _facts(profile).items():
        click.echo(f"{field:13} {', '.join(value) if isinstance(value, list) else value}")
    click.echo(f"{'rules':13} {len(rules)}")
    for title, number in Counter(str(rule["name"]).partition(":")[0] for rule in rules).items():
        click.echo(f"{'':13} {number:>5}  {title}")


@profiles.command()
@click.argument("file", metavar="FILE|URL|-")
@click.option("--name", help="Name of the profile.  [default: that of the file]")
@click.option("--title", default="", help="Title.  [default: that in the file]")
@click.option("--version", default="", help="Version.  [default: that in the file]")
@click.option("--description", default="", help="What it is for.  [default: that in the file]")
@click.option(
    "--vocabulary", "vocabularies", multiple=True, metavar="NAME", help="Vocabulary whose concepts it checks."
)
@click.option("--replace", is_flag=True, help="Replace the profile that was added under this name.")
@founding
def add(
    invocation: Invocation,
    file: str,
    name: str | None,
    vocabularies: Sequence[str],
    *,
    replace: bool,
    **said: str,
) -> None:
    """Add a profile from a file of shapes. It is checked first."""
    inputs = inputs_of([file])
    if len(inputs) != 1:
        raise InvalidQuery(f"{file!r} is {len(inputs)} files; a profile is made of one.", parameter="file")
    if name is None and file == STDIN:
        raise InvalidQuery("Shapes from standard input need a name: --name NAME", parameter="name")
    payload = payload_of(open_judging(invocation.settings(), invocation.secrets()), inputs[0])
    new = NewProfile(name or _name_of(payload.url), vocabularies=tuple(vocabularies), **said)
    profile = _added(invocation).add(new, payload.body, payload.url, payload.media_type, replace=replace)
    if invocation.json:
        print_json({**_facts(profile), "added": True, "sha256": hashlib.sha256(payload.body).hexdigest()})
    else:
        note(f"Added. Use it with: pharos validate FILE --profile {profile.name}")
        print_table([_facts(profile)], ["name", "version", "title"])


@profiles.command()
@click.argument("name")
@founding
def remove(invocation: Invocation, name: str) -> None:
    """Remove a profile that was added. Reports that were made by it stay."""
    _added(invocation).remove(name)
    if invocation.json:
        print_json({"removed": name})
    else:
        note(f"{name} is removed.")


def _added(invocation: Invocation) -> AddedProfiles:
    settings = invocation.settings()
    vocabularies = open_judging(settings, invocation.secrets()).vocabularies
    return AddedProfiles(
        settings.data / "profiles",
        tuple(ProfilesOnDemand()),
        tuple(vocabularies.graphs),
        shape_engine(settings),
    )


def _name_of(url: str) -> str:
    """`https://x.example/My_Shapes.ttl` → `my_shapes`."""
    name = PurePosixPath(urlsplit(url).path).name.lower()
    while PurePosixPath(name).suffix in (
        ".ttl",
        ".rdf",
        ".xml",
        ".nt",
        ".nq",
        ".trig",
        ".jsonld",
        ".json",
        ".gz",
    ):
        name = PurePosixPath(name).stem
    return name


def _facts(profile: ShapesProfile) -> dict[str, Any]:
    return {
        "name": profile.name,
        "version": profile.version,
        "title": profile.title,
        "description": profile.description,
        "variants": [access for access, _ in profile.variants],
        "vocabularies": list(profile.vocabularies),
        "see_also": list(profile.see_also),
        "bundle_hash": profile.bundle_hash,
    }
