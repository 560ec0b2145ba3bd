"""Judging → documents checked by hand: what the command, the API and the page of validation share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from time import monotonic

from catalogue.bootstrap import Judging, Services
from catalogue.discovery.findings import Grouping, findings_of
from catalogue.discovery.rules import rules_of
from catalogue.errors import PayloadTooLarge
from catalogue.harvesting.examination import Examined, ReadDocument, examine, read_document
from catalogue.model.findings import Finding, JudgedRecord, Rule
from catalogue.model.records import Payload, RecordOutcome
from catalogue.rdf.document_statements import DocumentStatements
from catalogue.rdf.documents import DocumentProblem
from catalogue.rdf.parse import MAX_TRIPLES

Told = tuple[list[Finding], list[Finding]]
"""A record's findings, and those that repairs have solved."""


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A document that was read. `syntax`: the media type it was read as; `results` judges record by record while it is
    asked, and gives in place of a record why it cannot be kept."""

    name: str
    syntax: str
    problems: tuple[DocumentProblem, ...]
    statements: DocumentStatements
    size: int
    results: Iterator[JudgedRecord | RecordOutcome]


class Checker:
    """Checks documents, and tells findings. Needs no data folder and writes nothing."""

    def __init__(self, judging: Judging) -> None:
        self._judging = judging

    @classmethod
    def of(cls, services: Services) -> Checker:
        return cls(
            Judging(
                services.http, services.files, services.clock, services.engine, services.profiles,
                services.vocabularies,
            )
        )  # fmt: skip

    @property
    def judging(self) -> Judging:
        return self._judging

    def check(
        self,
        payload: Payload,
        profile: str,
        name: str = "",
        *,
        seconds: float | None = None,
        max_triples: int = MAX_TRIPLES,
    ) -> CheckedDocument:
        """The document under a profile or "auto". `name`: how it is called in what is told (default: its URL).

        Raises ParseError; while the results are asked, EngineFailed, and PayloadTooLarge when they take longer than
        `seconds` in all.
        """
        began = monotonic()
        read = read_document(payload, max_triples)
        statements = DocumentStatements(payload.body, payload.url, read.document.syntax, payload.charset)
        judged = _in_time(
            self._judged(read, payload, profile, name or payload.url, statements), began, seconds
        )
        return CheckedDocument(
            name or payload.url, read.document.syntax, read.document.problems, statements,
            len(read.found) + len(read.unrecorded), judged,
        )  # fmt: skip

    def _judged(
        self, read: ReadDocument, payload: Payload, profile: str, name: str, statements: DocumentStatements
    ) -> Iterator[JudgedRecord | RecordOutcome]:
        for each in examine(read, payload.url, profile, self._judging.judge, self._judging.vocabularies):
            yield _judged_record(each, name, statements) if isinstance(each, Examined) else each

    def findings(self, record: JudgedRecord) -> Told:
        """The record's findings with rule, advice, property and place."""
        return findings_of(record, self.rules(record.report.profile), self._is_concept)

    def grouping(self, keep: int | None = None) -> Grouping:
        """An empty report for people, to be filled record by record; see there for `keep`."""
        return Grouping(self.rules, self._is_concept, keep)

    def rules(self, profile: str) -> Mapping[str, Rule]:
        """The profile's rules by shape; none for a profile that is not here any more."""
        found = self._judging.profiles.get(profile)
        return rules_of(found) if found is not None else {}

    def _is_concept(self, iri: str) -> bool:
        return self._judging.vocabularies.concept(iri) is not None


def _judged_record(examined: Examined, name: str, statements: DocumentStatements) -> JudgedRecord:
    return JudgedRecord(
        examined.record.subject, examined.record.graph, examined.report, examined.record.repairs, examined.sent,
        examined.solved, examined.sent_graph, examined.sent_node, name, statements,
    )  # fmt: skip


def _in_time(
    results: Iterator[JudgedRecord | RecordOutcome],
    began: float,
    seconds: float | None,
    clock: Callable[[], float] = monotonic,
) -> Iterator[JudgedRecord | RecordOutcome]:
    for number, each in enumerate(results, 1):
        if seconds is not None and clock() - began > seconds:
            raise PayloadTooLarge(
                f"The document takes longer than {seconds:g} seconds to check; {number:,} records were.",
                advice="Check it in parts, or with the command: pharos validate FILE",
            )
        yield each
