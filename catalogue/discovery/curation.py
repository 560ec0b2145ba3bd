"""What the catalogue itself says of a dataset, as a page or the API tells it; and what of it nobody may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from catalogue.discovery.history import Statement, short, statements
from catalogue.discovery.records import Property, RecordView, record_view
from catalogue.errors import NotFound
from catalogue.model.curation import hidden
from catalogue.model.records import Payload, RecordOutcome, StoredRecord, StoredVersion
from catalogue.model.vocabularies import Vocabularies
from catalogue.ports import Ledger
from catalogue.rdf.graphs import Graph, from_ntriples
from catalogue.rdf.terms import NamedNode


@dataclass(frozen=True, slots=True)
class CurationView:
    """`added`: what the catalogue says, since `at`; `replaced`: what the source says and is not shown."""

    at: datetime
    added: tuple[Property, ...]
    replaced: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class CurationAnswer:
    """The same in short statements. `properties`: those whose harvested values are not shown, prefixed."""

    at: datetime
    added: tuple[Statement, ...]
    properties: tuple[str, ...]
    replaced: tuple[Statement, ...]


def curation_view(
    version: StoredVersion, vocabularies: Vocabularies, languages: Sequence[str]
) -> CurationView | None:
    """None where the catalogue says nothing of its own."""
    curation = version.curation
    if curation is None:
        return None
    said = record_view(replace(version, content=curation.statements, curation=None), vocabularies, languages)
    harvested = record_view(replace(version, curation=None), vocabularies, languages)
    gone = tuple(p for p in _properties(harvested) if p.iri in curation.replaced)
    return CurationView(curation.at, _properties(said), gone)


def curation_answer(version: StoredVersion) -> CurationAnswer | None:
    """None where the catalogue says nothing of its own."""
    curation = version.curation
    if curation is None:
        return None
    about = from_ntriples(version.content).about(NamedNode(version.subject))
    gone = Graph(t for t in about if t.predicate.value in curation.replaced)
    names = tuple(short(NamedNode(iri)) for iri in curation.replaced)
    return CurationAnswer(curation.at, statements(curation.graph()), names, statements(gone))


def visible_record(ledger: Ledger, record_id: str) -> StoredRecord:
    """The record. NotFound when there is none, Gone when it was erased or its dataset is hidden."""
    record = ledger.record(record_id)
    said = ledger.curation(record.dataset_id)
    if said is not None and said.hidden:
        raise hidden(record.dataset_id)
    return record


def public_payload(ledger: Ledger, version: StoredVersion) -> Payload:
    """The bytes that the version was made of. NotFound when they are not kept, or not for everybody."""
    if not gives_payloads(ledger, version.source):
        raise NotFound(
            "The documents of this source are not given out: it is read with a password, or something in them is not "
            "shown here.",
            advice="The version's own text is public; for the document ask the source.",
        )
    return ledger.payload_of(version.source, version.payload_hash, version.page_url)


def gives_payloads(ledger: Ledger, slug: str) -> bool:
    """Whether documents of the source may be given to everybody: a document holds more records than the one that is
    asked for."""
    return not ledger.source(slug).credentials and not ledger.withholds(slug)


class PublicLines:
    """Lines of runs as everybody may see them: of a hidden dataset they say that there was something, not what."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def outcomes(
        self, run_id: str, kinds: Sequence[str] = (), limit: int = 1000, offset: int = 0
    ) -> list[RecordOutcome]:
        lines = self._ledger.outcomes(run_id, kinds, limit, offset)
        hidden = self._ledger.hidden([line.dataset_id for line in lines if line.dataset_id])
        return [_silent(line) if line.dataset_id in hidden else line for line in lines]


def _silent(line: RecordOutcome) -> RecordOutcome:
    said = "The catalogue hides this dataset." if line.reason else None
    return replace(line, subject=None, title=None, snippet=None, position=None, reason=said, advice=None)


def _properties(view: RecordView) -> tuple[Property, ...]:
    return tuple(prop for group in view.groups for prop in group.properties)
