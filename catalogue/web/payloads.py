"""A document as its source sent it: whatever it holds, a browser saves it and does nothing else with it."""

from __future__ import annotations

import re

from flask import Response

from catalogue.discovery.curation import public_payload
from catalogue.model.records import StoredVersion
from catalogue.ports import Ledger
from catalogue.rdf.media_types import OUTPUTS
from catalogue.web.headers import share

UNKNOWN = "application/octet-stream"
NOTHING_RUNS = "default-src 'none'; frame-ancestors 'none'; sandbox"
_MEDIA_TYPE = re.compile(r"^[a-z]+/[A-Za-z0-9!#$&^_.+-]{1,100}$")
ACTIVE = ("text/html", "application/xhtml+xml", "image/svg+xml", "text/javascript", "application/javascript")
"""What a browser would run."""


def payload_response(ledger: Ledger, version: StoredVersion) -> Response:
    """The bytes, with the media type that the source gave them (none that a browser runs). NotFound when they are not
    kept, or not for everybody."""
    found = public_payload(ledger, version)
    media_type = (found.media_type or "").partition(";")[0].strip().lower()
    if not _MEDIA_TYPE.match(media_type) or media_type in ACTIVE:
        media_type = UNKNOWN
    suffix = OUTPUTS[media_type].suffix if media_type in OUTPUTS else ".bin"
    response = Response(found.body, content_type=media_type)
    name = f"{version.record_id}-{version.number}{suffix}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = NOTHING_RUNS
    response.set_etag(found.payload_hash)
    return share(response)
