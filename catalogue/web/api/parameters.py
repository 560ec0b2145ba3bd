"""Query parameters of the API, as data for the OpenAPI document; their values are judged where they are used."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import Integer, List, String
from apiflask.validators import OneOf, Range

from catalogue.model.records import OutcomeKind
from catalogue.model.search import MAX_PAGE_SIZE, SORTS


def _facet(description: str, example: str) -> List[Any]:
    return List(
        String(), metadata={"description": f"{description} Repeated: any of them.", "examples": [[example]]}
    )


def _number(description: str, default: int, largest: int) -> Integer:
    return Integer(
        load_default=default,
        validate=Range(1, largest),
        metadata={"description": description, "examples": [default]},
    )


class SearchParameters(Schema):
    q = String(
        metadata={
            "description": "Words to find, in any language of the descriptions.",
            "examples": ["breast cancer MRI"],
        }
    )
    page = _number("Page, from 1. Page × size may reach 10,000.", 1, 10_000)
    size = _number("Hits per page.", 20, MAX_PAGE_SIZE)
    sort = String(
        load_default="relevance", validate=OneOf(SORTS),
        metadata={"description": "Order of the hits; a minus sign means descending.", "examples": ["-modified"]},
    )  # fmt: skip
    theme = _facet("Theme (dcat:theme).", "http://publications.europa.eu/resource/authority/data-theme/HEAL")
    keyword = _facet("Keyword.", "biopsy-proven")
    publisher = _facet("Publisher.", "Universitätsklinikum Havelbogen")
    source = _facet("Slug of the source.", "klinikum-havel")
    country = _facet("Country of the provider (ISO 3166-1 alpha-2).", "DE")
    access_rights = _facet(
        "Access rights.", "http://publications.europa.eu/resource/authority/access-right/RESTRICTED"
    )
    modality = _facet("Image modality.", "https://cancerimage.eu/ontology/EUCAIM#IMG1000045")
    condition = _facet("Condition.", "https://cancerimage.eu/ontology/EUCAIM#CLIN1000048")
    language = _facet(
        "Language of the data.", "http://publications.europa.eu/resource/authority/language/DEU"
    )
    format = _facet(
        "Format of a distribution.", "http://publications.europa.eu/resource/authority/file-type/DICOM"
    )
    verdict = _facet("Verdict of the validation.", "conformant")


class PageParameters(Schema):
    page = _number("Page, from 1.", 1, 1_000_000)
    size = _number("Entries per page.", 50, 100)


class RunsParameters(PageParameters):
    source = String(metadata={"description": "Only runs of this source.", "examples": ["klinikum-havel"]})


class OutcomeParameters(PageParameters):
    kind = List(
        String(validate=OneOf([kind.value for kind in OutcomeKind])),
        metadata={
            "description": "Only outcomes of this kind. Repeated: any of them.",
            "examples": [["failed"]],
        },
    )


class AtParameters(Schema):
    at = String(
        metadata={
            "description": "A moment: a date (its end) or a date with a time, in UTC unless it says otherwise.",
            "examples": ["2026-11-24"],
        }
    )


class SinceParameters(Schema):
    since = Integer(
        validate=Range(1, 1_000_000_000),
        metadata={"description": "The version to compare with.", "examples": [1]},
    )


PATH_PARAMETERS: dict[str, dict[str, Any]] = {
    "dataset_id": {"description": "Id of a dataset.", "example": "mfzwizltoqqgc3dmfz2g"},
    "record_id": {"description": "Id of a record.", "example": "mfzwizltoqqgc3dmfz2g"},
    "slug": {"description": "Slug of a source.", "example": "klinikum-havel"},
    "number": {"description": "Number of a version, from 1.", "example": 1},
    "run_id": {"description": "Id of a run.", "example": "0192f0c1"},
}
