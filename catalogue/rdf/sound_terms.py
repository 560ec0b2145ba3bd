"""Terms that strict parsers and stores accept, from terms that a lenient parser let through."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from catalogue.rdf.iris import is_valid_iri, repair_iri
from catalogue.rdf.problems import Problems
from catalogue.rdf.terms import Literal, NamedNode, Term, Triple

_TAG = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$")


class SoundTerms:
    """Repairs or drops what no store takes, each distinct IRI judged once. `base` resolves relative IRIs.

    `json_terms`: a predicate without scheme is a JSON key that no context defines, and means nothing (JSON-LD 1.1
    API, section 5.1.2).
    """

    def __init__(
        self, base: str | None, problems: Problems, body: bytes, *, json_terms: bool = False
    ) -> None:
        self._base = base
        self._problems = problems
        self._body = body
        self._json_terms = json_terms
        self._iris: dict[str, NamedNode | None] = {}
        self._predicates: dict[str, NamedNode | None] = {}

    def sound(self, triples: Iterable[Triple]) -> Iterator[Triple]:
        """The triples, repaired; those that cannot be repaired are left out, with a problem that says lost."""
        for triple in triples:
            subject, predicate, value = triple.subject, triple.predicate, triple.object
            if isinstance(value, Triple) or isinstance(subject, Triple):
                self._problems.add(
                    "triple-term", "A statement about a statement (RDF 1.2) was left out.",
                    snippet=str(triple), lost=True,
                )  # fmt: skip
                continue
            terms = (self._term(subject), self._predicate(predicate), self._term(value))
            if terms == (subject, predicate, value):
                yield triple
            elif terms[0] is not None and terms[1] is not None and terms[2] is not None:
                yield Triple(*terms)  # type: ignore[arg-type]

    def _term(self, term: Term) -> Term | None:
        if isinstance(term, NamedNode):
            return self._iri(term)
        if isinstance(term, Literal):
            return self._literal(term)
        return term

    def _predicate(self, node: NamedNode) -> NamedNode | None:
        text = node.value
        if text not in self._predicates:
            if self._json_terms and ":" not in text:
                self._problems.add(
                    "term-undefined", f"No context defines the key {text!r}: left out.", snippet=text
                )
                self._predicates[text] = None
            else:
                self._predicates[text] = self._iri(node)
        return self._predicates[text]

    def _iri(self, node: NamedNode) -> NamedNode | None:
        text = node.value
        if text not in self._iris:
            self._iris[text] = node if is_valid_iri(text) else self._repaired(text)
        return self._iris[text]

    def _repaired(self, text: str) -> NamedNode | None:
        better = repair_iri(text, self._base)
        line = self._line(text, "iri-invalid" if better is None else "iri-repaired")
        if better is None:
            self._problems.add(
                "iri-invalid", f"<{text}> is no IRI and cannot be repaired: its triples were left out.",
                line=line, snippet=text, lost=True,
            )  # fmt: skip
            return None
        self._problems.add(
            "iri-repaired", f"<{text}> is no IRI: read as <{better}>.", line=line, snippet=text
        )
        return NamedNode(better)

    def _line(self, text: str, rule: str) -> int | None:
        """Where the text first stands in the document, as it is or relative to the base."""
        if self._problems.is_full(rule):
            return None
        folder = (self._base or "").rpartition("/")[0] + "/"
        for written in (text, text.removeprefix(folder)):
            place = self._body.find(written.encode("utf-8", "replace"))
            if place >= 0:
                return self._body.count(b"\n", 0, place) + 1
        return None

    def _literal(self, literal: Literal) -> Literal | None:
        tag = literal.language
        if tag is not None:
            if _TAG.match(tag) and getattr(literal, "direction", None) is None:
                return literal
            return self._tagged(literal.value, tag)
        datatype = self._iri(literal.datatype)
        if datatype is None:
            return Literal(literal.value)
        return literal if datatype == literal.datatype else Literal(literal.value, datatype=datatype)

    def _tagged(self, value: str, tag: str) -> Literal:
        better = tag.strip().replace("_", "-")
        known = _TAG.match(better) is not None
        self._problems.add(
            "language-tag-repaired",
            f"@{tag} is no plain language tag: " + (f"read as @{better}." if known else "left out."),
            line=self._line(tag, "language-tag-repaired"), snippet=value,
        )  # fmt: skip
        return Literal(value, language=better) if known else Literal(value)
