"""How commands speak: JSON for machines, plain tables for people, progress on stderr at a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from catalogue.harvesting.intake import Progress
    from catalogue.model.harvest import RunCounts


def print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Left-aligned columns; the last one may be as wide as it likes."""
    texts = [[_text(row.get(column)) for column in columns] for row in rows]
    widths = [max(len(column), *(len(t[i]) for t in texts)) for i, column in enumerate(columns)]
    for line in ([*columns], *texts):
        cells = [cell.ljust(width) for cell, width in zip(line[:-1], widths[:-1], strict=True)]
        click.echo("  ".join([*cells, line[-1]]).rstrip())


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value).replace("\n", " ")


def note(text: str) -> None:
    """A sentence for the person, on stderr."""
    click.echo(text, err=True)


def _silent(counts: RunCounts, page_url: str, total: int | None) -> None:
    del counts, page_url, total


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """A bar on stderr at a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    with Bar(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        # Standard output is the answer's, and may be read by a machine.
        redirect_stdout=False,
    ) as bar:
        task = bar.add_task(title, total=None)

        def show(counts: RunCounts, page_url: str, total: int | None) -> None:
            del page_url
            bar.update(task, completed=counts.found, total=total)

        yield show
