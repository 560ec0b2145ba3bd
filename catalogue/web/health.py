"""/health: whether this process lives, and whether the parts behind it answer and how far behind they are."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, jsonify

from catalogue.errors import BackendError
from catalogue.web.headers import SHARED
from catalogue.web.state import services

blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
def live() -> Response:
    return _answer({"status": "live"}, 200)


@blueprint.get("/ready")
def ready() -> Response:
    """Each part with its state; `lag` is the number of changes that a projection has still to follow."""
    parts = services()
    ledger = _position(parts.ledger.position)
    states: dict[str, dict[str, object]] = {"ledger": _part(ledger)}
    for name, position in (("search", parts.search.position), ("graph", parts.graph.position)):
        at = _position(position)
        states[name] = _part(at)
        if at is not None and ledger is not None:
            states[name]["lag"] = max(0, ledger - at)
    all_there = all(state["state"] == "available" for state in states.values())
    response = _answer(
        {"status": "ready" if all_there else "unavailable", "parts": states}, 200 if all_there else 503
    )
    if not all_there:
        response.headers["Retry-After"] = "5"
    return response


def _position(ask: Callable[[], int]) -> int | None:
    try:
        return ask()
    except BackendError:
        return None


def _part(position: int | None) -> dict[str, object]:
    return {"state": "unavailable"} if position is None else {"state": "available", "position": position}


def _answer(body: dict[str, object], status: int) -> Response:
    response = jsonify(body)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(SHARED)
    return response
