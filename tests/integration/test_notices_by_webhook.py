"""Notices as webhooks, to a receiver on loopback that checks the signature as its documentation says."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from loopback import Answer, Loopback

from catalogue.adapters.http import HttpClientsOnRequests
from catalogue.adapters.notices_webhook import WebhookSender
from catalogue.errors import AddressForbidden, ConfigurationError, RetryableError, SourceGone
from catalogue.harvesting.notice_texts import words_of
from catalogue.model.harvest import HarvestRun, HarvestSource, RunCounts, RunRequest, RunState
from catalogue.model.notices import Notice, NoticeKind
from catalogue.model.sources import NoticeTarget
from catalogue.settings import Settings

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECRET = "wh-s3cret"


class FixedClock:
    def now(self) -> datetime:
        return NOON


@pytest.fixture
def receiver() -> Iterator[Loopback]:
    with Loopback() as running:
        yield running


def sender(allowed: tuple[str, ...] = ("127.0.0.1",), **secrets: str) -> WebhookSender:
    known = {"HOOK": SECRET, **secrets}
    clients = HttpClientsOnRequests(Settings(allow_hosts=allowed, retries=3), FixedClock(), secrets=known)
    return WebhookSender(clients.for_notices, known, FixedClock())


def notice(to: str, secret: str = "env:HOOK") -> Notice:
    source = HarvestSource("clinic", "https://clinic.example/", "dcat_rdf", title="Clínica")
    run = HarvestRun("r1", "clinic", RunState.HELD, RunCounts(found=3), RunRequest(), NOON, finished_at=NOON)
    words = words_of(NoticeKind.HELD, source, run, {"failures": 0}, "https://catalogue.example")
    target = NoticeTarget(to, secret)
    return Notice("k1", NoticeKind.HELD, "clinic", target, words.subject, words.text, words.facts)


def test_a_notice_arrives_signed(receiver: Loopback) -> None:
    receiver.on("/hook", Answer(status=204))
    sender().send(notice(receiver.url("/hook")))
    (asked,) = receiver.asked
    assert (asked.method, asked.headers["content-type"]) == ("POST", "application/json")
    assert asked.headers["pharos-delivery"] == "k1"
    parts = dict(part.split("=") for part in asked.headers["pharos-signature"].split(","))
    assert int(parts["t"]) == int(NOON.timestamp())
    signed = parts["t"].encode() + b"." + asked.body
    assert hmac.compare_digest(parts["v1"], hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest())


def test_a_notice_is_json_for_machines_with_the_words_for_people(receiver: Loopback) -> None:
    receiver.on("/hook", Answer())
    sender().send(notice(receiver.url("/hook")))
    said = json.loads(receiver.asked[0].body)
    assert (said["id"], said["event"], said["source"]["slug"]) == ("k1", "held", "clinic")
    assert (said["run"]["state"], said["run"]["counts"]["found"]) == ("held", 3)
    assert said["run"]["url"] == "https://catalogue.example/runs/r1"
    assert "What to do:" in said["text"] and "Clínica" in said["subject"]


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_a_receiver_that_does_not_take_it_is_tried_later_not_at_once(receiver: Loopback, status: int) -> None:
    receiver.on("/hook", Answer(status=status))
    with pytest.raises(RetryableError):
        sender().send(notice(receiver.url("/hook")))
    assert len(receiver.asked) == 1


def test_a_receiver_that_is_gone_is_not_tried_again(receiver: Loopback) -> None:
    receiver.on("/hook", Answer(status=410))
    with pytest.raises(SourceGone):
        sender().send(notice(receiver.url("/hook")))


def test_a_redirect_is_no_receipt(receiver: Loopback) -> None:
    receiver.on("/hook", Answer(status=302, headers={"Location": "/login"}))
    receiver.on("/login", Answer(b"Log in"))
    with pytest.raises(RetryableError, match="redirects"):
        sender().send(notice(receiver.url("/hook")))
    assert receiver.paths == ["/hook"]


def test_a_receiver_inside_needs_to_be_allowed(receiver: Loopback) -> None:
    with pytest.raises(AddressForbidden):
        sender(allowed=()).send(notice(receiver.url("/hook")))
    assert receiver.asked == []


@pytest.mark.parametrize("reference", ["", "env:MISSING", SECRET])
def test_nothing_is_sent_unsigned(receiver: Loopback, reference: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        sender().send(notice(receiver.url("/hook"), reference))
    assert receiver.asked == []
    assert SECRET not in caught.value.detail


def test_the_secret_is_neither_sent_nor_logged(receiver: Loopback, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.on("/hook", Answer(status=500))
    with pytest.raises(RetryableError):
        sender().send(notice(receiver.url("/hook")))
    assert SECRET not in caplog.text + repr(receiver.asked)
