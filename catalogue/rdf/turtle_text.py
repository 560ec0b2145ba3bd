"""Turtle and TriG text mended token by token where even a lenient parser stops."""

from __future__ import annotations

import re
from urllib.parse import quote

from catalogue.rdf.problems import Problems
from catalogue.rdf.turtle_tokens import STRINGS_AND_COMMENTS

_TOKENS = re.compile(
    STRINGS_AND_COMMENTS
    + r"|(?P<iri><(?!<)[^<>\n\r]*>)|(?P<tag>@[A-Za-z]+(?:[_-][A-Za-z0-9]+)*_[A-Za-z0-9_-]+)",
    re.S,
)
_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})")


def repair_turtle_text(body: bytes, problems: Problems) -> bytes:
    """The text with IRIs that hold stray escapes percent-encoded and language tags with underscores mended."""
    text = body.decode("utf-8", "replace")

    def mend(match: re.Match[str]) -> str:
        token = match.group()
        if match.lastgroup == "iri":
            mended = _mended_iri(token)
        elif match.lastgroup == "tag":
            mended = token.replace("_", "-")
        else:
            return token
        if mended != token:
            rule = "iri-repaired" if match.lastgroup == "iri" else "language-tag-repaired"
            line = None if problems.is_full(rule) else text.count("\n", 0, match.start()) + 1
            problems.add(rule, f"{token} does not parse: read as {mended}.", line=line, snippet=token)
        return mended

    return _TOKENS.sub(mend, text).encode("utf-8", "replace")


def _mended_iri(token: str) -> str:
    parts = re.split(f"({_ESCAPE.pattern})", token[1:-1])
    kept = [part if _ESCAPE.fullmatch(part) else part.replace("\\", quote("\\")) for part in parts]
    return f"<{''.join(kept)}>"
