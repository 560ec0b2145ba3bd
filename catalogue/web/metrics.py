"""/metrics: how the catalogue is doing, for Prometheus. For the operator's networks or a bearer of the token only."""

from __future__ import annotations

import hmac
import ipaddress
import threading
import time
from collections.abc import Callable, Mapping
from typing import cast

from flask import Blueprint, Flask, Response, current_app, request
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from catalogue.adapters.secret_references import read_secret
from catalogue.bootstrap import Services
from catalogue.bootstrap_operations import schedule_rules
from catalogue.errors import NotFound
from catalogue.feeds.metric_facts import MetricFacts, gather
from catalogue.feeds.metrics import MetricsCollector
from catalogue.harvesting.status import status_of
from catalogue.model.search import SearchQuery
from catalogue.settings import Settings
from catalogue.web.state import EXTENSION as SERVICES

blueprint = Blueprint("metrics", __name__)

EXTENSION = "pharos-metrics"
KEPT = 5.0
"""Seconds for which what was gathered is told again: several scrapers cost as much as one."""
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")
"""Headers of a request that came through a proxy: its address says nothing of who asks."""


class Gate:
    """Who may read. `secrets` answers `env:NAME`; the token is read when it is needed, so that it may be replaced."""

    def __init__(self, settings: Settings, secrets: Mapping[str, str]) -> None:
        self._networks = [ipaddress.ip_network(text, strict=False) for text in settings.metrics_from]
        self._reference = settings.metrics_token
        self._secrets = secrets

    @property
    def has_token(self) -> bool:
        return bool(self._reference)

    def lets_in(self, address: str, authorization: str, through_proxy: bool) -> bool:
        """ConfigurationError when the token cannot be read."""
        if not through_proxy and self._is_near(address):
            return True
        scheme, _, given = authorization.partition(" ")
        if not self._reference or scheme.lower() != "bearer":
            return False
        token = read_secret(self._reference, self._secrets)
        return hmac.compare_digest(given.strip().encode(), token.encode())

    def _is_near(self, text: str) -> bool:
        try:
            address = ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self._networks)


class Kept:
    """The facts of the last scrape, for a moment. One thread gathers, the others wait for what it finds."""

    def __init__(
        self, make: Callable[[], MetricFacts], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._make = make
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._facts: MetricFacts | None = None
        self._until = 0.0

    def facts(self) -> MetricFacts:
        with self._lock:
            if self._facts is None or self._monotonic() >= self._until:
                self._facts = self._make()
                self._until = self._monotonic() + KEPT
            return self._facts


def register(app: Flask, secrets: Mapping[str, str]) -> None:
    """Gives the application its gate and its memory of the last scrape."""
    parts = cast(Services, app.extensions[SERVICES])
    app.extensions[EXTENSION] = (Gate(parts.settings, secrets), Kept(lambda: _gathered(parts)))
    app.register_blueprint(blueprint)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Text of Prometheus, or OpenMetrics where it is asked for."""
    gate, kept = cast(tuple[Gate, Kept], current_app.extensions[EXTENSION])
    through_proxy = any(name in request.headers for name in FORWARDED)
    if not gate.lets_in(request.remote_addr or "", request.headers.get("Authorization", ""), through_proxy):
        if not gate.has_token:
            raise NotFound("There is nothing at this address.")
        return _answer("A token is needed.\n", "text/plain; charset=utf-8", 401)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(MetricsCollector(kept.facts()))
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return _answer(encode(registry), content_type, 200)


def _answer(body: str | bytes, content_type: str, status: int) -> Response:
    response = Response(body, status=status, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    response.vary.update(("Accept", "Authorization"))
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
    return response


def _gathered(parts: Services) -> MetricFacts:
    rules = schedule_rules(parts.settings)
    return gather(
        parts.ledger,
        {"search": parts.search.position, "graph": parts.graph.position},
        lambda: parts.search.search(SearchQuery(size=1, facets=())).total,
        lambda source, condition, now: status_of(source, condition, rules, now),
        parts.clock,
    )
