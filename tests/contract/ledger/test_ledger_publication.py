"""One record per dataset is published, and every change of that is one row."""

from __future__ import annotations

import dataclasses

import pytest
from ledger_kit import (
    StillClock,
    batch,
    begin,
    finding,
    kinds,
    replayed,
    report,
    rule,
    shown,
    source,
    version,
)

from catalogue.adapters.ledger import SqlLedger
from catalogue.errors import Gone, NotFound
from catalogue.model.harvest import Batch, FencingToken, PublicationPolicy, RunState
from catalogue.model.records import ChangeKind, NewVersion
from catalogue.ports import Candidate

DATASET = version("a", 1).record.dataset_id


def _harvest(ledger: SqlLedger, *versions: NewVersion, **settings: object) -> FencingToken:
    """One whole run of the source of the versions."""
    token = begin(ledger, versions[0].record.source, **settings)
    ledger.commit(token, batch(*versions), rule)
    ledger.finish(token, RunState.COMPLETED)
    return token


def _published_source(ledger: SqlLedger) -> str:
    return ledger.published_version(DATASET).source


def test_the_rule_is_told_of_every_live_record_of_the_dataset(ledger: SqlLedger, clock: StillClock) -> None:
    told: list[Candidate] = []

    def listen(candidates: object) -> Candidate | None:
        told[:] = candidates  # type: ignore[call-overload]
        return None

    _harvest(ledger, version("a", 1), priority=3)
    harvested = clock.now()
    clock.pass_by(days=1)
    token = begin(ledger, "b", policy=PublicationPolicy.CONFORMANT)
    ledger.commit(token, batch(version("b", 1, judged=report(finding()))), listen)
    by_source = {candidate.source: candidate for candidate in told}
    assert set(by_source) == {"a", "b"}
    record = version("a", 1).record
    assert by_source["a"] == Candidate(
        record.record_id, 1, "a", "https://a.example/catalog", record.subject, 3, "all",
        report().verdict, harvested,
    )  # fmt: skip
    assert (by_source["b"].policy, by_source["b"].verdict.value) == ("conformant", "non-conformant")


def test_a_second_source_does_not_change_what_is_published(ledger: SqlLedger) -> None:
    _harvest(ledger, version("a", 1))
    _harvest(ledger, version("b", 1, "other words"), priority=-1)
    assert (_published_source(ledger), kinds(ledger)) == ("a", ["content"])
    listed = ledger.records_of_dataset(DATASET)
    assert [(r.source, r.published) for r in listed] == [("a", True), ("b", False)]


def test_a_source_of_higher_priority_takes_over(ledger: SqlLedger) -> None:
    _harvest(ledger, version("a", 1))
    _harvest(ledger, version("b", 1, "other words"), priority=1)
    assert (_published_source(ledger), kinds(ledger)) == ("b", ["content", "publication"])
    assert [r.source for r in ledger.records_of_dataset(DATASET)] == ["b", "a"]
    change = ledger.changes(1, 1)[0]
    assert (change.before, change.after, change.record_id) == (1, 2, version("b", 1).record.record_id)


def test_an_update_of_a_record_that_is_not_shown_changes_nothing(ledger: SqlLedger) -> None:
    _harvest(ledger, version("a", 1))
    _harvest(ledger, version("b", 1), priority=-1)
    _harvest(ledger, version("b", 1, "new words"))
    assert ledger.position() == 1


def test_the_other_source_takes_over_when_one_is_removed(ledger: SqlLedger) -> None:
    _harvest(ledger, version("a", 1), version("a", 2))
    _harvest(ledger, version("b", 1), priority=-1)
    assert ledger.remove_source("a", rule, by="ada") == 2
    assert _published_source(ledger) == "b"
    assert sorted(kinds(ledger, after=2)) == ["publication", "withdrawal"]
    assert replayed(ledger) == shown(ledger)


def test_a_withdrawn_dataset_is_gone_and_an_unknown_one_not_found(
    ledger: SqlLedger, clock: StillClock
) -> None:
    _harvest(ledger, version("a", 1))
    ledger.remove_source("a", rule, by="ada")
    with pytest.raises(Gone, match="withdrawn on 2026-03-01"):
        ledger.published_version(DATASET)
    with pytest.raises(NotFound):
        ledger.published_version("nothing")
    assert ledger.records_of_dataset("nothing") == []
    [record] = ledger.records_of_dataset(DATASET)
    assert (record.withdrawn_at, record.published) == (clock.now(), False)
    assert ledger.version(record.record_id).number == 1
    assert ledger.find_dataset(iri=record.subject) == [DATASET]


@pytest.mark.parametrize("met", ["unchanged", "changed", "equal"])
def test_a_source_added_again_restores_what_it_still_has(ledger: SqlLedger, met: str) -> None:
    _harvest(ledger, version("a", 1), version("a", 2))
    ledger.remove_source("a", rule, by="ada")
    ledger.add_source(source("a"), by="ada")
    assert shown(ledger) == {}
    token = begin(ledger, "a")
    key = version("a", 1).record.record_id
    batches = {
        "unchanged": Batch(seen=(key,)),
        "changed": batch(version("a", 1, "new words")),
        "equal": batch(version("a", 1)),
    }
    assert ledger.states([key])[key].withdrawn_at is not None
    ledger.commit(token, batches[met], rule)
    assert (list(shown(ledger)), kinds(ledger)[-1]) == ([DATASET], "restoration")
    assert ledger.record(key).withdrawn_at is None
    assert replayed(ledger) == shown(ledger)


def test_a_new_verdict_alone_does_not_revive_a_withdrawn_record(ledger: SqlLedger) -> None:
    _harvest(ledger, version("a", 1))
    ledger.remove_source("a", rule, by="ada")
    ledger.add_source(source("a"), by="ada")
    key = version("a", 1).record.record_id
    ledger.commit(begin(ledger, "a"), Batch(reports=((key, report(finding())),)), rule)
    assert (shown(ledger), ledger.record(key).verdict.value) == ({}, "non-conformant")


def test_a_source_that_publishes_conformant_records_keeps_the_others_back(ledger: SqlLedger) -> None:
    bad = version("a", 1, "bad", judged=report(finding()))
    _harvest(ledger, bad, policy=PublicationPolicy.CONFORMANT)
    assert (ledger.position(), ledger.published_count()) == (0, 0)
    with pytest.raises(NotFound, match="known but not published"):
        ledger.published_version(DATASET)
    _harvest(ledger, version("a", 1, "good"))
    _harvest(ledger, version("a", 1, "bad again", judged=report(finding())))
    with pytest.raises(NotFound, match="known but not published"):
        ledger.published_version(DATASET)
    _harvest(ledger, version("a", 1, "good again"))
    assert kinds(ledger) == ["content", "publication", "publication"]
    assert replayed(ledger) == shown(ledger)


def test_a_dataset_that_was_never_shown_is_not_gone(ledger: SqlLedger) -> None:
    _harvest(ledger, version("a", 1, judged=report(finding())), policy=PublicationPolicy.CONFORMANT)
    ledger.remove_source("a", rule, by="ada")
    with pytest.raises(NotFound):
        ledger.published_version(DATASET)


def test_republish_follows_new_priorities_and_policies(ledger: SqlLedger) -> None:
    _harvest(ledger, version("a", 1), version("a", 2, judged=report(finding())))
    _harvest(ledger, version("b", 1), priority=-1)
    assert ledger.republish("a", rule) == 0
    ledger.add_source(source("a", priority=-2, policy=PublicationPolicy.CONFORMANT), by="ada")
    assert ledger.republish("a", rule) == 2
    assert (_published_source(ledger), kinds(ledger, after=2)) == ("b", ["publication", "publication"])
    assert replayed(ledger) == shown(ledger)


def test_a_record_whose_subject_was_repaired_otherwise_moves_to_another_dataset(ledger: SqlLedger) -> None:
    old = version("a", 1)
    _harvest(ledger, old)
    moved = dataclasses.replace(version("a", 9).record, record_id=old.record.record_id)
    _harvest(ledger, NewVersion(moved, report(), "2", ChangeKind.REPROCESSED))
    assert list(shown(ledger)) == [moved.dataset_id]
    assert ledger.version(old.record.record_id, 1).dataset_id == old.record.dataset_id
    assert replayed(ledger) == shown(ledger)


def test_published_records_come_in_pages_by_dataset(ledger: SqlLedger) -> None:
    versions = [version("a", n) for n in range(7)]
    _harvest(ledger, *versions)
    expected = sorted(v.record.dataset_id for v in versions)
    assert (list(shown(ledger)), ledger.published_count()) == (expected, 7)
    assert [v.dataset_id for v in ledger.published(expected[4], 10)] == expected[5:]


def test_changes_are_numbered_in_order_and_come_in_pages(ledger: SqlLedger, clock: StillClock) -> None:
    versions = [version("a", n) for n in range(5)]
    _harvest(ledger, *versions)
    assert [c.seq for c in ledger.changes(1, 3)] == [2, 3, 4]
    assert ledger.changes(5, 3) == []
    assert [c.dataset_id for c in ledger.changes(0, 9)] == [v.record.dataset_id for v in versions]
    assert {c.at for c in ledger.changes(0, 9)} == {clock.now()}


def test_a_dataset_of_two_sources_is_found_once(ledger: SqlLedger) -> None:
    _harvest(ledger, version("a", 1, identifiers=["doi:1"]))
    _harvest(ledger, version("b", 1, identifiers=["doi:1"]))
    assert (
        ledger.find_dataset(identifier="doi:1")
        == ledger.find_dataset(iri=version("a", 1).record.subject)
        == [DATASET]
    )


def test_what_is_published_is_listed_in_pages_and_read_by_dataset(ledger: SqlLedger) -> None:
    versions = [version("a", n) for n in range(5)]
    ledger.commit(begin(ledger, "a"), batch(*versions), rule)
    wanted = sorted(v.record.dataset_id for v in versions)
    assert ledger.published_ids(None, 3) + ledger.published_ids(wanted[2], 3) == wanted
    assert ledger.published_ids(wanted[-1], 3) == []
    found = ledger.published_versions([wanted[3], "unknown", wanted[0]])
    assert found == {key: ledger.published_version(key) for key in (wanted[0], wanted[3])}
    ledger.remove_source("a", rule, by="ada")
    assert (ledger.published_ids(None, 9), ledger.published_versions(wanted)) == ([], {})


@pytest.mark.parametrize("changed", [{"title": "New"}, {"country": "NL"}])
def test_another_title_or_country_is_a_change_of_what_is_published(
    ledger: SqlLedger, changed: dict[str, str]
) -> None:
    one, two = version("a", 1), version("a", 2)
    ledger.add_source(source("a", title="Old"), by="test")
    ledger.commit(begin(ledger), batch(one, two), rule)
    before, end = shown(ledger), ledger.position()
    ledger.add_source(source("a", **{"title": "Old", **changed}), by="test")
    rows = ledger.changes(end, 10)
    assert {row.dataset_id for row in rows} == {one.record.dataset_id, two.record.dataset_id}
    assert all(row.before_state == row.after_state is not None for row in rows)
    assert shown(ledger) == before == replayed(ledger)


def test_settings_that_nobody_sees_change_nothing_that_is_published(ledger: SqlLedger) -> None:
    ledger.add_source(source("a", title="Old"), by="test")
    ledger.commit(begin(ledger), batch(version("a", 1)), rule)
    end = ledger.position()
    ledger.add_source(source("a", title="Old", schedule="@daily", options={"depth": 3}), by="test")
    assert ledger.position() == end


def test_a_new_title_touches_only_what_is_shown_of_that_source(ledger: SqlLedger) -> None:
    ledger.add_source(source("a", title="Old", priority=1), by="test")
    ledger.add_source(source("b", title="Other"), by="test")
    ledger.commit(begin(ledger), batch(version("a", 1)), rule)
    ledger.commit(begin(ledger, "b"), batch(version("b", 1), version("b", 2)), rule)
    end = ledger.position()
    ledger.add_source(source("b", title="New"), by="test")
    assert [row.dataset_id for row in ledger.changes(end, 10)] == [version("b", 2).record.dataset_id]
