"""The answers of `pharos validate`, one class for each format: given record by record, whole for machines."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Protocol

import click
from pyoxigraph import RdfFormat

from catalogue.bootstrap_validation import Checker
from catalogue.cli.output import note
from catalogue.cli.validate_inputs import Input
from catalogue.cli.validate_text import SHOWN, text_of
from catalogue.discovery.report_graph import report_graph
from catalogue.errors import CatalogueError
from catalogue.feeds.report_annotations import JUnitSuite, github_error, github_lines, github_skipped, junit
from catalogue.feeds.report_sheet import csv_header, csv_rows, csv_skipped, record_object, skipped_object
from catalogue.model.findings import JudgedRecord
from catalogue.model.records import RecordOutcome
from catalogue.rdf.graphs import serialise


class Answer(Protocol):
    """Told in order: what a document holds, or why it could not be checked. `holds_errors`: whether the latter is part
    of the answer (it is told on stderr all the same)."""

    holds_errors: bool

    def record(self, record: JudgedRecord, given: Input) -> None: ...

    def skipped(self, line: RecordOutcome, given: Input) -> None: ...

    def failed(self, error: CatalogueError, given: Input) -> None: ...

    def finish(self) -> None: ...


class _Quiet:
    """What most answers have in common: no place for documents that could not be checked."""

    holds_errors = False

    def __init__(self, checker: Checker) -> None:
        self._checker = checker

    def failed(self, error: CatalogueError, given: Input) -> None:
        del error, given

    def finish(self) -> None:
        pass


class TextAnswer(_Quiet):
    def __init__(self, checker: Checker) -> None:
        super().__init__(checker)
        self._grouping = checker.grouping(keep=SHOWN)
        self._skipped: list[tuple[str, RecordOutcome]] = []

    def record(self, record: JudgedRecord, given: Input) -> None:
        del given
        self._grouping.add(record)

    def skipped(self, line: RecordOutcome, given: Input) -> None:
        self._skipped.append((given.name, line))

    def finish(self) -> None:
        for line in text_of(self._grouping.report(), self._skipped):
            click.echo(line)


class JsonAnswer(_Quiet):
    """A list, one object per record; written as it comes."""

    def __init__(self, checker: Checker) -> None:
        super().__init__(checker)
        self._separator = "[\n"

    def record(self, record: JudgedRecord, given: Input) -> None:
        del given
        self._write(record_object(record, *self._checker.findings(record)))

    def skipped(self, line: RecordOutcome, given: Input) -> None:
        self._write(skipped_object(line, given.name))

    def _write(self, value: Mapping[str, object]) -> None:
        click.echo(self._separator + json.dumps(value, ensure_ascii=False, indent=2), nl=False)
        self._separator = ",\n"

    def finish(self) -> None:
        click.echo("[]" if self._separator.startswith("[") else "\n]")


class TurtleAnswer(_Quiet):
    def record(self, record: JudgedRecord, given: Input) -> None:
        del given
        click.echo(serialise(report_graph(record.report, record.subject), RdfFormat.TURTLE).decode())

    def skipped(self, line: RecordOutcome, given: Input) -> None:
        note(f"{given.name}: {line.subject} cannot be kept: {line.reason} {line.advice or ''}")


class CsvAnswer(_Quiet):
    def __init__(self, checker: Checker) -> None:
        super().__init__(checker)
        self._header: Callable[[], str] | None = csv_header

    def record(self, record: JudgedRecord, given: Input) -> None:
        del given
        self._write("".join(csv_rows(record, *self._checker.findings(record))))

    def skipped(self, line: RecordOutcome, given: Input) -> None:
        self._write(csv_skipped(line, given.name))

    def _write(self, text: str) -> None:
        if self._header is not None:
            click.echo(self._header(), nl=False)
            self._header = None
        click.echo(text, nl=False)

    def finish(self) -> None:
        self._write("")


class GithubAnswer(_Quiet):
    holds_errors = True

    def record(self, record: JudgedRecord, given: Input) -> None:
        for line in github_lines(self._checker.findings(record)[0], given.file):
            click.echo(line)

    def skipped(self, line: RecordOutcome, given: Input) -> None:
        click.echo(github_skipped(line, given.file))

    def failed(self, error: CatalogueError, given: Input) -> None:
        click.echo(github_error(error, given.name, given.file))


class JUnitAnswer(_Quiet):
    holds_errors = True

    def __init__(self, checker: Checker) -> None:
        super().__init__(checker)
        self._suites: dict[str, JUnitSuite] = {}

    def _suite(self, given: Input) -> JUnitSuite:
        return self._suites.setdefault(given.name, JUnitSuite(given.name))

    def record(self, record: JudgedRecord, given: Input) -> None:
        self._suite(given).add(record, self._checker.findings(record)[0])

    def skipped(self, line: RecordOutcome, given: Input) -> None:
        self._suite(given).add_skipped(line)

    def failed(self, error: CatalogueError, given: Input) -> None:
        self._suite(given).add_error(error)

    def finish(self) -> None:
        click.echo(junit(self._suites.values()), nl=False)


FORMATS: Mapping[str, Callable[[Checker], Answer]] = {
    "text": TextAnswer,
    "json": JsonAnswer,
    "turtle": TurtleAnswer,
    "csv": CsvAnswer,
    "github": GithubAnswer,
    "junit": JUnitAnswer,
}
