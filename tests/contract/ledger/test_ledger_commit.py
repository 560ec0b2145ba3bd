"""What a batch writes and what comes back of it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest
from ledger_kit import (
    StillClock,
    batch,
    begin,
    finding,
    iri,
    kinds,
    outcome,
    report,
    rule,
    shown,
    version,
)

from catalogue.adapters.ledger import SqlLedger
from catalogue.errors import InvalidQuery, NotFound
from catalogue.model.harvest import Batch, PageMark, RunState, Validators
from catalogue.model.records import ChangeKind, OutcomeKind, RecordOutcome, Repair
from catalogue.model.validation import Severity, ValidationReport, Verdict
from catalogue.rdf.graphs import to_ntriples


def test_a_version_comes_back_as_it_was_given(ledger: SqlLedger, clock: StillClock) -> None:
    repairs = (Repair("dates", '"2024"', '"2024-01-01"'), Repair("iris", "<a b>", ""))
    findings = (
        finding("Fehlt: ü 'x' \"y\"", Severity.WARNING),
        dataclasses.replace(finding(), path=None, known_gap=True),
    )
    checked = datetime(2026, 2, 1, tzinfo=UTC)
    judged = ValidationReport("eucaim", "shacl", "1.2", "b", findings, checked)
    given = version(
        "a", 1, "Bilder \u00e4 \U0001f9ec", normalised="Bilder", judged=judged, repairs=repairs, pipeline="9"
    )
    token = begin(ledger, "a")
    assert ledger.commit(token, batch(given), rule) == 1
    stored = ledger.version(given.record.record_id)
    assert stored.content == to_ntriples(given.record.graph)
    assert stored.received == to_ntriples(given.record.received)
    assert (stored.repairs, stored.report) == (repairs, judged)
    assert (stored.number, stored.source, stored.pipeline_version) == (1, "a", "9")
    for name in ("record_id", "dataset_id", "subject", "primary_class", "page_url", "payload_hash"):
        assert getattr(stored, name) == getattr(given.record, name)
    assert (stored.received_hash, stored.normalised_hash) == (
        given.record.received_hash,
        given.record.normalised_hash,
    )
    assert (stored.run_id, stored.created_at, stored.first_harvested_at) == (
        token.run_id,
        clock.now(),
        clock.now(),
    )


def test_a_text_that_no_repair_touched_is_both_content_and_received(ledger: SqlLedger) -> None:
    given = version("a", 1)
    ledger.commit(begin(ledger, "a"), batch(given), rule)
    stored = ledger.version(given.record.record_id)
    assert stored.received == stored.content == to_ntriples(given.record.graph)


def test_every_version_stays_and_the_last_is_current(ledger: SqlLedger, clock: StillClock) -> None:
    token = begin(ledger, "a")
    texts = ["first", "second", "third"]
    for text in texts:
        ledger.commit(token, batch(version("a", 1, text)), rule)
        clock.pass_by(seconds=1)
    key = version("a", 1).record.record_id
    assert ledger.version(key) == ledger.version(key, 3)
    stored = [ledger.version(key, number) for number in (1, 2, 3)]
    assert ["third" in s.content for s in stored] == [False, False, True]
    assert len({s.first_harvested_at for s in stored}) == 1
    assert ledger.versions([s.version_id for s in stored] + [99]) == {s.version_id: s for s in stored}
    assert [(c.before, c.after) for c in ledger.changes(0, 10)] == [(None, 1), (1, 2), (2, 3)]
    assert kinds(ledger) == ["content"] * 3
    with pytest.raises(NotFound, match="no version 4"):
        ledger.version(key, 4)


def test_the_ledger_tells_what_a_run_has_to_know_of_a_record(ledger: SqlLedger) -> None:
    one, two = version("a", 1, pipeline="7", judged=report(bundle="b9")), version("a", 2)
    ledger.commit(begin(ledger, "a"), batch(one, two), rule)
    states = ledger.states([one.record.record_id, two.record.record_id, "unknown"])
    assert set(states) == {one.record.record_id, two.record.record_id}
    state = states[one.record.record_id]
    assert (state.received_hash, state.normalised_hash) == (
        one.record.received_hash,
        one.record.normalised_hash,
    )
    assert (state.pipeline_version, state.profile, state.bundle_hash) == ("7", "dcat-ap", "b9")
    assert (state.version_id, state.withdrawn_at) == (ledger.version(one.record.record_id).version_id, None)


def test_states_of_more_records_than_a_statement_takes(ledger: SqlLedger) -> None:
    given = version("a", 1)
    ledger.commit(begin(ledger, "a"), batch(given), rule)
    asked = [f"r{n}" for n in range(70_000)] + [given.record.record_id]
    assert set(ledger.states(asked)) == {given.record.record_id}


def test_counts_are_the_sum_of_the_outcomes(ledger: SqlLedger) -> None:
    token = begin(ledger, "a")
    for repeat in range(2):
        lines = [
            RecordOutcome(kind, record_id=f"r{n}") for n, kind in enumerate(OutcomeKind) for _ in range(n + 1)
        ]
        mark = PageMark("https://a.example/1", "c", "d", Validators(), "h", ())
        ledger.commit(token, Batch(tuple(lines), pages=(mark,), triples_outside=5), rule)
        counts = ledger.run(token.run_id).counts
        counted = [kind for kind in OutcomeKind if kind is not OutcomeKind.REMARK]
        each = [getattr(counts, kind.value) for kind in counted]
        assert each == [n * (repeat + 1) for n in range(1, 8)]
        assert counts.found == sum(each) - counts.withdrawn
        assert (counts.pages, counts.triples_outside) == (repeat + 1, 5 * (repeat + 1))


def test_every_outcome_but_unchanged_has_a_line_and_so_have_remarks(ledger: SqlLedger) -> None:
    token = begin(ledger, "a")
    skipped = RecordOutcome(
        OutcomeKind.SKIPPED,
        None,
        None,
        "_:b1",
        "https://a.example/1",
        "line 7",
        "<x>",
        "NoIri",
        "why",
        "do",
        "Title",
    )
    lines = [skipped] + [RecordOutcome(kind, "r1") for kind in (OutcomeKind.UNCHANGED, OutcomeKind.FAILED)]
    ledger.commit(token, Batch(tuple(lines)), rule)
    later = (
        RecordOutcome(OutcomeKind.DUPLICATE, "r2"),
        RecordOutcome(OutcomeKind.REMARK, reason="robots.txt"),
    )
    ledger.commit(token, Batch(later), rule)
    told = [line.kind.value for line in ledger.outcomes(token.run_id)]
    assert told == ["skipped", "failed", "duplicate", "remark"]
    assert ledger.run(token.run_id).counts.found == 4
    assert ledger.outcomes(token.run_id, ["skipped"]) == [skipped]
    assert [
        o.kind.value for o in ledger.outcomes(token.run_id, ["failed", "duplicate"], limit=1, offset=1)
    ] == ["duplicate"]


def test_an_unchanged_record_is_only_marked_seen(ledger: SqlLedger, clock: StillClock) -> None:
    given = version("a", 1)
    ledger.finish(_run(ledger, given), RunState.COMPLETED)
    clock.pass_by(days=1)
    token = begin(ledger, "a")
    seen = Batch((outcome(given, OutcomeKind.UNCHANGED),), seen=(given.record.record_id,))
    assert ledger.commit(token, seen, rule) == 1
    record = ledger.record(given.record.record_id)
    assert (record.last_seen_at, record.version_count) == (clock.now(), 1)
    assert record.first_harvested_at < record.last_seen_at
    assert ledger.run(token.run_id).counts.unchanged == 1


def _run(ledger: SqlLedger, *versions: object) -> object:
    token = begin(ledger, "a")
    ledger.commit(token, batch(*versions), rule)  # type: ignore[arg-type]
    return token


def test_a_new_report_of_the_same_text_is_a_change_of_verdict(ledger: SqlLedger) -> None:
    token = begin(ledger, "a")
    given = version("a", 1)
    ledger.commit(token, batch(given), rule)
    worse = report(finding(), bundle="bundle-2")
    ledger.commit(token, Batch(reports=((given.record.record_id, worse),)), rule)
    stored = ledger.version(given.record.record_id)
    assert (stored.number, stored.report.results) == (1, (finding(),))
    assert ledger.record(given.record.record_id).verdict is Verdict.NON_CONFORMANT
    assert ledger.states([given.record.record_id])[given.record.record_id].bundle_hash == "bundle-2"
    last = ledger.changes(1, 10)
    assert [(c.kind, c.before, c.after) for c in last] == [
        (ChangeKind.VERDICT, stored.version_id, stored.version_id)
    ]


def test_a_new_report_that_says_the_same_is_no_change(ledger: SqlLedger) -> None:
    token = begin(ledger, "a")
    given = version("a", 1, judged=report(finding()))
    ledger.commit(token, batch(given), rule)
    same = report(finding(), bundle="bundle-2")
    assert ledger.commit(token, Batch(reports=((given.record.record_id, same),)), rule) == 1
    assert ledger.version(given.record.record_id).report.bundle_hash == "bundle-2"


def test_a_report_of_an_unknown_record_writes_nothing_of_its_batch(ledger: SqlLedger) -> None:
    token = begin(ledger, "a")
    given = version("a", 1)
    mixed = dataclasses.replace(batch(given), reports=(("nobody", report()),))
    with pytest.raises(NotFound, match="nobody"):
        ledger.commit(token, mixed, rule)
    assert (ledger.states([given.record.record_id]), ledger.run(token.run_id).counts.found) == ({}, 0)


def test_the_same_text_from_a_newer_pipeline_makes_no_version(ledger: SqlLedger) -> None:
    token = begin(ledger, "a")
    ledger.commit(token, batch(version("a", 1)), rule)
    newer = version("a", 1, pipeline="2", kind=ChangeKind.REPROCESSED)
    assert ledger.commit(token, batch(newer, kind=OutcomeKind.UNCHANGED), rule) == 1
    key = newer.record.record_id
    assert (ledger.record(key).version_count, ledger.states([key])[key].pipeline_version) == (1, "2")


def test_an_improvement_of_our_rules_is_reprocessed_and_unchanged(ledger: SqlLedger) -> None:
    token = begin(ledger, "a")
    ledger.commit(token, batch(version("a", 1, "text")), rule)
    better = version("a", 1, "text", normalised="Text", pipeline="2", kind=ChangeKind.REPROCESSED)
    ledger.commit(token, batch(better, kind=OutcomeKind.UNCHANGED), rule)
    counts = ledger.run(token.run_id).counts
    assert (counts.created, counts.unchanged, counts.reprocessed, counts.found) == (1, 1, 1, 2)
    assert kinds(ledger) == ["content", "reprocessed"]


def test_a_record_twice_in_one_batch_makes_two_versions_and_one_change(ledger: SqlLedger) -> None:
    token = begin(ledger, "a")
    first, second = version("a", 1, "one"), version("a", 1, "two", judged=report(finding()))
    ledger.commit(token, batch(first, second, second), rule)
    key = first.record.record_id
    assert [ledger.version(key, n).report.results for n in (1, 2)] == [(), (finding(),)]
    assert [(c.before, c.after) for c in ledger.changes(0, 10)] == [(None, ledger.version(key, 2).version_id)]
    assert ledger.record(key).version_count == 2


def test_a_dataset_is_found_by_its_iri_and_by_its_identifiers(ledger: SqlLedger) -> None:
    token = begin(ledger, "a")
    one, two = version("a", 1, identifiers=["doi:1", "shared"]), version("a", 2, identifiers=["shared"])
    ledger.commit(token, batch(one, two), rule)
    assert ledger.find_dataset(iri=iri(1)) == [one.record.dataset_id]
    assert ledger.find_dataset(identifier="doi:1") == [one.record.dataset_id]
    assert ledger.find_dataset(identifier="shared") == sorted([one.record.dataset_id, two.record.dataset_id])
    assert ledger.find_dataset(iri=iri(3), identifier="nothing") == []
    ledger.commit(token, batch(version("a", 1, "later", identifiers=["doi:2"])), rule)
    assert ledger.find_dataset(identifier="doi:1") == []
    assert ledger.find_dataset(identifier="doi:2") == [one.record.dataset_id]
    with pytest.raises(InvalidQuery):
        ledger.find_dataset()


def test_records_of_a_source_come_in_pages(ledger: SqlLedger) -> None:
    versions = [version("a", n) for n in range(5)]
    ledger.commit(begin(ledger, "a"), batch(*versions), rule)
    ledger.commit(begin(ledger, "b"), batch(version("b", 1)), rule)
    pages = [ledger.records_of_source("a", limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [r.subject for page in pages for r in page] == [iri(n) for n in range(5)]
    with pytest.raises(NotFound, match="no record nobody"):
        ledger.record("nobody")


def test_a_rule_that_fails_leaves_nothing_of_its_batch(ledger: SqlLedger) -> None:
    token = begin(ledger, "a")
    with pytest.raises(ZeroDivisionError):
        ledger.commit(token, batch(version("a", 1)), lambda candidates: 1 // 0)  # type: ignore[arg-type, return-value]
    assert (ledger.position(), shown(ledger), ledger.records_of_source("a")) == (0, {}, [])
    assert ledger.commit(token, batch(version("a", 1)), rule) == 1
