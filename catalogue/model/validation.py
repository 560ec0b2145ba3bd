"""What a validation says: SHACL's own words (https://www.w3.org/TR/shacl/#validation-report) plus our verdict."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Severity(StrEnum):
    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"


class Verdict(StrEnum):
    """By severity, not by sh:conforms (design, section 5)."""

    CONFORMANT = "conformant"
    WITH_WARNINGS = "conformant-with-warnings"
    KNOWN_GAP = "accepted-with-known-gap"
    NON_CONFORMANT = "non-conformant"
    NOT_VALIDATED = "not-validated"


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """One finding. Terms are in N-Triples form (`<iri>`, `_:b`, `"literal"@en`); `path` is an IRI or a SPARQL path text."""

    focus_node: str
    path: str | None
    component: str
    severity: Severity
    message: str
    value: str | None = None
    source_shape: str | None = None
    known_gap: bool = False


_RANK = {Severity.VIOLATION: 0, Severity.WARNING: 1, Severity.INFO: 2}


def result_order(result: ValidationResult) -> tuple[object, ...]:
    """Sorts by severity, focus node, path, component, value and shape.

    Blank nodes sort last and together, so that their names decide only between results equal in all else.
    """
    blank = result.focus_node.startswith("_:")
    return (
        _RANK[result.severity],
        blank,
        "" if blank else result.focus_node,
        result.path or "",
        result.component,
        "_:" if (result.value or "").startswith("_:") else result.value or "",
        result.source_shape or "",
        result.focus_node,
        result.value or "",
    )


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """The findings of one record under one profile, with what produced them, so that it can be repeated."""

    profile: str
    engine: str
    engine_version: str
    bundle_hash: str
    results: tuple[ValidationResult, ...] = ()
    checked_at: datetime | None = None

    @property
    def counts(self) -> dict[str, int]:
        """Number of results per severity; every severity is present."""
        found = Counter(r.severity.value for r in self.results)
        return {severity.value: found[severity.value] for severity in Severity}

    @property
    def verdict(self) -> Verdict:
        if self.profile == "none":
            return Verdict.NOT_VALIDATED
        if any(r.severity is Severity.VIOLATION for r in self.results):
            return Verdict.NON_CONFORMANT
        if any(r.known_gap for r in self.results):
            return Verdict.KNOWN_GAP
        if any(r.severity is Severity.WARNING for r in self.results):
            return Verdict.WITH_WARNINGS
        return Verdict.CONFORMANT


@dataclass(frozen=True, slots=True)
class ShapesProfile:
    """A named, versioned bundle, prepared once.

    `shapes_turtle`: the prepared shapes graph as Turtle (per access level where `variants` is not empty:
    then `variants` maps an access-right IRI to its own Turtle and `shapes_turtle` is the default one).
    `known_gaps`: IRIs of shapes whose results are Warnings with `known_gap`.
    `vocabularies`: names of the ontologies whose concepts are added to a record before it is judged.
    """

    name: str
    version: str
    title: str
    description: str
    shapes_turtle: str
    bundle_hash: str
    variants: tuple[tuple[str, str], ...] = ()
    known_gaps: frozenset[str] = frozenset()
    vocabularies: tuple[str, ...] = ()
    see_also: tuple[str, ...] = ()
