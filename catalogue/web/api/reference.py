"""/api: the reference for people, rendered from the OpenAPI document without scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template

from catalogue.web.api.document import document

blueprint = Blueprint("reference", __name__)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an answer; nested ones have a path (`hits[].title`)."""

    name: str
    type: str
    description: str


@blueprint.get("/api")
def index() -> str:
    spec = document()
    schemas = spec["components"]["schemas"]
    return render_template(
        "reference.html", spec=spec, answer_fields=lambda operation: answer_fields(operation, schemas)
    )


def answer_fields(operation: dict[str, Any], schemas: dict[str, Any]) -> list[Field]:
    """Every field of the operation's 200 answer; what stands in it twice is told once."""
    content = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
    return _fields(content.get("schema", {}), schemas, "", 0, {})


def _fields(
    schema: dict[str, Any], schemas: dict[str, Any], path: str, depth: int, told: dict[int, str]
) -> list[Field]:
    """`told`: where the fields of a schema (by its identity) stand already."""
    found: list[Field] = []
    for name, field in _resolve(schema, schemas).get("properties", {}).items():
        inner, suffix = _inner(field, schemas)
        full = f"{path}{name}{suffix}"
        description = field.get("description", "") or inner.get("description", "")
        before = told.get(id(inner)) if "properties" in inner else None
        if before is not None:
            description = f"{description} Fields as those of {before}.".strip()
        found.append(Field(full, _type(field), description))
        if "properties" in inner and depth < 3 and before is None:
            told[id(inner)] = full
            found += _fields(inner, schemas, f"{full}.", depth + 1, told)
    return found


def _inner(field: dict[str, Any], schemas: dict[str, Any]) -> tuple[dict[str, Any], str]:
    field = _resolve(field, schemas)
    if "items" in field:
        return _resolve(field["items"], schemas), "[]"
    if isinstance(field.get("additionalProperties"), dict):
        inner, suffix = _inner(field["additionalProperties"], schemas)
        return inner, ".*" + suffix
    return field, ""


def _resolve(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    for option in (schema, *schema.get("anyOf", ()), *schema.get("allOf", ())):
        if "$ref" in option:
            resolved: dict[str, Any] = schemas[option["$ref"].rpartition("/")[2]]
            return resolved
    return schema


def _type(field: dict[str, Any]) -> str:
    kind = field.get("type", "object")
    return " or ".join(kind) if isinstance(kind, list) else str(kind)
