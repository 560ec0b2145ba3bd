"""Texts of strangers as columns and indexes take them."""

from __future__ import annotations

import hashlib

LONGEST = 1_000
"""Bytes of a text that is looked up; PostgreSQL's indexes take 2,700 in all columns together."""
KEPT = 200


def storable(text: str) -> str:
    """The text without what PostgreSQL does not store (U+0000) and no encoding has (lone surrogates)."""
    if text.isascii():
        return text.replace("\x00", "\ufffd")
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def searchable(text: str) -> str:
    """What stands for a text in an index: itself, or the beginning and hash of a very long one."""
    text = storable(text)
    encoded = text.encode()
    if len(encoded) <= LONGEST:
        return text
    return f"{text[:KEPT]}… sha256:{hashlib.sha256(encoded).hexdigest()}"
