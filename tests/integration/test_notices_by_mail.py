"""Notices by mail, through a real conversation with a mail server on loopback."""

from __future__ import annotations

import email
import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from tls_certificate import make_certificate

from catalogue.adapters.notices_mail import MailRefused, MailSender, MailServer
from catalogue.errors import ConfigurationError, RetryableError
from catalogue.harvesting.notice_texts import words_of
from catalogue.model.harvest import HarvestRun, HarvestSource, RunCounts, RunRequest, RunState
from catalogue.model.notices import Notice, NoticeKind
from catalogue.model.sources import NoticeTarget

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PASSWORD = "c0rrect-h0rse"
SECRETS = {"MAIL_PASSWORD": PASSWORD}


class FixedClock:
    def now(self) -> datetime:
        return NOON


class Mailbox:
    """Keeps what it is sent; `answers` are given in its place, one after the other."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.answers: list[str] = []
        self.recipient_answers: list[str] = []

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if self.recipient_answers:
            return self.recipient_answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        del server, session
        if self.answers:
            return self.answers.pop(0)
        self.envelopes.append(envelope)
        return "250 OK"

    def messages(self) -> list[EmailMessage]:
        policy = email.policy.default
        return [email.message_from_bytes(e.content or b"", policy=policy) for e in self.envelopes]  # type: ignore[arg-type, misc]


@contextmanager
def mail_server(box: Mailbox, **options: Any) -> Iterator[str]:
    """host:port of a mail server."""
    # The library has to be told its port.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, server_hostname="mail.example", **options)
    controller.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        controller.stop()


def sender(server: str, **more: Any) -> MailSender:
    given = {"tls": "none", "user": "", "password": "", "sender": "pharos@catalogue.example", **more}
    return MailSender(MailServer(server, timeout=10, **given), SECRETS, FixedClock())


def notice(to: str = "mailto:data@clinic.example", title: str = "Clínica São João") -> Notice:
    source = HarvestSource("clinic", "https://clinic.example/", "dcat_rdf", title=title)
    run = HarvestRun(
        "r1",
        "clinic",
        RunState.FAILED,
        RunCounts(),
        RunRequest(),
        NOON,
        finished_at=NOON,
        reason="It is down.",
    )
    words = words_of(NoticeKind.FAILING, source, run, {}, "https://catalogue.example")
    return Notice(
        "k1", NoticeKind.FAILING, "clinic", NoticeTarget(to), words.subject, words.text, words.facts
    )


@pytest.fixture
def box() -> Mailbox:
    return Mailbox()


def test_a_notice_arrives_as_a_plain_mail(box: Mailbox) -> None:
    with mail_server(box) as server:
        sender(server).send(notice())
    (message,), (envelope,) = box.messages(), box.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("pharos@catalogue.example", ["data@clinic.example"])
    assert message["From"] == "Pharos <pharos@catalogue.example>"
    assert message["Subject"] == "Pharos: Clínica São João can no longer be harvested"
    assert message["Date"].datetime == NOON
    assert message["Message-ID"] == "<k1@catalogue.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    text = message.get_content().replace("\r\n", "\n")
    assert text == notice().text
    assert "https://catalogue.example/runs/r1\n" in text


def _authenticator(seen: list[tuple[bytes, bytes]]) -> Callable[..., AuthResult]:
    def judge(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        del server, session, envelope, mechanism
        seen.append((data.login, data.password))
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)

    return judge


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("mail"), "DNS:localhost,IP:127.0.0.1")


@pytest.fixture
def context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*certificate)
    return made


def test_a_login_is_sent_over_tls_only(
    box: Mailbox, certificate: tuple[Path, Path], context: ssl.SSLContext, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[tuple[bytes, bytes]] = []
    options = {"tls_context": context, "authenticator": _authenticator(seen), "auth_required": True}
    with mail_server(box, require_starttls=True, **options) as server:
        login = {"user": "pharos", "password": "env:MAIL_PASSWORD", "ca_bundle": str(certificate[0])}
        sender(server, tls="starttls", **login).send(notice())
        with pytest.raises(ConfigurationError):
            sender(server, tls="none", **login).send(notice())
    assert seen == [(b"pharos", PASSWORD.encode())]
    assert len(box.envelopes) == 1
    assert PASSWORD not in caplog.text


def test_tls_from_the_first_byte(
    box: Mailbox, certificate: tuple[Path, Path], context: ssl.SSLContext
) -> None:
    with mail_server(box, ssl_context=context) as server:
        sender(server, tls="tls", ca_bundle=str(certificate[0])).send(notice())
        with pytest.raises(ConfigurationError, match="certificate"):
            sender(server, tls="tls").send(notice())
    assert len(box.envelopes) == 1


def test_a_wrong_password_is_told_without_it(
    box: Mailbox, certificate: tuple[Path, Path], context: ssl.SSLContext
) -> None:
    judge = _authenticator([])
    with mail_server(box, tls_context=context, authenticator=judge, auth_required=True) as server:
        wrong = MailServer(
            server, "starttls", "pharos", "env:OTHER", "pharos@catalogue.example", str(certificate[0]), 10
        )
        with pytest.raises(ConfigurationError, match="refused the login") as caught:
            MailSender(wrong, {"OTHER": "wr0ng"}, FixedClock()).send(notice())
    assert "wr0ng" not in caught.value.detail + caught.value.advice


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("451 busy", RetryableError), ("554 we do not want this", MailRefused)],
)
def test_later_and_never_are_two_answers(box: Mailbox, answer: str, kind: type[Exception]) -> None:
    box.answers = [answer]
    with mail_server(box) as server, pytest.raises(kind, match="the mail"):
        sender(server).send(notice())


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("450 greylisted", RetryableError), ("550 no such user", MailRefused)],
)
def test_a_recipient_is_put_off_or_refused(box: Mailbox, answer: str, kind: type[Exception]) -> None:
    box.recipient_answers = [answer]
    with mail_server(box) as server, pytest.raises(kind, match="the recipient"):
        sender(server).send(notice())


def test_a_server_that_is_down_is_for_later(box: Mailbox) -> None:
    with mail_server(box) as server:
        pass
    with pytest.raises(RetryableError, match="did not take the mail now"):
        sender(server).send(notice())


def test_a_server_without_starttls_is_a_setting_to_mend(box: Mailbox) -> None:
    with mail_server(box) as server, pytest.raises(ConfigurationError, match="does not offer") as caught:
        sender(server, tls="starttls").send(notice())
    assert "PHAROS_SMTP_TLS" in caught.value.advice
    assert box.envelopes == []


@pytest.mark.parametrize(("server", "more"), [("", {}), ("mail.example", {"sender": ""})])
def test_without_server_or_sender_it_says_what_to_set(server: str, more: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        sender(server, **more).send(notice())
    assert "PHAROS_SMTP and PHAROS_SMTP_FROM" in caught.value.advice


@pytest.mark.parametrize(
    ("text", "tls", "place"),
    [
        ("mail.example", "starttls", ("mail.example", 587)),
        ("mail.example", "tls", ("mail.example", 465)),
        ("mail.example", "none", ("mail.example", 25)),
        ("mail.example:2525", "tls", ("mail.example", 2525)),
        ("[::1]:25", "none", ("::1", 25)),
        ("[::1]", "none", ("::1", 25)),
    ],
)
def test_a_mail_server_is_a_host_and_perhaps_a_port(text: str, tls: str, place: tuple[str, int]) -> None:
    assert MailServer(text, tls, "", "", "a@b.example").place() == place


@pytest.mark.parametrize("text", ["mail.example:", "mail.example:smtp", "mail.example:70000", ":25"])
def test_what_is_no_mail_server_is_named(text: str) -> None:
    with pytest.raises(ConfigurationError, match="host or host:port"):
        MailServer(text, "none", "", "", "a@b.example").place()


def test_a_hostile_title_adds_no_header_and_no_recipient(box: Mailbox) -> None:
    with mail_server(box) as server:
        sender(server).send(notice(title="Clinic\r\nBcc: all@example.org"))
    assert box.envelopes[0].rcpt_tos == ["data@clinic.example"]
    assert box.messages()[0]["Bcc"] is None
