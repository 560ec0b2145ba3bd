"""Notices: what is told to whom when a source's state changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from catalogue.model.sources import NoticeTarget


class NoticeKind(StrEnum):
    FAILING = "failing"
    RECOVERED = "recovered"
    HELD = "held"
    CONFORMANCE_FELL = "conformance-fell"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one target. `key` is the same however often it is sent: receivers recognise a repetition by it.

    `facts`: what a machine reads of it, plain JSON values.
    """

    key: str
    kind: NoticeKind
    source: str
    target: NoticeTarget
    subject: str
    text: str
    facts: Mapping[str, object] = field(default_factory=dict)


class NoticeState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given-up"


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """A notice with what became of it. `reason`: why the last try did not succeed."""

    notice: Notice
    state: NoticeState
    created_at: datetime
    attempts: int = 0
    next_try_at: datetime | None = None
    delivered_at: datetime | None = None
    reason: str = ""
