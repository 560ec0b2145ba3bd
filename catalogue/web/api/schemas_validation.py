"""What a validation asks and answers, field by field."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Dict, Integer, List, Nested, String

from catalogue.rdf.media_types import SYNTAXES
from catalogue.web.api.schemas import Finding, Link, Repair, text, whole

FORMATS = {"json": "application/json", "csv": "text/csv", "turtle": "text/turtle"}


def _counts(description: str) -> Dict:
    return Dict(keys=String(), values=Integer(), required=True, metadata={"description": description})


class ValidationParameters(Schema):
    profile = String(
        load_default="auto",
        metadata={
            "description": "The profile to judge by, or auto: each record chooses.",
            "examples": ["healthdcat-ap-r8"],
        },
    )
    format = String(
        metadata={
            "description": "json, csv or turtle; default: by Accept, else json. Each has every finding.",
            "examples": ["json"],
        }
    )


class Place(Schema):
    line = whole("Line of the document, from 1.", 12, required=True)
    exact = Boolean(
        required=True,
        metadata={
            "description": "The statement itself stands there; otherwise the description begins there."
        },
    )
    snippet = text("What stands in that line.", required=True)


class PlacedFinding(Finding):
    """A SHACL result, and what it means for the one who mends it."""

    property = text("The way from the record to the fault.", "dcat:distribution / dct:license", required=True)
    found = text("The value found there, in N-Triples form.", allow_none=True, required=True)
    what = text("What is wrong.", required=True)
    do = text("What to do; empty when the rule does not say.", required=True)
    example = text("An example to write instead; empty when the rule has none.", required=True)
    rule = text("Name of the rule.", required=True)
    clauses = List(String(), required=True, metadata={"description": "Clauses of the specification."})
    place = Nested(Place, allow_none=True, required=True)


class Sent(Schema):
    verdict = text("Verdict on the record as it was sent.", "non-conformant", required=True)
    counts = _counts("Its results per severity.")


class Skipped(Schema):
    code = text("Kind of the reason.", "MissingIdentifier", allow_none=True, required=True)
    reason = text("Why the record cannot be kept.", allow_none=True, required=True)
    advice = text("What to do about it.", allow_none=True, required=True)


class CheckedRecord(Schema):
    record = text("IRI of the record; the node as the document has it when it cannot be kept.", required=True)
    document = text("The document it is from.", required=True)
    profile = text("The profile it was judged by.", "healthdcat-ap-r8", allow_none=True, required=True)
    verdict = text("By severity; not-validated when it cannot be kept.", "non-conformant", required=True)
    counts = _counts("Results per severity.")
    results = List(Nested(PlacedFinding), required=True)
    repairs = List(Nested(Repair), required=True)
    sent = Nested(Sent, required=True)
    solved = List(
        Nested(PlacedFinding),
        required=True,
        metadata={"description": "Findings of what was sent that the repairs solved."},
    )
    skipped = Nested(Skipped, allow_none=True, required=True)


class Example(Schema):
    record = text("IRI of a record with this finding.", required=True)
    title = text("Its title; empty when it has none.", required=True)
    record_id = text("Its id here, where it is stored.", allow_none=True, required=True)
    document = text("The document it is from.", required=True)
    found = text("The value found, in N-Triples form.", allow_none=True, required=True)
    place = Nested(Place, allow_none=True, required=True)


class RuleReport(Schema):
    """What one rule finds at one property, in how many records."""

    profile = text("The rule's profile.", required=True)
    severity = text("Violation, Warning or Info.", "Violation", required=True)
    known_gap = Boolean(
        required=True, metadata={"description": "The profile accepts this gap for the time being."}
    )
    property = text("The way from the record to the fault.", "dct:accessRights", required=True)
    records = whole("Records that have it.", 40, required=True)
    of = whole("Records that were judged by the rule's profile.", 52, required=True)
    count = whole("Findings in all.", 40, required=True)
    what = text("What is wrong.", required=True)
    do = text("What to do; empty when the rule does not say.", required=True)
    example = text("An example to write instead.", required=True)
    rule = text("Name of the rule.", required=True)
    description = text("What the rule asks for.", required=True)
    clauses = List(String(), required=True, metadata={"description": "Clauses of the specification."})
    source_shape = text("The shape's IRI.", allow_none=True, required=True)
    examples = List(
        Nested(Example), required=True, metadata={"description": "Findings of this rule, at most 100."}
    )


class PeoplesReport(Schema):
    """The report for people: by rule, worst first."""

    records = whole("Records that were judged.", 52, required=True)
    verdicts = _counts("Records per verdict.")
    profiles = _counts("Records per profile.")
    counts = _counts("Results per severity.")
    rules = List(Nested(RuleReport), required=True)
    solved = List(
        Nested(RuleReport), required=True, metadata={"description": "What repairs solved, by rule."}
    )
    repairs = _counts("Repairs that were made, by rule.")


class DocumentProblem(Schema):
    rule = text("Kind of the problem.", "iri-repaired", required=True)
    message = text("What was repaired or left out.", required=True)
    line = whole("Line, from 1, where known.", 3, allow_none=True, required=True)
    snippet = text("What stands there.", required=True)
    lost = Boolean(required=True, metadata={"description": "Triples are missing because of it."})


class Validation(Schema):
    document = text("The address that was asked for, or what was sent.", required=True)
    profile = text("The profile that was asked for.", "auto", required=True)
    syntax = text("Media type that the document was read as.", "text/turtle", required=True)
    problems = List(Nested(DocumentProblem), required=True)
    report = Nested(PeoplesReport, required=True)
    records = List(Nested(CheckedRecord), required=True)


_REFERENCE = {
    "type": "object",
    "required": ["url"],
    "properties": {
        "url": {
            "type": "string",
            "format": "uri",
            "description": "Address of the document; private ones are refused.",
        },
        "profile": {"type": "string", "description": "As the parameter of this name."},
    },
    "example": {"url": "https://clinic.example/catalog.ttl", "profile": "auto"},
}
REQUEST_BODY: dict[str, Any] = {
    "description": "The document itself with its media type, or the address of one as JSON.",
    "required": True,
    "content": {
        "application/json": {"schema": _REFERENCE},
        **{syntax.media_type: {"schema": {"type": "string"}} for syntax in SYNTAXES.values()},
    },
}


class SourceReport(Schema):
    source = text("Slug of the source.", "klinikum-havel", required=True)
    title = text("Title of the source.", required=True)
    whole = Boolean(
        required=True,
        metadata={
            "description": "Whether every record is in the report; of a large source the first 2,000 are."
        },
    )
    report = Nested(PeoplesReport, required=True)
    url = text("Address of its page here.", required=True)
    downloads = List(Nested(Link), required=True, metadata={"description": "Every finding of every record."})
