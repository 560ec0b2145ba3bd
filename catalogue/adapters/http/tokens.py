"""Access tokens by OpenID Connect client credentials (RFC 6749, section 4.4), fetched like everything else."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote_plus, urlencode

from catalogue.adapters.http import urls
from catalogue.adapters.http.credentials import basic
from catalogue.adapters.secret_references import read_secret
from catalogue.errors import AccessRefused, ConfigurationError, ProtocolViolation
from catalogue.ports import Clock, HttpClient

MARGIN = timedelta(seconds=30)
"""How long before its end a token is not used any more: the request with it takes time too."""
UNSAID = timedelta(minutes=5)
"""How long a token is used whose end the server does not tell."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """Where a token is fetched and for whom; `secret` is a reference."""

    token_url: str
    client: str
    secret: str
    scope: str = ""

    @classmethod
    def of(cls, credentials: Mapping[str, str]) -> TokenRequest:
        """ConfigurationError names what is missing."""
        for name in ("token_url", "client", "secret"):
            if not credentials.get(name):
                raise ConfigurationError(f"The credentials of scheme oidc need {name!r}.")
        return cls(
            credentials["token_url"],
            credentials["client"],
            credentials["secret"],
            credentials.get("scope", ""),
        )


class Tokens:
    """Tokens of one process, kept until they end. May be used by several threads."""

    def __init__(self, secrets: Mapping[str, str], clock: Clock) -> None:
        self._secrets = secrets
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[TokenRequest, tuple[str, datetime]] = {}

    def token(self, request: TokenRequest, client: Callable[[], AbstractContextManager[HttpClient]]) -> str:
        """A token that is still good. Raises AccessRefused, RetryableError, ProtocolViolation, ConfigurationError."""
        with self._lock:
            kept = self._kept.get(request)
        if kept is not None and self._clock.now() < kept[1]:
            return kept[0]
        value, lifetime = self._fetch(request, client)
        with self._lock:
            self._kept[request] = (value, self._clock.now() + lifetime)
        return value

    def forget(self, request: TokenRequest, value: str) -> None:
        """Drops this token, unless another thread has replaced it already."""
        with self._lock:
            if self._kept.get(request, ("",))[0] == value:
                del self._kept[request]

    def _fetch(
        self, request: TokenRequest, client: Callable[[], AbstractContextManager[HttpClient]]
    ) -> tuple[str, timedelta]:
        secret = read_secret(request.secret, self._secrets)
        # RFC 6749, 2.3.1: both parts are form-encoded before they are joined.
        login = basic(f"{quote_plus(request.client)}:{quote_plus(secret)}")
        form = {"grant_type": "client_credentials", **({"scope": request.scope} if request.scope else {})}
        where = urls.redact(request.token_url)
        try:
            with client() as http:
                answer = http.post(
                    request.token_url,
                    urlencode(form).encode(),
                    content_type="application/x-www-form-urlencoded",
                    accept="application/json",
                    headers={"Authorization": login},
                )
        except (AccessRefused, ProtocolViolation) as error:
            # 400 invalid_client and 401 mean the same here (RFC 6749, 5.2).
            raise AccessRefused(
                f"The token server {where} gives no token for the client {request.client!r}: {error.detail}",
                advice="Check client, secret and scope with whoever runs the token server.",
            ) from error
        log.info("token fetched", extra={"token_server": where, "client": request.client})
        return _read(answer.body, where)


def _read(body: bytes, where: str) -> tuple[str, timedelta]:
    """The token and how long it is used. ProtocolViolation when there is none in it; nothing of it is shown."""
    try:
        answer = json.loads(body)
        value, kind = answer["access_token"], str(answer.get("token_type", "Bearer"))
        seconds = float(answer.get("expires_in", UNSAID.total_seconds()))
    except (ValueError, KeyError, TypeError, AttributeError):
        value, kind, seconds = None, "", 0.0
    if not isinstance(value, str) or not value or not (value.isascii() and value.isprintable()):
        raise ProtocolViolation(
            f"The token server {where} answered without a usable access token.",
            advice="Check that this is the token endpoint.",
        )
    if kind.lower() != "bearer":
        raise ProtocolViolation(
            f"The token server {where} gives tokens of the type {kind[:40]!r}, and only Bearer is understood."
        )
    lifetime = timedelta(seconds=min(max(seconds, 0.0), 86_400.0))
    return value, max(lifetime - MARGIN, lifetime / 2)


class TokenCredentials:
    """A bearer token for one origin, fetched when it is first needed."""

    def __init__(
        self,
        tokens: Tokens,
        request: TokenRequest,
        origin: urls.Origin,
        client: Callable[[], AbstractContextManager[HttpClient]],
    ) -> None:
        self._tokens = tokens
        self._request = request
        self._origin = origin
        self._client = client
        self._used = ""

    def at(self, url: str) -> Mapping[str, str]:
        if not urls.may_carry(self._origin, urls.origin(url)):
            return {}
        self._used = self._tokens.token(self._request, self._client)
        return {"Authorization": f"Bearer {self._used}"}

    def renew(self) -> bool:
        self._tokens.forget(self._request, self._used)
        return True
