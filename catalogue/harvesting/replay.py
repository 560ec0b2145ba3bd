"""A replay: stored payloads through today's pipeline. No provider is asked, and nothing is said about one.

The stages are those of a harvest, records whose parts stand on other pages included. What comes out differently is
`reprocessed`; that a record stands on a stored page is no sign of life, so none is marked as seen or comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from catalogue.errors import NotFound
from catalogue.harvesting.intake import Intake
from catalogue.harvesting.judge import Decider, Decision
from catalogue.harvesting.publication import choose
from catalogue.harvesting.run import RunEnd
from catalogue.model.harvest import (
    Batch,
    Completeness,
    FencingToken,
    HarvestSource,
    Page,
    PageProblem,
    RunState,
)
from catalogue.model.history import StoredPage
from catalogue.model.records import ChangeKind, NormalisedRecord, OutcomeKind, Payload, RecordState
from catalogue.model.run_codes import RunCode
from catalogue.ports import HttpClient, Ledger

EVIDENCE = "Stored pages were read; the source was not asked."
NOTHING = "No page of this source is stored."
NOT_KEPT = "payload-not-kept"


class ReplaySink:
    """Commits each batch as one of a replay."""

    def __init__(self, ledger: Ledger, token: FencingToken) -> None:
        self._ledger = ledger
        self._token = token

    def write(self, batch: Batch) -> None:
        self._ledger.commit(self._token, replace(batch, replayed=True), choose)


class ReplayJudge:
    """Judges as in a harvest; whatever is written is our doing, not the provider's."""

    def __init__(self, judge: Decider) -> None:
        self._judge = judge

    def begin(
        self, batch: Sequence[tuple[NormalisedRecord, RecordState | None]]
    ) -> Iterator[Callable[[], Decision]]:
        as_live = [(record, state and _live(record, state)) for record, state in batch]
        for (_, state), decide in zip(batch, self._judge.begin(as_live), strict=True):
            yield partial(_ours, state, decide)


def _live(record: NormalisedRecord, state: RecordState) -> RecordState:
    """The state as if the record were not withdrawn, and made anew where today's repairs give another text."""
    made_by = state.pipeline_version if state.normalised_hash == record.normalised_hash else ""
    return replace(state, withdrawn_at=None, pipeline_version=made_by)


def _ours(state: RecordState | None, decide: Callable[[], Decision]) -> Decision:
    outcome, version = decide()
    if state is None or version is None:
        return outcome, version and replace(version, kind=ChangeKind.REPROCESSED)
    outcome = replace(outcome, kind=OutcomeKind.UNCHANGED)
    if state.withdrawn_at is not None:
        return outcome, None
    kind = version.kind if version.kind is ChangeKind.VERDICT else ChangeKind.REPROCESSED
    return outcome, replace(version, kind=kind)


def stored_pages(
    ledger: Ledger, source: HarvestSource
) -> Callable[[Intake, HttpClient, Callable[[], None]], Completeness]:
    """Reads the source's pages from the ledger, for `harvest`."""

    def read(intake: Intake, _: HttpClient, check: Callable[[], None]) -> Completeness:
        pages = [page for page in ledger.stored_pages(source.slug) if page.documents]
        for number, page in enumerate(pages, 1):
            check()
            intake.page(_page(ledger, source.slug, page, is_last=number == len(pages)))
        return Completeness(False, EVIDENCE if pages else NOTHING)

    return read


def _page(ledger: Ledger, slug: str, stored: StoredPage, *, is_last: bool) -> Page:
    payloads: list[Payload] = []
    problems: list[PageProblem] = []
    for payload_hash in stored.documents:
        try:
            payloads.append(ledger.payload_of(slug, payload_hash, stored.url))
        except NotFound:
            reason = "The bytes of this document are not kept any more: its records stay as they are."
            advice = f"Harvest it: pharos harvest {slug} --full. What holds an erased record is never kept."
            problems.append(PageProblem(stored.url, NOT_KEPT, reason, advice, "", False))
    # Only whether there is a next page matters here: its parts may complete records of this one.
    return Page(
        stored.url, stored.url, tuple(payloads), None if is_last else "next", problems=tuple(problems)
    )


def as_replay(end: RunEnd) -> RunEnd:
    """The end of a harvest as that of a replay: that the source was not read to its end is no error here."""
    if end.state is not RunState.WITH_ERRORS or end.reason not in (EVIDENCE, NOTHING):
        return end
    told = (
        ("", "", RunCode.NONE)
        if end.reason == EVIDENCE
        else (
            NOTHING,
            "Harvest it first; or its payloads were older than PHAROS_KEEP_PAYLOADS_DAYS.",
            RunCode.EMPTY,
        )
    )
    return replace(end, state=RunState.COMPLETED, reason=told[0], advice=told[1], code=told[2])


class NoNetwork:
    """An HttpClient that there is no use for."""

    def get(self, url: str, **_: object) -> object:
        raise AssertionError(f"a replay asked for {url}")

    head = post = get
