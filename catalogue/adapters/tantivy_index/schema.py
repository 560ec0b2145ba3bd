"""Fields and analysers of the embedded index. A change here changes the fingerprint, and so the index is built anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields

from tantivy import (
    Document,
    Filter,
    Index,
    Schema,
    SchemaBuilder,
    TextAnalyzer,
    TextAnalyzerBuilder,
    Tokenizer,
)

from catalogue.model.search import FACETS, SearchDocument

STEMMERS = {
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "sv": "swedish",
}
"""Languages with a stemmer in the engine; every other one is found by folding (case and accents)."""

FOLDED = ("title", "keyword_text", "description", "all_text")
POSITION_ID = "!position"
SORT_KEYS = ("title", "modified", "issued")
SEPARATOR = "\x00"


def analyser(stemmer: str | None = None) -> TextAnalyzer:
    """Words in lower case without accents, stemmed if a stemmer is named."""
    builder = (
        TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(100)).filter(Filter.lowercase())
    )
    if stemmer:
        # Stemmers know accents; folding comes after them.
        builder = builder.filter(Filter.stemmer(stemmer))
    return builder.filter(Filter.ascii_fold()).build()


ANALYSERS: Mapping[str, TextAnalyzer] = {
    "folded": analyser(),
    **{f"stem_{code}": analyser(name) for code, name in STEMMERS.items()},
}


def build_schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("document", stored=True)
    builder.add_integer_field("position", stored=True)
    builder.add_text_field("exact", tokenizer_name="raw", index_option="basic")
    for name in FOLDED:
        builder.add_text_field(name, tokenizer_name="folded")
    for code in STEMMERS:
        builder.add_text_field(f"stem_{code}", tokenizer_name=f"stem_{code}")
    for name in FACETS:
        builder.add_text_field(f"facet_{name}", tokenizer_name="raw", index_option="basic", fast=True)
    for name in SORT_KEYS:
        builder.add_text_field(f"sort_{name}", tokenizer_name="raw", index_option="basic", fast=True)
    return builder.build()


def register(index: Index) -> None:
    """Tokenisers are not kept in an index: they are registered at every opening."""
    for name, text_analyser in ANALYSERS.items():
        index.register_tokenizer(name, text_analyser)


def fingerprint() -> str:
    """Names the layout: twelve hex digits over fields, analysers and the stored form."""
    layout = [
        FOLDED,
        sorted(STEMMERS.items()),
        FACETS,
        SORT_KEYS,
        sorted(SearchDocument.__dataclass_fields__),
    ]
    return hashlib.sha256(json.dumps(["2", layout]).encode()).hexdigest()[:12]


def to_tantivy(document: SearchDocument) -> Document:
    """The document as the engine indexes it; the stored bytes give the SearchDocument back."""
    entry = Document()
    entry.add_text("id", document.dataset_id)
    entry.add_bytes("document", json.dumps(_stored_form(document), ensure_ascii=False).encode())
    for text in (document.iri, document.dataset_id, document.record_id, *document.identifiers):
        entry.add_text("exact", text)
    for text in document.titles.values():
        entry.add_text("title", text)
    for text in document.descriptions.values():
        entry.add_text("description", text)
    for text in document.keywords:
        entry.add_text("keyword_text", text)
    entry.add_text("all_text", document.all_text)
    for texts in (document.titles, document.descriptions):
        for language, text in texts.items():
            code = language.lower().split("-")[0].replace("nb", "no").replace("nn", "no") or "en"
            if code in STEMMERS:
                entry.add_text(f"stem_{code}", text)
    for name, values in document.facets.items():
        for value in values:
            entry.add_text(f"facet_{name}", value)
    _add_sort_keys(entry, document)
    return entry


def _stored_form(document: SearchDocument) -> dict[str, object]:
    """The fields as they are: `asdict` would copy each value first, which costs more than to write them."""
    return {field.name: getattr(document, field.name) for field in fields(document)}


def _add_sort_keys(entry: Document, document: SearchDocument) -> None:
    """Each sort is one text of value and id, so that equal values keep one order on every page."""
    titles = document.titles
    title = titles.get("en") or titles.get("") or next(iter(titles.values()), "")
    folded = " ".join(ANALYSERS["folded"].analyze(title)) or "\U0010fffd"
    for name, value in (("title", folded), ("modified", document.modified), ("issued", document.issued)):
        entry.add_text(f"sort_{name}", f"{value}{SEPARATOR}{document.dataset_id}")


def from_stored(data: bytes) -> SearchDocument:
    stored = json.loads(data)
    stored["keywords"] = tuple(stored["keywords"])
    stored["identifiers"] = tuple(stored["identifiers"])
    stored["facets"] = {name: tuple(values) for name, values in stored["facets"].items()}
    return SearchDocument(**stored)
