"""Notices as plain-text mails, handed to one mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote

from catalogue.adapters.secret_references import read_secret
from catalogue.errors import ConfigurationError, RetryableError, SourceError
from catalogue.model.notices import Notice
from catalogue.ports import Clock

PORTS = {"starttls": 587, "tls": 465, "none": 25}


class MailRefused(SourceError):
    """The mail server will never take this mail."""

    title = "Mail refused"


@dataclass(frozen=True, slots=True)
class MailServer:
    """`server` is host or host:port; `tls` starttls, tls or none; `password` a reference; `sender` an address."""

    server: str
    tls: str
    user: str
    password: str
    sender: str
    ca_bundle: str = ""
    timeout: float = 30.0

    def place(self) -> tuple[str, int]:
        """Host and port. ConfigurationError when they are none."""
        host, colon, port = self.server.rpartition(":")
        if not colon or self.server.endswith("]"):
            return self.server.strip("[]"), PORTS[self.tls]
        if not port.isdecimal() or not 0 < int(port) < 65536 or not host:
            raise ConfigurationError(
                f"PHAROS_SMTP is {self.server!r}, but must be host or host:port.",
                advice="For example PHAROS_SMTP=mail.example.org:587.",
            )
        return host.strip("[]"), int(port)


class MailSender:
    """Sends to the address of `notice.target.to` (`mailto:`)."""

    def __init__(self, server: MailServer, secrets: Mapping[str, str], clock: Clock) -> None:
        self._server = server
        self._secrets = secrets
        self._clock = clock

    def send(self, notice: Notice) -> None:
        """RetryableError when the server is not there or busy, MailRefused when it refuses for good,
        ConfigurationError when a setting is missing or the login is wrong."""
        message = self._message(notice)
        try:
            with self._session() as session:
                session.send_message(message)
        except smtplib.SMTPAuthenticationError as error:
            raise ConfigurationError(
                "The mail server refused the login.", advice="See PHAROS_SMTP_USER and PHAROS_SMTP_PASSWORD."
            ) from error
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise _refused("the recipient", max(codes, default=550)) from error
        except smtplib.SMTPResponseException as error:
            raise _refused("the mail", error.smtp_code) from error
        except smtplib.SMTPNotSupportedError as error:
            raise ConfigurationError(
                "The mail server does not offer what the settings ask for (TLS, login or international addresses).",
                advice="See PHAROS_SMTP_TLS and PHAROS_SMTP_USER.",
            ) from error
        except ssl.SSLError as error:
            raise ConfigurationError(
                "The mail server's certificate or TLS is not accepted.",
                advice="See PHAROS_SMTP_TLS and PHAROS_CA_BUNDLE.",
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            raise RetryableError(
                "The mail server did not take the mail now.",
                advice="See that it runs and PHAROS_SMTP names it.",
            ) from error

    def _message(self, notice: Notice) -> EmailMessage:
        server = self._server
        if not server.server or not server.sender:
            raise ConfigurationError(
                "Mail is to be sent, but no mail server or sender is set.",
                advice="Set PHAROS_SMTP and PHAROS_SMTP_FROM.",
            )
        message = EmailMessage()
        message["From"] = Address("Pharos", addr_spec=server.sender)
        message["To"] = Address(addr_spec=unquote(notice.target.to.removeprefix("mailto:")))
        message["Subject"] = notice.subject
        message["Date"] = format_datetime(self._clock.now())
        # The same for each try: a mail server or reader drops the repetition.
        message["Message-ID"] = f"<{notice.key}@{server.sender.rpartition('@')[2]}>"
        # RFC 3834: no out-of-office answers to a machine.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(notice.text)
        return message

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        server = self._server
        host, port = server.place()
        context = ssl.create_default_context(cafile=server.ca_bundle or None)
        made: smtplib.SMTP
        if server.tls == "tls":
            made = smtplib.SMTP_SSL(host, port, timeout=server.timeout, context=context)
        else:
            made = smtplib.SMTP(host, port, timeout=server.timeout)
        with made as session:
            if server.tls == "starttls":
                session.starttls(context=context)
            if server.user:
                session.login(server.user, read_secret(server.password, self._secrets))
            yield session


def _refused(what: str, code: int) -> RetryableError | MailRefused:
    """4xx is for now, 5xx for good (RFC 5321, 4.2.1). The server's own words may name what is not for others."""
    if code < 500:
        return RetryableError(f"The mail server put {what} off ({code}).")
    return MailRefused(
        f"The mail server refuses {what} ({code}).", advice="Check the addresses of sender and receiver."
    )
