"""What ledger tests are made of: a clock that stands still, a rule, small records, one-line batches."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from catalogue.model.harvest import Batch, FencingToken, HarvestSource, RunRequest
from catalogue.model.identifiers import dataset_id, record_id
from catalogue.model.records import (
    ChangeKind,
    NewVersion,
    NormalisedRecord,
    OutcomeKind,
    RecordOutcome,
    Repair,
)
from catalogue.model.validation import Severity, ValidationReport, ValidationResult, Verdict
from catalogue.ports import Candidate, Ledger
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import DCAT, DCT, RDF
from catalogue.rdf.terms import Literal, NamedNode, Triple

LEASE = timedelta(minutes=1)
CLEAN = ValidationReport("dcat-ap", "pyshacl", "0.30", "bundle-1")


class StillClock:
    """Time passes when a test says so."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def pass_by(self, **span: float) -> None:
        self.time += timedelta(**span)


def rule(candidates: Sequence[Candidate]) -> Candidate | None:
    """Higher priority, then age, then id; sources of policy `conformant` show no other records."""
    allowed = [c for c in candidates if c.policy == "all" or c.verdict is not Verdict.NON_CONFORMANT]
    return min(allowed, key=lambda c: (-c.priority, c.first_harvested_at, c.record_id), default=None)


def finding(message: str = "Give it a title.", severity: Severity = Severity.VIOLATION) -> ValidationResult:
    return ValidationResult(
        "<https://p.example/1>", "http://purl.org/dc/terms/title", "MinCount", severity, message
    )


def report(*results: ValidationResult, bundle: str = "bundle-1") -> ValidationReport:
    return ValidationReport("dcat-ap", "pyshacl", "0.30", bundle, results)


def iri(name: object) -> str:
    return f"https://provider.example/datasets/{name}"


def version(
    source: str,
    name: object,
    text: str = "first",
    *,
    normalised: str | None = None,
    judged: ValidationReport = CLEAN,
    kind: ChangeKind = ChangeKind.CONTENT,
    pipeline: str = "1",
    identifiers: Sequence[str] = (),
    repairs: tuple[Repair, ...] = (),
) -> NewVersion:
    """A record `name` of a source that says `text` (and `normalised` after the repairs)."""
    subject = NamedNode(iri(name))
    triples = [Triple(subject, RDF.type, DCAT.Dataset)]
    triples += [Triple(subject, DCT.identifier, Literal(value)) for value in identifiers]
    received = Graph([*triples, Triple(subject, DCT.title, Literal(text, language="en"))])
    graph = Graph([*triples, Triple(subject, DCT.title, Literal(normalised or text, language="en"))])
    record = NormalisedRecord(
        dataset_id=dataset_id(subject.value),
        record_id=record_id(source, subject.value),
        source=source,
        subject=subject.value,
        primary_class=DCAT.Dataset.value,
        received=received,
        graph=graph,
        repairs=repairs,
        received_hash=_hash(received),
        normalised_hash=_hash(graph),
        page_url="https://provider.example/catalog?page=1",
        payload_hash="payload-1",
    )
    return NewVersion(record, judged, pipeline, kind)


def _hash(graph: Graph) -> str:
    return hashlib.sha256("".join(sorted(map(str, graph))).encode()).hexdigest()


def outcome(new: NewVersion, kind: OutcomeKind = OutcomeKind.CREATED) -> RecordOutcome:
    return RecordOutcome(kind, new.record.record_id, new.record.dataset_id, new.record.subject)


def batch(*versions: NewVersion, kind: OutcomeKind = OutcomeKind.CREATED) -> Batch:
    return Batch(outcomes=tuple(outcome(v, kind) for v in versions), versions=versions)


def source(slug: str = "a", **more: object) -> HarvestSource:
    return HarvestSource(
        **{"slug": slug, "url": f"https://{slug}.example/catalog", "harvester": "dcat_rdf", **more}
    )  # type: ignore[arg-type]


def begin(ledger: Ledger, slug: str = "a", **more: object) -> FencingToken:
    """A claimed run of the source, registered if it is not there."""
    if slug not in [known.slug for known in ledger.sources()]:
        ledger.add_source(source(slug, **more), by="test")
    run = ledger.enqueue(slug, RunRequest())
    claim = ledger.claim("worker", LEASE, run.run_id)
    assert claim is not None
    return claim.token


def replayed(ledger: Ledger) -> dict[str, int]:
    """What is published, told by the changes alone; each change begins where the one before it ended."""
    shown: dict[str, int] = {}
    position = 0
    while page := ledger.changes(position, 7):
        for change in page:
            assert change.seq > position
            assert shown.get(change.dataset_id) == change.before
            if change.after is None:
                del shown[change.dataset_id]
            else:
                shown[change.dataset_id] = change.after
            position = change.seq
    assert position == ledger.position()
    return shown


def shown(ledger: Ledger) -> dict[str, int]:
    found: dict[str, int] = {}
    after = None
    while page := ledger.published(after, 3):
        found.update({stored.dataset_id: stored.version_id for stored in page})
        after = page[-1].dataset_id
    return found


def kinds(ledger: Ledger, after: int = 0) -> list[str]:
    return [change.kind.value for change in ledger.changes(after, 1000)]
