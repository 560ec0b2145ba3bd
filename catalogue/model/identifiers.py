"""The two ids of a record (design, section 4) and the form of a source slug."""

from __future__ import annotations

import base64
import hashlib
import re

SLUG = re.compile(r"^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$")


def _digest(text: str) -> str:
    # 100 bits: no collision to be expected below 10^14 records, and short enough to read aloud.
    return base64.b32encode(hashlib.sha256(text.encode()).digest()).decode().lower()[:20]


def dataset_id(subject_iri: str) -> str:
    """Id of the thing described: stays when another source describes it. 20 characters [a-z2-7]."""
    return _digest(subject_iri)


def record_id(source_slug: str, subject_iri: str) -> str:
    """Id of one source's description of the thing. 20 characters [a-z2-7]."""
    return _digest(f"{source_slug}\n{subject_iri}")
