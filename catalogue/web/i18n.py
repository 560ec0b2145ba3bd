"""Texts of the interface in the reader's language: gettext catalogues under `locales/`, English in the source.

pybabel extract -F catalogue/web/babel.cfg -k mark -k _ -o catalogue/web/locales/pharos.pot catalogue
pybabel init -i catalogue/web/locales/pharos.pot -d catalogue/web/locales -D pharos -l de
pybabel compile -d catalogue/web/locales -D pharos
"""

from __future__ import annotations

import gettext as _gettext
from functools import cache
from pathlib import Path

from flask import Flask

from catalogue.web.state import languages

DOMAIN = "pharos"
LOCALES = Path(__file__).parent / "locales"
SOURCE_LANGUAGE = "en"


def mark(text: str) -> str:
    """Marks a text for extraction; it is translated where it is shown."""
    return text


@cache
def available() -> tuple[str, ...]:
    """Languages with a compiled catalogue, English first."""
    found = sorted(path.parts[-3] for path in LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    return (SOURCE_LANGUAGE, *(language for language in found if language != SOURCE_LANGUAGE))


def interface_language() -> str:
    """The first of the reader's languages that the interface speaks, else English."""
    return next((language for language in languages() if language in available()), SOURCE_LANGUAGE)


@cache
def _translations(language: str) -> _gettext.NullTranslations:
    return _gettext.translation(DOMAIN, LOCALES, languages=[language], fallback=True)


def gettext(text: str) -> str:
    """The text in the language of the interface. The empty text stays empty (gettext keeps its header there)."""
    return _translations(interface_language()).gettext(text) if text else ""


def ngettext(singular: str, plural: str, number: int) -> str:
    return _translations(interface_language()).ngettext(singular, plural, number)


def register(app: Flask) -> None:
    """Gives templates `_()` and `ngettext` for texts that stand in them, and the filter `translated` for the rest.

    What `_()` gives counts as markup (its arguments are escaped); a value from elsewhere must never pass through it.
    """
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.filters["translated"] = gettext
    app.jinja_env.globals["interface_language"] = interface_language
