"""JSON-LD contexts of ours for the context addresses that providers name: the terms are facts, the files our own.

A file in `contexts/` holds `@context`: an object, or a list in which a text names another file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_SEMIC = "https://semiceu.github.io/uri.semic.eu-generated/DCAT-AP/releases"

ADDRESSES: dict[str, tuple[str, ...]] = {
    "schema-org": (
        "https://schema.org/",
        "https://schema.org/docs/jsonldcontext.json",
        "https://schema.org/docs/jsonldcontext.jsonld",
        "https://schema.org/version/latest/schema.jsonld",
        "https://schema.org/version/latest/schemaorg-current-https.jsonld",
    ),
    "dcat-us-1.1": (
        "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
        "https://project-open-data.cio.gov/v1.1/schema",
        "https://project-open-data.cio.gov/v1.1/schema/data.jsonld",
        "https://resources.data.gov/schemas/dcat-us/v1.1/schema/catalog.jsonld",
    ),
    "dcat-ap-3-examples": (
        f"{_SEMIC}/3.0.0/html/examples/context.jsonld",
        f"{_SEMIC}/3.0.1/html/examples/context.jsonld",
    ),
    "dcat-ap-3": (
        f"{_SEMIC}/3.0.0/context/dcat-ap.jsonld",
        f"{_SEMIC}/3.0.1/context/dcat-ap.jsonld",
        "https://semiceu.github.io/DCAT-AP/releases/3.0.0/context/dcat-ap.jsonld",
        "https://semiceu.github.io/DCAT-AP/releases/3.0.1/context/dcat-ap.jsonld",
        "http://data.europa.eu/r5r/context/dcat-ap.jsonld",
        "https://raw.githubusercontent.com/SEMICeu/DCAT-AP/master/releases/3.0.0/context/dcat-ap.jsonld",
        "https://raw.githubusercontent.com/SEMICeu/DCAT-AP/master/releases/3.0.1/context/dcat-ap.jsonld",
    ),
    "dcat-3": (
        "https://www.w3.org/ns/dcat",
        "https://www.w3.org/ns/dcat.jsonld",
        "https://www.w3.org/ns/dcat2.jsonld",
        "https://www.w3.org/ns/dcat3.jsonld",
    ),
    "hydra": (
        "https://www.w3.org/ns/hydra/core",
        "https://www.w3.org/ns/hydra/core.jsonld",
        "https://www.w3.org/ns/hydra/context.jsonld",
    ),
    "fair-data-point": ("https://w3id.org/fdp/fdp-o", "https://w3id.org/fdp/context.jsonld"),
}
"""Our file → the addresses it stands for. Scheme, `www.`, case, fragment and last slash do not matter."""

_KEPT = frozenset({"@vocab", "@base", "@version", "@language", "@direction", "@propagate"})


def bundled_context(address: str) -> Mapping[str, Any] | None:
    """Our context for an address, every IRI in it absolute; None when there is none."""
    name = _names().get(_key(address))
    return _context(name) if name is not None else None


def pruned(context: Mapping[str, Any], words: set[str]) -> dict[str, Any]:
    """The context cut down to the terms among `words`, so that a document may name it at many places."""
    return {term: meaning for term, meaning in context.items() if term in words or term in _KEPT}


def _key(address: str) -> str:
    bare = address.strip().partition("#")[0].lower().removeprefix("https://").removeprefix("http://")
    return bare.removeprefix("www.").rstrip("/")


@cache
def _names() -> dict[str, str]:
    return {_key(address): name for name, addresses in ADDRESSES.items() for address in addresses}


@cache
def _context(name: str) -> Mapping[str, Any]:
    text = files("catalogue.rdf").joinpath("contexts", f"{name}.jsonld").read_text("utf-8")
    content = json.loads(text)["@context"]
    merged: dict[str, Any] = {}
    for part in content if isinstance(content, list) else [content]:
        merged.update(_context(part) if isinstance(part, str) else part)
    return {term: _absolute(meaning, merged) for term, meaning in merged.items()}


def _absolute(meaning: Any, context: Mapping[str, Any]) -> Any:
    if isinstance(meaning, dict):
        return {
            key: _absolute(value, context) if key in ("@id", "@type") else value
            for key, value in meaning.items()
        }
    prefix, colon, local = meaning.partition(":")
    is_compact = colon and not local.startswith("//") and isinstance(context.get(prefix), str)
    return context[prefix] + local if is_compact else meaning
