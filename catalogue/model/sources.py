"""A registered source: where it is, how it is harvested, when, and who hears of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class PublicationPolicy(StrEnum):
    ALL = "all"
    CONFORMANT = "conformant"


@dataclass(frozen=True, slots=True)
class NoticeTarget:
    """Who is told when a source's state changes: `to` is `mailto:ADDRESS` or an http(s) URL (a webhook, signed with
    what the reference `secret` leads to)."""

    to: str
    secret: str = ""


@dataclass(frozen=True, slots=True)
class HarvestSource:
    """A registered remote. `slug` is chosen by the operator and never reused for another URL.

    `credentials` is a reference (`env:NAME`, `file:/path`) with its scheme, never a secret:
    {"scheme": "bearer"|"basic"|"header", "secret": "env:NAME", "header": "X-Token", "user": "name"}, or
    {"scheme": "oidc", "token_url": "https://…", "client": "id", "secret": "env:NAME", "scope": "a b"}.
    `priority`: higher wins when two sources describe one dataset. `switched_off` names repairs not made.

    `schedule`: five fields of cron, or an interval such as `every 6 hours`; "" is never harvested by itself.
    `time_zone`: IANA name in which cron text is read. `time_budget`: seconds that a run may take; None is the general
    one. A source with `paused_at` is not harvested. `scheduled_from`: when its schedule came into force.
    """

    slug: str
    url: str
    harvester: str
    title: str = ""
    country: str = ""
    profile: str = "auto"
    options: Mapping[str, object] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict)
    policy: PublicationPolicy = PublicationPolicy.ALL
    priority: int = 0
    switched_off: tuple[str, ...] = ()
    schedule: str = ""
    time_zone: str = "UTC"
    notices: tuple[NoticeTarget, ...] = ()
    time_budget: int | None = None
    added_at: datetime | None = None
    removed_at: datetime | None = None
    paused_at: datetime | None = None
    scheduled_from: datetime | None = None
