"""What the API answers, field by field: from these classes answers and the OpenAPI document are made."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import Boolean, Dict, Integer, List, Nested, String

from catalogue.web.api.schemas_curation import Curation
from catalogue.web.api.schemas_fields import moment as moment  # noqa: PLC0414 - re-exported
from catalogue.web.api.schemas_fields import text as text  # noqa: PLC0414 - re-exported
from catalogue.web.api.schemas_fields import whole as whole  # noqa: PLC0414 - re-exported


class Problem(Schema):
    """Problem details, RFC 9457."""

    type = text("Address of a page that explains this kind of problem.", required=True)
    title = text("The kind of problem in words.", "Invalid query", required=True)
    status = whole("The HTTP status.", 400, required=True)
    detail = text("What happened, for a person.", "size must be a whole number from 1 to 100.", required=True)
    instance = text("Path of the request.", "/api/v1/datasets", required=True)
    code = text("The kind of problem for programs.", "InvalidQuery", required=True)
    request_id = text("Id of the request in the log.", required=True)
    advice = text("What to do about it.")
    parameter = text("The parameter to mend.", "size")
    available = List(String(), metadata={"description": "What there is instead, after 406."})


class Labelled(Schema):
    value = text("As stored: an IRI, a code or a text.", required=True)
    label = text("In the reader's language where there is a label.", required=True)


class FacetValue(Labelled):
    count = whole("Datasets that have this value under the other filters.", 12, required=True)


class Hit(Schema):
    id = text("Id of the dataset: 20 characters.", "mfzwizltoqqgc3dmfz2g", required=True)
    iri = text("IRI of the dataset as its provider gave it.", required=True)
    title = text("Title in the reader's language where there is one.", required=True)
    language = text("Language tag of the title; empty when it has none.", "en", required=True)
    description = text(
        "Description in the reader's language where there is one: without markup, at most 2,000 characters.",
        required=True,
    )
    source = text("Slug of the source.", "klinikum-havel", required=True)
    source_title = text("Title of the source.", required=True)
    verdict = text("Result of the validation.", "conformant", required=True)
    publisher = text("Name of the publisher; empty when not stated.", required=True)
    modified = text(
        "ISO 8601 date of the description's last change; empty when not stated.", "2026-04-17", required=True
    )
    issued = text("ISO 8601 date of issue; empty when not stated.", required=True)
    keywords = List(
        String(), required=True, metadata={"description": "Keywords in every language, at most 100."}
    )
    identifiers = List(String(), required=True, metadata={"description": "Values of dct:identifier."})
    kind = text("Class of the resource, such as dcat:Dataset.", required=True)
    conditions = List(Nested(Labelled), required=True)
    modalities = List(Nested(Labelled), required=True)
    access_rights = List(Nested(Labelled), required=True)
    countries = List(Nested(Labelled), required=True)
    url = text("Address of the dataset's page here.", required=True)


class Hint(Schema):
    """A part of the question that no dataset can answer, whatever else is asked."""

    parameter = text("The parameter.", "modality", required=True)
    value = text("What it was given.", required=True)
    detail = text("What is wrong with it, for a person.", required=True)
    nearest = List(
        Nested(FacetValue), required=True, metadata={"description": "Values of the facet that datasets have."}
    )


class SearchAnswer(Schema):
    total = whole("How many datasets match.", 60, required=True)
    hits = List(Nested(Hit), required=True)
    facets = Dict(
        keys=String(), values=List(Nested(FacetValue)), required=True,
        metadata={"description": "Facet name → values with counts; a facet's own filter does not narrow its counts."},
    )  # fmt: skip
    page = whole("Page, from 1.", 1, required=True)
    size = whole("Hits per page.", 20, required=True)
    hints = List(
        Nested(Hint), required=True,
        metadata={"description": "Why less was found than was asked for; empty when there is nothing to say."},
    )  # fmt: skip


class Finding(Schema):
    """One SHACL result."""

    focus_node = text("The node that was judged, in N-Triples form.", required=True)
    path = text("The property or SPARQL path that was judged.", allow_none=True, required=True)
    value = text("The offending value, in N-Triples form.", allow_none=True, required=True)
    severity = text("Violation, Warning or Info.", "Violation", required=True)
    component = text("The constraint component's IRI or name.", required=True)
    source_shape = text("The shape's IRI.", allow_none=True, required=True)
    message = text("What is wrong, in words.", required=True)
    known_gap = Boolean(
        required=True, metadata={"description": "The profile accepts this gap for the time being."}
    )


class Report(Schema):
    profile = text("The profile.", "healthdcat-ap-r8", required=True)
    verdict = text("By severity.", "non-conformant", required=True)
    counts = Dict(
        keys=String(), values=Integer(), required=True, metadata={"description": "Results per severity."}
    )
    engine = text("What judged.", "pyshacl", required=True)
    engine_version = text("Its version.", required=True)
    bundle_hash = text("Hash of the shapes that were used.", required=True)
    checked_at = moment("When.")
    results = List(Nested(Finding), required=True)


class Repair(Schema):
    rule = text("Name of the rule.", required=True)
    before = text("The term or triple before, in N-Triples form.", required=True)
    after = text("The term or triple after.", required=True)


class RecordSummary(Schema):
    id = text("Id of the record: 20 characters.", required=True)
    dataset = text("Id of the dataset it describes.", required=True)
    iri = text("IRI of the dataset.", required=True)
    source = text("Slug of the source.", required=True)
    verdict = text("Result of the validation.", required=True)
    published = Boolean(required=True, metadata={"description": "Whether this record is the one shown."})
    version = whole("Number of versions so far.", 3, required=True)
    first_harvested_at = moment("When it was first harvested.")
    last_seen_at = moment("When the source last offered it.")
    withdrawn_at = moment("When it was withdrawn, or null.")
    url = text("Address of its page here.", required=True)


class Link(Schema):
    media_type = text("Media type.", "text/turtle", required=True)
    url = text("Address.", required=True)


class Record(RecordSummary):
    title = text("Title in the reader's language where there is one.", required=True)
    kind = text("IRI of its class.", required=True)
    page_url = text("The page of the source that held it.", required=True)
    harvested_at = moment("When this version was harvested.")
    run = text("The run that brought this version.", required=True)
    pipeline_version = text("Version of the pipeline.", required=True)
    report = Nested(Report, required=True)
    repairs = List(Nested(Repair), required=True)
    representations = List(Nested(Link), required=True)


class Dataset(Schema):
    id = text("Id of the dataset: 20 characters.", required=True)
    iri = text("IRI as its provider gave it.", required=True)
    title = text("Title in the reader's language where there is one.", required=True)
    url = text("Address of its page here.", required=True)
    verdict = text("Result of the validation of the record that is shown.", required=True)
    record = Nested(Record, required=True)
    curation = Nested(
        Curation,
        required=True,
        allow_none=True,
        metadata={"description": "What the catalogue says of its own; null where it says nothing."},
    )
    other_records = List(
        Nested(RecordSummary), required=True, metadata={"description": "The same dataset in other sources."}
    )
    representations = List(Nested(Link), required=True)


class RunCounts(Schema):
    found = whole("created + updated + unchanged + skipped + failed + duplicate.", 60, required=True)
    created = whole("New.", required=True)
    updated = whole("Changed by the source.", required=True)
    unchanged = whole("Same as before.", required=True)
    skipped = whole("Not taken, with a reason.", required=True)
    failed = whole("Could not be read or stored.", required=True)
    duplicate = whole("Came more than once.", required=True)
    withdrawn = whole("No longer offered.", required=True)
    reprocessed = whole("Part of unchanged: made anew by better rules of ours.", required=True)
    pages = whole("Pages read.", required=True)
    triples_outside = whole("Triples that belong to no record.", required=True)


class Run(Schema):
    id = text("Id of the run.", required=True)
    run = text("The same id, by the name that commands use.", required=True)
    source = text("Slug of the source.", required=True)
    state = text(
        "queued, running, completed, completed-with-errors, held, failed or cancelled.",
        "completed",
        required=True,
    )
    counts = Nested(RunCounts, required=True)
    queued_at = moment("When it was asked for.")
    started_at = moment("When it began.")
    finished_at = moment("When it ended.")
    complete = Boolean(
        required=True, metadata={"description": "Whether everything the source offers was seen."}
    )
    evidence = text("Why we think so.", required=True)
    code = text(
        "Why it ended as it did, for programs; empty when there is nothing to say.", "timeout", required=True
    )
    reason = text("Why it ended as it did; empty when there is nothing to say.", required=True)
    advice = text("What to do about it.", required=True)
    url = text("Address of its page here.", required=True)


class Outcome(Schema):
    kind = text("created, updated, unchanged, skipped, failed, duplicate or withdrawn.", required=True)
    record = text("Id of the record.", allow_none=True, required=True)
    dataset = text("Id of the dataset.", allow_none=True, required=True)
    iri = text("IRI of the dataset.", allow_none=True, required=True)
    title = text("Title.", allow_none=True, required=True)
    page_url = text("Page of the source.", allow_none=True, required=True)
    position = text("Where on the page.", allow_none=True, required=True)
    snippet = text("What stands there.", allow_none=True, required=True)
    code = text("Kind of the reason.", allow_none=True, required=True)
    reason = text("Why.", allow_none=True, required=True)
    advice = text("What to do about it.", allow_none=True, required=True)


class RunDetail(Run):
    outcomes = List(Nested(Outcome), required=True)
    page = whole("Page of the outcomes, from 1.", 1, required=True)
    size = whole("Outcomes per page.", 50, required=True)


class Runs(Schema):
    runs = List(Nested(Run), required=True)
    page = whole("Page, from 1.", 1, required=True)
    size = whole("Runs per page.", 50, required=True)


class Source(Schema):
    slug = text("Name in addresses, chosen by the operator.", "klinikum-havel", required=True)
    title = text("Title.", required=True)
    url = text("What is harvested.", required=True)
    harvester = text("The protocol.", "dcat_rdf", required=True)
    country = text("ISO 3166-1 alpha-2 code; empty when not stated.", "DE", required=True)
    profile = text("The profile its records are checked against.", "auto", required=True)
    policy = text("all or conformant: what is published.", "all", required=True)
    datasets = whole(
        "Published datasets, or null when the search index cannot be asked.", allow_none=True, required=True
    )
    status = text(
        "How it is doing in one word: paused, held, flagged, failing, stale, new, ok or removed.",
        "ok",
        required=True,
    )
    statuses = List(
        String(), required=True, metadata={"description": "Everything of that which is true of it."}
    )
    failures = whole("Failed harvests in a row.", 0, required=True)
    last_complete_at = moment("When the last harvest that read everything began; null when there was none.")
    staleness_seconds = whole(
        "How long ago that is: what is shown may be out of date by that much.",
        72_000,
        allow_none=True,
        required=True,
    )
    left_alone_until = moment("Until when a failing source is not asked again; null when it is not failing.")
    next_run_at = moment("When it is harvested next; null when it is not by itself.")
    last_run = Nested(Run, allow_none=True, required=True)


class SourceDetail(Source):
    """A source by itself."""


class Sources(Schema):
    sources = List(Nested(Source), required=True)
