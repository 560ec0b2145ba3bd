"""When a notice is written and what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from catalogue.harvesting.notice_texts import words_of
from catalogue.harvesting.notices import NoticeRules, changes_of, conformant_share, targets_of, trial_notices
from catalogue.model.conditions import Health, SourceCondition
from catalogue.model.harvest import HarvestRun, HarvestSource, RunCounts, RunRequest, RunState
from catalogue.model.notices import NoticeKind
from catalogue.model.sources import NoticeTarget

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCE = HarvestSource("clinic", "https://clinic.example/", "dcat_rdf", title="Clínica São João")
BASE = "https://catalogue.example"


def run(state: RunState = RunState.FAILED, **more: object) -> HarvestRun:
    given = {"finished_at": NOON, "reason": "https://clinic.example/ answers 500.", **more}
    counts = RunCounts(found=12, created=3, updated=1, unchanged=8)
    return HarvestRun("r1", "clinic", state, counts, RunRequest(), NOON, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (Health.NEW, Health.OK, []),
        (Health.NEW, Health.FAILING, [NoticeKind.FAILING]),
        (Health.OK, Health.OK, []),
        (Health.OK, Health.FAILING, [NoticeKind.FAILING]),
        (Health.FAILING, Health.FAILING, []),
        (Health.FAILING, Health.OK, [NoticeKind.RECOVERED]),
        (Health.OK, Health.HELD, [NoticeKind.HELD]),
        (Health.FAILING, Health.HELD, [NoticeKind.HELD]),
        (Health.HELD, Health.HELD, []),
        (Health.HELD, Health.OK, []),
        (Health.HELD, Health.FAILING, [NoticeKind.FAILING]),
    ],
)
def test_a_change_of_state_is_told_and_nothing_else(
    before: Health, now: Health, told: list[NoticeKind]
) -> None:
    assert changes_of(SourceCondition("clinic", now, announced_health=before), None, 0.05) == told


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [(None, 0.1, False), (0.9, None, False), (0.9, 0.86, False), (0.9, 0.84, True), (0.5, 0.9, False)],
)
def test_conformance_that_falls_by_more_than_the_threshold_is_told(
    before: float | None, now: float | None, told: bool
) -> None:
    condition = SourceCondition("clinic", Health.OK, announced_health=Health.OK, conformance=before)
    assert (changes_of(condition, now, 0.05) == [NoticeKind.CONFORMANCE_FELL]) is told


def test_a_known_gap_or_a_warning_is_no_violation() -> None:
    verdicts = {
        "conformant": 1,
        "conformant-with-warnings": 1,
        "accepted-with-known-gap": 1,
        "non-conformant": 1,
    }
    assert conformant_share(verdicts) == 0.75
    assert conformant_share({}) is None


@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if kind is not NoticeKind.TEST])
def test_a_notice_says_what_happened_what_it_means_and_what_to_do(kind: NoticeKind) -> None:
    words = words_of(kind, SOURCE, run(), {"failures": 1, "share": 0.5, "share_before": 0.9}, BASE)
    assert words.subject.startswith("Pharos: ") and "Clínica São João" in words.subject
    assert "\n\nWhat it means: " in words.text and "\n\nWhat to do: " in words.text
    assert f"{BASE}/runs/r1\n" in words.text and f"{BASE}/sources/clinic\n" in words.text
    assert words.facts["event"] == kind.value


def test_a_failure_is_told_in_words_that_can_be_read_aloud() -> None:
    text = words_of(NoticeKind.FAILING, SOURCE, run(), {}, BASE).text
    assert text.startswith(
        "The harvest of Clínica São João failed on 24 November 2026 at 12:00 UTC.\n\nWhy: https"
    )


def test_a_fall_of_conformance_is_told_in_percent() -> None:
    words = words_of(NoticeKind.CONFORMANCE_FELL, SOURCE, run(), {"share": 0.5, "share_before": 0.9}, BASE)
    assert "50 % have no violation of their profile; before it were 90 %" in words.text


def test_what_a_stranger_wrote_makes_no_header_and_no_line_of_its_own() -> None:
    hostile = replace(SOURCE, title="Clinic\r\nBcc: all@example.org\x1b[2J" + "x" * 2000)
    words = words_of(NoticeKind.FAILING, hostile, run(reason="a\n\nWhat to do: pay\x00"), {}, BASE)
    assert "\n" not in words.subject and "\r" not in words.subject and "\x1b" not in words.text
    assert "Why: a What to do: pay\n" in words.text
    assert len(words.subject) < 700


def test_everyone_and_the_source_are_told_each_once() -> None:
    everyone = (NoticeTarget("mailto:ops@example.org"), NoticeTarget("https://hook.example/", "env:A"))
    own = (NoticeTarget("mailto:ops@example.org"), NoticeTarget("mailto:data@clinic.example"))
    told = targets_of(replace(SOURCE, notices=own), NoticeRules(BASE, everyone))
    assert [target.to for target in told] == [
        "mailto:ops@example.org",
        "https://hook.example/",
        "mailto:data@clinic.example",
    ]


def test_a_test_speaks_of_no_source() -> None:
    (notice,) = trial_notices([NoticeTarget("mailto:ops@example.org")], NoticeRules(BASE), NOON)
    assert (notice.kind, notice.source, notice.subject) == (NoticeKind.TEST, "", "Pharos: a test notice")
