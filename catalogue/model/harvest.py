"""Sources, runs, pages: what a harvester is given and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from catalogue.errors import CatalogueError
from catalogue.model.records import NewVersion, Payload, RecordOutcome
from catalogue.model.run_codes import RunCode
from catalogue.model.sources import HarvestSource as HarvestSource  # noqa: PLC0414 - re-exported
from catalogue.model.sources import PublicationPolicy as PublicationPolicy  # noqa: PLC0414 - re-exported
from catalogue.model.validation import ValidationReport


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    WITH_ERRORS = "completed-with-errors"
    HELD = "held"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self not in (RunState.QUEUED, RunState.RUNNING)


@dataclass(frozen=True, slots=True)
class RunCounts:
    """found = created + updated + unchanged + skipped + failed + duplicate. `reprocessed` is a part of unchanged.

    `triples_outside` counts triples that ended in no record.
    """

    found: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0
    duplicate: int = 0
    withdrawn: int = 0
    reprocessed: int = 0
    pages: int = 0
    triples_outside: int = 0


@dataclass(frozen=True, slots=True)
class RunRequest:
    """How a run was asked for. `requested_by`: a person or part ("cli", "schedule"). `replay`: stored payloads go
    through the pipeline, the source is not asked."""

    requested_by: str = "cli"
    profile: str | None = None
    limit: int | None = None
    full: bool = False
    replay: bool = False


@dataclass(frozen=True, slots=True)
class HarvestRun:
    """One execution for one source. `resolution`: what a person decided of a held run ("released", "discarded").
    `code`: why it ended as it did, for programs; `reason` and `advice` say so in words.

    `scheduled_at`: the scheduled time it stands for; None when it was asked for otherwise.
    """

    run_id: str
    source: str
    state: RunState
    counts: RunCounts
    request: RunRequest
    queued_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    heartbeat_at: datetime | None = None
    worker: str | None = None
    complete: bool = False
    evidence: str = ""
    reason: str = ""
    advice: str = ""
    cancel_requested: bool = False
    resolution: str = ""
    scheduled_at: datetime | None = None
    code: RunCode = RunCode.NONE


@dataclass(frozen=True, slots=True)
class Absence:
    """A live record that a complete run did not meet. `missing`: complete runs in a row, this one included."""

    record_id: str
    dataset_id: str
    subject: str
    missing: int


@dataclass(frozen=True, slots=True)
class Absences:
    """What a run did not meet of its source's `live` records; `recent`: how many were withdrawn within the window.

    `left`: those among the recent that this very run withdrew, before its worker died.
    """

    live: int
    recent: int
    records: tuple[Absence, ...] = ()
    left: tuple[Absence, ...] = ()


@dataclass(frozen=True, slots=True)
class FencingToken:
    """The right to write for one run; a newer token for the same run makes this one void."""

    run_id: str
    token: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A claimed run with its source; `resume_cursor` is the last committed page's next cursor of an earlier worker."""

    run: HarvestRun
    source: HarvestSource
    token: FencingToken
    resume_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Validators:
    """HTTP validators of a page (RFC 9110, section 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class RememberedPage:
    """What the ledger kept of a page in the last run that read it.

    `key` says under which pipeline, profile and options its records were made; "" when the page may not be passed over.
    `notes`: what the harvester wrote down of it.
    """

    url: str
    validators: Validators
    payload_hash: str
    next_cursor: str | None
    record_ids: tuple[str, ...]
    key: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Deletion:
    """The source itself said that this resource is gone."""

    subject: str
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PageProblem:
    """A document of this page that could not be had or read; costs what it described, not the page."""

    url: str
    code: str
    reason: str
    advice: str = ""
    snippet: str = ""
    counts_as_record: bool = True

    @classmethod
    def of(cls, url: str, error: CatalogueError, counts_as_record: bool = True) -> PageProblem:
        """The problem that an error of ours describes."""
        snippet = str(error.context.get("snippet") or "")[:200]
        return cls(url, error.code, error.detail, error.advice, snippet, counts_as_record)


@dataclass(frozen=True, slots=True)
class Page:
    """What a harvester yields: documents that are read together, and how to go on.

    `cursor` is this page's own; `next_cursor` is None on the last page. `unchanged` says that the source (304) or
    its equal bytes told so: then `payloads` is empty and the remembered page's records are marked seen. `notes`: the
    harvester's own words, which it is given again with the remembered page.
    """

    url: str
    cursor: str
    payloads: tuple[Payload, ...] = ()
    next_cursor: str | None = None
    validators: Validators = Validators()
    deletions: tuple[Deletion, ...] = ()
    problems: tuple[PageProblem, ...] = ()
    unchanged: bool = False
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Completeness:
    """The last thing a harvester yields: whether everything was seen, and the evidence in one sentence."""

    complete: bool
    evidence: str
    total_claimed: int | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a harvester, as data: forms, CLI help and messages come from it.

    `kind` is str, int (from `at_least` on), bool or choice (then `choices` lists what it may be).
    """

    name: str
    kind: str
    default: object
    help: str
    choices: tuple[str, ...] = ()
    at_least: int = 0


@dataclass(frozen=True, slots=True)
class ServerAdded:
    """A pattern of triples that a server adds to every record: kept in the payload, removed by the named repair.

    A triple matches when its predicate equals `predicate` and, where given, the object's IRI (after replacing
    `{subject}` by the record's IRI) matches the regular expression `object_pattern`. `only_if_other`: removed only
    when the record has another value for the predicate, or when the pattern matches (False: always).
    """

    rule: str
    predicate: str
    object_pattern: str | None = None


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What a harvester saw at a URL. `confidence` from 0 (guess) to 1 (the protocol identified itself)."""

    harvester: str
    url: str
    confidence: float
    evidence: tuple[str, ...]
    options: Mapping[str, object] = field(default_factory=dict)
    records: int | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageMark:
    """What a batch writes of a page."""

    url: str
    cursor: str
    next_cursor: str | None
    validators: Validators
    payload_hash: str
    record_ids: tuple[str, ...]
    payload_hashes: tuple[str, ...] = ()
    key: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything one transaction commits: outcomes, versions, seen marks, pages, payloads.

    `seen`: record ids met unchanged. `reports`: (record_id, report) where only the verdict was made anew.
    `remembered`: pages of a run that read everything, as the next run may pass them over.
    `missing`: record ids that a complete run did not meet; `withdrawn`: those of them that leave now.
    `source_description`: canonical N-Triples of the root catalogue's own description, if met in this batch.
    `replayed`: nothing was asked of the source, so nothing counts as seen.
    `memberships`: (catalogue IRI, record id) as met in this batch. `all_memberships`: the run has read every page now, so
    that what it did not meet of them is no longer said.
    """

    outcomes: tuple[RecordOutcome, ...] = ()
    versions: tuple[NewVersion, ...] = ()
    seen: tuple[str, ...] = ()
    pages: tuple[PageMark, ...] = ()
    payloads: tuple[Payload, ...] = ()
    triples_outside: int = 0
    source_description: str | None = None
    remembered: tuple[PageMark, ...] = ()
    missing: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    reports: tuple[tuple[str, ValidationReport], ...] = ()
    replayed: bool = False
    memberships: tuple[tuple[str, str], ...] = ()
    all_memberships: bool = False
