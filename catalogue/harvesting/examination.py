"""One document given by hand: its records judged as a harvest would, and as they were sent. Nothing is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from catalogue.errors import ParseError, RecordError
from catalogue.harvesting.lines import skipped, unrecorded
from catalogue.model.descriptions import replaced
from catalogue.model.harvest import HarvestSource
from catalogue.model.records import NormalisedRecord, Payload, RawRecord, RecordOutcome, Repair
from catalogue.model.validation import ValidationReport, ValidationResult
from catalogue.model.vocabularies import Vocabularies
from catalogue.pipeline.normalise import normalise
from catalogue.pipeline.parse import parse
from catalogue.pipeline.repairs import NO_VOCABULARIES
from catalogue.pipeline.split import PageFacts, split
from catalogue.rdf.documents import Document
from catalogue.rdf.graphs import Graph
from catalogue.rdf.parse import MAX_TRIPLES
from catalogue.rdf.terms import BlankNode, NamedNode, Subject

SLUG = "validate"
"""The source's name in IRIs that are minted for records without one."""

Judgement = Callable[[NormalisedRecord, str], ValidationReport]
"""A record's report under the named profile, or under the one it asks for ("auto")."""


@dataclass(frozen=True, slots=True)
class Examined:
    """One record with its report. Where repairs were made: `sent`, the report of what the provider sent; `solved`, its
    findings that the repairs took away; `sent_graph` with `sent_node`, what that report is about."""

    record: NormalisedRecord
    report: ValidationReport
    sent: ValidationReport | None = None
    solved: tuple[ValidationResult, ...] = ()
    sent_graph: Graph | None = None
    sent_node: NamedNode | None = None


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document with the records found in it. `unrecorded`: a line for each resource that it claims and that is no
    record: without a class, or with nothing but its class."""

    document: Document
    found: Sequence[RawRecord]
    unrecorded: tuple[RecordOutcome, ...] = ()


def read_document(payload: Payload, max_triples: int = MAX_TRIPLES) -> ReadDocument:
    """What the document holds. Raises ParseError when it is not RDF, holds more than `max_triples`, or describes no
    dataset."""
    document = parse(payload, max_triples=max_triples)
    parts = split(document.graph, PageFacts(payload.url, payload.payload_hash))
    found = [*parts.records, *(waiting.record for waiting in parts.deferred)]
    lines = tuple(unrecorded(parts, payload.url))
    if not found and not lines:
        raise ParseError(
            "The document is RDF, but describes no dataset, series or data service.",
            advice="A dataset is a resource of the class dcat:Dataset with at least a title.",
        )
    return ReadDocument(document, found, lines)


def examine(
    read: ReadDocument,
    url: str,
    profile: str,
    judge: Judgement,
    vocabularies: Vocabularies = NO_VOCABULARIES,
) -> Iterator[Examined | RecordOutcome]:
    """Each record of the document in turn, judged before and after repairs; or, in the words of a harvest, why it
    cannot be kept. Raises EngineFailed."""
    source = HarvestSource(SLUG, url, "dcat_rdf")
    for raw in read.found:
        try:
            record = normalise(raw, source, (), vocabularies)
        except RecordError as error:
            yield skipped(error, raw.page_url, raw.subject)
        else:
            yield _examined(record, profile, judge)
    yield from read.unrecorded


def _examined(record: NormalisedRecord, profile: str, judge: Judgement) -> Examined:
    report = judge(record, profile)
    if not record.repairs:
        return Examined(record, report)
    graph, node = _as_sent(record)
    sent = judge(replace(record, graph=graph, subject=node.value), report.profile)
    return Examined(record, report, sent, solved(sent, report, record.repairs), graph, node)


def _as_sent(record: NormalisedRecord) -> tuple[Graph, NamedNode]:
    """What was received, and the record's node in it; a description without a usable IRI under the one we gave it."""
    own = NamedNode(record.subject)
    before = {repair.after: repair.before for repair in record.repairs}
    text = str(own)
    while not record.received.about(_node(text)) and text in before:
        text = before.pop(text)
    node = _node(text)
    if isinstance(node, NamedNode):
        return record.received, node
    return Graph(replaced(record.received, node, own)), own


def _node(text: str) -> Subject:
    if text.startswith("_:"):
        return BlankNode(text[2:])
    try:
        return NamedNode(text[1:-1])
    except ValueError:  # not even the lenient parser's IRI: whatever bears it is named anew
        return BlankNode("subject")


def solved(
    sent: ValidationReport, report: ValidationReport, repairs: Sequence[Repair]
) -> tuple[ValidationResult, ...]:
    """Findings of what was sent that the repaired record does not have. A finding whose value was repaired and is
    still wrong is the same one; blank nodes have other names after a repair and count by their number."""
    after = {repair.before: repair.after for repair in repairs}

    def same(text: str | None) -> str:
        if text is None or text.startswith("_:"):
            return (text or "")[:2]
        for _ in repairs:
            if text not in after:
                break
            text = after[text]
        return text

    def key(result: ValidationResult) -> tuple[object, ...]:
        path = same(f"<{result.path}>") if result.path else ""
        return (result.source_shape, result.component, path, same(result.focus_node), same(result.value))

    standing = Counter(key(result) for result in report.results)
    gone: list[ValidationResult] = []
    for result in sent.results:
        if standing[key(result)] > 0:
            standing[key(result)] -= 1
        else:
            gone.append(result)
    return tuple(gone)
