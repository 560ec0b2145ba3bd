"""JSON-LD made whole before it is parsed: every remote context is replaced by ours, nothing is fetched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import urljoin

from catalogue.errors import ParseError
from catalogue.rdf.bundled_contexts import bundled_context, pruned
from catalogue.rdf.problems import SNIPPET, Problems

MAX_DEPTH = 100
"""Objects and lists within each other."""

MAX_OBJECTS, MAX_VALUES = 2_000_000, 10_000_000
"""Objects and lists, and values by their commas, that one document may hold: in memory they are ten times as large."""

MAX_INSERTED = 1_000_000
"""Terms of bundled contexts that one document may draw in, summed over every place that names a context."""


def prepare_json_ld(body: bytes, base: str, problems: Problems) -> bytes:
    """The document with remote contexts replaced by bundled ones; the same bytes when it names none.

    Raises ParseError for what is not JSON, too deep, no JSON-LD, or names a context that is not bundled.
    """
    document = _load(body, problems)
    walk = _Walk(base)
    walk.run(document)
    if not walk.is_json_ld and document != []:
        raise ParseError(
            "The document is JSON but not JSON-LD: it has no @context, no @graph, and no @id with property IRIs.",
            advice="Use the address of the RDF, or the harvester that reads this format.",
            syntax="json-ld",
        )
    if not walk.contexts and not problems.has("json-repaired"):
        return body
    walk.replace()
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def _refuse_too_many(body: bytes) -> None:
    """Counted before anything is made of them. Brackets and commas in texts count too: far below the limits."""
    if body.count(b"{") + body.count(b"[") > MAX_OBJECTS or body.count(b",") > MAX_VALUES:
        raise ParseError(
            f"The JSON document holds more than {MAX_OBJECTS:,} objects and lists, or {MAX_VALUES:,} values.",
            advice="Publish it in pages (for example with hydra:PartialCollectionView), or as Turtle.",
            limit=MAX_OBJECTS,
            syntax="json-ld",
        )


def _load(body: bytes, problems: Problems) -> Any:
    _refuse_too_many(body)
    text = body.decode("utf-8", "replace")
    try:
        try:
            return json.loads(text, parse_constant=_refuse_constant, parse_float=_number)
        except json.JSONDecodeError as error:
            if not error.msg.startswith("Invalid control character"):
                raise
            document = json.loads(text, strict=False, parse_constant=_refuse_constant, parse_float=_number)
            problems.add("json-repaired", "Raw control characters in a text were kept.", line=error.lineno)
            return document
    except json.JSONDecodeError as error:
        raise ParseError(
            f"The JSON document does not parse at line {error.lineno}, column {error.colno}: {error.msg}.",
            advice="Mend the document there, then try again.",
            syntax="json-ld", line=error.lineno, column=error.colno,
            snippet=text[max(0, error.pos - SNIPPET // 2) : error.pos + SNIPPET // 2].strip(),
        ) from None  # fmt: skip
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise ParseError(
            "A number of the JSON document is too long.", advice="Write it as text.", syntax="json-ld"
        ) from error


def _number(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise _odd_number(text)
    return number


def _refuse_constant(text: str) -> NoReturn:
    raise _odd_number(text)


def _odd_number(text: str) -> ParseError:
    return ParseError(
        f"{text[:20]} is no number that JSON knows.", advice="Write it as text.", syntax="json-ld"
    )


def _too_deep() -> ParseError:
    return ParseError(
        f"The JSON document nests deeper than {MAX_DEPTH} levels.",
        advice="Describe resources side by side in @graph, linked by @id.",
        syntax="json-ld",
    )


class _Walk:
    """Finds every place that names a context, and every word that a context could define."""

    def __init__(self, base: str) -> None:
        self._base = base
        self.is_json_ld = False
        self._has_keyword = self._has_property_iri = False
        self.contexts: list[tuple[dict[str, Any], str]] = []
        self._words: set[str] = set()

    def run(self, document: Any) -> None:
        stack: list[tuple[Any, int]] = [(document, 1)]
        while stack:
            value, depth = stack.pop()
            if depth > MAX_DEPTH:
                raise _too_deep()
            if isinstance(value, dict):
                self._note_object(value)
                stack.extend((item, depth + 1) for item in value.values())
            elif isinstance(value, list):
                stack.extend((item, depth + 1) for item in value)
            elif isinstance(value, str):
                self._note_word(value)
        self.is_json_ld |= self._has_keyword and self._has_property_iri

    def _note_object(self, value: dict[str, Any]) -> None:
        for key in value:
            self._note_word(key)
            if key in ("@context", "@graph"):
                self.is_json_ld = True
            self._has_keyword |= key.startswith("@")
            self._has_property_iri |= "://" in key
        for key in ("@context", "@import"):
            if key in value and _names_remote(value[key]):
                self.contexts.append((value, key))

    def _note_word(self, text: str) -> None:
        if len(text) <= 200:
            self._words.add(text)
            self._words.add(text.partition(":")[0])

    def replace(self) -> None:
        """Puts our contexts in place, cut down to the words that the document uses."""
        made: dict[str, dict[str, Any]] = {}
        inserted = 0

        def context(reference: str) -> dict[str, Any]:
            nonlocal inserted
            if reference not in made:
                made[reference] = pruned(_bundled(reference, self._base), self._words)
            inserted += len(made[reference]) + 1
            if inserted > MAX_INSERTED:
                raise ParseError(
                    "The JSON document names a context at too many places.",
                    advice="Name the context once, at the top.", syntax="json-ld",
                )  # fmt: skip
            return made[reference]

        for holder, key in self.contexts:
            named = holder[key]
            if key == "@import":
                imported = context(named) if isinstance(named, str) else {}
                own = {k: v for k, v in holder.items() if k != "@import"}
                holder.clear()
                holder.update({**imported, **own})
            elif isinstance(named, list):
                holder[key] = [context(item) if isinstance(item, str) else item for item in named]
            else:
                holder[key] = context(named)


def _names_remote(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and any(isinstance(item, str) for item in value)
    )


def _bundled(reference: str, base: str) -> Mapping[str, Any]:
    found = bundled_context(reference)
    if found is None:
        try:
            found = bundled_context(urljoin(base, reference))
        except ValueError:
            found = None
    if found is None:
        raise ParseError(
            f"The document names the JSON-LD context <{reference[:300]}>, which Pharos does not hold; contexts are "
            "never fetched.",
            advice="Write the context into the document, use one of the known ones, or offer Turtle or RDF/XML.",
            syntax="json-ld",
            reference=reference[:300],
        )
    return found
