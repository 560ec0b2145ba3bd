"""What the API answers about versions, field by field."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import List, Nested

from catalogue.web.api.schemas import Link, Repair, Report
from catalogue.web.api.schemas_curation import Statement
from catalogue.web.api.schemas_fields import moment, text, whole


class Version(Schema):
    number = whole("Number of the version, from 1.", 2, required=True)
    at = moment("When it was written.")
    kind = text(
        "Why: content (the source changed it), reprocessed (our rules did), restoration or verdict.",
        "content",
        required=True,
    )
    verdict = text("Result of its latest validation.", "conformant", required=True)
    profile = text("The profile of that validation.", "dcat-ap-3.0.1", required=True)
    run = text("Id of the run that wrote it.", required=True)
    pipeline_version = text("Version of the rules that made its text.", required=True)
    page_url = text("Page of the source.", required=True)
    url = text("Address of this version.", required=True)
    payload = text(
        "Address of the document that it came in; null when that is not kept or not given out.",
        allow_none=True,
        required=True,
    )
    representations = List(Nested(Link), required=True)


class Versions(Schema):
    record = text("Id of the record.", required=True)
    versions = List(Nested(Version), required=True)


class VersionDetail(Version):
    report = Nested(Report, required=True)
    repairs = List(Nested(Repair), required=True)


class Difference(Schema):
    record = text("Id of the record.", required=True)
    before = whole("The version that is compared with.", 1, required=True)
    after = whole("The version that is looked at.", 2, required=True)
    added = List(Nested(Statement), required=True)
    removed = List(Nested(Statement), required=True)
