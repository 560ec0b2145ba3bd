"""Statements of JSON-LD with their lines.

Of JSON-LD 1.1 this reads what catalogues use: terms, prefixes, @vocab, @base, types, languages, containers of languages
and lists, reverse properties. What it does not read (scoped contexts, indexes, @nest) has no place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin

from catalogue.rdf.bundled_contexts import bundled_context
from catalogue.rdf.json_places import Json, JsonList, JsonObject, JsonValue, read_json
from catalogue.rdf.namespaces import RDF, XSD
from catalogue.rdf.statements import Lines, Statement, Unreadable, named
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject, Term

_NODE_KEYS = ("@graph", "@included")


def read_json_statements(text: str, base: str) -> list[Statement]:
    """The statements; none where the text is no JSON."""
    reader = _Reader(Lines(text))
    with suppress(Unreadable, ValueError, RecursionError):  # what was read before stands
        reader.walk(read_json(text), _Context(base, {}))
    return reader.found


@dataclass(frozen=True, slots=True)
class _Context:
    base: str
    terms: Mapping[str, Any]

    def extended(self, context: Any) -> _Context:
        """With a local context, which may be an object, the address of a bundled one, or a list of those."""
        if isinstance(context, list):
            found = self
            for part in context:
                found = found.extended(part)
            return found
        if isinstance(context, str):
            bundled = bundled_context(context) or bundled_context(urljoin(self.base, context))
            if bundled is None:
                raise Unreadable
            return replace(self, terms={**self.terms, **bundled})
        if context is None:
            return replace(self, terms={})
        if not isinstance(context, dict):
            raise Unreadable
        base = context.get("@base")
        return replace(
            self,
            base=urljoin(self.base, base) if isinstance(base, str) else self.base,
            terms={**self.terms, **context},
        )

    def expand(self, word: str, *, vocab: bool = True, depth: int = 0) -> str | None:
        """The IRI or keyword that a word stands for; None when the context does not say."""
        if word.startswith("@"):
            return word
        meaning = self.terms.get(word) if vocab else None
        if isinstance(meaning, dict):
            meaning = meaning.get("@id", meaning.get("@reverse"))
        if isinstance(meaning, str) and meaning != word and depth < 10:
            return self.expand(meaning, depth=depth + 1)
        prefix, colon, local = word.partition(":")
        if colon:
            if local.startswith("//") or prefix == "_" or prefix not in self.terms or depth >= 10:
                return word
            namespace = self.expand(prefix, depth=depth + 1)
            return None if namespace is None else namespace + local
        vocabulary = self.terms.get("@vocab")
        return vocabulary + word if vocab and isinstance(vocabulary, str) else None

    def reference(self, text: str) -> str:
        """The IRI that the value of an @id stands for."""
        return self.expand(text, vocab=False) or urljoin(self.base, text)

    def definition(self, word: str) -> Mapping[str, Any]:
        meaning = self.terms.get(word)
        return meaning if isinstance(meaning, dict) else {}


class _Reader:
    def __init__(self, lines: Lines) -> None:
        self.found: list[Statement] = []
        self._lines = lines
        self._names: dict[str, BlankNode] = {}

    def walk(self, value: Json, context: _Context) -> None:
        """Every node object at the top or in @graph."""
        if isinstance(value, JsonList):
            for item in value.items:
                self.walk(item, context)
        elif isinstance(value, JsonObject):
            self._node(value, context)

    def _node(self, value: JsonObject, outer: _Context) -> Subject:
        local = value.get("@context")
        context = outer if local is None else outer.extended(_plain(local))
        keys = [(context.expand(key), key, inner) for key, _, inner in value.entries]
        subject = self._subject(next((inner for iri, _, inner in keys if iri == "@id"), None), context)
        begins = self._lines.number(value.offset)
        for iri, key, inner in keys:
            if iri in _NODE_KEYS:
                self.walk(inner, context)
            elif iri == "@type":
                for text in _texts(inner):
                    named = context.expand(text.value) or context.reference(text.value)
                    self._add(subject, RDF.type, self._iri(named), text.offset, begins)
            elif iri == "@reverse" and isinstance(inner, JsonObject):
                for name, _, others in inner.entries:
                    self._reversed(subject, context.expand(name), others, context)
            elif iri is not None and ":" in iri and not iri.startswith("@"):
                if "@reverse" in context.definition(key):
                    self._reversed(subject, iri, inner, context)
                else:
                    self._values(subject, NamedNode(iri), key, inner, context, begins)
        return subject

    def _subject(self, named: Json | None, context: _Context) -> Subject:
        if isinstance(named, JsonValue) and isinstance(named.value, str):
            node = self._iri(context.reference(named.value))
            if node is not None:
                return node
        return BlankNode()

    def _iri(self, text: str | None) -> Subject | None:
        if text is None:
            return None
        if text.startswith("_:"):
            return self._names.setdefault(text, BlankNode())
        return named(text, "")

    def _reversed(self, subject: Subject, iri: str | None, others: Json, context: _Context) -> None:
        for other in _each(others):
            if isinstance(other, JsonObject) and iri is not None and ":" in iri:
                line = self._lines.number(other.offset)
                node = self._node(other, context)
                self.found.append(Statement(node, NamedNode(iri), subject, line, line))

    def _values(
        self, subject: Subject, predicate: NamedNode, key: str, value: Json, context: _Context, begins: int
    ) -> None:
        definition = context.definition(key)
        container = definition.get("@container")
        if isinstance(value, JsonObject) and container == "@language":
            for tag, _, texts in value.entries:
                for text in _texts(texts):
                    literal = Literal(text.value, language=tag) if tag != "@none" else Literal(text.value)
                    self._add(subject, predicate, literal, text.offset, begins)
            return
        is_list = container == "@list"
        for item in _each(value):
            if isinstance(item, JsonObject) and item.get("@set") is not None:
                self._values(subject, predicate, key, item.get("@set") or item, context, begins)
                continue
            term = self._term(item, definition, context)
            if term is not None and not is_list:
                self._add(subject, predicate, term, item.offset, begins)

    def _term(self, value: Json, definition: Mapping[str, Any], context: _Context) -> Term | None:
        """The term of one value; its own statements are found on the way."""
        if isinstance(value, JsonList):
            return None
        if isinstance(value, JsonValue):
            return self._scalar(value, definition, context)
        keys = {context.expand(key): inner for key, _, inner in value.entries}
        if "@value" in keys:
            return self._value_object(keys, context)
        if "@list" in keys:
            for item in _each(keys["@list"]):
                self._term(item, definition, context)
            return None
        return self._node(value, context)

    def _scalar(self, value: JsonValue, definition: Mapping[str, Any], context: _Context) -> Term | None:
        kind = definition.get("@type")
        if value.value is None:
            return None
        if isinstance(value.value, bool) or value.is_number:
            return _number(value)
        if kind == "@id":
            return self._iri(context.reference(value.value))
        if kind == "@vocab":
            return self._iri(context.expand(value.value) or context.reference(value.value))
        if isinstance(kind, str) and not kind.startswith("@"):
            datatype = context.expand(kind)
            return Literal(value.value, datatype=NamedNode(datatype)) if datatype else None
        language = definition.get("@language", context.terms.get("@language"))
        return Literal(value.value, language=language) if isinstance(language, str) else Literal(value.value)

    def _value_object(self, keys: Mapping[str | None, Json], context: _Context) -> Term | None:
        value, kind, language = keys["@value"], keys.get("@type"), keys.get("@language")
        if not isinstance(value, JsonValue) or value.value is None:
            return None
        text = _lexical(value)
        if isinstance(kind, JsonValue) and isinstance(kind.value, str):
            datatype = context.expand(kind.value)
            return Literal(text, datatype=NamedNode(datatype)) if datatype else None
        if isinstance(language, JsonValue) and isinstance(language.value, str):
            return Literal(text, language=language.value)
        return Literal(text) if isinstance(value.value, str) and not value.is_number else _number(value)

    def _add(
        self, subject: Subject, predicate: NamedNode, value: Term | None, offset: int, begins: int
    ) -> None:
        if value is not None:
            self.found.append(Statement(subject, predicate, value, self._lines.number(offset), begins))


def _each(value: Json) -> tuple[Json, ...]:
    return value.items if isinstance(value, JsonList) else (value,)


@dataclass(frozen=True, slots=True)
class _Text:
    value: str
    offset: int


def _texts(value: Json) -> Iterator[_Text]:
    for each in _each(value):
        if isinstance(each, JsonValue) and isinstance(each.value, str) and not each.is_number:
            yield _Text(each.value, each.offset)


def _lexical(value: JsonValue) -> str:
    return str(value.value).lower() if isinstance(value.value, bool) else str(value.value)


def _number(value: JsonValue) -> Literal:
    text = _lexical(value)
    if isinstance(value.value, bool):
        return Literal(text, datatype=XSD.boolean)
    return Literal(text, datatype=XSD.integer if text.lstrip("-").isdigit() else XSD.double)


def _plain(value: Json) -> Any:
    """A context as the library would have read it."""
    if isinstance(value, JsonObject):
        return {key: _plain(inner) for key, _, inner in value.entries}
    if isinstance(value, JsonList):
        return [_plain(item) for item in value.items]
    return value.value
