"""Fields of schemas with their descriptions, in few words."""

from __future__ import annotations

from typing import Any

from apiflask.fields import DateTime, Integer, String


def text(description: str, example: Any = None, **more: Any) -> String:
    metadata = {"description": description}
    return String(metadata=metadata | ({"examples": [example]} if example is not None else {}), **more)


def whole(description: str, example: int | None = None, **more: Any) -> Integer:
    metadata: dict[str, Any] = {"description": description}
    return Integer(metadata=metadata | ({"examples": [example]} if example is not None else {}), **more)


def moment(description: str) -> DateTime:
    return DateTime(
        format="iso", metadata={"description": description, "format": "date-time"}, allow_none=True
    )
