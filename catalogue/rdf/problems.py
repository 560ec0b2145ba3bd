"""Collects what is wrong with a document without growing with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from catalogue.rdf.documents import DocumentProblem

MAX_PER_RULE = 100
SNIPPET = 200


class Problems:
    """At most `MAX_PER_RULE` problems of each rule in full; the rest counted in one more line for the rule."""

    def __init__(self) -> None:
        self._problems: list[DocumentProblem] = []
        self._counts: Counter[tuple[str, bool]] = Counter()

    def add(
        self, rule: str, message: str, *, line: int | None = None, column: int | None = None, snippet: str = "",
        lost: bool = False,
    ) -> None:  # fmt: skip
        self.extend([DocumentProblem(rule, message, line, column, snippet[:SNIPPET], lost)])

    def extend(self, problems: Iterable[DocumentProblem]) -> None:
        for problem in problems:
            key = (problem.rule, problem.lost)
            self._counts[key] += 1
            if self._counts[key] <= MAX_PER_RULE:
                self._problems.append(problem)

    def mark(self) -> tuple[int, Counter[tuple[str, bool]]]:
        """The present state, for `back_to` when an attempt fails and the next one begins anew."""
        return len(self._problems), self._counts.copy()

    def back_to(self, mark: tuple[int, Counter[tuple[str, bool]]]) -> None:
        del self._problems[mark[0] :]
        self._counts = mark[1].copy()

    def all(self) -> tuple[DocumentProblem, ...]:
        more = [
            DocumentProblem(rule, f"{count - MAX_PER_RULE:,} more of the same kind.", lost=lost)
            for (rule, lost), count in self._counts.items()
            if count > MAX_PER_RULE
        ]
        return (*self._problems, *more)

    def is_full(self, rule: str) -> bool:
        """Whether further problems of the rule are only counted: then their place need not be looked for."""
        return sum(count for (kind, _), count in self._counts.items() if kind == rule) >= MAX_PER_RULE

    def has(self, rule: str) -> bool:
        return any(kind == rule for kind, _ in self._counts)
