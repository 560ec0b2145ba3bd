"""The record inside its own page, as a data block that search engines read (JSON-LD, HTML's `script` as data)."""

from __future__ import annotations

from markupsafe import Markup

from catalogue.model.records import StoredVersion
from catalogue.rdf.graphs import from_ntriples
from catalogue.web.negotiate import JSON_LD, rdf_body

MAX_BYTES = 512 * 1024

# In JSON these characters occur inside strings only, so that their escapes mean the same.
_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def embedded_json_ld(version: StoredVersion) -> Markup | None:
    """The record as JSON-LD that cannot end its script element; None when it is too large for a page."""
    if len(version.shown) > MAX_BYTES:
        return None
    body = rdf_body(from_ntriples(version.shown), JSON_LD).decode()
    return Markup(body.translate(_ESCAPES))  # noqa: S704 (just escaped for a data block)
