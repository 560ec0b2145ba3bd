"""The interface speaks the reader's language where there is a catalogue of it, English otherwise."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from catalogue.web import i18n


def compiled(messages: dict[str, str]) -> bytes:
    """A gettext catalogue in its binary form (GNU gettext manual, section 10.3)."""
    pairs = sorted({"": "Content-Type: text/plain; charset=UTF-8\n"} | messages)
    texts = (
        [p.encode() for p in pairs],
        [({"": "Content-Type: text/plain; charset=UTF-8\n"} | messages)[p].encode() for p in pairs],
    )
    start = 28 + 16 * len(pairs)
    tables, body = b"", b""
    for column in texts:
        for text in column:
            tables += struct.pack("<II", len(text), start + len(body))
            body += text + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0) + tables + body


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "pharos.mo").write_bytes(
        compiled({"Sources": "Quellen", "Page %(page)s": "Seite %(page)s", "May": "Mai"})
    )
    monkeypatch.setattr(i18n, "LOCALES", tmp_path)
    i18n.available.cache_clear()
    i18n._translations.cache_clear()
    yield
    i18n.available.cache_clear()
    i18n._translations.cache_clear()


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("header", "lang", "heading"),
    [("de-AT,en;q=0.5", "de", "Quellen"), ("fi,de;q=0.2", "de", "Quellen"), ("en,de;q=0.5", "en", "Sources"), ("fi", "en", "Sources")],
)  # fmt: skip
def test_the_first_language_that_the_interface_speaks_is_taken(
    client: FlaskClient, header: str, lang: str, heading: str
) -> None:
    page = client.get("/sources", headers={"Accept-Language": header}).get_data(as_text=True)
    assert f'<html lang="{lang}">' in page
    assert f"<h1>{heading}</h1>" in page


def test_without_catalogues_the_interface_is_english(client: FlaskClient) -> None:
    assert '<html lang="en">' in client.get("/", headers={"Accept-Language": "de"}).get_data(as_text=True)
