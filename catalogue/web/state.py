"""What a request works with: the services of the application and the reader's languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from flask import current_app, g, has_request_context, request

from catalogue.bootstrap import Services

EXTENSION = "pharos"
MAX_LANGUAGES = 5
_TAG = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$")


def services() -> Services:
    """The services this application was made with."""
    return cast(Services, current_app.extensions[EXTENSION])


def languages() -> tuple[str, ...]:
    """Languages of the reader in order of preference (Accept-Language), at most five; English when none is named."""
    if not has_request_context():
        return ("en",)
    if "languages" not in g:
        g.languages = _read(list(request.accept_languages.values()))
    return cast(tuple[str, ...], g.languages)


def _read(tags: Sequence[str]) -> tuple[str, ...]:
    found = dict.fromkeys(tag.lower().partition("-")[0] for tag in tags if _TAG.match(tag))
    return tuple(found)[:MAX_LANGUAGES] or ("en",)
