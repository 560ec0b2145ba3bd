"""Harvested text is hostile; what a page shows of it is not."""

from __future__ import annotations

import pytest

from catalogue.web.presentation import day, number, size
from catalogue.web.sanitise import excerpt, lang, public_address, rich_text, safe_href


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words", "plain words"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("one\n\ntwo", "<p>one</p><p>two</p>"),
        ("first\nsecond", "first<br>second"),
        ("see https://e.example/x.", 'see <a href="https://e.example/x" rel="nofollow noopener">https://e.example/x</a>.'),
        ("<p>kept</p>", "<p>kept</p>"),
        ("<h1>no headings</h1>", "no headings"),
        ("<script>alert(1)</script>after", "after"),
        ("<style>*{display:none}</style>after", "after"),
        ("<img src=x onerror=alert(1)>", ""),
        ("<b onclick=alert(1)>b</b>", "<b>b</b>"),
        ("<a href='javascript:alert(1)'>x</a>", '<a rel="nofollow noopener">x</a>'),
        ("<a href='data:text/html,x'>x</a>", '<a rel="nofollow noopener">x</a>'),
        ("<a href='https://e.example' target=_top style='x'>x</a>", '<a href="https://e.example" rel="nofollow noopener">x</a>'),
        ("<p>unclosed <b>bold", "<p>unclosed <b>bold</b></p>"),
    ],
)  # fmt: skip
def test_rich_text_keeps_a_small_set_of_tags_and_nothing_that_acts(text: str, shown: str) -> None:
    assert rich_text(text) == shown


def test_a_quotation_mark_in_an_address_does_not_leave_the_attribute() -> None:
    assert 'onmouseover="' not in rich_text('https://e.example/"onmouseover="alert(1)')


@pytest.mark.parametrize(
    ("iri", "kept"),
    [
        ("https://e.example/x", True),
        ("http://e.example", True),
        ("mailto:a@e.example", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("java\nscript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("ftp://e.example/x", False),
        ("//e.example/x", False),
        ("https:", False),
        ("http://[broken", False),
        ("", False),
    ],
)
def test_links_lead_to_the_web_or_to_mail_only(iri: str, kept: bool) -> None:
    assert safe_href(iri) == (iri if kept else "")


def test_an_excerpt_has_no_tags_and_ends_at_a_word() -> None:
    text = excerpt("<p>One two.</p><p>Three <b>four</b> five</p>", 20)
    assert text == "One two. Three four …"


def test_an_excerpt_of_escaped_markup_stays_text_to_be_escaped() -> None:
    assert excerpt("&lt;script&gt;x&lt;/script&gt;") == "<script>x</script>"


@pytest.mark.parametrize(("tag", "kept"), [("de", "de"), ("pt-BR", "pt-BR"), ("english", ""), ("xx", ""), ('en"', ""), ("", "")])  # fmt: skip
def test_a_made_up_language_gives_no_attribute(tag: str, kept: str) -> None:
    assert lang(tag) == kept


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2026-04-17", "17 April 2026"),
        ("2026-04-17T10:00:00Z", "17 April 2026"),
        ("2026-04", "April 2026"),
        ("2026", "2026"),
        ("2026-13-01", "2026-13-01"),
        ("spring 2026", "spring 2026"),
    ],
)
def test_dates_are_words_and_anything_else_stays(value: str, words: str) -> None:
    assert day(value) == words


@pytest.mark.parametrize(
    ("value", "shown"), [("1874", "1874"), ("40160", "40\u202f160"), ("-3", "-3"), ("many", "many")]
)
def test_numbers_are_grouped_and_anything_else_stays(value: str, shown: str) -> None:
    assert number(value) == shown


@pytest.mark.parametrize(("value", "shown"), [("12", "12 bytes"), ("2000", "2 kB"), ("1930000000000", "1.9 TB"), ("big", "big"), ("nan", "nan")])  # fmt: skip
def test_sizes_are_readable(value: str, shown: str) -> None:
    assert size(value) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://clinic.example/c.ttl", "https://clinic.example/c.ttl"),
        ("https://me:secret@clinic.example:8443/c.ttl?x=1", "https://clinic.example:8443/c.ttl?x=1"),
        ("file:///home/me/secret/c.ttl", "file:c.ttl"),
        ("file:///home/me/folder/", "file:folder"),
        ("http://[broken", ""),
    ],
)
def test_an_address_is_shown_without_passwords_and_folders(url: str, shown: str) -> None:
    assert public_address(url) == shown
    assert public_address("file:///clinic/sub/c.ttl", "clinic") == "file:///clinic/sub/c.ttl"
    assert public_address("file:///home/clinic/c.ttl", "clinic") == "file:c.ttl"
