"""One pattern for the parts of Turtle text in which brackets and signs mean nothing: strings and comments.

A string that is never closed reaches to the end (a short one to the end of its line): so each character is read
once, whatever a provider sends.
"""

from __future__ import annotations


def _short(quote: str) -> str:
    return rf"{quote}(?:[^{quote}\\\n\r]|\\.)*(?:{quote}|(?=[\n\r])|\\?\Z)"


def _long(quote: str) -> str:
    return rf"{quote * 3}(?:[^{quote}\\]|\\.|{quote}(?!{quote * 2}))*(?:{quote * 3}|\\?\Z)"


STRINGS_AND_COMMENTS = "|".join([_long('"'), _long("'"), _short('"'), _short("'"), r"#[^\n\r]*"])
"""To be compiled with re.DOTALL."""
