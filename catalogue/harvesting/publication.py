"""Which source's record of a dataset is shown: a pure function of the candidates."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from catalogue.model.harvest import PublicationPolicy
from catalogue.model.validation import Verdict
from catalogue.ports import Candidate


def choose(candidates: Sequence[Candidate]) -> Candidate | None:
    """The source that owns the subject's host, then higher priority, then the older record, then the id.

    Quarantined records (policy `conformant`, a Violation) never win; None when nothing may be shown.
    """
    shown = [candidate for candidate in candidates if not _is_quarantined(candidate)]
    return min(shown, key=_rank, default=None)


def _is_quarantined(candidate: Candidate) -> bool:
    return candidate.policy == PublicationPolicy.CONFORMANT and candidate.verdict is Verdict.NON_CONFORMANT


def _rank(candidate: Candidate) -> tuple[bool, int, float, str]:
    return (
        not _owns_host(candidate),
        -candidate.priority,
        candidate.first_harvested_at.timestamp(),
        candidate.record_id,
    )


def _owns_host(candidate: Candidate) -> bool:
    subject, source = urlsplit(candidate.subject), urlsplit(candidate.source_url)
    return bool(subject.netloc) and subject.netloc.lower() == source.netloc.lower()
