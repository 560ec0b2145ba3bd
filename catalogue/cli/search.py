"""`pharos search`: the search of the pages and the API, from the command line."""

from __future__ import annotations

import click

from catalogue.cli.context import Invocation, common
from catalogue.cli.output import note, print_json
from catalogue.cli.workbench import reading
from catalogue.discovery.facets import hint_text
from catalogue.discovery.search import run_search
from catalogue.errors import InvalidQuery
from catalogue.model.search import (
    FACETS,
    MAX_PAGE_SIZE,
    SORTS,
    SearchHint,
    SearchHit,
    SearchPage,
    SearchQuery,
)
from catalogue.model.wording import counted


@click.command()
@click.argument("text", nargs=-1)
@click.option(
    "--facet",
    "-f",
    "filters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Narrow; repeated for one facet: either.",
)
@click.option("--page", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--size", type=click.IntRange(1, MAX_PAGE_SIZE), default=20, show_default=True)
@click.option("--sort", type=click.Choice(SORTS), default="relevance", show_default=True)
@common
def search(
    invocation: Invocation,
    text: tuple[str, ...],
    *,
    filters: tuple[str, ...],
    page: int,
    size: int,
    sort: str,
) -> None:
    """Search the published datasets; without words, all of them."""
    query = SearchQuery(" ".join(text), _filters(filters), sort, page, size)
    with reading(invocation) as services:
        found = run_search(services.search, services.vocabularies, query, services.ledger)
        behind = services.ledger.position() - found.position
    if behind > 0:
        note(
            f"The search index has still to follow {counted(behind, 'change')}: what they brought is missing here."
        )
    for hint in found.hints:
        note(hint_text(hint))
    if invocation.json:
        print_json(
            {
                "total": found.total,
                "hits": [_hit(hit) for hit in found.hits],
                "facets": {
                    name: [{"value": v.value, "label": v.label, "count": v.count} for v in values]
                    for name, values in found.facets.items()
                },
                "page": found.page,
                "size": found.size,
                "hints": [_hint(hint) for hint in found.hints],
            }
        )
        return
    _print(found)


def _print(found: SearchPage) -> None:
    for hit in found.hits:
        click.echo(f"{hit.document.dataset_id}  {_title(hit)}")
        click.echo(f"{'':20}  {hit.document.iri}  [{hit.document.source}, {hit.document.verdict}]")
    note(counted(found.total, "dataset") + (f", page {found.page}" if found.total > found.size else ""))


def _hit(hit: SearchHit) -> dict[str, object]:
    document = hit.document
    return {
        "id": document.dataset_id,
        "iri": document.iri,
        "title": _title(hit),
        "source": document.source,
        "verdict": document.verdict,
        "publisher": document.publisher,
        "modified": document.modified,
        "score": hit.score,
    }


def _hint(hint: SearchHint) -> dict[str, object]:
    return {
        "parameter": hint.parameter,
        "value": hint.value,
        "detail": hint_text(hint),
        "nearest": [{"value": v.value, "label": v.label, "count": v.count} for v in hint.nearest],
    }


def _title(hit: SearchHit) -> str:
    titles = hit.document.titles
    return titles.get("en") or titles.get("") or next(iter(titles.values()), hit.document.iri)


def _filters(pairs: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        name = name.replace("-", "_")
        if not equals or name not in FACETS:
            raise InvalidQuery(
                f"--facet {pair!r} must have the form NAME=VALUE with one of {', '.join(FACETS)}.",
                parameter="facet",
            )
        found[name] = (*found.get(name, ()), value)
    return found
