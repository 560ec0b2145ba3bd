"""`pharos notices`: what was told to whom, and whether it arrives."""

from __future__ import annotations

from typing import Any

import click

from catalogue.bootstrap import SystemClock, open_ledger
from catalogue.bootstrap_base import base_of
from catalogue.bootstrap_operations import notice_rules, notice_senders
from catalogue.cli.context import Invocation, common, common_group
from catalogue.cli.entry import EXIT_UNAVAILABLE
from catalogue.cli.output import note, print_json, print_table
from catalogue.errors import ConfigurationError, HarvestError, InvalidQuery
from catalogue.harvesting.notices import scheme_of, targets_of, trial_notices
from catalogue.model.notices import Notice, OutboxEntry
from catalogue.ports.operations import NoticeSender


@click.group()
@common_group
def notices() -> None:
    """See what was told to whom, and try whether notices arrive."""


@notices.command("list")
@click.argument("source", required=False)
@click.option("--limit", type=click.IntRange(1, 10_000), default=30, show_default=True)
@common
def list_(invocation: Invocation, source: str | None, limit: int) -> None:
    """List notices, newest first."""
    with open_ledger(invocation.settings()) as ledger:
        if source is not None:
            ledger.source(source)
        rows = [_row(entry) for entry in ledger.notices(source, limit)]
    if invocation.json:
        print_json(rows)
    elif rows:
        print_table(rows, ["created_at", "source", "kind", "state", "attempts", "to", "reason"])
    else:
        note("Nothing was told yet: notices are written when the state of a source changes.")


@notices.command()
@click.argument("source", required=False)
@common
def test(invocation: Invocation, source: str | None) -> None:
    """Send a test notice now to everyone who is told of a source, or of every source.

    Exit code 0: all arrived; 3: one did not.
    """
    settings, clock = invocation.settings(), SystemClock()
    with open_ledger(settings) as ledger:
        rules = notice_rules(settings, base_of(settings, ledger))
        targets = targets_of(ledger.source(source), rules) if source else rules.everyone
    if not targets:
        raise InvalidQuery(
            "There is nobody to tell.",
            advice="Name somebody with PHAROS_NOTIFY, or for one source with `pharos sources add URL --notify`.",
            parameter="source",
        )
    senders = notice_senders(settings, invocation.folder(), invocation.secrets(), clock)
    answers = [_send(notice, senders) for notice in trial_notices(targets, rules, clock.now())]
    if invocation.json:
        print_json(answers)
    else:
        for answer in answers:
            click.echo(f"{answer['to']}: {'sent' if answer['sent'] else answer['reason']}")
            if answer["advice"]:
                note(f"  {answer['advice']}")
    if not all(answer["sent"] for answer in answers):
        raise click.exceptions.Exit(EXIT_UNAVAILABLE)


def _send(notice: Notice, senders: dict[str, NoticeSender]) -> dict[str, Any]:
    try:
        senders[scheme_of(notice.target)].send(notice)
    except (HarvestError, ConfigurationError) as error:
        return {"to": notice.target.to, "sent": False, "reason": error.detail, "advice": error.advice}
    return {"to": notice.target.to, "sent": True, "reason": "", "advice": ""}


def _row(entry: OutboxEntry) -> dict[str, Any]:
    return {
        "key": entry.notice.key,
        "source": entry.notice.source,
        "kind": entry.notice.kind.value,
        "to": entry.notice.target.to,
        "subject": entry.notice.subject,
        "state": entry.state.value,
        "created_at": entry.created_at,
        "attempts": entry.attempts,
        "next_try_at": entry.next_try_at,
        "delivered_at": entry.delivered_at,
        "reason": entry.reason,
    }
