"""Asks the other engine about a sample of records, so that a disagreement between engines is seen in daily work."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import Counter
from collections.abc import Callable

from catalogue.errors import EngineFailed
from catalogue.model.validation import ValidationReport, ValidationResult
from catalogue.ports import ShapeEngine

log = logging.getLogger(__name__)

_SCALE = 1_000_000
_SHOWN = 5


class SecondOpinion:
    """`share`: of all records, from 0 to 1; the same records are chosen in every run.

    `counts`: how many reports were `equal`, `different`, or could not be made by the second engine (`failed`). Whatever
    it finds is logged with the record's id and changes nothing.
    """

    def __init__(self, engine: ShapeEngine, share: float) -> None:
        self.engine = engine
        self.counts: Counter[str] = Counter()
        self._share = share
        self._lock = threading.Lock()

    def wants(self, record_id: str) -> bool:
        """Whether the record is in the sample."""
        digest = hashlib.sha256(record_id.encode()).digest()
        return int.from_bytes(digest[:8]) % _SCALE < self._share * _SCALE

    def compare(
        self, record_id: str, report: ValidationReport, judge: Callable[[ShapeEngine], ValidationReport]
    ) -> None:
        """Makes the report anew by `judge` with the second engine and logs what only one of them has."""
        facts: dict[str, object] = {"record": record_id, "profile": report.profile, "engine": report.engine}
        try:
            other = judge(self.engine)
        except EngineFailed as error:
            self._count("failed")
            log.warning("the second engine could not judge a record", extra={**facts, "reason": error.detail})
            return
        if other.results == report.results:
            self._count("equal")
            return
        self._count("different")
        facts |= {
            "second": other.engine,
            "only_first": _only(report, other),
            "only_second": _only(other, report),
        }
        log.warning("two engines judge a record differently", extra=facts)

    def _count(self, kind: str) -> None:
        with self._lock:
            self.counts[kind] += 1


def _only(one: ValidationReport, other: ValidationReport) -> list[str]:
    """A few of the findings that `one` has and `other` has not, or not as often."""
    left = Counter(one.results) - Counter(other.results)
    return [_text(result) for result in list(left.elements())[:_SHOWN]]


def _text(result: ValidationResult) -> str:
    kind = result.component.rpartition("#")[2].removesuffix("ConstraintComponent")
    return (
        f"{result.severity} {kind} {result.source_shape} at {result.focus_node} {result.value or ''}".strip()
    )
