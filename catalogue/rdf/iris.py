"""Which texts are IRIs that every store accepts, and how to make one of a text that nearly is."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit

from pyoxigraph import NamedNode

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_LOST_LETTER = re.compile(r"(?i)(?:ttps?|htp|htps|htttps?|hhttps?)://")
_WEB = re.compile(r"(?i)https?://")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNSAFE = re.compile(
    r"[\x00-\x20<>\"{}|\\^`\x7f-\xa0\ufdd0-\ufdef\ufff0-\uffff\ue000-\uf8ff]|[\ud800-\udfff]"
)
_TRIMMED = " \t\r\n\x0b\x0c\xa0\u200b\ufeff"


def is_valid_iri(text: str) -> bool:
    """Whether the text is an absolute IRI (RFC 3987) that strict parsers and stores accept."""
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def is_web_link(text: str) -> bool:
    """Whether the text is a valid http or https IRI with a host: safe to offer as a link."""
    if not _WEB.match(text) or not is_valid_iri(text):
        return False
    try:
        return bool(urlsplit(text).hostname)
    except ValueError:
        return False


def repair_iri(text: str, base: str | None = None) -> str | None:
    """An absolute, valid IRI that means what `text` means, or None where that cannot be told.

    Valid IRIs come back unchanged, so the function is idempotent. Surrounding space goes, characters that an IRI
    cannot hold are percent-encoded, a lost or doubled letter of http(s) is mended, a relative reference is resolved
    against `base`. Two addresses in one text give None.
    """
    text = text.strip(_TRIMMED)
    if not text and base is None:
        return None
    text = _with_scheme(text)
    if len(_WEB.findall(text)) > 1 and re.search(r"\s", text):
        return None
    encoded: str | None = _encode(text)
    if encoded is not None and not _SCHEME.match(encoded):
        encoded = _resolve(encoded, base)
    return encoded if encoded is not None and is_valid_iri(encoded) else None


def _with_scheme(text: str) -> str:
    lost = _LOST_LETTER.match(text)
    if lost is None:
        return text
    secure = "s" in lost.group().lower()
    return ("https://" if secure else "http://") + text[lost.end() :]


def _encode(text: str) -> str:
    if text.lower().startswith(("http:\\", "https:\\")):
        text = text.replace("\\", "/")
    if _SCHEME.match(text) and is_valid_iri(text):
        return text
    text = _BAD_PERCENT.sub("%25", text)
    text = _UNSAFE.sub(lambda match: quote(match.group(), safe="", errors="replace"), text)
    head, mark, fragment = text.partition("#")
    text = head + mark + fragment.replace("#", "%23")
    return _without_stray_brackets(text)


def _without_stray_brackets(text: str) -> str:
    authority = re.match(r"[A-Za-z][A-Za-z0-9+.\-]*://\[[0-9A-Fa-f:.]+\](?=[:/?#]|$)", text)
    kept = authority.end() if authority else 0
    return text[:kept] + text[kept:].replace("[", "%5B").replace("]", "%5D")


def _resolve(reference: str, base: str | None) -> str | None:
    if base is None:
        return None
    try:
        return urljoin(base, reference)
    except ValueError:
        return None
