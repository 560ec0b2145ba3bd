"""SearchQuery → the engine's query objects. A user's text is split into words here and never parsed as syntax."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tantivy import Occur, Query, Schema

from catalogue.adapters.tantivy_index.schema import ANALYSERS, POSITION_ID, STEMMERS
from catalogue.model.search import SearchQuery

BOOSTS = {"title": 6.0, "keyword_text": 4.0, "description": 2.0, "all_text": 1.0}
EXACT_BOOST = 100.0
STEM_BOOST = 1.5
FUZZY_BOOST = 0.2
PREFIX_BOOST = 0.5
PHRASE_BOOST = 3.0
FUZZY_FROM = 5
"""Shortest word that is also looked for with one letter wrong."""
PREFIX_FROM = 3
MAX_WORDS = 32


def base_query(query: SearchQuery, schema: Schema) -> Query:
    """Text without the facets' filters; the index's own position entry never matches."""
    parts = [(Occur.MustNot, Query.term_query(schema, "id", POSITION_ID))]
    parts.append((Occur.Must, _text(query.text, schema) if query.text else Query.all_query()))
    return Query.boolean_query(parts)


def filtered(base: Query, filters: Mapping[str, tuple[str, ...]], schema: Schema, without: str = "") -> Query:
    """`base` AND every facet's filter (OR within), leaving out the facet `without`."""
    parts = [(Occur.Must, base)]
    for name, values in filters.items():
        if name != without:
            terms = Query.term_set_query(schema, f"facet_{name}", list(values))
            parts.append((Occur.Must, Query.const_score_query(terms, 0.0)))
    return Query.boolean_query(parts) if len(parts) > 1 else base


def _text(text: str, schema: Schema) -> Query:
    exact = Query.boost_query(Query.term_query(schema, "exact", text.strip('"<>')), EXACT_BOOST)
    phrases = re.findall(r'"([^"]+)"', text)
    words = re.sub(r'"[^"]*"', " ", text) if phrases else text.replace('"', " ")
    parts: list[tuple[Occur, Query]] = []
    for phrase in phrases:
        if query := _phrase(phrase, schema):
            parts.append((Occur.Must, query))
    tokens = ANALYSERS["folded"].analyze(words)[:MAX_WORDS]
    originals = re.findall(r"\w+", words.lower())[:MAX_WORDS]
    for number, token in enumerate(tokens):
        original = originals[number] if len(originals) == len(tokens) else token
        parts.append((Occur.Must, _word(token, original, schema, last=number == len(tokens) - 1)))
    if not parts:
        return exact
    if len(tokens) > 1 and (together := _phrase(words, schema)):
        parts.append((Occur.Should, Query.boost_query(together, PHRASE_BOOST)))
    return Query.disjunction_max_query([exact, Query.boolean_query(parts)])


def _word(token: str, original: str, schema: Schema, *, last: bool) -> Query:
    """One word in any field: as written, stemmed, as a beginning (the last word), with a letter wrong."""
    options = [
        Query.boost_query(Query.term_query(schema, field, token), boost) for field, boost in BOOSTS.items()
    ]
    for code in STEMMERS:
        stemmed = ANALYSERS[f"stem_{code}"].analyze(original)
        if stemmed:
            term = Query.term_query(schema, f"stem_{code}", stemmed[0])
            options.append(Query.boost_query(term, STEM_BOOST))
    if last and len(token) >= PREFIX_FROM:
        for field in ("title", "all_text"):
            beginning = Query.regex_query(schema, field, re.escape(token) + ".*")
            options.append(Query.boost_query(beginning, PREFIX_BOOST))
    if len(token) >= FUZZY_FROM:
        for field in ("title", "all_text"):
            options.append(Query.boost_query(Query.fuzzy_term_query(schema, field, token), FUZZY_BOOST))
    return Query.disjunction_max_query(options, tie_breaker=0.1)


def _phrase(text: str, schema: Schema) -> Query | None:
    words = ANALYSERS["folded"].analyze(text)[:MAX_WORDS]
    if not words:
        return None
    if len(words) == 1:
        return Query.disjunction_max_query([Query.term_query(schema, f, words[0]) for f in BOOSTS])
    return Query.disjunction_max_query(
        [Query.boost_query(Query.phrase_query(schema, f, list(words)), b) for f, b in BOOSTS.items()]
    )
