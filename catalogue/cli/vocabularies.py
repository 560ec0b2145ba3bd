"""`pharos vocabularies`: which concepts there are, and how an operator adds an ontology of her own."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import click

from catalogue.adapters.added_vocabularies import AddedVocabularies, AddedVocabulary
from catalogue.adapters.vocabularies import load_vocabularies
from catalogue.bootstrap import SystemClock, open_judging
from catalogue.cli.context import Invocation, common_group, founding
from catalogue.cli.output import note, print_json, print_table
from catalogue.cli.validate_inputs import STDIN, Input, payload_of
from catalogue.errors import InvalidQuery, NotFound
from catalogue.model.vocabularies import Concept, Vocabularies
from catalogue.rdf.literals import preferred
from catalogue.rdf.namespaces import DCT, RDF, SKOS
from catalogue.rdf.terms import NamedNode

NEXT = (
    "A server that runs takes it up when it is started again. Then bring stored records up: "
    "`pharos replay` judges them anew, `pharos rebuild search` finds them by the new words."
)
_ENDINGS = frozenset(
    {".gz", ".json", ".jsonld", ".n3", ".nq", ".nt", ".owl", ".rdf", ".trig", ".ttl", ".xml"}
)


@dataclass(frozen=True, slots=True)
class _Given:
    """The file on disk, and how it is told. `suggested`: a name after the file, "" where it has none."""

    path: Path
    source: str
    media_type: str | None = None
    suggested: str = ""


@click.group()
@common_group
def vocabularies() -> None:
    """List and show vocabularies, and add them from ontology files."""


@vocabularies.command("list")
@founding
def list_(invocation: Invocation) -> None:
    """List the vocabularies that Pharos knows, and those that were added."""
    added = _added(invocation)
    known = load_vocabularies(added.files())
    rows = [_facts(name, known, added) for name in sorted(known.graphs)]
    if invocation.json:
        print_json(rows)
        return
    print_table(
        [
            {**row, "added": "added" if row["added"] else "", "languages": _short(row["languages"])}
            for row in rows
        ],
        ["name", "concepts", "languages", "added", "title"],
    )


@vocabularies.command()
@click.argument("name")
@click.option("--concepts", is_flag=True, help="List its concepts, too.")
@founding
def show(invocation: Invocation, name: str, *, concepts: bool) -> None:
    """Show one vocabulary: what it holds and where it is from."""
    added = _added(invocation)
    known = load_vocabularies(added.files())
    if name not in known.graphs:
        raise NotFound(f"There is no vocabulary {name!r}; there are: {', '.join(sorted(known.graphs))}.")
    facts = _facts(name, known, added)
    listed = [_told(concept) for concept in _concepts(name, known)] if concepts else []
    if invocation.json:
        print_json({**facts, "members": listed} if concepts else facts)
        return
    for field, value in facts.items():
        click.echo(f"{field:13} {', '.join(value) if isinstance(value, list) else value}")
    if listed:
        print_table(listed, ["iri", "notation", "label"])


@vocabularies.command()
@click.argument("file", metavar="FILE|URL|-")
@click.option("--name", help="Name of the vocabulary.  [default: that of the file]")
@click.option("--title", default="", help="Title.  [default: that in the file]")
@click.option("--replace", is_flag=True, help="Replace the vocabulary that was added under this name.")
@founding
def add(invocation: Invocation, file: str, name: str | None, title: str, *, replace: bool) -> None:
    """Add an ontology file (SKOS or OWL, in any syntax of RDF). It is checked first."""
    with _on_disk(invocation, file) as given:
        named = name or given.suggested
        if not named:
            raise InvalidQuery("Give the vocabulary a name: --name NAME", parameter="name")
        facts = _added(invocation).add(
            named, given.path, given.source, SystemClock(),
            title=title, media_type=given.media_type, replace=replace,
        )  # fmt: skip
    if invocation.json:
        print_json({**asdict(facts), "added": True})
        return
    left_out = f" {facts.nameless:,} without a label were left out." if facts.nameless else ""
    note(f"{facts.name}: {facts.concepts:,} concepts.{left_out} {NEXT}")
    print_table([_row(facts)], ["name", "concepts", "languages", "version", "title"])


@vocabularies.command()
@click.argument("name")
@founding
def remove(invocation: Invocation, name: str) -> None:
    """Remove a vocabulary that was added. Reports that were made with it stay until records are judged anew."""
    _added(invocation).remove(name)
    if invocation.json:
        print_json({"removed": name})
    else:
        note(
            f"{name} is removed. {NEXT.replace('takes it up', 'forgets it').replace('new words', 'words left')}"
        )


def _added(invocation: Invocation) -> AddedVocabularies:
    return AddedVocabularies(invocation.settings().data, load_vocabularies().graphs.keys())


@contextmanager
def _on_disk(invocation: Invocation, file: str) -> Iterator[_Given]:
    """The file itself, or what a URL or standard input gives in one that is gone afterwards."""
    is_url = "://" in file and not file.startswith("file:")
    path = Path(urlsplit(file).path if file.startswith("file:") else file)
    if not is_url and file != STDIN:
        if not path.is_file():
            raise InvalidQuery(f"There is no file {file!r}.", parameter="file")
        yield _Given(path, str(path), suggested=_name_of(path.name))
        return
    with tempfile.TemporaryDirectory(prefix="pharos-") as folder:
        kept = Path(folder) / "ontology"
        if file == STDIN:
            with kept.open("wb") as out:
                shutil.copyfileobj(sys.stdin.buffer, out)
            yield _Given(kept, "standard input")
            return
        payload = payload_of(open_judging(invocation.settings(), invocation.secrets()), Input(file, file))
        kept.write_bytes(payload.body)
        media_type, url = payload.media_type, payload.url
        suggested = _name_of(PurePosixPath(urlsplit(url).path).name)
        del payload
        yield _Given(kept, url, media_type, suggested)


def _name_of(file: str) -> str:
    """`My_Ontology.owl.gz` → `my_ontology`."""
    name = file.lower()
    while PurePosixPath(name).suffix in _ENDINGS:
        name = PurePosixPath(name).stem
    return name


def _facts(name: str, known: Vocabularies, added: AddedVocabularies) -> dict[str, Any]:
    if name in added.names():
        return {**asdict(added.get(name)), "added": True}
    concepts = _concepts(name, known)
    graph = known.graphs[name]
    schemes = graph.instances(SKOS.ConceptScheme)
    title = preferred(graph.objects(schemes[0], DCT.title)) if schemes else None
    return {
        "name": name,
        "title": title.value if title else name,
        "scheme": next((node.value for node in schemes if isinstance(node, NamedNode)), ""),
        "concepts": len(concepts),
        "languages": sorted({language for concept in concepts for language in concept.labels}),
        "added": False,
    }


def _concepts(name: str, known: Vocabularies) -> list[Concept]:
    nodes = (t.subject for t in known.graphs[name].pointing_to(SKOS.Concept) if t.predicate == RDF.type)
    found = (known.concept(node.value) for node in nodes if isinstance(node, NamedNode))
    return [concept for concept in found if concept is not None]


def _told(concept: Concept) -> dict[str, str]:
    return {"iri": concept.iri, "notation": concept.notation, "label": concept.label()}


def _row(facts: AddedVocabulary) -> dict[str, Any]:
    return {**asdict(facts), "languages": _short(facts.languages)}


def _short(languages: list[str]) -> str:
    named = [language for language in languages if language]
    return " ".join(named) if len(named) <= 5 else f"{len(named)} languages"
