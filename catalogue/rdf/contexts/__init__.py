"""JSON-LD contexts of ours for the context addresses that providers name: the terms are facts, the files our own.

`index.json` says which address is which file. A file holds `@context`: an object, or a list whose texts name other
files here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_KEYWORDS_KEPT = ("@vocab", "@base", "@version", "@language", "@direction", "@propagate", "@protected")


def bundled_context(reference: str) -> dict[str, Any] | None:
    """Our context for an address (scheme, trailing slash and fragment do not matter), or None."""
    name = _index().get(_key(reference))
    return _context(name) if name is not None else None


def known_contexts() -> list[str]:
    """The addresses we know, without scheme."""
    return sorted(_index())


def pruned(context: Mapping[str, Any], words: set[str]) -> dict[str, Any]:
    """The context cut down to keywords and the terms among `words`, so that naming it often costs little."""
    return {term: meaning for term, meaning in context.items() if term in words or term in _KEYWORDS_KEPT}


def _key(reference: str) -> str:
    bare = reference.strip().partition("#")[0].lower()
    for scheme in ("https://", "http://"):
        bare = bare.removeprefix(scheme)
    return bare.removeprefix("www.").rstrip("/")


@cache
def _index() -> dict[str, str]:
    listed: dict[str, list[str]] = json.loads(files(__package__).joinpath("index.json").read_text("utf-8"))
    return {_key(address): name for name, addresses in listed.items() for address in addresses}


@cache
def _context(name: str) -> dict[str, Any]:
    content = json.loads(files(__package__).joinpath(f"{name}.jsonld").read_text("utf-8"))["@context"]
    merged: dict[str, Any] = {}
    for part in content if isinstance(content, list) else [content]:
        merged.update(_context(part) if isinstance(part, str) else part)
    return merged
