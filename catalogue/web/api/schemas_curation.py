"""What the API answers about what the catalogue itself says, field by field."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import List, Nested, String

from catalogue.web.api.schemas_fields import moment, text


class Statement(Schema):
    """A triple in short form: prefixed names where we have a prefix, blank nodes by labels made of their content."""

    subject = text("Subject.", "<https://clinic.example/datasets/1>", required=True)
    predicate = text("Predicate.", "dct:title", required=True)
    object = text("Object.", '"Breast MR"@en', required=True)


class Curation(Schema):
    """What those who run the catalogue say of a dataset, beside its source."""

    at = moment("Since when.")
    added = List(Nested(Statement), required=True)
    properties = List(
        String(), required=True, metadata={"description": "Properties whose harvested values are not shown."}
    )
    replaced = List(
        Nested(Statement), required=True, metadata={"description": "What the source says of them."}
    )
