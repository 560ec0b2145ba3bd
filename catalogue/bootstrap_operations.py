"""Settings → what a catalogue needs to run by itself: schedule rules, who is told of what, and by which senders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from catalogue.adapters.data_folder import DataFolder
from catalogue.adapters.http import HttpClientsOnRequests
from catalogue.adapters.notices_mail import MailSender, MailServer
from catalogue.adapters.notices_webhook import WebhookSender
from catalogue.bootstrap import Services, own_addresses
from catalogue.harvesting.housekeeping import Housekeeping
from catalogue.harvesting.notices import NoticeRules
from catalogue.harvesting.schedule import ScheduleRules
from catalogue.model.retention import Retention
from catalogue.model.sources import NoticeTarget
from catalogue.ports import Clock
from catalogue.ports.operations import NoticeSender
from catalogue.settings import Settings


def schedule_rules(settings: Settings) -> ScheduleRules:
    return ScheduleRules(
        jitter=timedelta(seconds=settings.schedule_jitter),
        longest_backoff=timedelta(seconds=settings.longest_backoff),
        full_every=timedelta(seconds=settings.full_every),
        flag_after=settings.flag_after,
    )


def retention_of(settings: Settings) -> Retention:
    """What is kept for how long."""
    return Retention(_days(settings.keep_runs_days), _days(settings.keep_payloads_days))


def _days(count: float) -> timedelta | None:
    return timedelta(days=count) if count else None


def notice_rules(settings: Settings, base: str) -> NoticeRules:
    everyone = tuple(
        NoticeTarget(to, "" if to.startswith("mailto:") else settings.notify_secret) for to in settings.notify
    )
    return NoticeRules(base, everyone, settings.conformance_drop / 100)


def notice_senders(
    settings: Settings, folder: DataFolder, secrets: Mapping[str, str], clock: Clock
) -> dict[str, NoticeSender]:
    """Senders by the scheme of what they reach."""
    clients = HttpClientsOnRequests(
        settings, clock, own_addresses=lambda: own_addresses(settings, folder, settings.base), secrets=secrets
    )
    contact = settings.contact.removeprefix("mailto:")
    server = MailServer(
        settings.smtp,
        settings.smtp_tls,
        settings.smtp_user,
        settings.smtp_password,
        settings.smtp_from or (contact if "@" in contact and "/" not in contact else ""),
        settings.ca_bundle,
    )
    return {
        "https": WebhookSender(clients.for_notices, secrets, clock),
        "mailto": MailSender(server, secrets, clock),
    }


def housekeeping_of(
    services: Services,
    folder: DataFolder,
    secrets: Mapping[str, str],
    holder: str,
    stop: Callable[[], bool],
) -> Housekeeping:
    """What the worker of this name does while it leads."""
    settings = services.settings
    return Housekeeping(
        holder,
        services.ledger,
        services.clock,
        schedule_rules(settings),
        notice_rules(settings, services.base),
        notice_senders(settings, folder, secrets, services.clock),
        stop,
        retention_of(settings),
    )
