"""A record: one primary resource as one source describes it, from raw bytes to stored version."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from catalogue.model.curation import Curation, shown_text
from catalogue.model.validation import ValidationReport, Verdict
from catalogue.rdf.documents import Document
from catalogue.rdf.graphs import Graph


@dataclass(frozen=True, slots=True)
class Payload:
    """One document as received. `url` is the final URL (base IRI); `payload_hash` is sha256 hex of `body`.

    `parsed` may carry the harvester's own reading of it, so that no document is parsed twice.
    """

    url: str
    body: bytes
    payload_hash: str
    media_type: str | None = None
    charset: str | None = None
    syntax: str | None = None
    retrieved_at: datetime | None = None
    status: int = 200
    parsed: Document | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RawRecord:
    """What `split` hands on: the triples of one primary resource, as received (blank nodes labelled by content).

    `subject` is the node in N-Triples form (`<iri>` or `_:label`); `primary_class` is the class IRI. `catalogues`: IRIs
    of those that its document says it belongs to.
    """

    subject: str
    primary_class: str
    graph: Graph
    page_url: str
    payload_hash: str
    catalogues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Repair:
    """One mechanical repair: rule name, the term or triple before and after (N-Triples form; empty = nothing)."""

    rule: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class NormalisedRecord:
    """A record ready to be judged and stored. `subject` is its IRI after repair (or minted)."""

    dataset_id: str
    record_id: str
    source: str
    subject: str
    primary_class: str
    received: Graph
    graph: Graph
    repairs: tuple[Repair, ...]
    received_hash: str
    normalised_hash: str
    page_url: str
    payload_hash: str


class OutcomeKind(StrEnum):
    """What became of one found record in one run; the first six sum to `found`.

    Withdrawn records were not found; a remark is a line about a document that stands for no record.
    """

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    FAILED = "failed"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"
    REMARK = "remark"


@dataclass(frozen=True, slots=True)
class RecordOutcome:
    """One line of a run: what, where (page URL, position), why (code and reason), what to do."""

    kind: OutcomeKind
    record_id: str | None = None
    dataset_id: str | None = None
    subject: str | None = None
    page_url: str | None = None
    position: str | None = None
    snippet: str | None = None
    code: str | None = None
    reason: str | None = None
    advice: str | None = None
    title: str | None = None


class ChangeKind(StrEnum):
    CONTENT = "content"
    REPROCESSED = "reprocessed"
    VERDICT = "verdict"
    PUBLICATION = "publication"
    OVERLAY = "overlay"
    WITHDRAWAL = "withdrawal"
    RESTORATION = "restoration"


PublishedState = tuple[int, int, int]
"""Version id, report id and curation id (0: the catalogue says nothing of its own)."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the ledger's sequence: the *published* version of a dataset before and after (None: none).

    What is published is a version with a report and what the operator says of the dataset: a new verdict or curation of
    the same version is a change too.
    """

    seq: int
    dataset_id: str
    record_id: str
    kind: ChangeKind
    before: int | None
    after: int | None
    at: datetime
    before_report: int | None = None
    after_report: int | None = None
    before_curation: int | None = None
    after_curation: int | None = None

    @property
    def before_state(self) -> PublishedState | None:
        if self.before is None:
            return None
        return (self.before, self.before_report or 0, self.before_curation or 0)

    @property
    def after_state(self) -> PublishedState | None:
        if self.after is None:
            return None
        return (self.after, self.after_report or 0, self.after_curation or 0)


@dataclass(frozen=True, slots=True)
class RecordState:
    """What the ledger knows of a record before a run touches it: enough to decide created, updated, unchanged."""

    record_id: str
    received_hash: str
    normalised_hash: str
    pipeline_version: str
    profile: str
    bundle_hash: str
    version_id: int
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version to be written in a batch: the record, its report, which pipeline made it."""

    record: NormalisedRecord
    report: ValidationReport
    pipeline_version: str
    kind: ChangeKind = ChangeKind.CONTENT


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One version as the ledger keeps it. `content` (normalised) and `received` are canonical N-Triples text.

    `curation`: what the operator says of the dataset, where the version was read as the published one.
    """

    version_id: int
    number: int
    record_id: str
    dataset_id: str
    source: str
    subject: str
    primary_class: str
    content: str
    received: str
    received_hash: str
    normalised_hash: str
    repairs: tuple[Repair, ...]
    page_url: str
    payload_hash: str
    run_id: str
    created_at: datetime
    first_harvested_at: datetime
    pipeline_version: str
    report: ValidationReport
    curation: Curation | None = None

    @property
    def shown(self) -> str:
        """Canonical N-Triples of what is shown: the content under the curation."""
        return shown_text(self.content, self.subject, self.curation)

    @property
    def changed_at(self) -> datetime:
        """When what is shown became so."""
        return max(self.created_at, self.curation.at) if self.curation else self.created_at


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record's present state. `published` says whether it is the one shown for its dataset."""

    record_id: str
    dataset_id: str
    source: str
    subject: str
    current_version: int
    version_count: int
    verdict: Verdict
    first_harvested_at: datetime
    last_seen_at: datetime
    published: bool
    withdrawn_at: datetime | None = None
