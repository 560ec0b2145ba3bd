"""Harvested text made harmless: a small set of tags, links to the web and to mail only, known language tags."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit, urlunsplit

import nh3
from markupsafe import Markup, escape

MAX_TEXT = 20_000
SCHEMES = {"http", "https", "mailto"}
TAGS = {
    "a", "abbr", "b", "blockquote", "br", "code", "dd", "dl", "dt", "em", "i", "li",
    "ol", "p", "pre", "s", "strong", "sub", "sup", "u", "ul",
}  # fmt: skip
_MARKUP = re.compile(r"<[a-zA-Z/!][^<>]*>|&(#\d+|#x[0-9a-fA-F]+|[a-zA-Z]{2,8});")
_BLOCK_END = re.compile(r"</(p|div|li|h[1-6]|tr|td|dd|dt|blockquote|ul|ol)>|<br\s*/?>", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_PARAGRAPH = re.compile(r"\n\s*\n")
_ISO_639_1 = (
    " aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de"
    " dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id"
    " ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu"
    " lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu"
    " rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr"
    " ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "
)
"""Two-letter codes; an attribute with a made-up language is worse than none."""


def rich_text(text: str) -> Markup:
    """Harvested text as HTML: a small set of tags when it is HTML, else paragraphs with its web addresses as links.

    What is longer than a page bears is cut; the RDF has all of it.
    """
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT] + " …"
    if _MARKUP.search(text):
        cleaned = nh3.clean(
            text, tags=TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel="nofollow noopener"
        )
        return Markup(cleaned)  # noqa: S704 (nh3 has just cleaned it)
    paragraphs = [part.strip() for part in _PARAGRAPH.split(text) if part.strip()]
    if len(paragraphs) == 1:
        return _lines(paragraphs[0])
    return Markup("").join(Markup("<p>{}</p>").format(_lines(part)) for part in paragraphs)


def _lines(text: str) -> Markup:
    return Markup("<br>").join(_with_links(line) for line in text.splitlines())


def _with_links(text: str) -> Markup:
    parts: list[Markup] = []
    end = 0
    for match in _URL.finditer(text):
        parts.append(escape(text[end : match.start()]))
        parts.append(Markup('<a href="{0}" rel="nofollow noopener">{0}</a>').format(match.group()))
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


def excerpt(text: str, length: int = 260) -> str:
    """The beginning of a text without its tags, cut at a word; still to be escaped."""
    bare = text[: length * 20]
    if _MARKUP.search(bare):
        bare = html.unescape(nh3.clean(_BLOCK_END.sub(r"\g<0> ", bare), tags=set()))
    words = " ".join(bare.split())
    if len(words) <= length:
        return words
    return words[:length].rsplit(" ", 1)[0].rstrip(" ,;:.") + " …"


def safe_href(iri: str) -> str:
    """The IRI if a page may link to it (http, https, mailto), else the empty string."""
    try:
        parts = urlsplit(iri)
    except ValueError:
        return ""
    if parts.scheme.lower() not in SCHEMES or any(ord(c) < 33 for c in iri):
        return ""
    return iri if parts.netloc or parts.scheme.lower() == "mailto" else ""


def public_address(url: str, source: str = "") -> str:
    """A source's address as it may be shown: a file by its name alone, a URL without user and password. A page of
    `source` (its slug) may have its place within the source's folder too, as run lines do; see `address_for_others`."""
    if source and url.startswith(f"file:///{source}/"):
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme == "file":
        return f"file:{parts.path.rstrip('/').rpartition('/')[2]}"
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=host)) if "@" in parts.netloc else url


def lang(tag: str) -> str:
    """The tag if browsers know its language, else the empty string (then no attribute is written)."""
    primary = tag.partition("-")[0].lower()
    return tag if f" {primary} " in _ISO_639_1 and re.fullmatch(r"[A-Za-z0-9-]{2,35}", tag) else ""
