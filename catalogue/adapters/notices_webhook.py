"""Notices as webhooks: JSON by POST through HttpClient, signed so that the receiver knows who sent it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from catalogue.adapters.secret_references import read_secret
from catalogue.errors import AccessRefused, LimitExceeded, ProtocolViolation, RetryableError, SourceGone
from catalogue.model.notices import Notice
from catalogue.ports import Clock, HttpClient

SIGNATURE = "Pharos-Signature"
DELIVERY = "Pharos-Delivery"
MEDIA_TYPE = "application/json"
GONE = 410


class WebhookSender:
    """Sends to `notice.target.to`. An answer of 2xx is a receipt; 410 says that nobody listens there any more."""

    def __init__(
        self,
        client: Callable[[], AbstractContextManager[HttpClient]],
        secrets: Mapping[str, str],
        clock: Clock,
    ) -> None:
        self._client = client
        self._secrets = secrets
        self._clock = clock

    def send(self, notice: Notice) -> None:
        """RetryableError and other HarvestErrors when it was not received; ConfigurationError without a secret."""
        secret = read_secret(notice.target.secret, self._secrets)
        body = payload(notice)
        moment = int(self._clock.now().timestamp())
        headers = {SIGNATURE: signature(secret, moment, body), DELIVERY: notice.key}
        try:
            with self._client() as http:
                http.post(notice.target.to, body, content_type=MEDIA_TYPE, headers=headers)
        except (AccessRefused, LimitExceeded, ProtocolViolation, SourceGone) as error:
            if error.context.get("status") == GONE:
                raise
            # A receiver that is being set up or moved refuses for a while.
            raise RetryableError(error.detail, advice=error.advice) from error


def payload(notice: Notice) -> bytes:
    """The body: the facts, and the words for whoever wants to show them."""
    said = {"id": notice.key, **notice.facts, "subject": notice.subject, "text": notice.text}
    return json.dumps(said, ensure_ascii=False).encode()


def signature(secret: str, moment: int, body: bytes) -> str:
    """`t=SECONDS,v1=HEX`: HMAC-SHA256 with the secret over the seconds since 1970, a full stop and the body."""
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"
